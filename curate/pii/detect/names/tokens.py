"""Tokens of the name tagger: runs of letters, runs of digits, single other marks, line ends.

A token keeps the space before it, so that "@ home" and "@home" differ. Names keep their accents in the text;
features see them folded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
import polars as pl
from numpy.typing import NDArray

# Letters with their combining marks (Indic vowel signs are marks, not letters), digits, or one visible mark.
# A run is cut at 64, so that a megabyte without a space is not a token of its own.
TOKEN = re.compile(
    r" "
    r"?(?:[^\W\d_]{1,64}(?:[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0980-\u0dff\u0e30-\u0e4e]+[^\W\d_]*){0,64}|\d{1,64}|[^\s\w]|_)|\n"
)
# The same of a text in ASCII, as polars understands it; what is white to Python alone is named.
_OF_ASCII = r" ?(?:[A-Za-z]{1,64}|[0-9]{1,64}|[^\sA-Za-z0-9\x1c-\x1f])|\n"
# Longer tokens are cut: a name is shorter, and the cost of a token grows with its length.
MAX_LETTERS = 24


def pieces_of(text: str) -> list[str]:
    """The tokens of `text`."""
    return TOKEN.findall(text)


def pieces_of_all(texts: Sequence[str]) -> tuple[pl.Series, NDArray[np.int64]]:
    """The tokens of all texts, one behind the other, and how many each has.

    Those of ASCII are cut by polars, in a fifth of the time.

    Parameters
    ----------
    texts
        Those of ASCII first.
    """
    plain = next((at for at, text in enumerate(texts) if not text.isascii()), len(texts))
    cut = pl.Series(texts[:plain], dtype=pl.String).str.extract_all(_OF_ASCII)
    others = [pieces_of(text) for text in texts[plain:]]
    tokens = [cut.explode().drop_nulls(), pl.Series(list(chain.from_iterable(others)), dtype=pl.String)]
    lengths = np.concatenate([cut.list.len().to_numpy(), [len(one) for one in others]]).astype(np.int64)
    return pl.concat([one.alias("token") for one in tokens]), lengths


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
