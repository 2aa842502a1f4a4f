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
from functools import lru_cache
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

    def spans(text: str) -> Spans:
        for mark in marks:  # no generator: this is asked of every text and pattern
            if mark in text:
                return [(0, len(text))]
        return ()

    return spans


def _from_word(*words: str, room: int = 0) -> Callable[[str], Spans]:
    """From the first of `words` (in lower case, sought in any) and some room before it on.

    A text that is not of ASCII is read whole: what its letters are in lower case is not what a regex takes
    them for without regard to case.
    """

    def spans(text: str) -> Spans:
        if not text.isascii():
            return [(0, len(text))]
        lowered = text.lower()
        first = min((at for word in words if (at := lowered.find(word)) >= 0), default=-1)
        return [(max(first - room, 0), len(text))] if first >= 0 else ()

    return spans


@lru_cache(maxsize=4)  # asked for one text by one pattern after the other
def _first_to_last(text: str) -> tuple[int, int] | None:
    """From the first digit to behind the last."""
    first = _DIGIT.search(text)
    return first and (first.start(), _LAST_DIGIT.search(text).end())


def _digits(*marks: str, room_after: int = _ROOM) -> Callable[[str], Spans]:
    """From the first digit to the last and some room around them, if the text holds the marks too."""

    def spans(text: str) -> Spans:
        for mark in marks:
            if mark not in text:
                return ()
        place = _first_to_last(text)
        if place is None:
            return ()
        return [(max(place[0] - _ROOM, 0), min(place[1] + room_after, len(text)))]

    return spans


def _where(holds: Callable[[str], Spans], spans: Callable[[str], Spans]) -> Callable[[str], Spans]:
    """`spans` of a text of which `holds` says that it has any."""
    return lambda text: spans(text) if holds(text) else ()


def _colons(text: str) -> Spans:
    return [(0, len(text))] if "::" in text or text.count(":") >= 6 else ()


_FROM_A_DIGIT = _digits(room_after=1 << 62)
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
    "STREET_ADDRESS": _FROM_A_DIGIT,
}
# By pattern, where more is known.
_BY_PATTERN: dict[str, Callable[[str], Spans]] = {
    "IPv4": _digits("."),
    "IPv4_mapped": _with("::"),
    "IPv4_embedded": _colons,
    "IPv6": _colons,
    "IPv6_unspecified": _with("::"),
    # Words of streets whose patterns regard the case.
    "Street (one word)": _where(_with("gate", " The ", " The\t", "\tThe ", "\tThe\t"), _FROM_A_DIGIT),
    "Street (named house)": _with(
        *("Cottage,", "House,", "Rectory,", "Farm,", "Lodge,", "Barn,", "Vicarage,", "Villa,", "Manor,"),
        *("Bungalow,", "Grange,"),
    ),
    "Street (estate)": _where(_with("Estate", "Park", "Centre"), _FROM_A_DIGIT),
    "Post office box": _where(_from_word("box"), _FROM_A_DIGIT),
    "Street (abroad, kind last)": _with(
        *(
            "stra",
            "Stra",
            "str.",
            "Str.",
            "weg",
            "gasse",
            "platz",
            "allee",
            "damm",
            "laan",
            "plein",
            "singel",
        ),
        "gracht",
    ),
    "Street (abroad, number first)": _with(
        *("rue", "impasse", "chemin", "quai", "allée", "avenue", "boulevard", "place", "cours", "route")
    ),
    "Street (abroad, kind first)": _with(
        *("Calle", "C/", "Avenida", "Avda", "Paseo", "Carrer", "Via", "Piazza", "Corso", "Rua", "Travessa"),
        *("Praça", "ul."),
    ),
    "Private key": _with("-----"),
    "Link (personal field)": _words("?"),
    "Link (profile)": _words("/"),
    "Link (network)": _words("/"),
    "Link (log-in inside)": _words("@"),
    "Link (address inside)": _words("@"),
    "Password (connection)": _words("://"),
    "Password (curl)": _from_word("curl"),
    "Password (command)": _from_word("mysql"),
    # A machine glues up to twelve letters to its label.
    **dict.fromkeys(
        ("Password (bare)", "Password (mark)", "Password (quoted field)", "Password (is)"),
        _from_word("pas", "pw", "p/w", room=12),
    ),
    "PIN": _from_word("pin"),
    "Key (token)": _from_word("token", "secret"),
    "Key (header)": _from_word("authorization"),
    "Key (labelled)": _from_word("key", "token", "secret", "bearer", room=40),
    "Card (dotted)": _digits("."),
    "Password (element)": _with("</"),
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
