"""How long rows may be kept: dates and durations, counted from the day a row was collected; the gate."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.project import Project
from governance.record_gates import retention
from governance.retention import AHEAD, is_computed, terms, until

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("retention", "collected", "end"),
    [
        ("2027-06-01", None, date(2027, 6, 1)),
        ("P2Y", date(2024, 2, 29), date(2026, 2, 28)),
        ("P1M", date(2026, 1, 31), date(2026, 2, 28)),
        ("P18M", date(2025, 8, 15), date(2027, 2, 15)),
        ("P1Y2M3W4D", date(2025, 1, 1), date(2026, 3, 26)),
        ("P90D", date(2026, 11, 29), date(2027, 2, 27)),
        ("P2Y", None, None),
        ("two years after closing", date(2025, 1, 1), None),
        ("P", date(2025, 1, 1), None),
        ("PT5H", date(2025, 1, 1), None),
        ("2027-13-01", None, None),
        ("P999Y9999M", date(9990, 1, 1), None),
    ],
)
def test_the_last_day_is_counted(retention: str, collected: date | None, end: date | None) -> None:
    assert until(retention, collected) == end


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 600))
def test_a_longer_term_never_ends_earlier(collected: date, months: int) -> None:
    one, other = until(f"P{months}M", collected), until(f"P{months + 1}M", collected)
    assert one is not None and other is not None and collected < one < other
    assert one.day in (collected.day, (one + timedelta(days=1) - timedelta(days=1)).day)


def test_rows_are_counted_by_source() -> None:
    desk_days = ["2020-01-01", "2024-12-10T08:00:00", "2024-12-20", "2026-01-01", None]
    days = [*desk_days, "x", "2020-01-01", None]
    rows = pl.DataFrame({"source": ["desk"] * 5 + ["mail"] * 2 + ["web"], "collected_at": days})
    said = {"desk": "P2Y", "mail": "2026-11-01", "web": "as long as needed", "gone": "P1Y"}
    desk, gone, mail = terms(rows, said, TODAY)
    assert (desk.source, desk.rows, desk.past, desk.soon, desk.undated) == ("desk", 5, 1, 2, 1)
    assert desk.next == date(2022, 1, 1)
    assert (gone.rows, gone.past, gone.next) == (0, 0, None)
    assert (mail.past, mail.undated) == (2, 0)
    assert AHEAD == 30 and is_computed("P1Y") and not is_computed("P")


# The rows of `helpdesk` are of January 2026 and kept for P2Y, those of `mail` until 2031-05-01.
@pytest.mark.parametrize(
    ("only", "today", "passed", "words"),
    [
        ("helpdesk", date(2027, 12, 1), True, "the first go on 2028-01-01"),
        ("helpdesk", date(2027, 12, 2), True, "to go within 30 days: 1 row of helpdesk from 2028-01-01"),
        ("helpdesk", date(2028, 1, 1), True, "to go within 30 days: 16 rows of helpdesk"),
        ("helpdesk", date(2028, 1, 2), False, "1 row of helpdesk since 2028-01-01"),
        ("mail", date(2031, 3, 31), True, "the first go on 2031-05-01"),
        ("mail", date(2031, 4, 1), True, "to go within 30 days: 16 rows of mail from 2031-05-01"),
        ("mail", date(2031, 5, 1), True, "to go within 30 days"),
        ("mail", date(2031, 5, 2), False, "16 rows of mail since 2031-05-01"),
    ],
)
def test_the_gate_warns_thirty_days_ahead_and_fails_after(
    desk: Project, only: str, today: date, passed: bool, words: str
) -> None:
    sources = {only: desk.task.sources[only]}
    desk.__dict__["task"] = desk.task.model_copy(update={"sources": sources})
    told = retention(desk, today)
    assert told[0] is passed and words in told[1], told
    assert bool(told[2]) is not passed
