"""Leaks: rows seen in training that also stand in the held-out set, so that a score on it partly measures
memory.

On banking77 at the defaults 191 of 3,080 test rows have a training twin at Jaccard 0.8 (226 pairs in all),
and for 12 of them the nearest twin carries another label.
"""

from __future__ import annotations

import polars as pl

from curate.dedup.judge import texts_of, weighs
from curate.dedup.params import DedupParams, Similarity
from curate.dedup.twins import find_shared
from curate.task import Kind


def leaks(seen: pl.DataFrame, held_out: pl.DataFrame, kind: Kind, similarity: Similarity) -> pl.DataFrame:
    """Every verified pair of a seen row with a held-out row.

    Parameters
    ----------
    seen, held_out
        Columns `example_id, input, output`, and `language`, `rejected` where the kind has them.
    kind
        Says what besides the input makes two rows the same example.
    similarity
        Shingles, threshold and the parts compared; `DedupParams` also say what weighs.

    Returns
    -------
    pl.DataFrame
        `train_id, test_id, kind, similarity, label_conflict` (null but for classification), by test row,
        nearest first.
    """

    params = similarity if isinstance(similarity, DedupParams) else DedupParams(**similarity.model_dump())
    sides = (texts_of(seen, kind, params), texts_of(held_out, kind, params))
    pairs, _ = find_shared(*sides, similarity, weigh=weighs(kind, params))
    labelled = with_conflict(
        pairs, seen.select("example_id", "output"), held_out.select("example_id", "output")
    )
    conflict = pl.col("label_conflict") if kind is Kind.CLASSIFICATION else pl.lit(None, dtype=pl.Boolean)
    return labelled.select(
        pl.col("left").alias("train_id"),
        pl.col("right").alias("test_id"),
        "kind",
        "similarity",
        conflict.alias("label_conflict"),
    )


def with_conflict(pairs: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """`pairs` with `label_conflict`: whether the outputs of its two rows differ; order kept.

    `left` and `right` hold the id, then the output of each row.
    """
    numbered = pairs.with_row_index("_row")
    for side, labels in (("left", left), ("right", right)):
        numbered = numbered.join(
            labels.select(pl.nth(0).alias(side), pl.nth(1).alias(f"_{side}")), on=side, how="left"
        )
    return numbered.sort("_row").select(
        *pairs.columns, pl.col("_left").ne_missing(pl.col("_right")).alias("label_conflict")
    )


def leak_counts(pairs: pl.DataFrame) -> dict[str, int]:
    """Counts of pairs of `leaks`: held-out rows with a twin, and those whose nearest twin has another label,
    are what a score feels.
    """
    nearest = pairs.unique(pairs.columns[1], keep="first", maintain_order=True)
    return {
        "pairs": pairs.height,
        "conflicting_pairs": int(pairs["label_conflict"].sum() or 0),
        "held_out_rows": nearest.height,
        "held_out_rows_conflicting": int(nearest["label_conflict"].sum() or 0),
    }
