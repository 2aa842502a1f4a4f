"""CSV and TSV (RFC 4180), fast when the file is clean, row by row where it is not: one bad row never costs
the file.

Numpy finds every quote, delimiter and line end, which gives each record's field count and line number at
memory speed. If the quoting is well formed, records with a wrong field count or bad UTF-8 are cut out and
polars parses the rest (300 MB in about 4 s on two cores). If a quote is astray, a regular expression walks
the file record by record and resumes on the next line after each one it cannot read (about ten times slower).
All values are strings; an empty field is null, a quoted empty one is "". Blank lines are not records. What is
assumed of delimiter and line ends stands in `dialect.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.bounds import COLUMNS
from curate.errors import AssayError
from curate.read.dialect import dialect, shown_delimiter
from curate.read.formats import Undecodable, as_utf8, bad_lines, encoding_fix, read_bytes
from curate.read.records import NoRows, Records, is_personal_shape, reject_frame, shown_name
from curate.text import plural

Positions = npt.NDArray[np.int64]

_BLOCK = 1 << 24
# Rows among whose values a column's name is sought.
_ROWS_BELOW = 1000
_QUOTE, _NEWLINE, _RETURN = ord('"'), ord("\n"), ord("\r")


def read_delimited(
    path: Path, *, default: str, delimiter: str | None = None, encoding: str = "utf-8"
) -> Records:
    """All rows of a CSV or TSV file with a header.

    Parameters
    ----------
    path
        The file; `.gz` and `.zst` are unpacked.
    default
        The delimiter that the suffix promises; another one is seen by the header and the first records.
    delimiter
        One ASCII character, where a person named it.
    encoding
        Of the file; UTF-8 unless declared.

    Returns
    -------
    Records
        Reject reasons: `too_many_fields`, `too_few_fields`, `bad_quoting`, `invalid_utf8`.

    Raises
    ------
    AssayError
        If the file is empty, holds a header only, has duplicate or unnamed columns, or is in another
        encoding.
    """
    return _read_one(as_utf8(read_bytes(path), path, encoding), path, default, delimiter)


def read_delimited_shard(
    path: Path, *, default: str, delimiter: str | None, encoding: str, mostly: Undecodable
) -> Records | None:
    """As `read_delimited`, of one file of many: it may hold a header and no rows, or nothing at all (None).

    Parameters
    ----------
    mostly
        Counts the lines of all shards that are not UTF-8.
    """
    data = as_utf8(read_bytes(path), path, encoding, mostly=mostly)
    if not data.strip(b"\r\n"):
        return None
    return _read_one(data, path, default, delimiter, may_be_empty=True)


def _read_one(
    data: bytes, path: Path, default: str, delimiter: str | None, *, may_be_empty: bool = False
) -> Records:
    written = dialect(data, default, delimiter)
    data, sign = written.data, written.delimiter
    names, start = _header(data, written.start, path, sign)
    records = _read_clean(data, start, names, sign) or _read_astray(data, start, names, sign)
    if may_be_empty and records.frame.height == 0:
        return replace(records, notes=written.notes)
    if records.frame.height == 0 and records.rejects.height == 0:
        raise NoRows(f"{path} holds a header and no rows", fix="export it again with its rows")
    if records.frame.height == 0:
        first = records.rejects.row(0, named=True)
        raise AssayError(
            f"{path}: none of its {plural(records.rejects.height, 'row')} can be read as the {len(names)} "
            f"columns of the header (line {first['line']}: {first['reason']})",
            fix=f"check the header line and the delimiter, which was taken to be {shown_delimiter(sign)} "
            "(another: --delimiter ';'), or name the format with --format-in",
        )
    notes = (*written.notes, *_header_notes(names, records.frame))
    return replace(records, notes=notes)


@dataclass(frozen=True)
class Layout:
    """How the records of a delimited file lie: their columns, the delimiter, and where the first begins."""

    names: list[str]
    delimiter: str
    start: int
    notes: tuple[str, ...] = ()


def layout_of(head: bytes, path: Path, *, default: str, delimiter: str | None = None) -> Layout | None:
    """The layout of a file that begins with `head` (UTF-8, whole records); None where its line ends are not
    line feeds, so that it must be read whole.

    Raises
    ------
    AssayError
        As `read_delimited` does of a header.
    """
    written = dialect(head, default, delimiter)
    if written.data != head:
        return None
    names, start = _header(head, written.start, path, written.delimiter)
    return Layout(names, written.delimiter, start, written.notes)


def records_in(data: bytes, layout: Layout) -> Records:
    """Whole records without their header, lines counted from 1; there may be none."""
    return _read_clean(data, 0, layout.names, layout.delimiter) or _read_astray(
        data, 0, layout.names, layout.delimiter
    )


def record_end(data: bytes | bytearray, at: int, layout: Layout) -> int | None:
    """Where the record at `at` ends, its line feed included; None if it does not end in `data` or its quoting
    is not well formed.
    """
    match = _record_pattern(layout.delimiter).match(data, at)
    return match.end() if match and data[match.end() - 1 : match.end()] == b"\n" else None


def _header_notes(names: list[str], frame: pl.DataFrame) -> tuple[str, ...]:
    """Say of a first line that looks like a row that it was read as the column names: it has an address or a
    number in it, or a name that its own column holds as a value.
    """
    head = frame.head(_ROWS_BELOW)
    repeated = any(name in set(head[name].drop_nulls()) for name in names)
    if repeated or any(is_personal_shape(name) for name in names):
        return ("its first line was read as column names, but looks like a row: is the header line missing?",)
    return ()


@cache
def _record_pattern(delimiter: str) -> re.Pattern[bytes]:
    """One whole record at a position: possessive throughout, so it never backtracks."""
    d = re.escape(delimiter).encode()
    field = rb'(?:"[^"]*+(?:""[^"]*+)*+"|(?!")[^' + d + rb"\n]*+)"
    return re.compile(field + rb"(?:" + d + field + rb")*+(?:\r?\n|\r?\Z)")


def _field_pattern(delimiter: str) -> re.Pattern[bytes]:
    """One field and the delimiter after it."""
    d = re.escape(delimiter).encode()
    return re.compile(rb'(?:"([^"]*+(?:""[^"]*+)*+)"|([^' + d + rb"]*+))" + d)


def _fields(record: bytes, pattern: re.Pattern[bytes], delimiter: str) -> list[bytes | None]:
    """Fields of one well-formed record; an empty unquoted field is None."""
    matches = pattern.finditer(record + delimiter.encode())
    return [
        match[1].replace(b'""', b'"') if match[1] is not None else (match[2] or None) for match in matches
    ]


def _unquoted(record: bytes, delimiter: str, width: int) -> list[bytes | None]:
    """A TSV line whose quotes do not pair, split at its tabs if that fits: IANA's TSV has no quoting. Else
    nothing.
    """
    fields = record.split(b"\t") if delimiter == "\t" else []
    return [field or None for field in fields] if len(fields) == width else []


def _header(data: bytes, at: int, path: Path, delimiter: str) -> tuple[list[str], int]:
    """Column names, and where the first row starts."""
    blank = re.compile(rb"[\r\n]*").match(data, at)
    start = blank.end() if blank else at
    if start == len(data):
        raise NoRows(f"{path} is empty", fix="export it again; the first line must name the columns")
    number = 1 + data.count(b"\n", 0, start)
    match = _record_pattern(delimiter).match(data, start)
    if match is None:
        raise AssayError(
            f"{path}: the quotes of the header do not close (line {number})",
            fix=f"correct line {number}, which must name the columns",
        )
    line = match.group().rstrip(b"\r\n")
    raw = _fields(line, _field_pattern(delimiter), delimiter)
    try:
        names = [(name or b"").decode().strip() for name in raw]
    except UnicodeDecodeError as error:
        raise AssayError(f"{path}: the header line is not UTF-8", fix=encoding_fix(path, line)) from error
    if not any(names):
        raise AssayError(
            f"{path}: the header line names no column", fix="put the column names on the first line"
        )
    COLUMNS.check(len(names), path)
    twice = sorted(name for name, count in Counter(names).items() if name and count > 1)
    if twice:
        shown = ", ".join(map(shown_name, twice))
        raise AssayError(
            f"{path}: the header names more than one column {shown}", fix="rename all but one of them"
        )
    given = set(names)
    for index, name in enumerate(names):
        if not name:  # such as the unnamed index column of a data frame's export
            names[index] = f"column_{index + 1}" + "_" * (f"column_{index + 1}" in given)
    return names, match.end()


@dataclass(frozen=True)
class _Structure:
    """Where records lie in well-quoted bytes: byte bounds without the line end, field count, line number of
    each.
    """

    starts: Positions
    ends: Positions
    fields: Positions
    lines: Positions


def _positions(buffer: npt.NDArray[np.uint8], byte: int) -> Positions:
    """Offsets of `byte`, block by block so that the masks stay small."""
    parts = [np.flatnonzero(buffer[at : at + _BLOCK] == byte) + at for at in range(0, len(buffer), _BLOCK)]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _structure(buffer: npt.NDArray[np.uint8], delimiter: int, first_line: int) -> _Structure | None:
    """Bounds of every record, or None if a quote is astray."""
    quotes = _positions(buffer, _QUOTE)
    if len(quotes) % 2:
        return None
    opening, closing = quotes[0::2], quotes[1::2]
    before = buffer[np.maximum(opening - 1, 0)]
    if not np.all((opening == 0) | np.isin(before, (delimiter, _NEWLINE, _QUOTE))):
        return None
    after = buffer[np.minimum(closing + 1, len(buffer) - 1)]
    if not np.all((closing == len(buffer) - 1) | np.isin(after, (delimiter, _NEWLINE, _RETURN, _QUOTE))):
        return None
    newlines, delimiters = _positions(buffer, _NEWLINE), _positions(buffer, delimiter)
    outside = newlines[np.searchsorted(quotes, newlines) % 2 == 0] if len(quotes) else newlines
    if len(quotes):
        delimiters = delimiters[np.searchsorted(quotes, delimiters) % 2 == 0]
    ends = outside if len(outside) and outside[-1] == len(buffer) - 1 else np.append(outside, len(buffer))
    starts = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    fields = np.diff(np.searchsorted(delimiters, ends), prepend=0) + 1
    return _Structure(starts, ends.astype(np.int64), fields, first_line + np.searchsorted(newlines, starts))


def _read_clean(data: bytes, start: int, names: list[str], delimiter: str) -> Records | None:
    """The fast path; None if the quoting is not well formed."""
    body = memoryview(data)[start:]
    if not len(body):
        return _records([], [], [], names)
    buffer = np.frombuffer(body, dtype=np.uint8)
    structure = _structure(buffer, ord(delimiter), 1 + data.count(b"\n", 0, start))
    if structure is None:
        return None
    length = structure.ends - structure.starts
    blank = (length == 0) | (
        (length == 1) & (buffer[np.minimum(structure.starts, len(buffer) - 1)] == _RETURN)
    )
    reasons: dict[int, str] = {}
    for code, wrong in (
        ("too_few_fields", structure.fields < len(names)),
        ("too_many_fields", structure.fields > len(names)),
    ):
        reasons.update(dict.fromkeys(np.flatnonzero(wrong & ~blank).tolist(), code))
    undecodable = bad_lines(body)
    if undecodable:
        line_starts = np.concatenate(([0], _positions(buffer, _NEWLINE) + 1))[undecodable]
        reasons.update(
            dict.fromkeys(
                (np.searchsorted(structure.starts, line_starts, side="right") - 1).tolist(), "invalid_utf8"
            )
        )
    cut = blank.copy()
    cut[list(reasons)] = True
    text = bytes(body) if not cut.any() else _without(body, structure, cut)
    frame = (
        pl.read_csv(
            text,
            has_header=False,
            separator=delimiter,
            quote_char='"',
            schema=dict.fromkeys(names, pl.String),
            empty_string_is_null=True,
        )
        if text
        else pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    )
    lines = pl.Series("line", structure.lines[~cut], dtype=pl.Int64)
    if frame.height != len(lines):  # polars saw other records than the structure: trust neither
        return None
    rejects = [
        (
            int(structure.lines[row]),
            code,
            bytes(body[structure.starts[row] : structure.ends[row]]).removesuffix(b"\r"),
        )
        for row, code in reasons.items()
    ]
    return Records(frame, lines, reject_frame(rejects))


def _without(body: memoryview, found: _Structure, cut: npt.NDArray[np.bool_]) -> bytes:
    """`body` less the records of `cut`, copied in runs."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], cut, [True])).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    return b"".join(
        bytes(body[found.starts[first] : min(found.ends[last - 1] + 1, len(body))])
        for first, last in runs.tolist()
    )


