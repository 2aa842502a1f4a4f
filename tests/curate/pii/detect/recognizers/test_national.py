"""What the digits of a plain number say is what libphonenumber says of it in three regions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curate.pii.detect.presidio.loading import import_presidio

import_presidio(light=True)
from curate.pii.detect.recognizers.national import plain_score  # noqa: E402

_BEGINNINGS = [
    "",
    "00",
    "000",
    "0044",
    "0067",
    "00378",
    "00261",
    "00599",
    "00800",
    "0",
    "07",
    "01",
    "02",
    "03",
    "08",
    "09",
    "1",
    "44",
    "440",
    "49",
    "212555",
    "0212555",
    "44212555",
    "1212555",
    "907",
    "9018",
    "845",
    "800",
    "84546",
    "61",
    "0845",
]


@st.composite
def _numbers(draw: Any) -> str:
    """Digits of a length and a beginning that matter somewhere, bare or in groups."""
    size = draw(st.integers(7, 18))
    digits = (draw(st.sampled_from(_BEGINNINGS)) + draw(st.text("0123456789", min_size=size, max_size=size)))[
        :size
    ]
    if draw(st.booleans()):
        return digits
    if size == 10 and draw(st.booleans()):
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    mark = draw(st.sampled_from([" ", "-", ".", " - ", "  "]))
    cuts = draw(st.sets(st.integers(1, size - 1), max_size=4))
    marks = [mark if at in cuts else "" for at in range(len(digits))]
    return "".join(before + digit for before, digit in zip(marks, digits, strict=True))


@pytest.fixture(scope="module")
def parsing() -> Any:
    """The recognizer as it comes: it parses everything in every region."""
    from curate.pii.detect.recognizers.phone import PlausiblePhoneRecognizer

    return PlausiblePhoneRecognizer()


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(number=_numbers())
@example("0 6037714531")
@example("0-5769-4611-332")
@example("2022-12-13 10")
@example("07700900123")
@example("0800 1111")
def test_a_plain_number_scores_what_parsing_it_in_every_region_says(parsing: Any, number: str) -> None:
    score = plain_score(number)
    if score is not None:
        found = [(result.start, result.end, result.score) for result in parsing.analyze(number, [])]
        assert found == ([(0, len(number), score)] if score else [])


def test_most_plain_numbers_are_not_parsed() -> None:
    numbers = [
        "4412345678",
        "07911 123456",
        "01223 770 312",
        "644-045-5532",
        "1955839661",
        "98649669",
        "1334.771.72",
    ]
    assert [plain_score(number) for number in numbers] == [0.1, 0.6, 0.6, 0.1, 0.1, 0.1, 0.1]
    assert [
        plain_score(number)
        for number in ("+44 7911 123456", "0044 7911 123456", "(0161) 496 0000", "5792 4814 2407 28")
    ] == [None] * 4


@settings(deadline=None)
@given(
    number=st.integers(0, 10**6 - 1),
    zeros=st.sampled_from(["00", "000", "0000", "0049", "00378"]),
    before=st.sampled_from(["R", "id R", "+ R", "(a"]),
    behind=st.sampled_from(["", '"', " .", ")", " ext 5", "x5"]),
)
def test_a_counter_that_is_left_out_is_nothing_to_the_parser(
    parsing: Any, number: int, zeros: str, before: str, behind: str
) -> None:
    from curate.pii.detect.recognizers.phone import _is_counter

    text = f"{before}{zeros}{number:06d}{behind}"
    if _is_counter(text, len(before), len(before) + len(zeros) + 6):
        assert parsing.analyze(text, []) == []


def test_most_counters_are_left_out() -> None:
    assert sum(plain_score(f"00{number:06d}") == 0 for number in range(0, 10**6, 997)) > 800
