"""Decisions that examples encode: one source, annotator, month or group gives label A where the rest give B.

A label that is wrong here and there is noise; one that a whole slice gives otherwise is a decision, and a
model learns it. Each row is judged by models that never saw it (`train.labels`), which say how much more A
than B its text looks to all the others. Rows given A or B that look alike so are compared: does the slice
give A more often than the rest do?

1. Odds of A against B are those of the out-of-fold opinions, with the exponent of the fitted noise model, and
   (Saerens, Latinne & Decaestecker, 2002) times the ratio of A to B in the slice over that in the rest, as
   the opinions see them, by at most `MOST_SHIFT`: a slice in which A is more frequent by nature has more A
   among doubtful texts too.
2. Rows fall into strata by these odds. In each, the number of A among the slice's rows is hypergeometric if
   the slice decides as the rest do; the sum over strata has the convolved distribution, so the test is exact
   (Mehta, Patel & Gray, 1985; for one stratum it is Fisher's).
3. There are as many tests as slices times pairs of labels, and most could never be significant, whatever the
   rows said. Tarone (1990) counts only those that could: the chance of any false alarm stays below `LEVEL`.
4. What is significant is named where it concerns `FEWEST` rows at least beyond what chance would give. Once
   a slice is named, the others are tested without it, or all of them would seem to do the contrary.

On 24 labels of banking77 (3,113 rows, five slices, `benchmarks/encoded.py`) it names 46 of 49 planted
decisions, all 40 of those that changed eight rows or more, and nothing else; on clean sets it raises an alarm
on 0 of 30 with slices drawn by chance, 0 of 40 whose slices have other shares of each label, 3 of 40 whose
slices follow the texts strongly. `MOST_SHIFT` and the choice of rows were made on this very trial: take its
figures for the best case.

Cost: that of `train.labels`, and a fifth of a second for the tests of 3,000 rows, 24 labels and 5 slices; it
grows with the square of the labels. It sees no decision that all slices share, nor one on texts of which the
rest have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from train.arrays import Bools, Floats, Ints
from train.labels import FLOOR, fit_noise, opinions

if TYPE_CHECKING:
    from train.encoder import Encoder

LEVEL = 0.05
# A finding of fewer rows than this is for the list of suspects, not for a meeting.
FEWEST = 4.0
# Of a slice's rows that the rest would call B: from this share on it is a decision and not a slip.
SMALLEST_SHARE = 0.1
# How much more frequent a label may be in a slice by nature, as far as odds are adjusted for it.
# Of 40 clean sets whose slices differ in this (Dirichlet(1) for each label) none raises an alarm at 20.
MOST_SHIFT = 20.0
# Borders of the strata in the share of A: fine where one row of A weighs much.
BORDERS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.995)
# A slice of fewer rows is too small to be told from chance.
SMALLEST_SLICE = 20
# Values of a column beyond which it names rows rather than slices.
MOST_SLICES = 60

FOUND = pl.Schema(
    {
        "by": pl.String(),  # the column
        "slice": pl.String(),
        "gives": pl.String(),  # A
        "where_others_give": pl.String(),  # B
        "rows": pl.Int64(),  # of the slice given A that look like B
        "of": pl.Int64(),  # of the slice given A or B that look like B
        "others_rows": pl.Int64(),
        "others_of": pl.Int64(),
        "excess": pl.Float64(),  # rows given A beyond what chance would give
        "p": pl.Float64(),  # exact, one-sided
        "p_adjusted": pl.Float64(),  # by Tarone, at most 1
    }
)


@dataclass(frozen=True)
class Decisions:
    """What was found.

    Parameters
    ----------
    found
        Schema `FOUND`, the surest first.
    rows
        `by, slice, gives, where_others_give, example_id`: the rows behind each, those that look most like B
        first.
    tests
        Tests that could have been significant, by column.
    slices
        Slices compared, by column.
    """

    found: pl.DataFrame
    rows: pl.DataFrame
    tests: dict[str, int]
    slices: dict[str, int]


_ROWS = dict.fromkeys(("by", "slice", "gives", "where_others_give", "example_id"), pl.String)


def decisions(
    ids: pl.Series,
    texts: pl.Series,
    labels: pl.Series,
    slices: pl.DataFrame,
    *,
    features: Floats | None = None,
    encoder: Encoder | None = None,
) -> Decisions:
    """The decisions that one slice takes otherwise than the rest.

    Parameters
    ----------
    ids, texts, labels
        String `[rows]`; the order of rows does not matter.
    slices
        One String column for each way to divide the rows, in their order; null: in no slice.
    features
        Embeddings of the texts `[rows, size]`; made with `encoder` where they are not given.

    Raises
    ------
    AssayError
        If the encoder is needed and the `train` extra is not installed.
    """
    rows = (
        pl.DataFrame({"example_id": ids, "text": texts, "given": labels})
        .with_row_index("place")
        .sort("text", "given", "example_id")
    )
    place = rows["place"].to_numpy()
    slices = slices[place] if slices.width else slices
    names = rows["given"].unique().sort().to_list()
    if len(names) < 2:
        return Decisions(FOUND.to_frame(), pl.DataFrame(schema=_ROWS), {}, {})
    codes = rows["given"].replace_strict(names, list(range(len(names))), return_dtype=pl.Int64).to_numpy()
    if features is None:
        from train.encoder import load_encoder

        features = np.asarray((encoder or load_encoder()).embed(rows["text"].to_list()), dtype=np.float64)
    else:
        features = np.asarray(features)[place]
    proba, heard = opinions(rows["text"].to_list(), features, codes, len(names))
    noise = fit_noise(proba[heard], codes[heard])
    logs = noise.exponent * np.log(np.maximum(proba, FLOOR))
    return decided(logs, codes, heard, slices, names, rows["example_id"])


def decided(
    logs: Floats, codes: Ints, heard: Bools, slices: pl.DataFrame, names: list[str], ids: pl.Series
) -> Decisions:
    """`decisions` from out-of-fold log probabilities `[rows, labels]`, up to a constant a row."""
    found, behind, tests, compared = [], [], {}, {}
    for by in slices.columns:
        known = slices[by].filter(pl.Series(heard)).drop_nulls().value_counts(sort=False).sort(by)
        usable = known.filter(pl.col("count") >= SMALLEST_SLICE)[by].to_list()
        compared[by], tests[by] = len(usable), 0
        if not usable or not 2 <= known.height <= MOST_SLICES:
            continue
        every = known[by].to_list()
        coded = slices[by].replace_strict(every, list(range(len(every))), default=-1, return_dtype=pl.Int64)
        column = np.where(heard, coded.fill_null(-1).to_numpy(), -1)
        # Of two slices each says of the other what the other says of it: the smaller one is named.
        asked = known.sort("count", by)[by].to_list()[:1] if known.height == 2 else usable
        tests[by], sure = _significant(logs, codes, column, [every.index(value) for value in asked])
        for one in sure:
            value, a, b = every[one.slice], names[one.gives], names[one.other]
            adjusted = min(1.0, one.p * tests[by])
            found.append((by, value, a, b, *one.counts, one.excess, one.p, adjusted))
            behind += [(by, value, a, b, ids[int(row)]) for row in one.rows]
    frame = pl.DataFrame(found, schema=FOUND, orient="row").with_columns(pl.col("excess").round(3))
    return Decisions(
        frame.sort("p", "by", "slice", "gives", "where_others_give"),
        pl.DataFrame(behind, schema=_ROWS, orient="row"),
        tests,
        compared,
    )


@dataclass(frozen=True)
class _Test:
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


def _significant(logs: Floats, codes: Ints, column: Ints, asked: list[int]) -> tuple[int, list[_Test]]:
    """How many tests could be significant (Tarone), and those that are, the surest first."""
    members = {int(label): np.flatnonzero((codes == label) & (column >= 0)) for label in np.unique(codes)}
    whole = np.logaddexp.reduce(logs, axis=1)
    possible: list[tuple[float, int, int, int]] = []
    labels = sorted(members)
    for at, one in enumerate(labels):
        for other in labels[at + 1 :]:
            pair = _Pair.of(logs, whole, codes, column, members[one], members[other], one, other)
            for value in asked:
                possible += [(least, value, a, b) for least, a, b in pair.least(value)]
    least = np.sort(np.array([each[0] for each in possible]))
    count = _tarone(least)
    cut = LEVEL / count
    sure: list[_Test] = []
    gone: dict[frozenset[int], list[int]] = {}
    tested = []
    for bound, value, gives, other in possible:
        if bound <= cut:
            pair = _Pair.of(logs, whole, codes, column, members[gives], members[other], gives, other)
            test = pair.test(value, bound)
            if test.p <= cut and _matters(test):
                tested.append(test)
    for test in sorted(tested, key=lambda one: (one.p, one.slice, one.gives, one.other)):
        # What a slice does makes all others look as if they did the contrary: those are tested without it.
        pair_of = frozenset((test.gives, test.other))
        if before := gone.get(pair_of):
            pair = _Pair.of(
                logs,
                whole,
                codes,
                column,
                members[test.gives],
                members[test.other],
                test.gives,
                test.other,
                before,
            )
            test = pair.test(test.slice, test.least)
            if test.p > cut or not _matters(test):
                continue
        gone.setdefault(pair_of, []).append(test.slice)
        sure.append(test)
    return count, sure


def _matters(test: _Test) -> bool:
    return test.excess >= FEWEST and test.excess >= SMALLEST_SHARE * test.counts[1]


def _tarone(least: Floats) -> int:
    """The smallest k for which at most k tests could have p <= LEVEL / k, from the sorted smallest p's."""
    count = 1
    while int(np.searchsorted(least, LEVEL / count, side="right")) > count:
        count += 1
    return count


@dataclass(frozen=True)
class _Pair:
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
    ) -> _Pair:
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

    def test(self, value: int, least: float) -> _Test:
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
        return _Test(
            value,
            *self.labels,
            least,
            min(tail, 1.0),
            _excess(stratum, own, self.first, expected),
            (int(counts[0]), int(counts[1]), int(counts[2]), int(counts[3])),
            rows,
        )


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
