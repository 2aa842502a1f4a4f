"""The leaves of a JSON text: where each key, string and number stands, and by which path it is reached.

Strings are rewritten in their decoded form and written back whole, so that no escape is ever cut; leaves that
do not change keep their bytes.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import polars as pl


class _Written(str):
    """A number as it is written."""

    __slots__ = ()


_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[\[\]{},]', re.DOTALL)
# A number with a point stays as written; NaN, infinities and null are not leaves.
_decode = json.JSONDecoder(parse_float=_Written, parse_constant=lambda _: None).decode
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)

_PLACES_AT_END = re.compile(r"(?:\[\d*\])+$")

Steps = tuple[str | int, ...]


class Leaf(NamedTuple):
    """A key, string or number.

    Parameters
    ----------
    steps
        Names and places from the root; a key has those of its value.
    start, end
        Of its content in the JSON text, quotation marks left out.
    text
        A string decoded, a number as written.
    """

    steps: Steps
    start: int
    end: int
    kind: Literal["key", "string", "number"]
    text: str

    @property
    def path(self) -> str:
        """Its dotted path, `[]` for any place of a list: `items[].name`."""
        return path_of(self.steps)


@lru_cache(maxsize=65_536)
def path_of(steps: Steps) -> str:
    """`items[].name` for ("items", 3, "name")."""
    parts = ["[]" if isinstance(step, int) else f".{step}" for step in steps]
    return "".join(parts).removeprefix(".")


def leaves(text: str) -> list[Leaf] | None:
    """The leaves of a JSON text in order; None if it is not JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    found: list[Leaf] = []
    steps: list[str | int] = []  # the way to the value that comes next
    inside: list[str] = []  # the brackets around it
    key = False  # whether the next string is a name
    for match in _TOKEN.finditer(text):
        token = match.group()
        first = token[0]
        if first in "[{":
            inside.append(first)
            key = first == "{"
            steps.append(0 if first == "[" else "")
        elif first in "]}":
            inside.pop()
            steps.pop()
            key = False
        elif first == ",":
            key = inside[-1] == "{"
            if not key:
                steps[-1] = int(steps[-1]) + 1
        elif first == '"':
            name = json.loads(token) if "\\" in token else token[1:-1]
            if key:
                steps[-1] = name
            kind: Literal["key", "string"] = "key" if key else "string"
            found.append(Leaf(tuple(steps), match.start() + 1, match.end() - 1, kind, name))
            key = False
        elif first in "-0123456789":
            found.append(Leaf(tuple(steps), match.start(), match.end(), "number", token))
    return found


# A redaction looks at each output three times: what its spans are, whether they are true, what fields it has.
# Of so many the first look serves the others; a target's leaves take a kilobyte or two.
_LOOKED_AT = 16_384


@lru_cache(maxsize=_LOOKED_AT)
def unplaced(text: str) -> tuple[Leaf, ...] | None:
    """The strings and numbers of a JSON text, without the places where they stand: a third of the time of
    `leaves`, for looks at every row. None if it is not JSON; of a name that stands twice in one object, the
    last.
    """
    try:
        tree = _decode(text)
        if isinstance(tree, dict | list):
            found: list[Leaf] = []
            _descend(tree, (), found)
            return tuple(found)
    except ValueError:
        return None
    except RecursionError:  # deeper than Python goes
        pass
    placed = leaves(text)
    if placed is None:
        return None
    return tuple(leaf._replace(start=0, end=0) for leaf in placed if leaf.kind != "key")


def _descend(tree: dict[str, Any] | list[Any], steps: Steps, found: list[Leaf]) -> None:
    """Add the leaves of an object or list that is reached by `steps`."""
    for step, inner in tree.items() if isinstance(tree, dict) else enumerate(tree):
        here = (*steps, step)
        kind = inner.__class__
        if kind is str:
            found.append(Leaf(here, 0, 0, "string", inner))
        elif kind is dict or kind is list:
            _descend(inner, here, found)
        elif kind is int or kind is _Written:
            found.append(Leaf(here, 0, 0, "number", str(inner)))


def decoded(raw: str, start: int, end: int) -> tuple[int, int]:
    """The place [start, end) of a string's raw content in its decoded form; half an escape counts whole."""
    if "\\" not in raw:
        return start, end
    raw_ends, decoded_ends = [0], [0]
    for match in _ESCAPE.finditer(raw):
        before = decoded_ends[-1] + match.start() - raw_ends[-1]
        raw_ends += [match.start(), match.end()]
        decoded_ends += [before, before + 1]

    def at(offset: int, closing: bool) -> int:
        place = bisect_right(raw_ends, offset) - 1
        if place % 2 and offset > raw_ends[place]:  # within an escape
            return decoded_ends[place] + closing
        return decoded_ends[place] + offset - raw_ends[place] if not place % 2 else decoded_ends[place]

    return at(start, False), at(end, True)


def encoded(text: str) -> str:
    """The content of a JSON string of `text`, quotation marks left out."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


@lru_cache(maxsize=1024)
def path_pattern(path: str) -> re.Pattern[str]:
    """A regex over `located(steps)` for what `path` names: `[]` is any place of a list, `[0]` that one, `*`
    any name.
    """
    body = re.escape(path).replace(r"\[\]", r"\[(\d+)\]").replace(r"\*", r"([^.\[\]]+)")
    return re.compile(body)


@lru_cache(maxsize=65_536)
def located(steps: Steps) -> str:
    """The full path with places: `items[3].name`."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps]
    return "".join(parts).removeprefix(".")


def named_in(texts: pl.Series, paths: Iterable[str]) -> pl.Series:
    """Which JSON texts (String, no nulls) can hold a value at one of `paths`: those with the last name of
    one, or with an escape, which may hide it. Boolean; all where a path does not end in a name.
    """
    names = [_PLACES_AT_END.sub("", path).rpartition(".")[2] for path in paths]
    if any(not name or not {"*", "[", "]"}.isdisjoint(name) for name in names):
        return pl.repeat(True, len(texts), eager=True)
    return texts.str.contains_any(["\\", *(f'{name}"' for name in names)])


@lru_cache(maxsize=65_536)
def _named(path: str, steps: Steps) -> tuple[str, ...] | None:
    """What `[]` and `*` of `path` stand for in `steps`; None if it does not name them."""
    match = path_pattern(path).fullmatch(located(steps))
    return match.groups() if match else None


def places_of(path: str, found: Sequence[Leaf]) -> dict[tuple[str, ...], Leaf]:
    """The leaves that `path` names, by what `[]` and `*` stand for on the way to each."""
    return {
        stands_for: leaf
        for leaf in found
        if leaf.kind != "key" and (stands_for := _named(path, leaf.steps)) is not None
    }
