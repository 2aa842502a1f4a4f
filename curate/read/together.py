"""All shards of a data set as one table, the same as if one file held their rows.

Each shard is read by the reader for one file; what needs all rows is asked of all: a column's type in JSON,
how many lines are not UTF-8, whether there is any row. Columns that only some shards have are null in the
others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs

from curate.bounds import CELLS, COLUMNS
from curate.errors import AssayError, native_errors
from curate.read.columnar import columnar_frame, columnar_records
from curate.read.delimited import read_delimited_shard
from curate.read.formats import Undecodable
from curate.read.hub import read_saved
from curate.read.jsonfile import Parsed, parse_shard, records_of
from curate.read.records import NoRows, Records, shown_name
from curate.read.shards import Shard, Shards
from curate.text import plain

# The sign that a suffix promises; another one is seen by the header.
DELIMITERS = {"csv": ",", "tsv": "\t"}
# Shards whose notes are said one by one.
_NOTED = 3

OneFile = Callable[[Path], Records]


def read_shards(shards: Shards, read_one: OneFile, *, encoding: str, delimiter: str | None) -> Records:
    """The rows of all shards, in their order.

    Parameters
    ----------
    read_one
        Reads a file that is not one of many.

    Raises
    ------
    AssayError
        As the readers; if the shards have no row, or columns that do not belong together.
    """
    if shards.format == "dataset":
        with shards.folder() as folder:
            return read_saved(folder)
    if shards.alone:
        with shards.opened(shards.each[0]) as path:
            records = read_one(path)
        return replace(records, notes=(*records.notes, *shards.notes))
    match shards.format:
        case "csv" | "tsv":
            records = _delimited(shards, encoding, delimiter)
        case "json" | "jsonl":
            records = _json(shards, encoding)
        case _:
            records = _columnar(shards)
    return replace(records, notes=(*shards.notes, *records.notes))


def _empty(shards: Shards) -> AssayError:
    return NoRows(
        f"{plain(shards.path, 300)} holds no rows in {len(shards.each):,} files",
        fix="export it again with its rows",
    )


def with_folder_columns(frame: pl.DataFrame, shard: Shard) -> pl.DataFrame:
    """`frame` with the columns that its folders name, unless it has them itself."""
    more = [
        pl.lit(value, dtype=pl.String).alias(key) for key, value in shard.columns if key not in frame.columns
    ]
    return frame.with_columns(more) if more else frame


def _joined(frames: list[pl.DataFrame], shards: Shards) -> pl.DataFrame:
    fix = "export them with one type a column, or name some by a glob"
    with native_errors(
        f"{plain(shards.path, 300)}: a column has types in its shards that do not go together", fix
    ):
        frame = pl.concat(frames, how="diagonal_relaxed", rechunk=True)
    COLUMNS.check(frame.width, shards.path)
    CELLS.check(frame.width * frame.height, shards.path)
    return frame


def _columnar(shards: Shards) -> Records:
    frames, starts, at = [], [], 0
    for shard in shards.each:
        with shards.opened(shard) as path:
            frame = with_folder_columns(columnar_frame(path, format=shards.format), shard)
            frame = frame.with_columns(cs.by_dtype(pl.Categorical, pl.Enum).cast(pl.String))
        starts.append((shard.name, at))
        at += frame.height
        frames.append(frame)
    if not at:
        raise _empty(shards)
    frame = _joined(frames, shards)
    notes = tuple(
        f"column {shown_name(name)!r} is {' in some shards, '.join(kinds)} in others; it is read as {dtype}"
        for name, dtype in frame.schema.items()
        if len(kinds := sorted({str(one.schema[name]) for one in frames if name in one.columns})) > 1
    )
    return replace(columnar_records(frame, shards.path), shards=tuple(starts), notes=notes)


def _delimited(shards: Shards, encoding: str, delimiter: str | None) -> Records:
    mostly, at = Undecodable(header=True), 0
    found: list[Records] = []
    starts: list[tuple[str, int]] = []
    notes: dict[str, list[str]] = {}
    header: tuple[str, set[str]] | None = None
    for shard in shards.each:
        with shards.opened(shard) as path:
            records = read_delimited_shard(
                path,
                default=DELIMITERS[shards.format],
                delimiter=delimiter,
                encoding=encoding,
                mostly=mostly,
            )
        starts.append((shard.name, at))
        if records is None:
            continue
        header = _same_header(shards, header, (shard.name, set(records.frame.columns)))
        for note in records.notes:
            notes.setdefault(note, []).append(shard.name)
        here = records
        found.append(
            replace(
                here,
                frame=with_folder_columns(here.frame, shard),
                lines=here.lines + at,
                rejects=here.rejects.with_columns(pl.col("line") + at),
            )
        )
        at += _last(here)
    mostly.refuse()
    if not any(one.frame.height or one.rejects.height for one in found):
        raise _empty(shards)
    frame = _joined([one.frame for one in found], shards)
    if not frame.height:
        raise AssayError(
            f"{plain(shards.path, 300)}: none of its rows can be read as the columns of the headers",
            fix="check the header lines and the delimiter (--delimiter ';')",
        )
    return Records(
        frame,
        pl.concat([one.lines for one in found]),
        pl.concat([one.rejects for one in found]),
        notes=_said(notes),
        shards=tuple(starts),
    )


def _same_header(
    shards: Shards, before: tuple[str, set[str]] | None, now: tuple[str, set[str]]
) -> tuple[str, set[str]]:
    """The wider of two headers; a shard without a header line would lose its first row as names."""
    if before is None or before[1] <= now[1]:
        return now
    if now[1] < before[1]:
        return before
    odd = min(now[1] - before[1])
    raise AssayError(
        f"{plain(shards.path, 300)}: {plain(now[0], 80)} has a column {shown_name(odd)!r} that "
        f"{plain(before[0], 80)} lacks, and lacks others that it has: is its header line missing?",
        fix="write the same header line into each file, or name some of them by a glob",
    )


def _last(records: Records) -> int:
    """The last line at which a record stands."""
    lines = [series.max() for series in (records.lines, records.rejects["line"]) if len(series)]
    return max((int(str(line)) for line in lines), default=0)


def _said(notes: dict[str, list[str]]) -> tuple[str, ...]:
    """Each note once, with the shards that it is of."""
    return tuple(f"{_some(names)}: {note}" for note, names in notes.items())


def _some(names: list[str]) -> str:
    shown = ", ".join(plain(name, 60) for name in names[:_NOTED])
    return f"{shown} and {len(names) - _NOTED:,} more" if len(names) > _NOTED else shown


def _json(shards: Shards, encoding: str) -> Records:
    mostly = Undecodable()
    found: list[tuple[Shard, Parsed | None]] = []
    for shard in shards.each:
        with shards.opened(shard) as path:
            found.append((shard, parse_shard(path, shards.format, encoding=encoding, mostly=mostly)))
    mostly.refuse()
    parsed = [one for _, one in found if one is not None]
    by_line = all(one.unit == "line" for one in parsed)
    at, starts, moved = 0, [], []
    for shard, one in found:
        starts.append((shard.name, at))
        if one is None:
            continue
        one = one if by_line else _by_record(one)
        places = [*one.numbers, *(line for line, _, _ in one.rejects)]
        moved.append(
            Parsed(
                [_with_folder_values(row, shard) for row in one.rows],
                [number + at for number in one.numbers],
                [(line + at, reason, raw) for line, reason, raw in one.rejects],
                one.unit,
            )
        )
        at += max(places, default=0 if by_line else -1) + (not by_line)
    if not any(one.rows or one.rejects for one in moved):
        raise _empty(shards)
    return replace(records_of(moved, shards.path), shards=tuple(starts))


def _with_folder_values(row: dict[str, Any], shard: Shard) -> dict[str, Any]:
    return {**row, **{key: value for key, value in shard.columns if key not in row}} if shard.columns else row


def _by_record(one: Parsed) -> Parsed:
    """The same rows, counted from 0 whatever they were counted by."""
    if one.unit == "record":
        return one
    lines = np.array(sorted([*one.numbers, *(line for line, _, _ in one.rejects)]))
    return Parsed(
        one.rows,
        np.searchsorted(lines, one.numbers).tolist(),
        [(int(np.searchsorted(lines, line)), reason, raw) for line, reason, raw in one.rejects],
        "record",
    )
