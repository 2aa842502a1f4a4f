"""One look: has anything moved between the reference and the live rows?

Every column has a p-value by exchange, all are adjusted together by Holm (1979), and what is at or below the
look's level (`spending.py`) has moved. So the chance that anything is said to have moved, while nothing has,
is at most that level, whatever the columns have to do with each other.

Seasons: a reference that spans months holds weeks which differ from its own average. A column counts as moved
only if it differs from the whole reference and from each of its windows: a live batch that is drawn like one
of them is not drift, and its p-value there is valid, so the largest is (an intersection-union test; Berger,
1982). What the reference has never seen differs from every window. A swing that is finer than the windows is
not covered: with three windows and intents that swing by a factor of three, one simulated year of ten had an
alarm (`benchmarks/monitor.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curate.stats import holm
from train.arrays import Ints
from train.drift.columns import Column, Pool
from train.drift.shuffle import Sides, p_value
from train.drift.spending import draws_for


@dataclass(frozen=True)
class Tested:
    """What came of a column.

    Parameters
    ----------
    size
        The statistic: an AUC, a squared distance, a largest gap, a difference of means.
    p
        Its p-value, the largest over the windows that were looked at.
    adjusted
        By Holm, over the columns.
    windows
        Windows of the reference that were looked at too.
    season
        The window that the live rows look like, if that is why nothing moved; else -1.
    """

    name: str
    kind: str
    size: float
    p: float
    adjusted: float
    moved: bool
    windows: int = 0
    season: int = -1


# Exchanges that settle whether a column is worth all of them.
QUICK = 480


def look(pool: Pool, columns: Sequence[Column], level: float) -> tuple[Tested, ...]:
    """Test every column at `level`, in their order."""
    most = draws_for(level, len(columns))
    windows = [int(window) for window in np.unique(pool.window) if window >= 0]
    sides: dict[int, Sides] = {}
    found = []
    for column in columns:
        trial = _Trial(pool, column, column.rows, sides.setdefault(id(column.rows), pool.sides(column.rows)))
        p, settled = trial.p(min(QUICK, most))
        season, seen = -1, 0
        if not (settled and p > level):
            others = _windows(pool, column, windows) if len(windows) > 1 else []
            for window, other in others:
                seen += 1
                of_window, settled = other.p(min(QUICK, most))
                if settled and of_window > level:  # like this window: the others cannot make that smaller
                    p, season = max(p, of_window), window
                    break
            else:
                p = max(one.p(most)[0] for one in (trial, *(other for _, other in others)))
        found.append((column, trial.size, p, seen, season))
    adjusted = holm([p for _, _, p, _, _ in found])
    return tuple(
        Tested(column.name, column.kind, size, p, corrected, corrected <= level, seen, season)
        for (column, size, p, seen, season), corrected in zip(found, adjusted, strict=True)
    )


class _Trial:
    """A column over some of its rows."""

    def __init__(self, pool: Pool, column: Column, rows: Ints, sides: Sides | None = None) -> None:
        self.sides = sides or pool.sides(rows)
        self.statistic = column.make(rows)

    @property
    def size(self) -> float:
        """The statistic as it is."""
        return float(self.statistic(self.sides.observed())[0])

    def p(self, most: int) -> tuple[float, bool]:
        """Its p-value, and whether it was settled early."""
        return p_value(self.sides, self.statistic, most)


def _windows(pool: Pool, column: Column, windows: Sequence[int]) -> list[tuple[int, _Trial]]:
    """The column against each window of the reference."""
    trials = []
    for window in windows:
        rows = column.rows[(pool.window[column.rows] == window) | pool.live[column.rows]]
        if not pool.live[rows].all():
            trials.append((window, _Trial(pool, column, rows)))
    return trials
