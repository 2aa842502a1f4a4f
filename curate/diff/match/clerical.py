"""Changes of form alone: white space, Unicode form, the order of rows and of columns. They are counted apart
from the rest.

A label never changes in form only: `refund` and `refund ` are two classes to whatever trains on them.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from curate.versions.version import CHANGE_KINDS, Version

PLACES = ("at_before", "at_after")
WHITESPACE, UNICODE = "whitespace", "unicode"
ROW_ORDER, COLUMN_ORDER = "row order", "column order"


def mark_clerical(changes: pl.DataFrame) -> pl.DataFrame:
    """`changes` with `clerical`: `whitespace` where the texts differ in white space only, `unicode` where
    (also) in Unicode form (NFC), else null.
    """
    differs = pl.col("change") == "edited"
    lines = changes.with_row_index("_row").filter(
        differs, pl.col("before").is_not_null(), pl.col("after").is_not_null()
    )
    old, new = (_spaced(pl.col(name)) for name in ("before", "after"))
    # Normalising costs; most edits are told apart without it.
    told = lines.select("_row", "before", "after", (old == new).alias("same")).with_columns(
        clerical=pl.when("same").then(pl.lit(WHITESPACE))
    )
    ascii_only = pl.col("before").str.len_bytes() == pl.col("before").str.len_chars()
    beyond = told.filter(
        ~pl.col("same"), ~(ascii_only & (pl.col("after").str.len_bytes() == pl.col("after").str.len_chars()))
    )
    old, new = (_spaced(pl.col(name).str.normalize("NFC")) for name in ("before", "after"))
    composed = beyond.filter(old == new).select("_row", pl.lit(UNICODE).alias("form"))
    clerical = told.join(composed, on="_row", how="left").select(
        "_row", pl.coalesce("clerical", "form").alias("clerical")
    )
    return (
        changes.with_row_index("_row")
        .join(clerical, on="_row", how="left", maintain_order="left")
        .drop("_row")
    )


def _spaced(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"\s+", " ").str.strip_chars()


def clerical_counts(
    changes: pl.DataFrame, places: pl.DataFrame, before: Version, after: Version
) -> dict[str, int]:
    """What differs in form: rows that come before one they came after, 1 for another order of columns, and
    edits by form; zeros left out.

    `places` holds `PLACES` of all rows, one of them null for a row of one side.
    """
    counts = dict(
        changes.filter(pl.col("clerical").is_not_null())
        .group_by("clerical")
        .len()
        .sort("clerical")
        .iter_rows()
    )
    order = [
        [name for name in side.table.schema if name in other.table.schema]
        for side, other in ((before, after), (after, before))
    ]
    counts[COLUMN_ORDER] = int(order[0] != order[1])
    if not after.gold:  # gold rows are published in the order of their ids
        both = places.drop_nulls()
        new = np.full(before.table.height, -1, np.int64)
        new[both["at_before"].to_numpy()] = both["at_after"].to_numpy()
        counts[ROW_ORDER] = int((np.diff(new[new >= 0]) < 0).sum())
    return {name: int(count) for name, count in counts.items() if count}


def substantive_counts(changes: pl.DataFrame) -> dict[str, int]:
    """Distinct rows by kind of change, edits of form alone left out."""
    rows = (
        changes.filter(pl.col("clerical").is_null())
        .group_by("change")
        .agg(pl.struct("at_before", "at_after").n_unique())
    )
    counts = dict(rows.iter_rows())
    return {kind: counts.get(kind, 0) for kind in CHANGE_KINDS}
