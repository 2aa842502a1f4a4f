"""Rows of one table that hold text of another's: copies inside longer rows, which similarity does not show.

A test question of 20 words inside a training row of 2,000 has a Jaccard index of 0.01. Three signs, as
published (see `curate.overlap.params`): the test row stands in the training row `whole`; they share a run of
13 words (`long`); 70 % of the test row's distinct runs of 8 words stand in the training row (`short`). Words
are compared without regard to case, punctuation and space. Runs that stand in more than `common` different
test texts are the benchmark's own template and are left out of `long` and `short`; so each training position
joins with few test rows, and no template multiplies two tables.

Cost: a pass over the words of both tables for each word of the runs: 8 and 13, and each length up to 16 that
a test row has; linear memory. See benchmarks/overlap.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from curate.overlap.grams import Ints, Words
from curate.overlap.params import OverlapParams

KINDS = ("whole", "long", "short")


@dataclass(frozen=True)
class Overlaps:
    """Training rows that hold text of a test row.

    Parameters
    ----------
    pairs
        `train_row, test_row, kind, share, words`, sorted by test row: the first of `KINDS` that holds, the
        share of the test row's short runs that stand in the training row (of a row shorter than that 1), and
        the words of the test row.
    template_runs
        Distinct runs that stand in too many test rows to count.
    """

    pairs: pl.DataFrame
    template_runs: int


def overlaps(train: pl.DataFrame, test: pl.DataFrame, params: OverlapParams | None = None) -> Overlaps:
    """Every pair of a row of `train` that holds text of a row of `test`.

    Parameters
    ----------
    train, test
        `id` (unique), `text`.
    """
    params = params or OverlapParams()
    # The order of rows must not show in any number.
    sides = [side.select("id", pl.col("text").fill_null("")).sort("id") for side in (train, test)]
    border = sides[0].height
    words = Words(pl.concat([side["text"] for side in sides]), border)
    whole = _whole(words, border, params.least)
    heads = _heads(words, border)
    long, templates_long = _shared(words, border, heads, params.long, params.common)
    short, templates_short = _shared(words, border, heads, params.short, params.common)
    short = short.with_columns((pl.col("runs") / pl.col("of")).alias("share"))
    every = pl.concat(
        [
            whole.select("train", "test", pl.lit(0).alias("rank")),
            long.select("train", "test", pl.lit(1).alias("rank")),
            short.filter(pl.col("share") >= params.share).select("train", "test", pl.lit(2).alias("rank")),
        ]
    )
    best = every.group_by("train", "test").agg(pl.col("rank").min())
    # A head stands for test rows of the same words.
    members = pl.DataFrame({"test": heads, "row": np.arange(len(heads))})
    lengths = pl.Series("words", words.lengths[border:])
    found = best.join(short.select("train", "test", "share"), on=["train", "test"], how="left")
    found = found.join(members, on="test", how="inner")
    pairs = found.select(
        pl.Series("train_row", sides[0]["id"].gather(found["train"])),
        pl.Series("test_row", sides[1]["id"].gather(found["row"])),
        pl.col("rank").replace_strict(dict(enumerate(KINDS)), return_dtype=pl.String).alias("kind"),
        pl.when(pl.col("rank") == 0)
        .then(1.0)
        .otherwise(pl.col("share").fill_null(0.0).round(4))
        .alias("share"),
        pl.Series("words", lengths.gather(found["row"])),
    )
    rank = pl.col("kind").replace_strict({kind: at for at, kind in enumerate(KINDS)}, return_dtype=pl.Int8)
    order = ["test_row", rank, "share", "train_row"]
    return Overlaps(
        pairs.sort(order, descending=[False, False, True, False]), templates_long + templates_short
    )


def _heads(words: Words, border: int) -> Ints:
    """For each test row (from 0) the first test row of the same words."""
    tests = len(words.lengths) - border
    heads = np.arange(tests)
    lengths = words.lengths[border:]
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        if length == 0 or len(rows) == 1:
            heads[rows] = rows[0]
            continue
        matrix = words.codes[words.starts[border + rows][:, None] + np.arange(length)]
        _, first, inverse = np.unique(matrix, axis=0, return_index=True, return_inverse=True)
        heads[rows] = rows[first[inverse.ravel()]]
    return heads


def _whole(words: Words, border: int, least: int) -> pl.DataFrame:
    """`train, test` where all words of the test row stand in the training row, one after another."""
    parts = [_frame([], [])]
    lengths = words.lengths[border:]
    heads = _heads(words, border)
    wanted = np.flatnonzero((lengths >= least) & (heads == np.arange(len(lengths))))
    in_train = words.text < border
    # Long texts by their beginning, and then word for word: as many passes as short lengths, not as texts.
    for length in np.unique(np.minimum(lengths[wanted], _DIRECT)):
        rows = wanted[np.minimum(lengths[wanted], _DIRECT) == length]
        starts = words.starts[border + rows]
        runs = words.runs(int(length), starts)
        where = np.flatnonzero(in_train & (runs >= 0))
        table = pl.DataFrame({"run": runs[starts], "test": rows})
        hits = pl.DataFrame({"run": runs[where], "at": where}).join(table, on="run", how="inner")
        if length == _DIRECT:
            hits = hits.filter(_continues(words, border, hits))
        parts.append(_frame(words.text[hits["at"].to_numpy()], hits["test"].to_numpy()))
    return pl.concat(parts).unique()


# Up to this many words a text is looked up whole.
_DIRECT = 16


def _continues(words: Words, border: int, hits: pl.DataFrame) -> pl.Series:
    """Whether the words of the test row stand at the position to their end: the first 16 do."""
    at, test = hits["at"].to_numpy(), hits["test"].to_numpy()
    starts, lengths = words.starts[border + test], words.lengths[border + test]
    good = words.left[at] >= lengths
    # One step a word of the longest text, over the hits that are still alike.
    alive = np.flatnonzero(good)
    step = _DIRECT
    while len(alive):
        more = lengths[alive] > step
        alive = alive[more]
        same = words.codes[at[alive] + step] == words.codes[starts[alive] + step]
        good[alive[~same]] = False
        alive = alive[same]
        step += 1
    return pl.Series(good)


def _shared(words: Words, border: int, heads: Ints, n: int, common: int) -> tuple[pl.DataFrame, int]:
    """`train, test, runs, of`: how many distinct runs of n words two rows share, of how many that count the
    test row has; and the distinct runs left out as template.
    """
    in_train = words.text < border
    head = np.concatenate([np.zeros(border, dtype=bool), heads == np.arange(len(heads))])
    test = np.flatnonzero(head[words.text] & (words.left >= n))
    runs = words.runs(n, test)
    every = pl.DataFrame({"run": runs[test], "test": words.text[test] - border}).unique()
    counted = every.with_columns(pl.len().over("run").alias("rows"))
    asked = counted.filter(pl.col("rows") <= common).select("run", "test")
    asked = asked.with_columns(pl.len().over("test").cast(pl.Int64).alias("of"))
    train = np.flatnonzero(in_train & (runs >= 0))
    held = pl.DataFrame({"run": runs[train], "train": words.text[train]}).unique()
    shared = held.join(asked, on="run", how="inner").group_by("train", "test")
    counts = shared.agg(pl.len().cast(pl.Int64).alias("runs"), pl.col("of").first())
    return counts, every["run"].n_unique() - asked["run"].n_unique()


def _frame(train: Ints | list[int], test: Ints | list[int]) -> pl.DataFrame:
    return pl.DataFrame({"train": train, "test": test}, schema={"train": pl.Int64, "test": pl.Int64})
