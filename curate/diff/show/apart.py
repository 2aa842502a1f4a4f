"""Two texts side by side, each with the words that the other lacks told apart."""

from __future__ import annotations

from curate.diff.show.words import word_diff

# A stretch of one text, and whether the other lacks it.
Stretches = list[tuple[str, bool]]


def apart(one: str, other: str) -> tuple[Stretches, Stretches]:
    """Both texts in stretches.

    Examples
    --------
    >>> apart("pay by card", "pay with card")
    ([('pay ', False), ('by', True), (' card', False)], [('pay ', False), ('with', True), (' card', False)])
    """
    steps = word_diff(one, other)
    here = [(text, op == "delete") for op, text in steps if op != "insert"]
    there = [(text, op == "insert") for op, text in steps if op != "delete"]
    return here, there
