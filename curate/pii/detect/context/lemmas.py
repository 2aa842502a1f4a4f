"""Tokens and simple lemmas of English, by rule. Of the standard library alone: whoever prepares a text needs
them, and Presidio takes a second to load, seven where torch and transformers load with it.
"""

from __future__ import annotations

import re
from functools import lru_cache

# A word (letters, digits, inner apostrophes) or any one visible character: every match starts inside some
# token.
TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|\S")


@lru_cache(maxsize=65_536)
def lemma(word: str) -> str:
    """The lower-case stem of an English word, by rule; numbers and punctuation are returned as they are."""
    stem = word.lower()
    for ending in ("'s", "’s"):
        stem = stem.removesuffix(ending)
    if not stem.isalpha() or len(stem) < 4:
        return stem
    if stem.endswith("ies") and len(stem) > 4:
        return stem[:-3] + "y"
    if stem.endswith("s") and not stem.endswith(("ss", "us", "is")):
        stem = stem[:-1]
    for ending in ("ing", "ed"):
        if stem.endswith(ending) and len(stem) > len(ending) + 2:
            stem = stem.removesuffix(ending)
            return stem[:-1] if stem[-1] == stem[-2:-1] and stem[-1] not in "lsz" else stem
    return stem


def tokens_of(text: str, start: int, end: int) -> list[str]:
    """The tokens in `text[start:end]`, neither end of which is within a token."""
    return TOKEN.findall(text, start, end)


def lemmas(phrase: str) -> str:
    """A context phrase in the form in which it is looked for: stems with one space between them."""
    return " ".join([lemma(token) for token in TOKEN.findall(phrase)])
