"""Guardrails that are one polars expression: over `input`, `output`, `confidence`, of text columns.

Each is true where the reason holds; null counts as false.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from curate.placeholders import PLACEHOLDER
from train.guard.codes import CodeName

# Controls but for tab and line ends, marks that turn the direction of text (CVE-2021-42574), and tag
# characters, which carry text that nobody sees.
_HIDDEN = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\x{061c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}"
    r"\x{e0000}-\x{e007f}]"
)


def expressions(
    *,
    labels: Sequence[str] = (),
    above: float | None = None,
    longest: int | None = None,
    length: tuple[float, float] | None = None,
) -> dict[CodeName, pl.Expr]:
    """Every expression by the code that it stands for.

    Parameters
    ----------
    labels
        The answers allowed in a classification.
    above
        The confidence above which a classifier's answer is given; None: not asked.
    longest
        Characters of the longest input.
    length
        Bounds of the answer's characters over those of its input.
    """
    given, answer = pl.col("input"), pl.col("output")
    named: dict[CodeName, pl.Expr] = {
        "empty_input": _blank(given),
        "no_answer": ~_blank(given) & _blank(answer),
        "label": ~_blank(answer) & ~answer.is_in(list(labels)),
        "copied": _words(given) == _words(answer),
        "placeholder": _placeholders(answer).list.set_difference(_placeholders(given)).list.len() > 0,
        "hidden_characters": answer.str.contains(_HIDDEN) & ~given.str.contains(_HIDDEN),
    }
    if longest is not None:
        named["input_too_long"] = given.str.len_chars() > longest
    if above is not None:
        named["unsure"] = ~_blank(answer) & ~(pl.col("confidence").fill_null(-1.0) > above)
    if length is not None:
        low, high = length
        characters = given.str.strip_chars().str.len_chars()
        ratio = answer.str.strip_chars().str.len_chars() / characters
        named["length"] = ~_blank(answer) & ~ratio.is_between(low, high)
    return named


def _blank(text: pl.Expr) -> pl.Expr:
    """Nothing but white space and signs that nobody sees."""
    return ~text.fill_null("").str.contains(r"[^\s\p{Cc}\p{Cf}\p{Zs}]")


def _placeholders(text: pl.Expr) -> pl.Expr:
    return text.fill_null("").str.extract_all(PLACEHOLDER)


def _words(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"\s+", " ").str.strip_chars()
