"""One side of an example from its columns: text as a String column, or the cells themselves where some hold
chat turns; what cannot be that side goes to the faults of its row.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.files import canonical_json
from curate.ids import key_text
from curate.ingest.cells import as_text, decoded, is_nested, jsonable, path_fix
from curate.ingest.chat.turns import is_chat
from curate.ingest.conversations import rendered
from curate.ingest.layouts.settle import Reading, Source
from curate.ingest.layouts.table import BAD, GOOD, has_chat
from curate.ingest.params import IngestParams
from curate.ingest.template import default_template, join
from curate.ingest.unusable import Unusable
from curate.read import shown_name
from curate.task import Kind
from curate.text import plain

Faults = dict[int, Unusable]


def media_faults(source: Source, names: tuple[str, ...], faults: Faults) -> None:
    """Rows that have an image, sound or video, which a text lacks."""
    for name in names:
        for row, cell in enumerate(source.cells(name)):
            if cell not in (None, "", "[]", "{}") and cell != [] and row not in faults:
                faults[row] = Unusable("media_content", "the row has an image, sound or video")


def undesirable_faults(source: Source, name: str, faults: Faults) -> None:
    """Rows that are not marked as good answers (KTO)."""
    for row, cell in enumerate(source.cells(name)):
        said = str(cell).strip().lower()
        if said not in GOOD and row not in faults:
            what = "marked as a bad answer" if said in BAD else "not marked as a good answer"
            faults[row] = Unusable("undesirable", what)


def input_side(
    source: Source, reading: Reading, params: IngestParams, faults: Faults
) -> list[Any] | pl.Series:
    """The input: a column, or several joined by the template."""
    names = reading.inputs
    template = params.input_template
    if len(names) == 1 and template is None:
        side = text_side(source, names[0], faults)
        if reading.first_input:
            _need_first(side, names[0], faults)
        return side
    sides: dict[str, pl.Series] = {}
    for name in names:
        side = text_side(source, name, faults)
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


def text_side(source: Source, name: str, faults: Faults) -> list[Any] | pl.Series:
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
        texts = [None if isinstance(cell, Unusable) else as_text(cell) for cell in cells]
        if has_chat(pl.Series(texts, dtype=pl.String)):
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
    texts: list[str | None] = []
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
        texts.append(None if row in bad else as_text(value))
    nested = sum(1 for reason in bad.values() if reason == "nested_value")
    if (bad and not any(text is not None for text in texts)) or 2 * nested > len(cells):
        raise AssayError(
            f"{path}: column {plain(name, 40)!r} holds objects, lists or bytes where text is wanted",
            fix=path_fix(pl.Series([as_text(cell) for cell in cells], dtype=pl.String), name),
        )
    for row, reason in bad.items():
        what = "several values" if reason == "several_values" else "an object or a list"
        faults.setdefault(row, Unusable(reason, f"{shown_name(name)} holds {what} where one text is wanted"))
    return pl.Series(texts, dtype=pl.String)


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


def output_side(
    source: Source, name: str | tuple[str, ...], kind: Kind, faults: Faults
) -> list[Any] | pl.Series:
    """The output column; for extraction objects become canonical JSON, and several columns one object."""
    if isinstance(name, str):
        if kind != Kind.EXTRACTION:
            return text_side(source, name, faults)
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
    objects = [
        canonical_json(dict(zip(parts, row, strict=True)))
        if any(cell not in (None, "") for cell in row)
        else None
        for row in rows
    ]
    return pl.Series(objects, dtype=pl.String)


def plain_field(source: Source, name: str, field: str) -> pl.Series:
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
