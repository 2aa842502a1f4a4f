"""How small a p-value must be at this look, when there have been others and more are to come.

A year of looks may raise a false alarm with chance `alpha` in all. Each look spends its part, and an alarm
needs a p-value (of Holm's, over the columns) at or below it. The parts of any 365 days sum to `alpha` at
most, so by the union bound the chance of any false alarm does too, however the looks hang together. And they
do: all compare with the same reference, and one that came out a little odd is odd at every look. That is why
evidence is not multiplied over looks (an e-process): each factor would have to be fair given the ones before,
and with a shared reference it is not. `benchmarks/monitor.py` counts both.

Each look has `alpha / (looks + 2)`, or half of what the year has left if that is less: so the sum never
passes `alpha` and no look is without a part. With the two to spare looks as planned, of which 365 days hold
one more now and then, all have the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

YEAR = timedelta(days=365)


def allowance(spent: float, alpha: float, looks: int) -> float:
    """What a look may spend.

    Parameters
    ----------
    spent
        By the looks of the last 365 days.
    alpha
        Of a year.
    looks
        Planned in a year.

    Examples
    --------
    >>> allowance(0.0, 0.05, 48)
    0.001
    >>> round(allowance(0.049, 0.05, 48), 6)
    0.0005
    """
    return min(alpha / (looks + 2), max(0.0, alpha - spent) / 2)


def spent_by(looks: Sequence[tuple[datetime, float]], now: datetime) -> float:
    """What looks (time, part) of the 365 days before `now` spent."""
    return sum(part for at, part in looks if now - YEAR < at <= now)


def draws_for(level: float, columns: int) -> int:
    """Exchanges that let the smallest p-value of `columns` pass Holm at `level` with one to spare."""
    return max(999, round(2 * columns / max(level, 1e-6)))
