"""Where a name begins and ends: words of the sentence that the network took in go back to it.

"Bill Jack Brown" at a sentence's start is an order to bill him, "Maria Lopez Tel" a label behind a name,
"Jordan muesli" a brand and its goods. Only ends are cut, and what is left has a capitalised word.
"""

# ruff: noqa: SIM905 (a row of words reads better than a list of literals)

from __future__ import annotations

import re

# A letter, or the mark on one that is written apart.
_LETTER = r"[^\W\d_\u0300-\u036f][\u0300-\u036f]*"
_WORD = re.compile(rf"(?:{_LETTER})+(?:['’\-.](?:{_LETTER})+)*")
# Orders and questions that begin a sentence and are names as well, before a name of two words.
_BEFORE = frozenset(
    "call email mail text ring phone bill may ask tell chase block buzz drop mark will pay post page grant "
    "invoice refund charge contact notify remind thank meet book send give can does did has is was".split()
)
# What forms, subject lines and lists put behind a name.
_BEHIND = frozenset(
    "tel phone mobile email fax dept department invoice order room table account contract refund delivery "
    "meeting update ticket booking today tomorrow monday tuesday wednesday thursday friday saturday sunday "
    "please thanks regards cheers called".split()
)
# The rest of a word behind combining marks.
_MARKED = re.compile(r"(?:(?<=\w)[\u0300-\u036f]|(?<=[\u0300-\u036f])\w)[\w\u0300-\u036f'’-]*")
_PARTICLES = frozenset("de da di do dos del della der den van von la le el al bin ibn y e".split())


def name_borders(text: str, start: int, end: int) -> tuple[int, int]:
    """The name within `text[start:end]`, which the network called a person; a mark written apart from its
    letter does not end it.
    """
    if marked := _MARKED.match(text, end):
        end = marked.end()
    words = list(_WORD.finditer(text, start, end))
    if len(words) < 2 or not words[0].group()[0].isupper():
        return start, end
    while len(words) > 1 and _is_behind(words[-1].group()):
        words.pop()
        end = words[-1].end()
    opens = not text[:start].strip() or text[:start].rstrip()[-1:] in ".!?\n"
    if len(words) > 2 and opens and words[0].group().lower() in _BEFORE:
        start = words[1].start()
    return start, end


def _is_behind(word: str) -> bool:
    """Whether a word is the sentence's: in lower case behind a capitalised name, or a label."""
    return word.lower() in _BEHIND or (word.islower() and word not in _PARTICLES)
