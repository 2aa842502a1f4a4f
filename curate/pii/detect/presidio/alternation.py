"""A long list of words in a regex as a tree of their letters: the same matches, without trying every word at
every place.

Presidio's links end in one of 675 top-level domains, written one after the other, and a backtracking engine
tries them all: ten times the cost of the same words by first letter, second letter, and so on. Words that
begin with different letters cannot match in one place, so their order is free; that of words with the same
beginning is kept, so the first that matches is the first still.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Ten words or more, each in its own group: "(?:(?:com)|(?:edu)|...)".
_LISTED = re.compile(r"\(\?:\(\?:[a-z0-9-]+\)(?:\|\(\?:[a-z0-9-]+\)){9,}\)")
_WORD = re.compile(r"\(\?:([a-z0-9-]+)\)")


def as_tree(pattern: str) -> str:
    """`pattern` with every such list of words rewritten."""
    return _LISTED.sub(lambda found: f"(?:{_tree(_WORD.findall(found.group()[3:-1]))})", pattern)


def _tree(words: Sequence[str]) -> str:
    """An alternation of `words`, none empty, by their first letters."""
    by_letter: dict[str, list[str]] = {}
    for word in words:
        by_letter.setdefault(word[0], []).append(word[1:])
    return "|".join(letter + _endings(rest) for letter, rest in by_letter.items())


def _endings(rest: Sequence[str]) -> str:
    """What follows a letter, in order: a word that ends here stands before or after the longer ones, as it
    did.
    """
    if len(rest) == 1:
        return rest[0]
    parts: list[str] = []
    longer: list[str] = []
    for ending in rest:
        if ending:
            longer.append(ending)
            continue
        parts += [_tree(longer), ""] if longer else [""]
        longer = []
    return f"(?:{'|'.join(parts + ([_tree(longer)] if longer else []))})"
