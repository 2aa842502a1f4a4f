"""Nested columns as text, whole or by a dotted path: `user.phone`, `messages.0.content`, or
`messages.content` for every item.

Cost: nested values are written and parsed in Python, a few microseconds each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from curate.files import canonical_json


def as_text(column: pl.Series) -> pl.Series:
    """Nested values as JSON text; any other column as it is."""
    if not column.dtype.is_nested():
        return column
    texts = [None if value is None else canonical_json(_plain(value)) for value in column.to_list()]
    return pl.Series(column.name, texts, dtype=pl.String)


def is_path(frame: pl.DataFrame, name: str) -> bool:
    """Whether `name` is not a column but a dotted path into one that may be nested."""
    head, dot, _ = name.partition(".")
    return dot != "" and name not in frame.columns and head in frame.columns


def at_path(frame: pl.DataFrame, path: str) -> dict[str, pl.Series]:
    """The values at a dotted path, by their own path: more than one where it goes through lists."""
    head, _, rest = path.partition(".")
    column = as_text(frame[head])
    found: dict[str, dict[int, str]] = {}
    for row, text in enumerate(column.cast(pl.String).to_list()):
        for name, value in _leaves(_parsed(text), rest.split("."), head):
            found.setdefault(name, {})[row] = value
    return {
        name: pl.Series(name, [values.get(row) for row in range(frame.height)], dtype=pl.String)
        for name, values in sorted(found.items(), key=lambda pair: _numbered(pair[0]))
    }


def text_at(frame: pl.DataFrame, path: str) -> pl.Series | None:
    """The text of each row at a dotted path, what a list holds joined by line breaks; None if no row has
    any.
    """
    values = at_path(frame, path)
    if not values:
        return None
    joined = pl.concat_str(pl.all(), separator="\n", ignore_nulls=True)
    texts = pl.DataFrame(list(values.values())).select(
        pl.when(pl.any_horizontal(pl.all().is_not_null())).then(joined).alias(path)
    )
    return texts.to_series()


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


def _leaves(value: Any, path: list[str], name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list) and not (path and path[0].isdecimal()):
        for at, item in enumerate(value):
            yield from _leaves(item, path, f"{name}.{at}")
    elif not path:
        if value is not None:
            yield name, value if isinstance(value, str) else canonical_json(value)
    elif isinstance(value, list):
        at = int(path[0])
        if at < len(value):
            yield from _leaves(value[at], path[1:], f"{name}.{at}")
    elif isinstance(value, dict) and path[0] in value:
        yield from _leaves(value[path[0]], path[1:], f"{name}.{path[0]}")


def _numbered(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in name.split(".")]


def _plain(value: Any) -> Any:
    """`value` with dates, decimals and bytes as text, which JSON does not know."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | pl.Series):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
