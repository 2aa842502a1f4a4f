"""Ids that last: the declared key, else a keyed content hash with an occurrence number.

The hash is of the input text alone, so that a corrected label is a relabelled row and not another row. It is
keyed, because a plain hash published beside a redacted text would let anyone guess back what was redacted.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from curate.keys import Key

# Names the recipe: a later recipe gets another prefix, and old ids stay recognisable.
CONTENT_PREFIX = "b1-"
# Of what stands for an id that looks personal (`curate.ingest.personal`).
PRIVATE_PREFIX = "p1-"


def content_ids(frame: pl.DataFrame, key: Key, *, tie_break: list[str]) -> pl.Series:
    """Ids for `frame` (column `input`), equal whatever the row order.

    Rows with equal inputs are numbered in the order of the `tie_break` columns: `b1-<24 hex>`, `b1-<24
    hex>-2`, ...

    Returns
    -------
    pl.Series
        `example_id`, String, in the frame's row order.
    """
    distinct = frame.select(pl.col("input").unique(maintain_order=True))
    digests = pl.Series("digest", key.digests("example-id", distinct["input"].to_list()), dtype=pl.String)
    rows = frame.with_row_index("_row").join(
        distinct.with_columns(digests), on="input", how="left", nulls_equal=True
    )
    numbered = rows.sort("digest", *tie_break, "_row", nulls_last=False).with_columns(
        pl.int_range(1, pl.len() + 1).over("digest").alias("_occurrence")
    )
    suffix = (
        pl.when(pl.col("_occurrence") > 1)
        .then("-" + pl.col("_occurrence").cast(pl.String))
        .otherwise(pl.lit(""))
    )
    return numbered.sort("_row").select((CONTENT_PREFIX + pl.col("digest") + suffix).alias("example_id"))[
        "example_id"
    ]


def private_id(ids: Sequence[str], key: Key) -> list[str]:
    """What stands for personal ids, in order."""
    return [PRIVATE_PREFIX + digest for digest in key.digests("private-id", ids)]


def key_text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A key column as text: whole numbers alike whether a file stores them as integers or as floats.

    pandas and Excel turn an integer column with one empty cell into floats, so `1001.0` names the row that
    `1001` names. Up to 2^53, beyond which a float no longer tells integers apart.
    """
    if not dtype.is_float():
        return column.cast(pl.String)
    whole = (column == column.floor()) & (column.abs() <= 2**53)
    return (
        pl.when(whole)
        .then(column.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(column.cast(pl.String))
    )
