"""The words of an explanation that more than one kind of change uses: columns, reasons and groups of
fields.
"""

from __future__ import annotations

import polars as pl

# What is said of each change: of the row `stage`, `reason` and `evidence`, of the pipeline `because`.
EXPLANATION = ("stage", "reason", "evidence", "because")
UNEXPLAINED = "unexplained"
# The stage of a change that may be none: the row may be one of those that could not be read.
UNREADABLE = "read"
REDACTED, JUDGED = "redaction changed", "redaction changed by a verdict"
# Of rows that an erasure took out, or took a value out of.
ERASURE, ERASE = "erasure", "erase"
# Placeholders are numbered through all fields of a row: what is kept in one renumbers the others.
RENUMBERED = "placeholders renumbered"
IN_SOURCE = {
    "added": "new in source",
    "removed": "gone from source",
    "edited": "edited in source",
    "relabelled": "relabelled in source",
    "moved": "moved in source",
}


def two_places(name: str) -> pl.Expr:
    """A share as text with two decimals, rounded down: 0.999 is not yet 1.00."""
    hundredths = (pl.col(name) * 100).floor().cast(pl.Int64)
    return pl.format("{}.{}", hundredths // 100, (hundredths % 100).cast(pl.String).str.zfill(2))
