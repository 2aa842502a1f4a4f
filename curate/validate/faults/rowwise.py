"""What no expression can say (sums, JSON, calendars) is asked of Python, of few rows.

A rule's gate leaves the rows that could break it at all, usually a few in a hundred; each of those is judged
by a pure function of its prompt and its answer.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl


def judged(field: str, count: Callable[[str, str], int]) -> pl.Expr:
    """How many places of each row's `field` `count(prompt, text)` finds."""

    def places(row: dict[str, str | None]) -> int:
        return count(row["prompt"] or "", row["text"] or "")

    return pl.struct(prompt=pl.col("input"), text=pl.col(field)).map_elements(places, return_dtype=pl.UInt32)
