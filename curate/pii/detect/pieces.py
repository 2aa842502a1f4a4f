"""A very long text in overlapping pieces, so that its cost grows with its length and no detector's limit is
met.

phonenumbers gives up silently after 65,535 candidates and some patterns retry from every character, so a
megabyte is read in pieces. Each piece has a core, and a margin on both sides; a finding belongs to the piece
in whose core it starts. Cores and margins end at spaces, and a margin is longer than any value that holds a
space and than the reach of a context word, so the findings are those of the whole text. A run of more than
`RUN` characters without a space (no value is as long) is cut where it stands, since it may be the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# Texts up to this many characters are read whole; below it, cutting saves nothing.
LONG = 40_000
CORE = 20_000
# The longest value with spaces in it (an address of several parts) and its label together stay under 500
# characters.
MARGIN = 2_000
# The longest run without a space that is kept whole: of a link's 2,000 characters, or a key's 4,000.
RUN = 4_000
# Context looks at eight lemmas, each in a word of its own at worst.
_MARGIN_WORDS = 40

_SPACE = re.compile(r"[ \t\n]")


class Piece(NamedTuple):
    """`text[start:end]`, of which `[core_start, core_end)` is its own to report."""

    start: int
    end: int
    core_start: int
    core_end: int


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of `text` in order; their cores tile it."""
    core_start = 0
    while core_start < len(text):
        core_end = _after_space(text, core_start + CORE)
        yield Piece(_before(text, core_start), _after(text, core_end), core_start, core_end)
        core_start = core_end


def _after_space(text: str, at: int) -> int:
    found = _SPACE.search(text, at, at + RUN)
    return found.end() if found else min(at + RUN, len(text))


def _after(text: str, at: int) -> int:
    end = _after_space(text, at + MARGIN)
    words = len(text[at:end].split())
    while words < _MARGIN_WORDS and end < min(len(text), at + 2 * RUN):
        end = _after_space(text, end)
        words += 1
    return end


def _before(text: str, at: int) -> int:
    start = _before_space(text, max(at - MARGIN, 0))
    words = len(text[start:at].split())
    while words < _MARGIN_WORDS and start > max(0, at - 2 * RUN):
        start = _before_space(text, start - 1)
        words += 1
    return start


def _before_space(text: str, at: int) -> int:
    first = max(at - RUN, 0)
    found = max(text.rfind(space, first, at) for space in " \t\n")
    return found + 1 if found >= 0 else first
