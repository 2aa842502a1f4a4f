"""What a page of HTML says to people, line by line: its text and the attributes that hold text, without
styles, scripts and drawings, in whose numbers and letters a code is found by chance (`#c77700`, `C 777`).
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_PAGE = re.compile(r"\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|svg)\b", re.IGNORECASE | re.DOTALL)
# Attributes that numbers and names of styles alone stand in.
_DRAWN = frozenset(
    {
        *("style", "class", "d", "points", "viewbox", "transform", "fill", "stroke", "xmlns"),
        *("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "width", "height"),
    }
)


def is_page(text: str) -> bool:
    """Whether a text is a page of HTML or a drawing in SVG."""
    return _PAGE.match(text) is not None


def lines_of_page(text: str) -> list[str]:
    """What a page says, in as many lines as it has."""
    reader = _Reader(text.count("\n") + 1)
    reader.feed(text)
    reader.close()
    return [" ".join(parts) for parts in reader.lines]


class _Reader(HTMLParser):
    """Puts what is said into the line where it stands."""

    def __init__(self, count: int) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[list[str]] = [[] for _ in range(count)]
        self._silent = False

    def _say(self, text: str) -> None:
        first = self.getpos()[0] - 1
        for at, line in enumerate(text.split("\n"), first):
            self.lines[min(at, len(self.lines) - 1)].append(line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        data = tag == "script" and "json" in (given.get("type") or "")  # rows that a script shows
        self._silent = tag == "style" or (tag == "script" and not data)
        self._say("\n".join(value or "" for name, value in attrs if name not in _DRAWN).replace("\n", " "))

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._say(data)

    def handle_comment(self, data: str) -> None:
        self._say(data)
