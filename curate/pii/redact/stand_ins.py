"""A name in place of a name: first names for first names, a surname at the end, titles and initials as they
stood, case kept.

One person has one stand-in: each word of the full name has its own, and "Tessa", "Ms Quill", "T. Quill" and
`tquill` take their parts of it. The lists are common names of many cultures, so that a text stays natural to
read and to train on; the choice is the key's, not the value's, and says nothing of the person, their sex or
their origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from curate.pii.redact.forms import TITLES
from curate.pii.redact.identity import fold, logins_of

# First names, a blank line, surnames.
FIRST, LAST = (
    tuple(part.split())
    for part in Path(__file__).with_name("stand_ins.txt").read_text(encoding="utf-8").split("\n\n")
)
_WORD = re.compile(r"[^\W\d_]+")


def stand_in(value: str, stream: Iterator[int], person: str = "") -> str:
    """A name of the same make-up as `value`, drawn by the bytes of `stream`.

    Parameters
    ----------
    person
        The folded full name that `value` is a mention of: its words draw first, so that all mentions agree.
    """
    known = _words_of(person, stream)
    words = list(_WORD.finditer(value))
    named = [match for match in words if match.group().lower() not in TITLES and len(match.group()) > 1]
    made, at = [], 0
    for match in words:
        word = match.group()
        made.append(value[at : match.start()])
        at = match.end()
        if word.lower() in TITLES:
            made.append(word)
        elif len(word) == 1:
            full = next(
                (new for old, new in known.items() if old.startswith(fold(word)) and len(old) > 1), ""
            )
            letter = full[:1].lower() or chr(ord("a") + next(stream) % 26)
            made.append(letter.upper() if word.isupper() else letter)
        elif fold(word) in known:
            made.append(_cased(known[fold(word)], word))
        else:
            names = LAST if match is named[-1] and len(words) > 1 else FIRST
            made.append(_cased(names[next(stream) % len(names)], word))
    return "".join([*made, value[at:]])


def _words_of(person: str, stream: Iterator[int]) -> dict[str, str]:
    """The words of a full name with their stand-ins, and the logins made of both."""
    words = [word for word in _WORD.findall(person) if len(word) > 1]
    if not words or person.count(" ") == 0:
        return {}
    made = {}
    for word in words:
        names = LAST if word is words[-1] and len(words) > 1 else FIRST
        made[word] = names[next(stream) % len(names)]
    pair = made[words[0]], made[words[-1]]
    return dict(zip(logins_of((words[0], words[-1])), logins_of(pair), strict=True)) | made


def _cased(name: str, like: str) -> str:
    return name.upper() if like.isupper() else name.lower() if like.islower() else name
