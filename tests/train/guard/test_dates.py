"""A day and its month belong together, however they are written."""

from __future__ import annotations

import calendar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.guard.dates import unsupported_dates

TEXT = "She wrote on 3 March 2026, then on the 5th and the 9th of April, and rang on 2026-06-12."


@pytest.mark.parametrize(
    "answer",
    [
        "3 March",
        "March 3rd",
        "3rd of March 2026",
        "2026-03-03",
        "03/03/2026",
        "5 April",
        "9 April",
        "12 June",
        "12/06/2026",
        "06/12/2026",
        "in March",
        "it may be",
        "they march on",
        "on a Tuesday",
        "in JUNE",
    ],
)
def test_what_the_text_gives_may_be_told(answer: str) -> None:
    assert unsupported_dates(TEXT, answer) == []


@pytest.mark.parametrize(
    "answer",
    ["4 March", "3 April", "12 March", "in August", "2026-06-13", "on a Sunday", "12/07/2026", "9 June"],
)
def test_what_it_does_not_give_may_not(answer: str) -> None:
    assert unsupported_dates(TEXT, answer)


def test_a_day_and_month_without_a_year_are_a_date_and_a_day_may_find_its_month() -> None:
    text = "Bait laid on 11/06, revisit 25/06; the release of the 24th broke it in March, not on the Fifth."
    for answer in ("resolved 25 Jun", "laid on 11 June", "broke on 24 March", "5 March", "on 25/06"):
        assert unsupported_dates(text, answer) == [], answer
    assert unsupported_dates(text, "resolved 26 Jun") and unsupported_dates(text, "on 26/06")


@given(st.dates())
def test_every_way_to_write_a_date_supports_every_other(day: object) -> None:
    from datetime import date

    assert isinstance(day, date)
    month = calendar.month_name[day.month]
    forms = [
        f"{day.day} {month}", f"{month} {day.day}", f"{day.day} {month[:3]} {day.year:04}", day.isoformat(),
        f"{day.day:02}/{day.month:02}/{day.year:04}",
    ]  # fmt: skip
    for text in forms:
        for answer in forms:
            assert unsupported_dates(f"on {text} it was", f"it was on {answer}.") == [], (text, answer)
