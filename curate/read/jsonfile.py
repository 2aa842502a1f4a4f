"""JSON Lines and JSON files: objects become rows, values keep their type where a column has one.

A nested value (object or list) becomes canonical JSON text, since a frame column needs one shape and the rows
of a JSON file rarely share one: a struct column would invent null keys that no row had. Numbers beyond 64
bits and columns of mixed types become text. Row by row in Python's C parser, about 300,000 rows of 300
characters a second: a vectorised reader reports no line for a fault and fails the whole file on one bad row.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from curate.bounds import CELLS, COLUMNS
from curate.errors import AssayError
from curate.files import canonical_json
from curate.read.formats import Undecodable, as_utf8, encoding_fix, read_bytes
from curate.read.records import NoRows, Records, Unit, reject_frame
from curate.strict_json import finite
from curate.text import plural

# Deeper nesting is an attack on the parser, not a row.
_TOO_DEEP = "too_deep"


def read_jsonl(path: Path, *, encoding: str = "utf-8") -> Records:
    """All objects of a JSON Lines file, one a line; blank lines are not records. A JSON array under this name
    is read as one, and the records say so.

    Returns
    -------
    Records
        Reject reasons: `invalid_json`, `not_an_object`, `duplicate_key`, `invalid_utf8`, `too_deep`.

    Raises
    ------
    AssayError
        If the file is empty, no line holds an object, or it is in another encoding.
    """
    data = as_utf8(read_bytes(path), path, encoding)
    if data.lstrip()[:1] == b"[" and (rows := _array_of_objects(data)) is not None:
        return replace(_of_array(rows, path), notes=("it holds one JSON array, not a row a line",))
    return _lines(data, path)


def _array_of_objects(data: bytes) -> list[Any] | None:
    """The array that all of `data` is, if one of its items is an object."""
    try:
        value = _parsed(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) and any(isinstance(item, dict) for item in value) else None


def read_json(path: Path, *, encoding: str = "utf-8") -> Records:
    """All objects of a JSON file: an array, or an object with one array (such as `{"data": [...]}`). JSON
    Lines are read as such.

    Raises
    ------
    AssayError
        If the file is empty, is not JSON, or holds no array of objects.
    """
    data = as_utf8(read_bytes(path), path, encoding)
    if not data.strip():
        raise NoRows(f"{path} is empty", fix="export it again")
    rows, numbers, rejects, unit = _json_rows(data, path)
    return _records(rows, numbers, rejects, path, unit)


class Parsed(NamedTuple):
    """The rows of a file before they are a frame: objects, where each stands, and what is not one."""

    rows: list[dict[str, Any]]
    numbers: list[int]
    rejects: list[tuple[int, str, bytes]]
    unit: Unit


def parse_shard(path: Path, format: str, *, encoding: str, mostly: Undecodable) -> Parsed | None:
    """The rows of one JSON or JSON Lines file of many; None if it holds nothing at all.

    Parameters
    ----------
    mostly
        Counts the lines of all shards that are not UTF-8.

    Raises
    ------
    AssayError
        As `read_json` and `read_jsonl`, but not for a file without rows.
    """
    data = as_utf8(read_bytes(path), path, encoding, mostly=mostly)
    if not data.strip():
        return None
    if format == "json":
        return _json_rows(data, path)
    if data.lstrip()[:1] == b"[" and (rows := _array_of_objects(data)) is not None:
        return _array_rows(rows)
    return Parsed(*_parsed_lines(data), "line")


def records_of(shards: Sequence[Parsed], path: Path | str) -> Records:
    """The rows of all shards as records, each column typed over all of them.

    Parameters
    ----------
    shards
        Their numbers made those of the whole; all count lines, or all count records.
    path
        What an error names.
    """
    return _records(
        [row for shard in shards for row in shard.rows],
        [number for shard in shards for number in shard.numbers],
        [reject for shard in shards for reject in shard.rejects],
        path,
        shards[0].unit if shards else "line",
    )


def _json_rows(data: bytes, path: Path) -> Parsed:
    try:
        value = _parsed(data)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return Parsed(*_parsed_lines(data), "line")
        raise AssayError(
            f"{path} is not valid JSON: {error.msg} at line {error.lineno}",
            fix="correct that line, or export JSON Lines, where one bad row costs one row",
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise AssayError(
            f"{path} is not UTF-8 at line {line}", fix=encoding_fix(path, data.splitlines()[line - 1])
        ) from None
    except (ValueError, RecursionError):
        raise AssayError(
            f"{path} is not valid JSON: NaN, Infinity, an absurd number or absurd nesting",
            fix="export it again as JSON Lines",
        ) from None
    return _array_rows(_array_of(value, path))


def _of_array(rows: list[Any], path: Path) -> Records:
    kept, numbers, rejects, unit = _array_rows(rows)
    return _records(kept, numbers, rejects, path, unit)


def _array_rows(rows: list[Any]) -> Parsed:
    """Rows of a parsed array, numbered from 0."""
    kept, numbers, rejects = [], [], []
    for number, row in enumerate(rows):
        marred = isinstance(row, dict) and _marred(row)
        if isinstance(row, dict) and not marred:
            kept.append(row)
            numbers.append(number)
        else:
            reason = "duplicate_key" if marred else "not_an_object"
            rejects.append((number, reason, canonical_json(row).encode("utf-8", "surrogatepass")))
    return Parsed(kept, numbers, rejects, "record")


class _Twice(dict[str, Any]):
    """An object that names one of its properties twice."""


class _Decoder:
    """Reads JSON and remembers whether any object of it named a property twice: RFC 8259 leaves open which of
    the two counts, so neither does.
    """

    def __init__(self) -> None:
        self.twice = False
        self.raw_decode = json.JSONDecoder(
            parse_constant=_refuse, parse_float=finite, object_pairs_hook=self.object
        ).raw_decode

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """An object from its pairs."""
        properties = dict(pairs)
        if len(properties) == len(pairs):
            return properties
        self.twice = True
        return _Twice(properties)


def _marred(value: Any) -> bool:
    """Whether a value holds an object that names a property twice, or is one."""
    if isinstance(value, dict):
        return isinstance(value, _Twice) or any(map(_marred, value.values()))
    return isinstance(value, list) and any(map(_marred, value))


def _parsed(data: bytes) -> Any:
    """JSON `data`, objects that name a property twice marked as `_Twice`."""
    return json.loads(data, parse_constant=_refuse, parse_float=finite, object_pairs_hook=_Decoder().object)


def _array_of(value: Any, path: Path) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        arrays = [
            name
            for name, content in value.items()
            if isinstance(content, list) and any(isinstance(item, dict) for item in content)
        ]
        if "data" in arrays:
            arrays = ["data"]
        if len(arrays) == 1 and _is_turns(value[arrays[0]]):
            return [value]  # one conversation, whose turns are not rows
        if len(arrays) == 1:
            items: list[Any] = value[arrays[0]]
            return items
        if not any(isinstance(content, list) for content in value.values()):
            return [value]  # a JSON Lines file of one line is a JSON file too
    raise AssayError(
        f"{path} holds neither an array of objects nor an object with one such array",
        fix='export an array of objects, {"data": [...]}, or JSON Lines',
    )


def _is_turns(items: list[Any]) -> bool:
    """Whether an array's items are the turns of a conversation."""
    return all(
        isinstance(item, dict) and ("role" in item or {"from", "value"} <= item.keys()) for item in items
    )


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _lines(data: bytes, path: Path) -> Records:
    rows, numbers, rejects = _parsed_lines(data)
    return _records(rows, numbers, rejects, path, "line")


