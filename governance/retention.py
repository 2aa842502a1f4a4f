"""How long rows may be kept: what the card says of each source, held against when the rows were collected.

`retention` of a source is a date (`2027-06-01`: all its rows go on that day) or an ISO 8601 duration (`P2Y`,
`P18M`, `P90D`: each row goes so long after it was collected). Other words are for people, and nothing is
computed of them.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

# Days before the end on which a warning begins.
AHEAD = 30
_DURATION = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Term:
    """How long the rows of a source stand.

    Parameters
    ----------
    source
        Its name on the card.
    rows
        Rows of the published version that come from it.
    past
        Rows whose time is up.
    soon
        Rows whose time is up within `AHEAD` days.
    undated
        Rows that a duration cannot be counted for, since nobody says when they were collected.
    next
        The first day on which rows go; None where none is known.
    """

    source: str
    rows: int
    past: int = 0
    soon: int = 0
    undated: int = 0
    next: date | None = None


def until(retention: str, collected: date | None) -> date | None:
    """The last day that `retention` allows; None if it says no date, or one cannot be counted."""
    text = retention.strip()
    if _DATE.fullmatch(text):
        return _day(text)
    found = _DURATION.fullmatch(text)
    if found is None or collected is None:
        return None
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    month = collected.month - 1 + months
    year = collected.year + years + month // 12
    if year > date.max.year:
        return None
    month = month % 12 + 1
    day = min(collected.day, calendar.monthrange(year, month)[1])
    try:
        return date(year, month, day) + timedelta(weeks=weeks, days=days)
    except OverflowError:
        return None


def is_computed(retention: str) -> bool:
    """Whether `retention` is a date or a duration."""
    return bool(_DATE.fullmatch(retention.strip()) or _DURATION.fullmatch(retention.strip()))


def terms(rows: pl.DataFrame, retentions: Mapping[str, str], today: date) -> Iterator[Term]:
    """Each source whose retention can be computed, in the order of its name.

    Parameters
    ----------
    rows
        Columns `source` and `collected_at` (ISO 8601 date or date-time).
    retentions
        Source -> what the card says.
    """
    soon = today + timedelta(days=AHEAD)
    for source in sorted(retentions):
        if not is_computed(retentions[source]):
            continue
        of_source = rows.filter(pl.col("source") == source)
        counted = of_source.group_by("collected_at").len()
        ends = [
            (until(retentions[source], _day(at)), count)
            for at, count in counted.select("collected_at", "len").rows()
        ]
        known = [(end, count) for end, count in ends if end is not None]
        yield Term(
            source,
            of_source.height,
            past=sum(count for end, count in known if end < today),
            soon=sum(count for end, count in known if today <= end <= soon),
            undated=of_source.height - sum(count for _, count in known),
            next=min((end for end, _ in known), default=None),
        )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
