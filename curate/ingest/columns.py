"""From a file's columns, in whatever format, to the columns of Examples, still unnormalised and without ids.

Plain columns go through as columns. Rows that hold conversations are put together one by one, for their turns
are ragged: some 25,000 conversations a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.files import canonical_json
from curate.ingest.conversations import rows_of_conversations
from curate.ingest.layouts.settle import Reading, Source, open_source, settle
from curate.ingest.normalise import normalise_value
from curate.ingest.params import IngestParams
from curate.ingest.sides import (
    Faults,
    input_side,
    media_faults,
    output_side,
    plain_field,
    text_side,
    undesirable_faults,
)
from curate.read import Records
from curate.strict_json import DuplicateName, NotJson, parse_json
from curate.task import Kind

PLAIN_FIELDS = ("id", "group", "subject", "source", "language", "collected_at")
TEXTS = ("input", "output", "rejected")


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
    by_column
        Whether each row was read by itself, its fields as columns; what holds conversations is looked at as a
        whole.
    """

    frame: pl.DataFrame
    reading: Reading
    used: dict[str, str]
    unused: tuple[str, ...]
    by_column: bool = False


def map_columns(records: Records, params: IngestParams, kind: Kind, path: str) -> Mapped:
    """A file's rows as the fields of an example.

    Raises
    ------
    AssayError
        If a column is missing, or holds objects or lists where text is wanted.
    """
    source = open_source(records, params, path)
    reading = settle(source, params, kind)
    texts, unread, by_column = _texts(source, reading, params, kind)
    columns = reading.columns
    fields = [
        plain_field(source, getattr(columns, name), name)
        if getattr(columns, name)
        else pl.Series(name, [None], dtype=pl.String).new_from_index(0, records.frame.height)
        for name in PLAIN_FIELDS
    ]
    plain_fields = pl.DataFrame(fields)
    frame = pl.concat([texts, plain_fields[texts["record"]]], how="horizontal")
    used = {
        field: name if isinstance(name, str) else ", ".join(name)
        for field, name in columns.model_dump().items()
        if name
    }
    unused = _unused(source, columns.model_dump(), unread)
    return Mapped(frame, reading, used, unused, by_column and source.annotated is None)


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
) -> tuple[pl.DataFrame, frozenset[str], bool]:
    """`input`, `output`, `rejected`, `reason`, `evidence`, `record`, `turn`, `whole`; keys of turns that were
    not read; and whether the sides are columns.
    """
    columns, height = reading.columns, source.frame.height
    faults: Faults = {}
    media_faults(source, columns.media, faults)
    if columns.desirable:
        undesirable_faults(source, columns.desirable, faults)
    sides: dict[str, list[Any] | pl.Series] = {}
    if reading.inputs:
        sides["input"] = input_side(source, reading, params, faults)
    if columns.output:
        sides["output"] = output_side(source, columns.output, kind, faults)
    if columns.rejected and kind == Kind.PREFERENCE:
        sides["rejected"] = text_side(source, columns.rejected, faults)
    if (
        columns.messages
        or any((columns.system, columns.tools, columns.history))
        or (kind == Kind.PREFERENCE and "input" not in sides)
        or any(isinstance(side, list) for side in sides.values())
    ):
        cells = {name: side if isinstance(side, list) else side.to_list() for name, side in sides.items()}
        frame, unread = rows_of_conversations(
            height,
            cells,
            {
                name: source.cells(getattr(columns, name))
                for name in ("messages", "system", "tools", "history")
                if getattr(columns, name)
            },
            faults,
            kind=kind,
            each=params.turns == "each",
        )
        return frame, unread, False
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
    return frame, frozenset(), True


def canonical_outputs(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """JSON objects and lists in canonical form with normalised strings, and a Boolean column: where an object
    names a key twice. Text that is not JSON stays for `validate` to judge.
    """
    outputs = [_canonical(cell) for cell in column.to_list()]  # JSON has no vectorised canonical form
    return (
        pl.Series(column.name, [text for text, _ in outputs], dtype=pl.String),
        pl.Series([twice for _, twice in outputs], dtype=pl.Boolean),
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
