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
4. What is significant is named where it concerns `FEWEST` rows at least beyond what chance would give, and
   where it is significant too when each row stands in the slice by the chance that its text gives
   (`train.text_slices`; the larger p is told). Once a slice is named, the others are tested without it, or
   all of them would seem to do the contrary.

On 24 labels of banking77 (3,113 rows, five slices, `benchmarks/encoded.py`) it names what was planted but for
a few of under eight rows; figures, and alarms on clean sets, are in docs/curation.md.

Cost: that of `train.labels`, and a fifth of a second for the tests of 3,000 rows, 24 labels and 5 slices; it
grows with the square of the labels. It sees no decision that all slices share, nor one on texts of which the
rest have none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from train.arrays import Bools, Floats, Ints
from train.label_pair import LEVEL, Pair, Test
from train.labels import FLOOR, fit_noise, opinions
from train.text_slices import Chances, by_text

if TYPE_CHECKING:
    from train.encoder import Encoder

# A finding of fewer rows than this is for the list of suspects, not for a meeting.
FEWEST = 4.0
# Of a slice's rows that the rest would call B: from this share on it is a decision and not a slip.
SMALLEST_SHARE = 0.1
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
    chances = by_text(rows["text"].to_list(), features)
    return decided(logs, codes, heard, slices, names, rows["example_id"], chances)


def decided(
    logs: Floats,
    codes: Ints,
    heard: Bools,
    slices: pl.DataFrame,
    names: list[str],
    ids: pl.Series,
    chances: Chances,
) -> Decisions:
    """`decisions` from out-of-fold log probabilities `[rows, labels]`, up to a constant a row, and from what
    `chances` says of the slices of texts.
    """
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
        values = [every.index(value) for value in asked]
        tests[by], sure = _significant(logs, codes, column, values, chances)
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


def _significant(
    logs: Floats, codes: Ints, column: Ints, asked: list[int], chances: Chances
) -> tuple[int, list[Test]]:
    """How many tests could be significant (Tarone), and those that are, the surest first."""
    members = {int(label): np.flatnonzero((codes == label) & (column >= 0)) for label in np.unique(codes)}
    whole = np.logaddexp.reduce(logs, axis=1)
    possible: list[tuple[float, int, int, int]] = []
    labels = sorted(members)
    for at, one in enumerate(labels):
        for other in labels[at + 1 :]:
            pair = Pair.of(logs, whole, codes, column, members[one], members[other], one, other)
            for value in asked:
                possible += [(least, value, a, b) for least, a, b in pair.least(value)]
    least = np.sort(np.array([each[0] for each in possible]))
    count = _tarone(least)
    cut = LEVEL / count
    sure: list[Test] = []
    standing: Floats | None = None
    gone: dict[frozenset[int], list[int]] = {}
    tested = []
    for bound, value, gives, other in possible:
        if bound <= cut:
            pair = Pair.of(logs, whole, codes, column, members[gives], members[other], gives, other)
            test = pair.test(value, bound)
            if test.p <= cut and _matters(test):
                tested.append(test)
    for test in sorted(tested, key=lambda one: (one.p, one.slice, one.gives, one.other)):
        # What a slice does makes all others look as if they did the contrary: those are tested without it.
        pair_of = frozenset((test.gives, test.other))
        before = gone.get(pair_of, [])
        a, b = test.gives, test.other
        pair = Pair.of(logs, whole, codes, column, members[a], members[b], a, b, before)
        if before:
            test = pair.test(test.slice, test.least)
            if test.p > cut or not _matters(test):
                continue
        standing = chances(column) if standing is None else standing
        test = replace(test, p=max(test.p, pair.by_text(test.slice, standing, before)))
        if test.p > cut:
            continue
        gone.setdefault(pair_of, []).append(test.slice)
        sure.append(test)
    return count, sure


def _matters(test: Test) -> bool:
    return test.excess >= FEWEST and test.excess >= SMALLEST_SHARE * test.counts[1]


def _tarone(least: Floats) -> int:
    """The smallest k for which at most k tests could have p <= LEVEL / k, from the sorted smallest p's."""
    count = 1
    while int(np.searchsorted(least, LEVEL / count, side="right")) > count:
        count += 1
    return count
