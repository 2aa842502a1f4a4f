"""One look: has anything moved between the reference and the live rows?

Every column has a p-value by exchange, all are adjusted together by Holm (1979), and what is at or below the
look's level (`spending.py`) has moved. So the chance that anything is said to have moved, while nothing has,
is at most that level, whatever the columns have to do with each other.

Seasons: a reference that spans months holds weeks which differ from its own average. A column counts as moved
only if it differs from the whole reference and from each of its windows: a live batch that is drawn like one
of them is not drift, and its p-value there is valid, so the largest is (an intersection-union test; Berger,
1982). What the reference has never seen differs from every window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curate.stats import holm
from train.arrays import Ints
from train.drift.columns import Column, Pool
from train.drift.shuffle import p_value
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


def look(pool: Pool, columns: Sequence[Column], level: float) -> tuple[Tested, ...]:
    """Test every column at `level`, in their order."""
    most = draws_for(level, len(columns))
    values = [_test(pool, column, column.rows, most, at) for at, column in enumerate(columns)]
    p_values = [p for _, p in values]
    windows = [int(window) for window in np.unique(pool.window) if window >= 0]
    seen, season = [0] * len(columns), [-1] * len(columns)
    for at, column in enumerate(columns):
        if len(windows) < 2 or holm(p_values)[at] > level:
            continue
        for window in windows:
            own = column.rows[(pool.window[column.rows] == window) | pool.live[column.rows]]
            if pool.live[own].all():
                continue
            _, p = _test(pool, column, own, most, at)
            seen[at] += 1
            if p > p_values[at]:
                p_values[at] = p
            if p > level:  # like this window; the others cannot make it smaller
                season[at] = window
                break
    adjusted = holm(p_values)
    return tuple(
        Tested(
            column.name,
            column.kind,
            values[at][0],
            p_values[at],
            adjusted[at],
            adjusted[at] <= level,
            seen[at],
            season[at],
        )
        for at, column in enumerate(columns)
    )


def _test(pool: Pool, column: Column, rows: Ints, most: int, seed: int) -> tuple[float, float]:
    """The statistic as it is, and its p-value."""
    sides = pool.sides(rows)
    statistic = column.make(rows)
    return float(statistic(sides.observed())[0]), p_value(sides, statistic, most, seed)