def lines_of(data: bytes) -> Records:
    """A part of a JSON Lines file, lines counted from 1; it may hold no rows, and each column has the type of
    this part.
    """
    rows, numbers, rejects = _parsed_lines(data)
    return _framed(rows, numbers, rejects, "line")


def _parsed_lines(data: bytes) -> tuple[list[dict[str, Any]], list[int], list[tuple[int, str, bytes]]]:
    """Objects, the lines at which they stand, and the lines that hold none."""
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    rejects: list[tuple[int, str, bytes]] = []
    decoder = _Decoder()
    for number, line in enumerate(data.split(b"\n"), 1):
        line = line.strip()
        if not line:
            continue
        decoder.twice = False
        try:
            text = line.decode()
            value, end = decoder.raw_decode(text)
        except UnicodeDecodeError:
            rejects.append((number, "invalid_utf8", line))
        except RecursionError:
            rejects.append((number, _TOO_DEEP, line))
        except ValueError:
            rejects.append((number, "invalid_json", line))
        else:
            if end < len(text):
                rejects.append((number, "invalid_json", line))
            elif not isinstance(value, dict):
                rejects.append((number, "not_an_object", line))
            elif decoder.twice:
                rejects.append((number, "duplicate_key", line))
            else:
                rows.append(value)
                numbers.append(number)
    return rows, numbers, rejects


