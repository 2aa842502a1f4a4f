"""Rows that stay after `dedup` and say the same in other words: listed for a person, nothing leaves.

Repeats in letters are gone by then, so a pair is one that letters do not show. Compared is what people wrote,
under the same guard as near-duplicates (a rewriting in another language is another rewriting).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.dedup.twins import identity
from curate.semantic.door import Encoding, encoding
from curate.semantic.find import near_in_meaning
from curate.semantic.params import SemanticParams
from curate.task import Kind

SEMANTIC = pl.Schema(
    {
        "cluster": pl.String(),  # the keeper's id
        "left_id": pl.String(),
        "right_id": pl.String(),
        "kind": pl.String(),  # semantic
        "similarity": pl.Float64(),  # cosine
        "label_conflict": pl.Boolean(),  # null but for classification
    }
)


def same_meaning(
    written: pl.DataFrame,
    staying: pl.DataFrame,
    kind: Kind,
    params: SemanticParams,
    encoder: Encoding | None = None,
) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Pairs of rows of one meaning, and the counts for the stage's report.

    Parameters
    ----------
    written
        Schema `EXAMPLES`, as people wrote them.
    staying
        `example_id` of the rows that stay.
    encoder
        Loaded by its name where it is not given.
    """
    encoder = encoder or encoding(params.encoder)
    rows = written.join(staying.select("example_id"), on="example_id", how="semi")
    found = near_in_meaning(
        rows.select(
            pl.col("example_id").alias("id"),
            pl.col("input").alias("text"),
            pl.col("held_out").fill_null(False),
            identity(kind).alias("guard"),
        ),
        params,
        encoder,
    )
    pairs = found.pairs
    for side in ("left", "right"):
        outputs = rows.select(pl.col("example_id").alias(side), pl.col("output").alias(f"{side}_output"))
        pairs = pairs.join(outputs, on=side, how="left")
    differs = pl.col("left_output").ne_missing(pl.col("right_output"))
    table = pairs.select(
        "cluster",
        pl.col("left").alias("left_id"),
        pl.col("right").alias("right_id"),
        pl.lit("semantic").alias("kind"),
        "similarity",
        pl.when(pl.lit(kind is Kind.CLASSIFICATION)).then(differs).alias("label_conflict"),
    ).sort("cluster", "left_id", "right_id")
    members = pl.concat([table["left_id"], table["right_id"]])
    facts = {
        "encoder": {"name": encoder.name, "sha256": encoder.sha256},
        "threshold": params.threshold,
        "search": found.search,
        "pairs": table.height,
        "rows": members.n_unique(),
        "clusters": table["cluster"].n_unique(),
        "pairs_with_other_labels": int(table["label_conflict"].sum() or 0),
        "parted": found.parted,
    }
    return table.cast(SEMANTIC), facts
