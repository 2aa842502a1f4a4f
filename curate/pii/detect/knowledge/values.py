"""Where the values of a list stand in a text.

Each value is a pattern of its own, tried only on texts that hold its longest whole word, so that a list of
thousands costs a text little: some five microseconds and its matches. A value begins and ends at word borders
unless the list says otherwise; its spaces stand for any white space; case counts only if the list says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import regex  # type: ignore[import-untyped]

_WORD = regex.compile(r"\w+")


def fold(text: str) -> str:
    """`text` in small letters, a sign for each sign, so that places stay."""
    lower = text.lower()
    if len(lower) != len(text):
        signs = [small if len(small := sign.lower()) == 1 else sign for sign in text]
        lower = "".join(signs)
    return lower.replace("ς", "σ")


class Values:
    """A list of values to look for.

    Parameters
    ----------
    exact
        Whether case counts.
    words
        Whether a value stands at word borders only.
    """

    def __init__(self, values: Iterable[str], *, exact: bool, words: bool) -> None:
        self.exact, self.words = exact, words
        self._by_word: dict[str, list[Any]] = {}
        self._always: list[tuple[str, Any]] = []
        seen = sorted({" ".join(value.split()) for value in values} - {""})
        for value in seen if exact else sorted({fold(value) for value in seen}):
            compiled = regex.compile(self._pattern(value))
            whole = self._whole_words(value)
            if whole:
                self._by_word.setdefault(max(whole, key=len), []).append(compiled)
            else:
                self._always.append((max(value.split(" "), key=len), compiled))

    def _pattern(self, value: str) -> str:
        body = r"\s+".join(regex.escape(part) for part in value.split(" "))
        if not self.words:
            return body
        before = r"(?<!\w)" if _WORD.match(value) else ""
        after = r"(?!\w)" if _WORD.match(value[-1]) else ""
        return f"{before}{body}{after}"

    def _whole_words(self, value: str) -> list[str]:
        """The words of `value` that are whole words of any text in which it stands."""
        return [
            found.group()
            for found in _WORD.finditer(value)
            if self.words or (found.start() > 0 and found.end() < len(value))
        ]

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Where values stand, each value's matches in order; those of different values may overlap."""
        read = text if self.exact else fold(text)
        if self._by_word:
            for word in set(_WORD.findall(read)) & self._by_word.keys():
                for compiled in self._by_word[word]:
                    yield from (found.span() for found in compiled.finditer(read))
        for part, compiled in self._always:
            if part in read:
                yield from (found.span() for found in compiled.finditer(read))
