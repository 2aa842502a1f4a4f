"""Small parts of which the rules' regexes are made."""

from __future__ import annotations

import polars as pl


def either(words: str) -> str:
    """A group of alternatives: those of `words`, parted by white space; `_` stands for a space."""
    return "(?:" + "|".join(word.replace("_", " ") for word in words.split()) + ")"


def words_in(text: pl.Expr) -> pl.Expr:
    """How many words a text has."""
    return text.str.count_matches(r"\S+")
