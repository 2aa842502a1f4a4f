"""Personal data masked in whatever a face of the diff is about to show.

An old version may hold values that a newer policy takes out, and a plain file was never scanned at all; neither may reach a
public pull request. So the few texts that are really shown are searched once more, with the default detectors, whatever
the project's own configuration is. A text is searched before it is cut or compared word by word, so that half a value is
never left over.

Costs a pass of regular expressions over the distinct texts (some 100,000 a second); Presidio is loaded (1.5 s) only if one of
them can hold a value. Names of people are found where a named-entity model is configured, and only by `scan`: what a
redaction took out is therefore not shown at all (see `sections.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from curate.pii.catalogue import DEFAULT
from curate.text import mask

if TYPE_CHECKING:
    from curate.pii.engine import Detector

# Not masked: a date by itself names nobody (as in `redact`), and UUIDs are what many data sets use as ids of rows.
OPEN = ("DATE_TIME", "UUID")
_NEEDS = tuple(entity.needs for entity in DEFAULT if entity.name not in OPEN)


def masks(texts: Iterable[str | None]) -> dict[str, str]:
    """The texts that hold personal data, each with its values masked."""
    distinct = pl.Series("text", [text for text in texts if text], dtype=pl.String).unique().sort()
    able = distinct.to_frame().filter(pl.any_horizontal(pl.lit(need is None) | pl.col("text").str.contains(need or "") for need in _NEEDS))
    if not able.height:
        return {}
    from curate.pii.search import search

    found = search(able.with_row_index("row"), ["text"], _detector())
    spans: dict[str, list[tuple[int, int]]] = {}
    for row, start, end in found.filter(~pl.col("entity").is_in(OPEN)).select("row", "start", "end").iter_rows():
        spans.setdefault(able["text"][int(row)], []).append((start, end))
    return {text: _masked(text, places) for text, places in spans.items()}


def mask_columns(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """`frame` with the personal data in its text `columns` masked."""
    found = masks(text for name in columns for text in frame[name].unique())
    if not found:
        return frame
    return frame.with_columns(pl.col(name).replace(list(found), list(found.values())) for name in columns)


def _masked(text: str, places: Collection[tuple[int, int]]) -> str:
    """Overlapping places are masked as one."""
    out, done = [], 0
    for start, end in sorted(places):
        if end <= done:
            continue
        out += [text[done:start], mask(text[max(start, done) : end])]
        done = end
    return "".join(out) + text[done:]


@cache
def _detector() -> Detector:
    from curate.pii.engine import Detector
    from curate.pii.settings import ScanParams

    return Detector(ScanParams())
