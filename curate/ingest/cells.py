"""Cells of a raw file: dotted paths into nested ones, and JSON text as the value it spells."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.files import canonical_json
from curate.ingest.unusable import Unusable
from curate.read import need_columns, shown_name
from curate.strict_json import DuplicateName, NotJson, parse_json
from curate.text import plain

# A list of objects, or an object, with a name in single quotes.
_PRINTED = re.compile(r"\s*(?:\[\s*)?\{\s*'")
# Paths named in an error.
_SHOWN = 8
# Cells looked at for the paths that an error names.
_SAMPLE = 1000


def decoded(cell: Any) -> Any:
    """A cell's value: JSON text (or an object or list as Python prints it) as what it spells, null where it
    spells nothing; all else as it is.
    """
    if isinstance(cell, str):
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return printed(cell)
    return cell


def printed(text: str) -> Any:
    """The list or object that Python printed as `text`, as pandas does when it writes a CSV file; null if it
    is none.
    """
    if not _PRINTED.match(text):
        return None
    try:
        return jsonable(ast.literal_eval(text.strip()))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def is_nested(cell: Any) -> bool:
    """Whether a cell holds an object or a list, as such or as JSON text."""
    if isinstance(cell, str):
        return cell.lstrip()[:1] in ("{", "[") and isinstance(decoded(cell), (dict, list))
    return isinstance(cell, (dict, list))


def jsonable(cell: Any) -> Any:
    """`cell` with dates, times and decimals, which JSON lacks, as text, and NaN and infinities as null."""
    if isinstance(cell, dict):
        return {str(name): jsonable(value) for name, value in cell.items()}
    if isinstance(cell, (list, tuple)):
        return [jsonable(value) for value in cell]
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    return cell if cell is None or isinstance(cell, (str, int, float, bool)) else str(cell)


def as_text(value: Any) -> str | None:
    """A scalar as text; an object or list as canonical JSON; nothing as null."""
    if value is None or isinstance(value, str):
        return value
    value = jsonable(value)
    return None if value is None else canonical_json(value)


def walk(cell: Any, steps: list[str]) -> Any:
    """What stands at a path inside a cell; null where the path ends early.

    Label Studio's JSON-MIN writes one choice as plain text and several as `{"choices": [...]}`, so a plain
    text counts as the first of its own `choices`.
    """
    value = decoded(cell) if is_nested(cell) else cell
    if isinstance(value, str) and steps[0] == "choices":
        return value if steps[1:] in ([], ["0"]) else None
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def paths(cells: Iterable[Any], *, base: str) -> list[str]:
    """Dotted paths to scalars inside the first of `cells`, sorted, names that look like values masked."""
    named: set[str] = set()
    for cell in cells:
        value = decoded(cell) if is_nested(cell) else None
        if isinstance(value, (dict, list)):
            named |= set(_paths(value))
    return [f"{base}.{path}" for path in sorted(named)]


def _paths(value: Any, depth: int = 3) -> Iterator[str]:
    inner = value.items() if isinstance(value, dict) else [("0", value[0])] if value else []
    for name, content in inner:
        if isinstance(content, (dict, list)) and depth > 1:
            yield from (f"{shown_name(str(name))}.{path}" for path in _paths(content, depth - 1))
        elif not isinstance(content, (dict, list)):
            yield shown_name(str(name))


def path_fix(column: pl.Series, name: str) -> str:
    """What to do about a nested column where text is wanted: the paths that it has."""
    nested_paths = paths(column.head(_SAMPLE).to_list(), base=shown_name(name))
    if not nested_paths:
        return f"name another column than {shown_name(name)} under `ingest.columns` in params.yaml"
    more = f" and {len(nested_paths) - _SHOWN} more" if len(nested_paths) > _SHOWN else ""
    return (
        f"name a path into it under `ingest.columns` in params.yaml: {', '.join(nested_paths[:_SHOWN])}{more}"
    )


def cells(frame: pl.DataFrame, name: str, path: str) -> list[Any]:
    """What each row holds in a column, or at a dotted path into a nested one (`userInput.text`,
    `turns.0.content`); null where a row lacks it, an `Unusable` where its JSON gives one name twice.

    Raises
    ------
    AssayError
        If no column has that name, or no row holds anything at that path.
    """
    if name in frame.columns:
        return frame[name].to_list()
    parts = name.split(".")
    cut = next((n for n in range(len(parts) - 1, 0, -1) if ".".join(parts[:n]) in frame.columns), 0)
    if not cut:
        _suggest_path(frame, name, path)
        need_columns(frame, [name], path, option="`ingest.columns` in params.yaml")
    base, steps = ".".join(parts[:cut]), parts[cut:]
    values = [_walked(cell, steps) for cell in frame[base].to_list()]  # ragged objects: one row at a time
    if all(value is None for value in values):
        nested_paths = paths(frame[base].head(_SAMPLE).to_list(), base=shown_name(base))
        raise AssayError(
            f"{path}: no row holds {plain(name, 80)!r}; {plain(base, 40)} holds: "
            f"{', '.join(nested_paths[:20]) or 'no objects'}",
            fix="correct the path under `ingest.columns` in params.yaml",
        )
    return values


def _suggest_path(frame: pl.DataFrame, name: str, path: str) -> None:
    """Fail with the path to `name` if a nested column holds it."""
    for base in frame.columns:
        near = [
            one
            for one in paths(frame[base].head(_SAMPLE).to_list(), base=shown_name(base))
            if one.endswith(f".{name}")
        ]
        if near:
            raise AssayError(
                f"{path} has no column {plain(name, 40)!r}, but column {shown_name(base)} holds it",
                fix=f"name its path under `ingest.columns` in params.yaml: {near[0]}",
            )


def _walked(cell: Any, steps: list[str]) -> Any:
    if isinstance(cell, str) and cell.lstrip()[:1] in ("{", "["):
        try:
            cell = parse_json(cell)
        except DuplicateName as error:
            return Unusable("duplicate_key", str(error))
        except NotJson:
            cell = printed(cell)
    return walk(cell, steps)
