"""What of a table is scanned: its columns of text, whole numbers, dates of birth and nested values.

A nested column (Parquet's struct or list) is scanned as the JSON text of each value, as a nested value of a
JSONL file is; with a dotted path the values at that path (`curate/read/paths.py`). A column's name is the
label of its bare values: `7911123456` is a telephone number in a column `phone`.
"""

from __future__ import annotations

import polars as pl

from curate.pii.detect.context.identifiers import label_of

# Dates are scanned where they are of birth: any other column of dates would be a finding a row.
_BIRTH = frozenset({"birth", "dob", "born", "birthday", "birthdate"})
# Bare values are short; what is longer is text, which speaks for itself.
_BARE = 64


def is_scanned(name: str, dtype: pl.DataType) -> bool:
    """Whether a column is scanned unless others are named."""
    if dtype.is_temporal():
        return not _BIRTH.isdisjoint(label_of(name).split())
    if dtype.is_float():  # whole numbers become floats where pandas meets a missing one
        return bool(label_of(name))
    return dtype == pl.String or dtype.is_integer() or dtype.is_nested() or dtype in (pl.Categorical, pl.Enum)


def bare(texts: pl.Series) -> pl.Series:
    """Which texts are bare values, which their column's name says the kind of."""
    return (texts.str.len_chars() <= _BARE) & ~texts.str.contains(r"[\n{}\"]")
