"""Patterns of what stands right before a name: they match up to the end of the words given.

Sought from the front, "my sister", "the hotel called" are tried at every word of the sixty characters before
a name, and nearly all in vain. So the words that a pattern can end with are read off the pattern itself,
once; where the last word of a text is none of them, the pattern is not tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

# The letters of a pattern's last word, from its end on, and whether the word has begun.
_State = tuple[str, bool]


class Ending:
    """A pattern that ends with `$`.

    Parameters
    ----------
    flags
        Of `re`: `IGNORECASE`, `MULTILINE` or none.
    """

    def __init__(self, pattern: str, flags: re.RegexFlag = re.RegexFlag.NOFLAG) -> None:
        self.form = re.compile(pattern, flags)

    @cached_property
    def last_words(self) -> frozenset[str] | None:
        """The words that it can end with, in lower case; None where that can be any, or none at all."""
        states = _walked(_parser.parse(self.form.pattern, self.form.flags), {("", False)})
        if states is None or not all(word and begun for word, begun in states):
            return None
        return frozenset(word.lower() for word, _ in states)

    def search(self, text: str) -> bool:
        """Whether `text` holds the pattern."""
        words = self.last_words
        if words is not None:
            word = last_word(text)
            # Another letter may be the same to `re` in another case: the Kelvin sign and k.
            if word not in words and word.isascii():
                return False
        return self.form.search(text) is not None


@lru_cache(maxsize=1_024)
def last_word(text: str) -> str:
    """The last run of letters in `text`, in lower case, whatever stands behind it."""
    end = len(text)
    while end and not text[end - 1].isalpha():
        end -= 1
    start = end
    while start and text[start - 1].isalpha():
        start -= 1
    return text[start:end].lower()


def _walked(items: Iterable[tuple[Any, Any]], states: set[_State]) -> set[_State] | None:
    """The states before some items of a parsed pattern, from those behind them; None where a word can be
    any.
    """
    for kind, value in reversed(list(items)):
        before = _stepped(kind, value, states)
        if before is None:
            return None
        states = before
    return states


def _stepped(kind: Any, value: Any, states: set[_State]) -> set[_State] | None:
    if kind is op.LITERAL:
        return {_joined(chr(value), state) for state in states}
    if kind is op.AT:
        begins = value in (op.AT_BEGINNING, op.AT_BEGINNING_STRING, op.AT_BOUNDARY)
        return {(word, begun or (begins and bool(word))) for word, begun in states}
    if kind is op.SUBPATTERN:
        return _walked(value[-1], states)
    if kind is op.BRANCH:
        return _united(_walked(one, states) for one in value[1])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        least, most, repeated = value
        return _repeated(least, most, repeated, states)
    letters = _letters(value) if kind is op.IN else None
    if letters is not None:
        return {_joined(letter, state) for letter in letters for state in states}
    return states if all(begun for _, begun in states) else None


def _joined(letter: str, state: _State) -> _State:
    word, begun = state
    if begun or not (letter.isalpha() or word):
        return state
    return (letter + word, False) if letter.isalpha() else (word, True)


def _united(parts: Iterable[set[_State] | None]) -> set[_State] | None:
    united: set[_State] = set()
    for part in parts:
        if part is None:
            return None
        united |= part
    return united


def _repeated(least: int, most: int, items: Any, states: set[_State]) -> set[_State] | None:
    """The states before `least` to `most` of `items`; None where a word has no end."""
    seen = set() if least else set(states)
    for times in range(1, 10):
        if times > most:
            return seen
        walked = _walked(items, states)
        if walked is None or (times >= least and walked <= seen):
            return walked and seen
        states = walked
        seen |= walked if times >= least else set()
    return None


def _letters(members: list[tuple[Any, Any]]) -> list[str] | None:
    """The characters of a class, or a space for those that are no letters; None where they are too many."""
    letters = []
    for kind, value in members:
        if kind is op.LITERAL:
            letters.append(chr(value))
        elif kind is op.CATEGORY and value in (op.CATEGORY_SPACE, op.CATEGORY_DIGIT):
            letters.append(" ")
        else:
            return None
    return letters
