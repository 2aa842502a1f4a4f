"""Tokens of the name tagger: runs of letters, runs of digits, single other marks, line ends.

A token keeps the space before it, so that "@ home" and "@home" differ. Names keep their accents in the text;
features see them folded.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Letters with their combining marks (Indic vowel signs are marks, not letters), digits, or one visible mark.
# A run is cut at 64, so that a megabyte without a space is not a token of its own.
TOKEN = re.compile(
    r" "
    r"?(?:[^\W\d_]{1,64}(?:[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0980-\u0dff\u0e30-\u0e4e]+[^\W\d_]*){0,64}|\d{1,64}|[^\s\w]|_)|\n"
)
# Longer tokens are cut: a name is shorter, and the cost of a token grows with its length.
MAX_LETTERS = 24


def pieces_of(text: str) -> list[str]:
    """The tokens of `text`."""
    return TOKEN.findall(text)


@lru_cache(maxsize=65_536)
def fold(token: str) -> str:
    """Lower case without accents: `Łukasz` stays with its stroke, `José` becomes `jose`."""
    lower = token.lstrip(" ")[:MAX_LETTERS].lower()
    if lower.isascii():
        return lower
    return (
        "".join(mark for mark in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(mark))
        or lower
    )
