"""From a file's columns, in whatever format, to the columns of Examples, still unnormalised and without ids.

Plain columns go through as columns. Rows that hold conversations are put together one by one, for their turns
are ragged: some 20,000 conversations a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.files import canonical_json
from curate.ids import key_text
from curate.ingest.cells import as_text, decoded, is_nested, jsonable, path_fix
from curate.ingest.chat.turns import is_chat
from curate.ingest.conversations import rendered, rows_of_conversations
from curate.ingest.layouts.settle import Reading, Source, open_source, settle
from curate.ingest.layouts.table import has_chat
from curate.ingest.normalise import normalise_value
from curate.ingest.params import IngestParams
from curate.ingest.template import default_template, join
from curate.ingest.unusable import Unusable
from curate.read import Records, shown_name
from curate.strict_json import DuplicateName, NotJson, parse_json
from curate.task import Kind
from curate.text import plain

PLAIN_FIELDS = ("id", "group", "subject", "source", "language", "collected_at")
TEXTS = ("input", "output", "rejected")

Faults = dict[int, Unusable]


@dataclass(frozen=True)
class Mapped:
    """A file's rows as raw fields.

    Parameters
    ----------
    frame
        `input`, `output`, `rejected`, `id`, `group`, `subject`, `source`, `language`, `collected_at`,
        `reason`, `evidence` (String, null where absent; `reason` says why a row cannot be an example),
        `record` (Int64, the row of the file) and `turn` (Int64, which answer of a conversation; null where a
        row gives one example), `whole` (String: the conversation that such rows share).
    reading
        The format, and what each column is for.
    used
        Field -> column name.
    unused
        Columns, and keys of chat turns, that no field was read from.
    """

    frame: pl.DataFrame
    reading: Reading
    used: dict[str, str]
    unused: tuple[str, ...]


def map_columns(records: Records, params: IngestParams, kind: Kind, path: str) -> Mapped:
    """A file's rows as the fields of an example.

    Raises
    ------
    AssayError
        If a column is missing, or holds objects or lists where text is wanted.
    """
    source = open_source(records, params, path)
    reading = settle(source, params, kind)
    texts, unread = _texts(source, reading, params, kind)
    columns = reading.columns
    plain_fields = pl.DataFrame(
        [
            _plain_field(source, getattr(columns, name), name)
            if getattr(columns, name)
            else pl.Series(name, [None], dtype=pl.String).new_from_index(0, records.frame.height)
            for name in PLAIN_FIELDS
        ]
    )
    frame = pl.concat([texts, plain_fields[texts["record"].to_list()]], how="horizontal")
    used = {
        field: name if isinstance(name, str) else ", ".join(name)
        for field, name in columns.model_dump().items()
        if name
    }
    return Mapped(frame, reading, used, _unused(source, columns.model_dump(), unread))


def _unused(source: Source, columns: dict[str, Any], unread: frozenset[str]) -> tuple[str, ...]:
    """Columns that no field was read from, and unread keys of turns."""
    named = {
        one for value in columns.values() if value for one in ((value,) if isinstance(value, str) else value)
    }
    known = set(source.frame.columns)
    read = {name for name in named if name in known} | {
        ".".join(name.split(".")[:cut]) for name in named if name not in known for cut in range(1, 9)
    }
    left = [name for name in source.frame.columns if name not in read]
    if source.annotated:
        left = [name for name in left if name not in source.annotated.columns]
        asked = {**source.annotated.fields, **source.annotated.questions}
        left = [name for name in left if name not in asked] + [name for name in asked if name not in named]
    turns = columns.get("messages") or "turns"
    return tuple(dict.fromkeys([*left, *(f"{turns}[].{key}" for key in sorted(unread))]))


def _texts(
    source: Source, reading: Reading, params: IngestParams, kind: Kind
) -> tuple[pl.DataFrame, frozenset[str]]:
    """`input`, `output`, `rejected`, `reason`, `evidence`, `record`, `turn`, `whole`; and keys of turns that
    were not read.
    """
    columns, height = reading.columns, source.frame.height
    faults: Faults = {}
    _media_faults(source, columns.media, faults)
    if columns.desirable:
        _undesirable_faults(source, columns.desirable, faults)
    sides: dict[str, list[Any] | pl.Series] = {}
    if reading.inputs:
        sides["input"] = _input(source, reading, params, faults)
    if columns.output:
        sides["output"] = _output(source, columns.output, kind, faults)
    if columns.rejected and kind == Kind.PREFERENCE:
        sides["rejected"] = _side(source, columns.rejected, faults)
    if (
        columns.messages
        or any((columns.system, columns.tools, columns.history))
        or (kind == Kind.PREFERENCE and "input" not in sides)
        or any(isinstance(side, list) for side in sides.values())
    ):
        return rows_of_conversations(
            height,
            {name: side if isinstance(side, list) else side.to_list() for name, side in sides.items()},
            {
                name: source.cells(getattr(columns, name))
                for name in ("messages", "system", "tools", "history")
                if getattr(columns, name)
            },
            faults,
            kind=kind,
            each=params.turns == "each",
        )
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, height)
    frame = pl.DataFrame(
        {
            **{name: sides.get(name, nothing) for name in TEXTS},
            "reason": [faults[row].reason if row in faults else None for row in range(height)]
            if faults
            else nothing,
            "evidence": [faults[row].evidence if row in faults else None for row in range(height)]
            if faults
            else nothing,
            "record": pl.int_range(height, eager=True, dtype=pl.Int64),
            "turn": pl.Series([None], dtype=pl.Int64).new_from_index(0, height),
            "whole": nothing,
        },
        schema_overrides={"reason": pl.String, "evidence": pl.String},
    )
    return frame, frozenset()


def _media_faults(source: Source, names: tuple[str, ...], faults: Faults) -> None:
    for name in names:
        for row, cell in enumerate(source.cells(name)):
            if cell not in (None, "", "[]", "{}") and cell != [] and row not in faults:
                faults[row] = Unusable("media_content", "the row has an image, sound or video")


def _undesirable_faults(source: Source, name: str, faults: Faults) -> None:
    for row, cell in enumerate(source.cells(name)):
        said = str(cell).strip().lower()
        if said not in ("true", "1", "1.0") and row not in faults:
            what = (
                "marked as a bad answer" if said in ("false", "0", "0.0") else "not marked as a good answer"
            )
            faults[row] = Unusable("undesirable", what)


def _input(source: Source, reading: Reading, params: IngestParams, faults: Faults) -> list[Any] | pl.Series:
    """The input: a column, or several joined by the template."""
    names = reading.inputs
    template = params.input_template
    if len(names) == 1 and template is None:
        side = _side(source, names[0], faults)
        if reading.first_input:
            _need_first(side, names[0], faults)
        return side
    sides: dict[str, pl.Series] = {}
    for name in names:
        side = _side(source, name, faults)
        if isinstance(side, list):
            side = rendered(side, faults)
        sides[name] = side
    if reading.first_input:
        _need_first(sides[names[0]], names[0], faults)
    return join(template or default_template(names), sides)


def _need_first(side: list[Any] | pl.Series, name: str, faults: Faults) -> None:
    for row, cell in enumerate(side):
        if row not in faults and (cell is None or not str(cell).strip()):
            faults[row] = Unusable("empty_input", f"{shown_name(name)} is empty")


def _side(source: Source, name: str, faults: Faults) -> list[Any] | pl.Series:
    """One side of a pair: text as a String column, or the cells themselves if some hold chat turns."""
    column = source.plain_column(name)
    if column is not None and not has_chat(column):
        nested = column.dtype.is_nested() or column.dtype == pl.Object or name in source.records.nested
        if not nested:
            return _plain(column, name, source.path)
        cells = column.to_list()
    elif column is not None:
        nested = name in source.records.nested
        return [
            decoded(cell) if nested and is_nested(cell) and not is_chat(cell) else cell
            for cell in column.to_list()
        ]
    else:
        cells = source.cells(name)
        held = pl.Series(
            [as_text(cell) if not isinstance(cell, Unusable) else None for cell in cells], dtype=pl.String
        )
        if has_chat(held):
            return _without_faults(cells, faults)
    return _scalars(cells, name, source.path, faults)


def _without_faults(cells: list[Any], faults: Faults) -> list[Any]:
    """Cells as they are; what is unusable in itself goes to `faults`."""
    for row, cell in enumerate(cells):
        if isinstance(cell, Unusable):
            faults.setdefault(row, cell)
    return [None if isinstance(cell, Unusable) else cell for cell in cells]


def _scalars(cells: list[Any], name: str, path: str, faults: Faults) -> pl.Series:
    """Cells of text, of which some hold objects or lists.

    Raises
    ------
    AssayError
        If more hold objects or lists than text: then the column is another than was meant.
    """
    found: list[str | None] = []
    bad: dict[int, str] = {}
    for row, cell in enumerate(_without_faults(cells, faults)):
        value = decoded(cell) if is_nested(cell) else cell
        if isinstance(value, dict) and set(value) == {"choices"} and isinstance(value["choices"], list):
            value = value["choices"]  # Label Studio's several choices
            bad[row] = "several_values"
            if len(value) <= 1:
                value = value[0] if value else None
                del bad[row]
        elif isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            bad[row] = "several_values"
        elif isinstance(value, (dict, list)):
            bad[row] = "nested_value"
        found.append(None if row in bad else as_text(value))
    nested = sum(1 for reason in bad.values() if reason == "nested_value")
    if (bad and not any(text is not None for text in found)) or 2 * nested > len(cells):
        raise AssayError(
            f"{path}: column {plain(name, 40)!r} holds objects, lists or bytes where text is wanted",
            fix=path_fix(pl.Series([as_text(cell) for cell in cells], dtype=pl.String), name),
        )
    for row, reason in bad.items():
        what = "several values" if reason == "several_values" else "an object or a list"
        faults.setdefault(row, Unusable(reason, f"{shown_name(name)} holds {what} where one text is wanted"))
    return pl.Series(found, dtype=pl.String)


def _plain_field(source: Source, name: str, field: str) -> pl.Series:
    """A column of ids, groups, sources, ... as String."""
    column = source.plain_column(name)
    if column is None:
        cells = [None if isinstance(cell, Unusable) else as_text(cell) for cell in source.cells(name)]
        return pl.Series(field, cells, dtype=pl.String)
    if name in source.records.nested:
        raise _not_text(column, name, source.path)
    text = _plain(column, name, source.path)
    if column.dtype.is_float():  # whole numbers that the file stores as floats read as integers
        text = source.frame.select(key_text(pl.col(name), column.dtype)).to_series()
    return text.alias(field)


def _not_text(column: pl.Series, name: str, path: str) -> AssayError:
    return AssayError(
        f"{path}: column {plain(name, 40)!r} holds objects, lists or bytes where text is wanted",
        fix=path_fix(column, name),
    )


def _plain(column: pl.Series, name: str, path: str) -> pl.Series:
    """A column of text, numbers or times as String; objects and lists are an error."""
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object):
        raise _not_text(column, name, path)
    if column.dtype == pl.String:
        return column
    return (
        column.dt.to_string("iso:strict")
        if column.dtype in (pl.Date, pl.Datetime)
        else column.cast(pl.String)
    )


def _output(source: Source, name: str | tuple[str, ...], kind: Kind, faults: Faults) -> list[Any] | pl.Series:
    """The output column; for extraction objects become canonical JSON, and several columns one object."""
    if isinstance(name, str):
        if kind != Kind.EXTRACTION:
            return _side(source, name, faults)
        column = source.plain_column(name)
        if column is not None and has_chat(column):
            return column.to_list()
        if column is not None and not column.dtype.is_nested():
            return _plain(column, name, source.path)
        cells = column.to_list() if column is not None else _without_faults(source.cells(name), faults)
        return pl.Series([as_text(cell) for cell in cells], dtype=pl.String)
    if kind != Kind.EXTRACTION:
        raise AssayError(
            f"several output columns are for kind extraction only, not {kind}",
            fix="name one column under `ingest.columns.output` in params.yaml",
        )
    parts = {}
    for one in name:
        cells = _without_faults(source.cells(one), faults)
        nested = one in source.records.nested
        parts[one] = [decoded(cell) if nested and is_nested(cell) else jsonable(cell) for cell in cells]
    rows = zip(*parts.values(), strict=True)
    return pl.Series(
        [
            canonical_json(dict(zip(parts, row, strict=True)))
            if any(cell not in (None, "") for cell in row)
            else None
            for row in rows
        ],
        dtype=pl.String,
    )


def canonical_outputs(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """JSON objects and lists in canonical form with normalised strings, and a Boolean column: where an object
    names a key twice. Text that is not JSON stays for `validate` to judge.
    """
    made = [_canonical(cell) for cell in column.to_list()]  # JSON has no vectorised canonical form
    return (
        pl.Series(column.name, [text for text, _ in made], dtype=pl.String),
        pl.Series([twice for _, twice in made], dtype=pl.Boolean),
    )


def _canonical(cell: str | None) -> tuple[str | None, bool]:
    if cell is None or cell.lstrip()[:1] not in ("{", "["):
        return cell, False
    try:
        return canonical_json(normalise_value(parse_json(cell))), False
    except DuplicateName:
        return cell, True
    except (NotJson, ValueError, RecursionError, UnicodeEncodeError):
        return cell, False


def shown_path(path: str) -> str:
    """A path as outputs may show it: as configured, but without the folders of one machine."""
    return Path(path).name if Path(path).is_absolute() else path
