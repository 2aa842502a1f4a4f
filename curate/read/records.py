"""What every reader returns: rows, where each stood in its file, and what could not be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl

from curate.errors import AssayError
from curate.text import mask, plain, plural


class NoRows(AssayError):
    """A file without rows; as one shard of many it may be so."""


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
    mixed
        Columns of text in which a few cells hold a list or an object: the line (or record) of the first.
    notes
        What the reader assumed of the file, as sentences that may be shown.
    shards
        Where the rows come from several files: the name of each and what `lines` adds to the lines (or
        records) of that file, in file order. Empty for one file.
    """

    frame: pl.DataFrame
    lines: pl.Series
    rejects: pl.DataFrame
    unit: Unit = "line"
    nested: frozenset[str] = frozenset()
    mixed: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    shards: tuple[tuple[str, int], ...] = ()

    @cached_property
    def numbers(self) -> pl.Series:
        """Int64, one per row of `frame`: its record number in the file, from 0, unreadable records counted.

        So row 7 is the eighth record of the file whether or not the records before it could be read.
        """
        kept, lost = self.lines.to_numpy(), np.sort(self.rejects["line"].to_numpy())
        return pl.Series("row", np.arange(len(kept)) + np.searchsorted(lost, kept), dtype=pl.Int64)

    def unreadable(self, most: int = 5) -> str:
        """The rows that could not be read in words, with where they stand and why; empty if there are none.

        Parameters
        ----------
        most
            Places named; the rest are counted.
        """
        rows = self.rejects.height
        if not rows:
            return ""
        named = self.rejects.head(most).select("line", "reason").iter_rows()
        places = ", ".join(f"{self.place(line)} ({reason.replace('_', ' ')})" for line, reason in named)
        more = f" and {rows - most:,} more" if rows > most else ""
        return f"{plural(rows, 'row')} could not be read: {places}{more}"

    def place(self, line: int) -> str:
        """Where a row of `lines` or `rejects` stands, in words: `line 7`, `part-3.csv line 2`."""
        at = self.where(pl.Series([line], dtype=pl.Int64), "").row(0)
        return f"{plain(at[0], 80)} {self.unit} {at[1]}".strip()

    def where(self, lines: pl.Series, name: str) -> pl.DataFrame:
        """`file` and `line` of rows: the shard that each comes from, below `name`, and its line in there.

        Parameters
        ----------
        lines
            Of `self.lines` or of the rejects.
        name
            What the file or the folder is called.
        """
        if not self.shards:
            return pl.DataFrame({"file": pl.repeat(name, len(lines), eager=True), "line": lines})
        starts = np.array([start for _, start in self.shards])
        shard = np.searchsorted(starts, lines.to_numpy() - (self.unit == "line"), side="right") - 1
        paths = [f"{name}/{shard}" if name else shard for shard, _ in self.shards]
        names = pl.Series(paths)
        return pl.DataFrame(
            {"file": names.gather(shard), "line": lines - pl.Series(starts, dtype=pl.Int64).gather(shard)}
        )


# No column is named like this: an address, a number of five digits or more.
_PERSONAL = re.compile(r"\S@\S|\d[\d ().+-]{3,}\d")
# Nor like this: a sentence.
_SENTENCE = re.compile(r"(?:\S+\s+){5}\S|.{61}", re.DOTALL)


def is_personal_shape(name: str) -> bool:
    """Whether a column's name has the shape of an address or a long number."""
    return _PERSONAL.search(name) is not None


def shown_name(name: str) -> str:
    """A column's name as an error may show it: in a file without a header line it is a row's value, so what
    looks like one is masked.
    """
    return mask(name) if is_personal_shape(name) or _SENTENCE.search(name) else plain(name, 40)


def reject_frame(rows: list[tuple[int, str, bytes]]) -> pl.DataFrame:
    """Rejects as a frame, in file order."""
    return pl.DataFrame(rows, schema=REJECTS, orient="row").sort("line")


def record_numbers(frame: pl.DataFrame) -> pl.Series:
    """Records counted from 0, for formats without text lines."""
    return pl.int_range(frame.height, eager=True, dtype=pl.Int64).alias("line")
