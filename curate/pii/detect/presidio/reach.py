"""Where in a text a pattern can match at all, told by a mark that each of its matches holds: the rest is not
read.

The patterns are matched by a backtracking engine at some tenth of a microsecond a character, and a call with
a time-out costs several microseconds; `str.find` costs next to nothing. A span is given as bounds, not cut
out, so that look-behinds and `\\b` see what stands before it; at its end there is a space or room for what a
pattern looks ahead for. A property test holds the findings against Presidio's engine, which reads everything
(`tests/curate/pii/test_search.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import regex  # type: ignore[import-untyped]

# Bounds in a text, end exclusive, in order and apart.
Spans = Sequence[tuple[int, int]]

_DIGIT, _LAST_DIGIT = re.compile(r"\d"), regex.compile(r"(?r)\d")
_SPACE, _SPACE_BEFORE = regex.compile(r"\s"), regex.compile(r"(?r)\s")
# More letters than any of the patterns read by `digits` holds before its first digit or after its last, and
# what they look ahead for.
_ROOM = 24


def words(text: str, mark: str) -> Iterator[tuple[int, int]]:
    """The runs without a space that hold `mark`, in time linear in the text."""
    start, at = 0, text.find(mark)
    while at >= 0:
        before, after = _SPACE_BEFORE.search(text, start, at), _SPACE.search(text, at)
        end = after.start() if after else len(text)
        yield (before.end() if before else start), end
        start, at = end, text.find(mark, end)


def shifted(result: Any, by: int) -> Any:
    """A result found in a part of a text that begins at `by`, in the whole."""
    result.start += by
    result.end += by
    return result


def _words(mark: str) -> Callable[[str], Spans]:
    return lambda text: list(words(text, mark))


def _with(*marks: str) -> Callable[[str], Spans]:
    """The whole text, if it holds one of the marks."""
    return lambda text: [(0, len(text))] if any(mark in text for mark in marks) else ()


def _digits(*marks: str, room_after: int = _ROOM) -> Callable[[str], Spans]:
    """From the first digit to the last and some room around them, if the text holds the marks too."""

    def spans(text: str) -> Spans:
        if not all(mark in text for mark in marks) or (first := _DIGIT.search(text)) is None:
            return ()
        last = _LAST_DIGIT.search(text)
        return [(max(first.start() - _ROOM, 0), min(last.end() + room_after, len(text)))]

    return spans


def _colons(text: str) -> Spans:
    return [(0, len(text))] if "::" in text or text.count(":") >= 6 else ()


_MANY = 1 << 62
# By entity, for all its patterns.
_BY_ENTITY: dict[str, Callable[[str], Spans]] = {
    **dict.fromkeys(
        (
            "CREDIT_CARD",
            "DATE_TIME",
            "UK_NHS",
            "UK_NINO",
            "UK_PASSPORT",
            "UK_DRIVING_LICENCE",
            "UK_POSTCODE",
            "UK_VEHICLE_REGISTRATION",
            "UK_BANK_ACCOUNT",
            "US_BANK_NUMBER",
            "US_DRIVER_LICENSE",
            "US_ITIN",
            "US_PASSPORT",
            "US_SSN",
            "MEDICAL_LICENSE",
        ),
        _digits(),
    ),
    "STREET_ADDRESS": _digits(room_after=_MANY),
}
# By pattern, where more is known.
_BY_PATTERN: dict[str, Callable[[str], Spans]] = {
    "IPv4": _digits("."),
    "IPv4_mapped": _with("::"),
    "IPv4_embedded": _colons,
    "IPv6": _colons,
    "IPv6_unspecified": _with("::"),
    "Street (named house)": _with(","),
    "Street (estate)": _digits(room_after=_MANY),
    **dict.fromkeys(
        ("Street (abroad, kind last)", "Street (abroad, number first)", "Street (abroad, kind first)"),
        lambda text: [(0, len(text))],
    ),
    "Private key": _with("-----"),
    "Link (personal field)": _words("?"),
    "Link (profile)": _words("/"),
    "Link (network)": _words("/"),
    "Link (log-in inside)": _words("@"),
    "Link (address inside)": _words("@"),
    "Password (connection)": _words("://"),
    "Password (curl)": _with("curl", "CURL", "Curl"),
    "Sort code and account": _digits("-"),
    "mm/dd/yyyy or mm/dd/yy": (slashed := _digits("/")),
    "dd/mm/yyyy or dd/mm/yy": slashed,
    "yyyy/mm/dd": slashed,
    "mm/yyyy or m/yyyy": slashed,
    "mm/yy or m/yy": slashed,
    "mm-dd-yyyy": (dashed := _digits("-")),
    "dd-mm-yyyy": dashed,
    "yyyy-mm-dd": dashed,
    "dd-MMM-yyyy or dd-MMM-yy": dashed,
    "MMM-yyyy or MMM-yy": dashed,
    "dd-MMM or dd-MMM": dashed,
    "Datetime (yyyy-mm-ddThh:mm[:ss[.f]] with timezone)": _digits("-", ":"),
    "dd.mm.yyyy or dd.mm.yy": _digits("."),
}


def _everywhere(text: str) -> Spans:
    return [(0, len(text))]


def reach(entity: str, pattern: str) -> Callable[[str], Spans]:
    """Where matches of one pattern of an entity can lie, as a function of the text; everywhere if nothing is
    known.
    """
    return _BY_PATTERN.get(pattern) or _BY_ENTITY.get(entity, _everywhere)
