"""What every reader returns: rows, where each stood in its file, and what could not be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import polars as pl

from curate.text import mask, plain

# `raw` holds the line itself: for a keyed digest made in memory, never for a file that leaves the project.
REJECTS = pl.Schema({"line": pl.Int64(), "reason": pl.String(), "raw": pl.Binary()})

# A line number counts from 1 and includes the header; a record number counts from 0.
Unit = Literal["line", "record"]


@dataclass(frozen=True)
class Records:
    """One file's content.

    Parameters
    ----------
    frame
        The readable rows in file order, columns as the file has them.
    lines
        Int64, one per row of `frame`: the line (or record) at which the row starts.
    rejects
        Rows that could not be read (schema `REJECTS`): line, reason code, raw bytes.
    unit
        Whether `lines` count text lines from 1 or records from 0.
    nested
        Columns whose objects and lists were written as canonical JSON text.
    """

    frame: pl.DataFrame
    lines: pl.Series
    rejects: pl.DataFrame
    unit: Unit = "line"
    nested: frozenset[str] = frozenset()


# No column is named like this: an address, a number of five digits or more, a sentence.
_VALUE = re.compile(r"@|\d[\d ().+-]{3,}\d|(?:\S+\s+){5}\S|.{61}", re.DOTALL)


def shown_name(name: str) -> str:
    """A column's name as an error may show it: in a file without a header line it is a row's value, so what
    looks like one is masked.
    """
    return mask(name) if _VALUE.search(name) else plain(name, 40)


def reject_frame(rows: list[tuple[int, str, bytes]]) -> pl.DataFrame:
    """Rejects as a frame, in file order."""
    return pl.DataFrame(rows, schema=REJECTS, orient="row").sort("line")


def record_numbers(frame: pl.DataFrame) -> pl.Series:
    """Records counted from 0, for formats without text lines."""
    return pl.int_range(frame.height, eager=True, dtype=pl.Int64).alias("line")
