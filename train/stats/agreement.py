"""How far several people agree, beyond chance: Krippendorff's alpha for nominal values, with missing ones.

For the units that two or more people judged, alpha = 1 - Do / De. With n_uc judgements of value c on unit u,
m_u of them on the unit, n_c on all units and n altogether,

    Do = (1 / n) * sum over u, c != k of n_uc * n_uk / (m_u - 1)
    De = 1 / (n * (n - 1)) * sum over c != k of n_c * n_k

(Krippendorff, 2011, "Computing Krippendorff's alpha-reliability", section D; Hayes & Krippendorff, 2007,
"Answering the call for a standard reliability measure for coding data".) 1 is full agreement, 0 what chance
gives, below 0 systematic disagreement; he asks for 0.8, and for 0.667 where conclusions are tentative
(Krippendorff, 2004, "Content analysis", p. 241). Where every judgement is the same value nothing is known of
agreement: alpha is undefined.

The interval draws units with replacement (BCa, `train.stats.intervals`), since the judgements on one unit
hang together; a resample without variation counts as 0, as in Hayes & Krippendorff's own bootstrap.

The package `krippendorff` gives the same figures (the tests hold some of its 0.9.0); it is GPL and gives no
interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from train.arrays import Floats
from train.stats.intervals import FEW_CLUSTERS, Bootstrap, Interval, no_spread

# As `evaluate.bootstrap` has by default.
RESAMPLES = 2_000


@dataclass(frozen=True)
class Agreement:
    """How far people agree.

    Parameters
    ----------
    alpha
        None where it is undefined: nobody judged what another judged, or all judgements are one value.
    units, judgements, reviewers
        Units that two or more people judged, the judgements on those, and the people who gave them.
    same
        Share of the pairs of judgements on one unit that are equal, without regard to chance.
    """

    alpha: Interval | None
    units: int
    judgements: int
    reviewers: int
    same: float | None

    @property
    def few(self) -> bool:
        """Whether there are too few units for the interval to be trusted."""
        return self.units < FEW_CLUSTERS


def agreement(
    judgements: pl.DataFrame, *, resamples: int = RESAMPLES, seed: int = 0, level: float = 0.95
) -> Agreement:
    """Krippendorff's alpha of nominal judgements.

    Parameters
    ----------
    judgements
        `unit, reviewer, value` (text), one row a judgement; what is missing has no row.

    Examples
    --------
    >>> import polars as pl
    >>> given = {"unit": ["1", "1", "2", "2"], "reviewer": ["a", "b"] * 2, "value": ["x", "x", "y", "x"]}
    >>> agreement(pl.DataFrame(given)).alpha.point
    0.0
    """
    shared = judgements.filter(pl.len().over("unit") > 1)
    if shared.is_empty():
        return Agreement(None, 0, 0, 0, None)
    columns = _columns(shared)
    total = columns.sum(axis=0)
    pairs = (columns[:, 1:].sum(axis=1) * (columns[:, 1:].sum(axis=1) - 1)).sum()
    equal = (columns[:, 1:] * (columns[:, 1:] - 1)).sum()
    found = _interval(columns, total, resamples, seed, level)
    return Agreement(found, len(columns), shared.height, shared["reviewer"].n_unique(), float(equal / pairs))


def _columns(shared: pl.DataFrame) -> Floats:
    """For each unit its part of `Do` (times n) and its judgements by value, `[units, 1 + values]`."""
    counted = shared.group_by("unit", "value").len().pivot("value", index="unit", values="len").sort("unit")
    by_value = counted.select(pl.exclude("unit").fill_null(0).cast(pl.Float64))
    counts = by_value.select(sorted(by_value.columns)).to_numpy()
    on_unit = counts.sum(axis=1)
    apart = (on_unit**2 - (counts**2).sum(axis=1)) / (on_unit - 1)
    return np.column_stack([apart, counts])


def _alpha(totals: Floats) -> Floats:
    """Alpha from column totals `[..., 1 + values]`; 0 where nothing varies."""
    apart, counts = totals[..., 0], totals[..., 1:]
    number = counts.sum(axis=-1)
    by_chance = number**2 - (counts**2).sum(axis=-1)
    varies = by_chance > 0
    ratio = np.divide((number - 1) * apart, by_chance, out=np.ones_like(apart), where=varies)
    return np.asarray(1 - ratio)


def _interval(columns: Floats, total: Floats, resamples: int, seed: int, level: float) -> Interval | None:
    counts = total[1:]
    number = counts.sum()
    by_chance = (number**2 - (counts**2).sum()) / (number * (number - 1))
    if by_chance == 0:
        return None
    if total[0] == 0:  # full agreement: what disagreement may still be there unseen
        unseen = no_spread(0.0, len(columns), level, (0.0, 1.0)).high
        return Interval(1.0, max(-1.0, float(1 - unseen / by_chance)), 1.0)
    bootstrap = Bootstrap(np.arange(len(columns)), resamples, seed, level)
    return bootstrap.interval(columns, _alpha)
