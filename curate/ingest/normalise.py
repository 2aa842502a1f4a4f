"""One form for text that means the same: Unicode NFC, newlines as \\n, no byte order mark, no outer white
space. Case stays.

Only composition is unified (NFC, Unicode TR15), not compatibility (NFKC): a superscript or a ligature may
carry meaning.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import polars as pl

_TEXT = pl.col("text")
STEPS = ("byte_order_mark", "newlines", "nfc", "white_space")


def normalise(text: pl.Series) -> tuple[pl.Series, dict[str, int]]:
    """`text` (String) normalised, and how many values each step of `STEPS` changed.

    Composition is looked at where a value is not ASCII only: it costs a hundred times what the other steps
    do.
    """
    steps: tuple[tuple[str, pl.Expr, pl.Expr], ...] = (
        ("byte_order_mark", _TEXT.str.starts_with("\ufeff"), _TEXT.str.strip_prefix("\ufeff")),
        (
            "newlines",
            _TEXT.str.contains("\r", literal=True),
            _TEXT.str.replace_all("\r\n", "\n", literal=True).str.replace_all("\r", "\n", literal=True),
        ),
        ("nfc", _TEXT.str.len_bytes() != _TEXT.str.len_chars(), _TEXT.str.normalize("NFC")),
        ("white_space", pl.lit(True), _TEXT.str.strip_chars()),
    )
    counts = {}
    for step, candidates, change in steps:
        at = (
            text.to_frame("text").select((candidates & _TEXT.is_not_null()).arg_true())["text"]
            if step != "white_space"
            else None
        )
        before = text if at is None else text.gather(at)
        after = before.to_frame("text").select(change)["text"]
        counts[step] = int((before != after).sum() or 0)
        if counts[step]:
            text = after.alias(text.name) if at is None else text.scatter(at, after)
    return text, counts


def normalise_value(value: Any) -> Any:
    """The same for every string inside a JSON value, keys included."""
    if isinstance(value, str):
        text = value.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        return unicodedata.normalize("NFC", text).strip()
    if isinstance(value, dict):
        return {normalise_value(name): normalise_value(part) for name, part in value.items()}
    if isinstance(value, list):
        return [normalise_value(part) for part in value]
    return value
