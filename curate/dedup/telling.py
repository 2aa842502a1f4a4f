"""Words that tell labels apart: whether two texts with different labels contradict each other.

"use platinum account" and "close platinum account" share most of their letters and have different labels, and
rightly: over the whole set, "close" stands in rows of one of the two labels and not of the other. Texts whose
words point to different labels are different requests. Texts whose words point to the same label, or to none,
and that are labelled differently, contradict each other: one of the labels is wrong.

Cost: the words of the rows with conflicting labels, counted once; nothing where no labels conflict.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

# A word points to a label if it stands in as many rows of the cluster's labels at least, and nearly only in
# rows of that one. On banking77 and Bitext fewer rows are chance, and a smaller share lets "my" tell.
_FEWEST = 5
_SHARE = 0.9
_WORD = r"[\p{L}\p{N}]+"


def pointed(rows: pl.DataFrame, everything: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The labels to which the words of each row point.

    Parameters
    ----------
    rows
        `id, text, cluster, label`: those in conflict, texts folded; the labels of a cluster are those of its
        rows.
    everything
        `text, label` of all rows, texts folded, some rows at a time.

    Returns
    -------
    pl.DataFrame
        `id, points` (String, empty where no word points), in the order of `rows`.
    """
    words = rows.select("id", "cluster", pl.col("text").str.extract_all(_WORD).list.unique().alias("word"))
    words = words.explode("word", keep_nulls=False, empty_as_null=False)
    labels = rows.select("cluster", "label").unique()
    wanted, asked = labels.select("label").unique(), words.select("word").unique()
    parts = [
        part.join(wanted, on="label", how="semi")
        .select("label", pl.col("text").str.extract_all(_WORD).list.unique().alias("word"))
        .explode("word", keep_nulls=False, empty_as_null=False)
        .join(asked, on="word", how="semi")
        .group_by("word", "label")
        .len("rows")
        for part in everything
    ]
    counts = pl.concat(parts).group_by("word", "label").agg(pl.col("rows").sum())
    telling = (
        words.select("cluster", "word")
        .unique()
        .join(labels, on="cluster")
        .join(counts, on=["word", "label"])
        .with_columns(pl.col("rows").sum().over("cluster", "word").alias("of"))
        .filter((pl.col("of") >= _FEWEST) & (pl.col("rows") >= _SHARE * pl.col("of")))
        .select("cluster", "word", "label")
    )
    points = (
        words.join(telling, on=["cluster", "word"])
        .group_by("id")
        .agg(pl.col("label").unique().sort().str.join("\x1e").alias("points"))
    )
    return (
        rows.select("id")
        .join(points, on="id", how="left", maintain_order="left")
        .with_columns(pl.col("points").fill_null(""))
    )
