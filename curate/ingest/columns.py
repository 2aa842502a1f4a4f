"""From a file's columns, in whatever layout, to the columns of Examples, still unnormalised and without
ids.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.files import canonical_json
from curate.ids import key_text
from curate.ingest.messages import dialogue, looks_like_turns
from curate.ingest.normalise import normalise_value
from curate.ingest.params import Columns, IngestParams
from curate.read import Records, need_columns, shown_columns, shown_name
from curate.task import Kind
from curate.text import plain

_FIX = "name the columns in params.yaml: `ingest.columns.input` and `ingest.columns.output`"
PLAIN_FIELDS = ("id", "group", "subject", "source", "language", "collected_at")


@dataclass(frozen=True)
class Mapped:
    """A file's rows as raw fields.

    Parameters
    ----------
    frame
        `input`, `output`, `rejected`, `id`, `group`, `subject`, `source`, `language`, `collected_at` (String,
        null where absent) and `valid` (Boolean; false where chat turns could not be read).
    layout
        `flat`, `prompt_completion` or `messages`.
    used
        Field -> column name.
    """

    frame: pl.DataFrame
    layout: str
    used: dict[str, str]


def settle(frame: pl.DataFrame, params: IngestParams, kind: Kind, path: str) -> tuple[str, Columns]:
    """The layout, and the columns with the layout's usual names filled in.

    Raises
    ------
    AssayError
        If the columns do not say which is which.
    """
    columns, layout, there = params.columns, params.layout, set(frame.columns)
    usual: dict[str, str] = {}
    pair = {"prompt", "chosen", "rejected"} if kind == Kind.PREFERENCE else {"prompt", "completion"}
    if layout == "auto":
        if columns.messages:
            layout = "messages"
        elif columns.input:
            layout = "flat"
        elif "messages" in there:
            layout = "messages"
        elif pair <= there or (kind == Kind.PREFERENCE and {"chosen", "rejected"} <= there):
            layout = "prompt_completion"
        elif {"input", "output"} <= there:
            layout = "flat"
            usual = {"input": "input", "output": "output"}
        else:
            raise AssayError(
                f"{path}: none of the usual layouts; its columns are: {shown_columns(frame)}", fix=_FIX
            )
    if layout == "messages":
        usual = {"messages": "messages"}
    elif layout == "prompt_completion":
        usual = {"input": "prompt", "output": "chosen" if kind == Kind.PREFERENCE else "completion"}
    if kind == Kind.PREFERENCE and layout != "messages":
        usual["rejected"] = "rejected"
        if "prompt" not in there and not columns.input:
            usual.pop("input", None)  # chosen and rejected are whole conversations that hold the prompt
    if layout == "flat" and not (columns.output or "output" in usual):
        raise AssayError(
            f"{path}: no output column is named; its columns are: {shown_columns(frame)}", fix=_FIX
        )
    return layout, columns.model_copy(
        update={field: name for field, name in usual.items() if getattr(columns, field) is None}
    )


def map_columns(records: Records, params: IngestParams, kind: Kind, path: str) -> Mapped:
    """A file's rows as the fields of an example.

    Raises
    ------
    AssayError
        If a column is missing, or holds objects or lists where text is wanted.
    """
    layout, columns = settle(records.frame, params, kind, path)
    frame = records.frame
    fields: dict[str, pl.Series] = {}
    valid = pl.Series("valid", [True], dtype=pl.Boolean).new_from_index(0, frame.height)
    if columns.messages:
        turns = dialogue(values(frame, columns.messages, path), whole=columns.output is not None)
        fields = {"input": turns.input, "output": turns.output}
        valid = turns.valid
    if columns.input:
        fields["input"] = _side(values(frame, columns.input, path), columns.input, records, path, prompt=True)
    if columns.output is not None:
        fields["output"] = _output(records, columns.output, kind, path)
    if columns.rejected and kind == Kind.PREFERENCE:
        fields["rejected"] = _side(values(frame, columns.rejected, path), columns.rejected, records, path)
    if kind == Kind.PREFERENCE and "input" not in fields and isinstance(columns.output, str):
        fields["input"] = dialogue(values(frame, columns.output, path)).input
    for field in PLAIN_FIELDS:
        name = getattr(columns, field)
        if name:
            column = _plain(values(frame, name, path), name, records, path)
            fields[field] = column if name not in frame.columns else _keyed(frame, name, column)
    out = pl.DataFrame(
        [
            fields[name].alias(name)
            if name in fields
            else pl.Series(name, [None], dtype=pl.String).new_from_index(0, frame.height)
            for name in ("input", "output", "rejected", *PLAIN_FIELDS)
        ]
    )
    used = {
        field: name if isinstance(name, str) else ", ".join(name)
        for field, name in columns.model_dump().items()
        if name
    }
    return Mapped(out.with_columns(valid.alias("valid")), layout, used)


def values(frame: pl.DataFrame, name: str, path: str) -> pl.Series:
    """A column, or a dotted path into a nested one (`userInput.text`, `turns.0.content`); null where a row
    lacks it.

    Raises
    ------
    AssayError
        If no column has that name, or no row holds anything at that path.
    """
    if name in frame.columns:
        return frame[name]
    base, *steps = name.split(".")
    if not steps or base not in frame.columns:
        need_columns(frame, [name], path, option="`ingest.columns` in params.yaml")
    found = [_walk(cell, steps) for cell in frame[base].to_list()]  # ragged objects: one row at a time
    if all(value is None for value in found):
        keys = sorted({str(key) for cell in frame[base].head(1000).to_list() for key in _keys(cell)})
        raise AssayError(
            f"{path}: no row holds {plain(name, 80)!r}; {plain(base, 40)} holds: "
            f"{', '.join(map(shown_name, keys[:20])) or 'no objects'}",
            fix="correct the path under `ingest.columns` in params.yaml",
        )
    if all(value is None or isinstance(value, str) for value in found):
        return pl.Series(name, found, dtype=pl.String)
    return pl.Series(
        name,
        [
            None if value is None else value if isinstance(value, str) else canonical_json(value)
            for value in found
        ],
        dtype=pl.String,
    )


def _decoded(cell: Any) -> Any:
    if isinstance(cell, str):
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return None
    return cell


def _jsonable(cell: Any) -> Any:
    """`cell` with dates, times and decimals, which JSON lacks, as text."""
    if isinstance(cell, dict):
        return {str(name): _jsonable(held) for name, held in cell.items()}
    if isinstance(cell, (list, tuple)):
        return [_jsonable(held) for held in cell]
    return cell if cell is None or isinstance(cell, (str, int, float, bool)) else str(cell)


def _keys(cell: Any) -> list[str]:
    held = _decoded(cell)
    return list(held) if isinstance(held, dict) else []


def _walk(cell: Any, steps: list[str]) -> Any:
    held = _decoded(cell)
    for step in steps:
        if isinstance(held, dict):
            held = held.get(step)
        elif isinstance(held, list) and step.isdigit() and int(step) < len(held):
            held = held[int(step)]
        else:
            return None
    return held


def _plain(column: pl.Series, name: str, records: Records, path: str) -> pl.Series:
    """A column of text, numbers or times as String; objects and lists are an error."""
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object) or name in records.nested:
        if name in records.mixed:
            raise AssayError(
                f"{path}: column {plain(name, 40)!r} holds text, but a list or an object at "
                f"{records.unit} {records.mixed[name]}",
                fix="correct that row, or take it out of the file",
            )
        raise AssayError(
            f"{path}: column {plain(name, 40)!r} holds objects, lists or bytes where text is wanted",
            fix=f"name a path into it, such as {plain(name, 40)}.text, under `ingest.columns` in params.yaml",
        )
    if column.dtype == pl.String:
        return column
    return (
        column.dt.to_string("iso:strict")
        if column.dtype in (pl.Date, pl.Datetime)
        else column.cast(pl.String)
    )


def _keyed(frame: pl.DataFrame, name: str, text: pl.Series) -> pl.Series:
    """`text`, in which whole numbers that the file stores as floats read as integers."""
    dtype = frame.schema[name]
    return frame.select(key_text(pl.col(name), dtype)).to_series() if dtype.is_float() else text


def _side(column: pl.Series, name: str, records: Records, path: str, *, prompt: bool = False) -> pl.Series:
    """One side of a pair: text, or chat turns (all of them for a prompt, the last assistant turn for an
    answer).
    """
    if looks_like_turns(column):
        turns = dialogue(column, whole=prompt)
        return turns.input if prompt else turns.output
    return _plain(column, name, records, path)


def _output(records: Records, name: str | tuple[str, ...], kind: Kind, path: str) -> pl.Series:
    """The output column; for extraction objects become canonical JSON, and several columns one object."""
    if isinstance(name, str):
        column = values(records.frame, name, path)
        if kind != Kind.EXTRACTION:
            return _side(column, name, records, path)
        if column.dtype.is_nested():
            return pl.Series(
                "output",
                [None if cell is None else canonical_json(_jsonable(cell)) for cell in column.to_list()],
                dtype=pl.String,
            )
        return _plain(column, name, Records(records.frame, records.lines, records.rejects), path)
    if kind != Kind.EXTRACTION:
        raise AssayError(
            f"several output columns are for kind extraction only, not {kind}",
            fix="name one column under `ingest.columns.output` in params.yaml",
        )
    parts = {
        one: [
            _decoded(cell) if one in records.nested else _jsonable(cell)
            for cell in values(records.frame, one, path).to_list()
        ]
        for one in name
    }
    rows = zip(*parts.values(), strict=True)
    return pl.Series(
        "output",
        [
            canonical_json(dict(zip(parts, row, strict=True)))
            if any(cell not in (None, "") for cell in row)
            else None
            for row in rows
        ],
        dtype=pl.String,
    )


def canonical_outputs(column: pl.Series) -> pl.Series:
    """JSON objects and lists in canonical form with normalised strings; text that is not JSON stays for
    `validate` to judge.
    """
    return pl.Series(
        column.name, [_canonical(cell) for cell in column.to_list()], dtype=pl.String
    )  # JSON has no vectorised canonical form


def _canonical(cell: str | None) -> str | None:
    if cell is None or cell.lstrip()[:1] not in ("{", "["):
        return cell
    try:
        return canonical_json(normalise_value(json.loads(cell)))
    except (ValueError, RecursionError, UnicodeEncodeError):
        return cell


def shown_path(path: str) -> str:
    """A path as outputs may show it: as configured, but without the folders of one machine."""
    return Path(path).name if Path(path).is_absolute() else path
