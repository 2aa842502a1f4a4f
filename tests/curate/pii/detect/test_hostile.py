"""Texts made to be slow: the cost of any repeated pattern grows as its length, not as its square."""

from __future__ import annotations

import time
from typing import Any

import polars as pl
import pytest

from curate.pii.scan.search import search

_PATTERNS = [
    *(
        "a@",
        "@",
        "api_key=",
        "1.2.",
        "ab:",
        "1:",
        "::",
        "jo@x.com,",
        "jo@x.com ",
        "password:",
        "dob ",
        "www.",
    ),
    *("07911 123456, ", "07911123456", "4111 1111 1111 1111 ", "4111", "12-", "12/", "a.b", "a-", "http://"),
    *("https://x.com/", "/@a", "?a=b&", "sort code ", "account 12345678 ", "-----BEGIN PRIVATE KEY-----"),
    *(
        "SG.a.",
        "eyJabcdefgh.",
        "AB12 3CD ",
        "14 Park Lane ",
        "14 park ",
        "GB29",
        "\u00a0",
        "\u200b",
        "(",
        "+44 ",
    ),
    *("0", "9", "a", "A1", "aB", "phone_", "x1_", '{"a":', "\\n", "%40", ". ", "! ", "\n", "12\n", "12 34\n"),
    *(
        "0x",
        "bc1",
        "ab12cd34-",
        "tel ",
        "tel: 1 ",
        "Jan-",
        "NHS ",
        "utr ",
        '"a b"@x.org ',
        "x://a:b@",
        "token=",
    ),
]
# A finding in every repetition: a megabyte of them holds a hundred thousand, and each is brought to its row.
_FOUND = {"jo@x.com,", "jo@x.com ", "07911 123456, ", "4111 1111 1111 1111 ", "12/", "account 12345678 "} | {
    *("https://x.com/", "eyJabcdefgh.", "14 Park Lane ", '"a b"@x.org ', "1.2.", "ab:", "12-")
}
# Characters: enough that a square would show, few enough for every run.
_SMALL, _LARGE = 6_000, 1_000_000


def _seconds(detector: Any, pattern: str, length: int) -> float:
    text = (pattern * (length // len(pattern) + 1))[:length]
    frame = pl.DataFrame({"row": [0], "text": [text]})
    begun = time.process_time()
    search(frame, ["text"], detector)
    return time.process_time() - begun


@pytest.mark.parametrize("pattern", _PATTERNS)
def test_four_times_the_text_costs_no_more_than_some_four_times(detector: Any, pattern: str) -> None:
    """A square would cost sixteen times as much; half a second and a factor of two are left for chance."""
    once = _seconds(detector, pattern, _SMALL)
    assert _seconds(detector, pattern, 4 * _SMALL) <= 8 * once + 0.5


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [pattern for pattern in _PATTERNS if pattern not in _FOUND])
def test_a_megabyte_takes_seconds(detector: Any, pattern: str) -> None:
    assert _seconds(detector, pattern, _LARGE) <= 5