def _records(
    rows: list[dict[str, Any]],
    numbers: list[int],
    rejects: list[tuple[int, str, bytes]],
    path: Path | str,
    unit: Unit,
) -> Records:
    if not rows and not rejects:
        raise NoRows(f"{path} is empty: it holds no rows", fix="export it again with its rows")
    if not rows:
        raise AssayError(
            f"{path}: none of its {plural(len(rejects), 'row')} is a JSON object ({unit} {rejects[0][0]}: "
            f"{rejects[0][1]})",
            fix='write one JSON object a line: {"text": ..., "label": ...}',
        )
    names = dict.fromkeys(name for row in rows for name in row)
    COLUMNS.check(len(names), path)
    CELLS.check(len(names) * len(rows), path)
    return _framed(rows, numbers, rejects, unit)


def _framed(
    rows: list[dict[str, Any]], numbers: list[int], rejects: list[tuple[int, str, bytes]], unit: Unit
) -> Records:
    names = dict.fromkeys(name for row in rows for name in row)
    values = {name: [row.get(name) for row in rows] for name in names}
    nested = frozenset(
        _text(name)
        for name, column in values.items()
        if any(isinstance(value, (dict, list)) for value in column)
    )
    mixed = {
        _text(name): numbers[at]
        for name, column in values.items()
        if _text(name) in nested and (at := _first_odd(column)) is not None
    }
    frame = pl.DataFrame([_column(_text(name), column) for name, column in values.items()])
    lines = pl.Series("line", numbers, dtype=pl.Int64)
    return Records(frame, lines, reject_frame(rejects), unit, nested, mixed)


def _first_odd(column: list[Any]) -> int | None:
    """Where the first list or object stands in a column most of whose cells are text."""
    nested = [at for at, value in enumerate(column) if isinstance(value, (dict, list))]
    texts = sum(isinstance(value, str) for value in column)
    return nested[0] if nested and len(nested) < texts else None


def _column(name: str, values: list[Any]) -> pl.Series:
    """One column, typed if all its values are of one scalar type, else as text."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds <= {str}:
        try:
            return pl.Series(name, values, dtype=pl.String)
        except UnicodeEncodeError:
            texts = [None if value is None else _text(value) for value in values]
            return pl.Series(name, texts, dtype=pl.String)
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if kinds == {int} and all(value is None or -(2**63) <= value < 2**63 for value in values):
        return pl.Series(name, values, dtype=pl.Int64)
    if kinds == {float}:
        return pl.Series(name, values, dtype=pl.Float64)
    return pl.Series(name, [_cell(value) for value in values], dtype=pl.String)


def _cell(value: Any) -> str | None:
    return None if value is None else _text(value if isinstance(value, str) else canonical_json(value))


def _text(value: str) -> str:
    """`value` with lone surrogates, which JSON can spell and UTF-8 cannot, replaced by U+FFFD."""
    return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if not _encodes(value) else value


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
