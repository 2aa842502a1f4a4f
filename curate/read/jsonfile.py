"""JSON Lines and JSON files: objects become rows, values keep their type where a column has one.

A nested value (object or list) becomes canonical JSON text, since a frame column needs one shape and the rows
of a JSON file rarely share one: a struct column would invent null keys that no row had. Numbers beyond 64
bits and columns of mixed types become text. Row by row in Python's C parser, about 300,000 rows of 300
characters a second: a vectorised reader reports no line for a fault and fails the whole file on one bad row.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.files import canonical_json
from curate.read.formats import as_utf8, read_bytes
from curate.read.records import Records, Unit, reject_frame

# Deeper nesting is an attack on the parser, not a row.
_TOO_DEEP = "too_deep"


def read_jsonl(path: Path, *, encoding: str = "utf-8") -> Records:
    """All objects of a JSON Lines file, one a line; blank lines are no records.

    Returns
    -------
    Records
        Reject reasons: `invalid_json`, `not_an_object`, `invalid_utf8`, `too_deep`.

    Raises
    ------
    AssayError
        If the file is empty, no line holds an object, or it is in another encoding.
    """
    return _lines(as_utf8(read_bytes(path), path, encoding), path)


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
        raise AssayError(f"{path} is empty", fix="export it again")
    try:
        value = json.loads(data, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return _lines(data, path)
        raise AssayError(
            f"{path} is not valid JSON: {error.msg} at line {error.lineno}",
            fix="mend that line, or export JSON Lines, where one bad row costs one row",
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise AssayError(
            f"{path} is not UTF-8 at line {line}", fix="say the encoding: `ingest.encoding` in params.yaml"
        ) from None
    except (ValueError, RecursionError):
        raise AssayError(
            f"{path} is not valid JSON: NaN, Infinity, an absurd number or absurd nesting",
            fix="export it again as JSON Lines",
        ) from None
    rows = _array_of(value, path)
    kept, numbers, rejects = [], [], []
    for number, row in enumerate(rows):
        if isinstance(row, dict):
            kept.append(row)
            numbers.append(number)
        else:
            rejects.append((number, "not_an_object", canonical_json(row).encode("utf-8", "surrogatepass")))
    return _records(kept, numbers, rejects, path, "record")


def _array_of(value: Any, path: Path) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        arrays = [
            name
            for name, held in value.items()
            if isinstance(held, list) and any(isinstance(item, dict) for item in held)
        ]
        if "data" in arrays:
            arrays = ["data"]
        if len(arrays) == 1:
            found: list[Any] = value[arrays[0]]
            return found
        if not any(isinstance(held, list) for held in value.values()):
            return [value]  # a JSON Lines file of one line is a JSON file too
    raise AssayError(
        f"{path} holds neither an array of objects nor an object with one such array",
        fix='export an array of objects, {"data": [...]}, or JSON Lines',
    )


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _lines(data: bytes, path: Path) -> Records:
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    rejects: list[tuple[int, str, bytes]] = []
    decode = json.JSONDecoder(parse_constant=_refuse).decode
    for number, line in enumerate(data.split(b"\n"), 1):
        line = line.strip()
        if not line:
            continue
        try:
            value = decode(line.decode())
        except UnicodeDecodeError:
            rejects.append((number, "invalid_utf8", line))
        except RecursionError:
            rejects.append((number, _TOO_DEEP, line))
        except ValueError:
            rejects.append((number, "invalid_json", line))
        else:
            if isinstance(value, dict):
                rows.append(value)
                numbers.append(number)
            else:
                rejects.append((number, "not_an_object", line))
    return _records(rows, numbers, rejects, path, "line")


def _records(
    rows: list[dict[str, Any]],
    numbers: list[int],
    rejects: list[tuple[int, str, bytes]],
    path: Path,
    unit: Unit,
) -> Records:
    if not rows and not rejects:
        raise AssayError(f"{path} is empty: it holds no rows", fix="export it again with its rows")
    if not rows:
        raise AssayError(
            f"{path}: none of its {len(rejects):,} rows is a JSON object ({unit} {rejects[0][0]}: "
            f"{rejects[0][1]})",
            fix='write one JSON object a line: {"text": ..., "label": ...}',
        )
    values = {
        name: [row.get(name) for row in rows] for name in dict.fromkeys(name for row in rows for name in row)
    }
    nested = frozenset(
        _text(name)
        for name, column in values.items()
        if any(isinstance(value, (dict, list)) for value in column)
    )
    frame = pl.DataFrame([_column(_text(name), column) for name, column in values.items()])
    return Records(frame, pl.Series("line", numbers, dtype=pl.Int64), reject_frame(rejects), unit, nested)


def _column(name: str, values: list[Any]) -> pl.Series:
    """One column, typed if all its values are of one scalar type, else as text."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds <= {str}:
        try:
            return pl.Series(name, values, dtype=pl.String)
        except UnicodeEncodeError:
            return pl.Series(
                name, [None if value is None else _text(value) for value in values], dtype=pl.String
            )
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
