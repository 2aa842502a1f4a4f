"""One look: has anything moved between the reference and the live rows?

Every column has a p-value by exchange, all are adjusted together by Holm (1979), and what is at or below the
look's level (`spending.py`) has moved. So the chance that anything is said to have moved, while nothing has,
is at most that level, whatever the columns have to do with each other.

Seasons: a reference that spans months holds weeks which differ from its own average. A column counts as
moved only if it differs from the whole reference and from each of its stretches of time (`seasons.py`): a
live batch that is drawn like one of them is not drift, and its p-value there is valid, so the largest is (an
intersection-union test; Berger, 1982). What the reference has never seen differs from every stretch. A swing
that is finer than they are is not covered (`benchmarks/monitor.py` counts what that costs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from curate.stats import holm
from train.drift.columns import Column, Pool
from train.drift.shuffle import Sides, Statistic, p_value
from train.drift.spending import draws_for


@dataclass(frozen=True)
class Tested:
    """What came of a column.

    Parameters
    ----------
    size
        The statistic: an AUC, a squared distance, a largest gap, a difference of means.
    p
        Its p-value, the largest over the seasons that were looked at.
    adjusted
        By Holm, over the columns.
    seasons
        Stretches of the reference's time that were looked at too.
    season
        The stretch that the live rows look like, if that is why nothing moved; else -1.
    """

    name: str
    kind: str
    size: float
    p: float
    adjusted: float
    moved: bool
    seasons: int = 0
    season: int = -1


# Exchanges that settle whether a column is worth all of them.
QUICK = 480


def look(pool: Pool, columns: Sequence[Column], level: float) -> tuple[Tested, ...]:
    """Test every column at `level`, in their order."""
    most = draws_for(level, len(columns))
    sides: dict[tuple[int, int], Sides] = {}
    found = []
    # A column is likely to be as in the season that the column before was as in: it is asked first.
    order = list(range(len(pool.seasons)))
    for column in columns:
        trial = _trial(pool, column, -1, sides)
        assert trial is not None
        p, settled = trial.p(min(QUICK, most))
        season, seen = -1, 0
        if not (settled and p > level):
            others = []
            for at in order:
                other = _trial(pool, column, at, sides)
                if other is None:
                    continue
                others.append(other)
                of_season, settled = other.p(min(QUICK, most))
                if settled and of_season > level:  # like this season: the others cannot make that smaller
                    p, season = max(p, of_season), at
                    order.remove(at)
                    order.insert(0, at)
                    break
            else:
                p = _largest((trial, *others), most, level)
            seen = len(others)
        found.append((column, trial.size, p, seen, season))
    adjusted = holm([p for _, _, p, _, _ in found])
    return tuple(
        Tested(column.name, column.kind, size, p, corrected, corrected <= level, seen, season)
        for (column, size, p, seen, season), corrected in zip(found, adjusted, strict=True)
    )


@dataclass(frozen=True)
class _Trial:
    """A column over some of its rows."""

    sides: Sides
    statistic: Statistic

    @property
    def size(self) -> float:
        """The statistic as it is."""
        return float(self.statistic(self.sides.observed())[0])

    def p(self, most: int) -> tuple[float, bool]:
        """Its p-value, and whether it was settled early."""
        return p_value(self.sides, self.statistic, most)


def _trial(pool: Pool, column: Column, season: int, sides: dict[tuple[int, int], Sides]) -> _Trial | None:
    """The column against a season of the reference, -1: all of it; None where none of its rows are of it.

    Columns over the same rows share their exchanges, `sides`.
    """
    rows = column.rows
    if season >= 0:
        rows = rows[(pool.seasons[season] | pool.live)[rows]]
        if pool.live[rows].all():
            return None
    key = (id(column.rows), season)
    if key not in sides:
        sides[key] = pool.sides(rows)
    return _Trial(sides[key], column.make(rows))


def _largest(trials: Sequence[_Trial], most: int, level: float) -> float:
    """The largest p-value, or the first above `level`: nothing moved then, whatever the others are."""
    largest = 0.0
    for trial in trials:
        largest = max(largest, trial.p(most)[0])
        if largest > level:
            break
    return largest
