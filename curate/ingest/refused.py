"""Records of people who are suppressed: they do not come in again, whatever row or column they stand in."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from curate.ids import private_id
from curate.pii.spotted import spotted
from curate.suppress import Suppressed

_POSITION = ["file_number", "record"]
_TEXTS = ("input", "output", "rejected", "whole")
_LABELS = ("id", "group", "subject")
# In JSON text a line break is a backslash and a letter, which would hide the border of the word behind it.
_ESCAPED = r'\\["\\/bfnrt]'


def with_suppressed(
    rows: pl.DataFrame, files: Mapping[int, pl.DataFrame], suppressed: Suppressed | None
) -> pl.DataFrame:
    """`rows` with `suppressed` (by what a person is known, null where nobody is) and `suppressed_id`.

    A record is looked through whole: columns that no field was read from, and every example of a conversation
    of which one names the person. An id by which the person is known is taken from `id` and stands digested
    in `suppressed_id`, so that the drop ledger does not hold it.

    Parameters
    ----------
    rows
        With `file_number`, `record` and the raw fields.
    files
        The records of each file by its number, as they were read.
    """
    none = pl.lit(None, dtype=pl.String)
    if suppressed is None:
        return rows.with_columns(none.alias("suppressed"), none.alias("suppressed_id"))
    seen = [
        _in_fields(rows, suppressed),
        *(_in_file(at, frame, suppressed) for at, frame in files.items()),
    ]
    by = (
        pl.concat(seen)
        .explode("by")
        .unique()
        .sort(*_POSITION, "by")
        .group_by(_POSITION, maintain_order=True)
        .agg(pl.col("by").str.join(", ").alias("suppressed"))
    )
    named = rows["id"].is_not_null() & spotted(rows["id"], suppressed.digests, suppressed.key).is_not_null()
    digests = private_id(rows["id"].filter(named).to_list(), suppressed.key)
    none_yet = pl.Series("suppressed_id", [None], dtype=pl.String).new_from_index(0, rows.height)
    replaced = none_yet.scatter(named.arg_true(), digests)
    return rows.join(by, on=_POSITION, how="left", maintain_order="left").with_columns(
        replaced, pl.when(named).then(None).otherwise("id").alias("id")
    )


def _in_fields(rows: pl.DataFrame, suppressed: Suppressed) -> pl.DataFrame:
    position = rows.select(pl.col("file_number").cast(pl.Int32), pl.col("record").cast(pl.Int64))
    return _found(rows.select(*_TEXTS, *_LABELS), position, suppressed)


def _in_file(number: int, frame: pl.DataFrame, suppressed: Suppressed) -> pl.DataFrame:
    records = pl.int_range(frame.height, dtype=pl.Int64, eager=True).alias("record")
    position = records.to_frame().select(pl.lit(number, dtype=pl.Int32).alias("file_number"), "record")
    readable = frame.select(pl.all().cast(pl.String, strict=False).str.replace_all(_ESCAPED, " "))
    return _found(readable, position, suppressed)


def _found(cells: pl.DataFrame, position: pl.DataFrame, suppressed: Suppressed) -> pl.DataFrame:
    """`file_number, record, by` of the records in which somebody was spotted.

    Parameters
    ----------
    position
        `file_number` and `record` of each row of `cells`.
    """
    parts = [
        position.with_columns(
            spotted(column, suppressed.digests, suppressed.key).str.split(", ").alias("by")
        ).filter(pl.col("by").is_not_null())
        for column in cells.iter_columns()
    ]
    return pl.concat(parts) if parts else position.clear().with_columns(by=pl.lit([""]))
