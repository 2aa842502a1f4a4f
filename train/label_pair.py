"""Rows given one of two labels: does a slice give the first more often than the rest where they are alike?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from train.arrays import Bools, Floats, Ints
from train.labels import FLOOR
from train.text_slices import firsts

# The chance of a false alarm on a clean set, all tests together.
LEVEL = 0.05
# How much more frequent a label may be in a slice by nature, as far as odds are adjusted for it.
# Of 40 clean sets whose slices differ in this (Dirichlet(1) for each label) none raises an alarm at 20.
MOST_SHIFT = 20.0
# Borders of the strata in the share of A: fine where one row of A weighs much.
BORDERS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.995)


@dataclass(frozen=True)
class Test:
    """One slice, which may give label `gives` more often than the rest where they choose between it and
    `other`; the table of its strata.
    """

    slice: int
    gives: int
    other: int
    least: float  # the smallest p that its margins allow
    p: float
    excess: float
    counts: tuple[int, int, int, int]
    rows: Ints


@dataclass(frozen=True)
class Pair:
    """The rows given one of two labels, with the odds that each has the first."""

    rows: Ints
    odds: Floats
    first: Bools
    column: Ints
    labels: tuple[int, int]

    @classmethod
    def of(
        cls,
        logs: Floats,
        whole: Floats,
        codes: Ints,
        column: Ints,
        one: Ints,
        other: Ints,
        first: int,
        second: int,
        without: Sequence[int] = (),
    ) -> Pair:
        """Of the rows `one` and `other`, given the labels `first` and `second`, those that look like either
        and stand in none of the slices `without`.
        """
        rows = np.concatenate([one, other])
        # A text that looks like neither is about another choice.
        rows = rows[np.logaddexp(logs[rows, first], logs[rows, second]) >= whole[rows] + _BETWEEN]
        if without:
            rows = rows[~np.isin(column[rows], list(without))]
        odds = logs[rows, first] - logs[rows, second]
        return cls(rows, odds, codes[rows] == first, column[rows], (first, second))

    def strata(self, value: int) -> tuple[Ints, Bools]:
        """The stratum of each row when slice `value` is compared with the rest; which rows are its own."""
        own = self.column == value
        odds = self.odds
        if own.any() and not own.all():
            # Counted by what the opinions take rows for: by the labels given, a decision would hide itself.
            likely = odds > 0
            shares = [
                (np.count_nonzero(likely & part) + 0.5) / (np.count_nonzero(~likely & part) + 0.5)
                for part in (own, ~own)
            ]
            shift = float(np.clip(np.log(shares[0] / shares[1]), -_SHIFT, _SHIFT))
            odds = np.where(own, odds + shift, odds)
        return np.digitize(odds, _BORDERS), own

    def least(self, value: int) -> Iterator[tuple[float, int, int]]:
        """The smallest p that the margins allow in each direction, where it is below `LEVEL`."""
        stratum, own = self.strata(value)
        size, firsts, mine = (
            np.bincount(stratum, weights=weight, minlength=len(_BORDERS) + 1)
            for weight in (None, self.first.astype(float), own.astype(float))
        )
        for labels, given in ((self.labels, firsts), (self.labels[::-1], size - firsts)):
            most = np.minimum(given, mine)
            bound = float(np.exp(_log_chance(most, size, given, mine).sum()))
            if bound <= LEVEL:
                yield (bound, *labels)

    def test(self, value: int, least: float) -> Test:
        """The exact test that the slice gives the first label more often."""
        stratum, own = self.strata(value)
        chances = np.ones(1)
        seen, expected = 0, 0.0
        counts = np.zeros(4, dtype=np.int64)
        doubtful = np.zeros(len(self.rows), dtype=bool)
        for at in np.unique(stratum):
            here = stratum == at
            size, given, mine = (int(np.count_nonzero(here & part)) for part in (True, self.first, own))
            got = int(np.count_nonzero(here & own & self.first))
            if not 0 < given < size or not 0 < mine < size:
                continue
            seen, expected = seen + got, expected + mine * given / size
            few, many = max(0, mine + given - size), min(given, mine)
            each = np.exp(_log_chance(np.arange(few, many + 1), size, given, mine))
            # Counted from each stratum's least, so that the convolution stays short.
            seen -= few
            chances = np.convolve(chances, each / each.sum())
            if at < _CLEAR:
                counts += (got, mine, given - got, size - mine)
                doubtful |= here & own & self.first
        tail = float(chances[seen:].sum()) if seen > 0 else 1.0
        rows = self.rows[doubtful]
        rows = rows[np.argsort(self.odds[doubtful], kind="stable")]
        return Test(
            value,
            *self.labels,
            least,
            min(tail, 1.0),
            _excess(stratum, own, self.first, expected),
            (int(counts[0]), int(counts[1]), int(counts[2]), int(counts[3])),
            rows,
        )

    def by_text(self, value: int, chances: Floats, without: Sequence[int]) -> float:
        """The p of the same test where rows stand in the slice by `chances` `[all rows, slices]`."""
        stratum, own = self.strata(value)
        mine = chances[self.rows, value]
        others = 1 - mine - chances[self.rows][:, list(without)].sum(axis=1)
        odds = np.maximum(mine, FLOOR) / np.maximum(others, FLOOR)
        told, seen = np.ones(1), 0
        for at in np.unique(stratum):
            here = stratum == at
            each = firsts(odds[here], self.first[here], int(np.count_nonzero(here & own)))
            told = np.convolve(told, each)
            seen += int(np.count_nonzero(here & own & self.first))
        return min(float(told[seen:].sum()), 1.0)


def _excess(stratum: Ints, own: Bools, first: Bools, expected: float) -> float:
    """Rows given the first label in the slice beyond what chance would give, over the strata that tell."""
    total = 0
    for at in np.unique(stratum):
        here = stratum == at
        given, mine = np.count_nonzero(here & first), np.count_nonzero(here & own)
        if 0 < given < np.count_nonzero(here) and 0 < mine < np.count_nonzero(here):
            total += int(np.count_nonzero(here & own & first))
    return total - expected


_BORDERS = np.log(np.array(BORDERS) / (1 - np.array(BORDERS)))
# At least a third of the opinions must be for one of the two.
_BETWEEN = float(np.log(1 / 3))
_SHIFT = float(np.log(MOST_SHIFT))
# Strata below this one do not clearly look like the label that is given.
_CLEAR = BORDERS.index(0.8)


def _log_chance(seen: Any, size: Any, given: Any, mine: Any) -> Floats:
    """Log probability of `seen` of the `given` among `mine` drawn of `size` (hypergeometric); numbers or
    arrays of one length.
    """
    from scipy.special import gammaln

    def choose(whole: Any, part: Any) -> Any:
        return gammaln(whole + 1) - gammaln(part + 1) - gammaln(whole - part + 1)

    chance = choose(given, seen) + choose(size - given, mine - seen) - choose(size, mine)
    return np.asarray(chance, dtype=np.float64)
