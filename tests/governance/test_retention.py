"""How long rows may be kept: dates and durations, counted from the day a row was collected."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
