"""A name in place of a name: first names for first names, a surname at the end, titles and initials as they
stood, case kept.

The lists are common names of many cultures, so that a text stays natural to read and to train on; the choice
is the key's, not the value's, and says nothing of the person, their sex or their origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

# First names, a blank line, surnames.
FIRST, LAST = (
    tuple(part.split())
    for part in Path(__file__).with_name("stand_ins.txt").read_text(encoding="utf-8").split("\n\n")
)
_TITLES = frozenset(
    (
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "professor",
        "sir",
        "dame",
        "lord",
        "lady",
        "rev",
        "madam",
        "capt",
        "sgt",
        "judge",
    )
)
_WORD = re.compile(r"[^\W\d_]+")


def stand_in(value: str, stream: Iterator[int]) -> str:
    """A name of the same make-up as `value`, drawn by the bytes of `stream`."""
    words = list(_WORD.finditer(value))
    named = [match for match in words if match.group().lower() not in _TITLES and len(match.group()) > 1]
    made, at = [], 0
    for match in words:
        word = match.group()
        made.append(value[at : match.start()])
        at = match.end()
        if word.lower() in _TITLES:
            made.append(word)
        elif len(word) == 1:
            letter = chr(ord("a") + next(stream) % 26)
            made.append(letter.upper() if word.isupper() else letter)
        else:
            names = LAST if match is named[-1] and len(words) > 1 else FIRST
            made.append(_cased(names[next(stream) % len(names)], word))
    return "".join([*made, value[at:]])


def _cased(name: str, like: str) -> str:
    return name.upper() if like.isupper() else name.lower() if like.islower() else name
