"""The leaves of a JSON text: where each key, string and number stands, and by which path it is reached.

Strings are rewritten in their decoded form and written back whole, so that no escape is ever cut; leaves that
do not change keep their bytes.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[\[\]{}:,]|true|false|null', re.DOTALL
)
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)

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
    made = "".join("[]" if isinstance(step, int) else f".{step}" for step in steps)
    return made.removeprefix(".")


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
    made = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return made.removeprefix(".")


def places_of(path: str, found: Sequence[Leaf]) -> dict[tuple[str, ...], Leaf]:
    """The leaves that `path` names, by what `[]` and `*` stand for on the way to each."""
    pattern = path_pattern(path)
    return {
        match.groups(): leaf
        for leaf in found
        if leaf.kind != "key" and (match := pattern.fullmatch(located(leaf.steps)))
    }