def _read_astray(data: bytes, start: int, names: list[str], delimiter: str) -> Records:
    """Record by record: a file with a stray quote has no structure that a vectorised pass could trust."""
    whole, single = _record_pattern(delimiter), _field_pattern(delimiter)
    rows: list[list[str | None]] = []
    lines: list[int] = []
    rejects: list[tuple[int, str, bytes]] = []
    at, line = start, 1 + data.count(b"\n", 0, start)
    while at < len(data):
        match = whole.match(data, at)
        end = match.end() if match else (data.find(b"\n", at) + 1 or len(data))
        record = data[at:end].removesuffix(b"\n").removesuffix(b"\r")
        if record:
            fault = "bad_quoting"
            fields = _fields(record, single, delimiter) if match else _unquoted(record, delimiter, len(names))
            if fields:
                fault = (
                    "too_few_fields"
                    if len(fields) < len(names)
                    else "too_many_fields"
                    if len(fields) > len(names)
                    else ""
                )
                if not fault:
                    try:
                        row = [None if field is None else field.decode() for field in fields]
                        rows.append(row)
                        lines.append(line)
                    except UnicodeDecodeError:
                        fault = "invalid_utf8"
            if fault:
                rejects.append((line, fault, record))
        line += data.count(b"\n", at, end)
        at = end
    return _records(rows, lines, rejects, names)


def _records(
    rows: list[list[str | None]], lines: list[int], rejects: list[tuple[int, str, bytes]], names: list[str]
) -> Records:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return Records(frame, pl.Series("line", lines, dtype=pl.Int64), reject_frame(rejects))
