"""Spans that lose nothing of what they are for."""

from __future__ import annotations

from functools import cache
from typing import Any

import regex  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.pii.detect.params import ScanParams
from curate.pii.detect.presidio.reach import words


@given(text=st.text("ab@. \n\t\x1c\u00a0", max_size=40))
def test_the_words_that_hold_a_mark_are_those_a_regex_finds(text: str) -> None:
    assert list(words(text, "@")) == [match.span() for match in regex.finditer(r"\S*@\S*", text)]


def test_a_long_run_without_the_mark_costs_little() -> None:
    text = "a" * 2_000_000 + " jo@x.org " + "b" * 2_000_000
    assert list(words(text, "@")) == [(2_000_001, 2_000_009)]


# What the marks of `reach` are of, and what stands around them.
_WORDS = [
    "cURL", "-u", "joe:hunter22", "mySQL -u root -pSecret1", "<password>abc12</password>",
    "dbPASSWORD=hunter22", "paſſword: x1y2z3!", "password is now: a1b2c3", "pwd 'h4nter2x'", "p/w",
    "pin: 1234", "PIN is", "Token=abcd1234efgh5678ij", "client_SECRET", "api-key:",
    "authorization: Basic", "dXNlcjpwYXNzd29yZA1", "bearer is", "P.O. BOX 12", "p o box", "unit 4",
    "Acme Business Park", "Trading Estate", "12", "14b", "Northgate", "The Maltings", "The\tGreen",
    "Rose", "Cottage", "Mill Lane", "House", "High Road", "Hauptstraße 12", "Musterweg 3",
    "Keizersgracht 123", "50667 Köln", "12 rue de la Paix", "3 avenue des Lilas", "Calle Mayor 5",
    "Via Roma 3", "00184 Roma", "ul. Długa 7", "4111.1111.1111.1111", "::", "1.2.3.4", "12/03/1980",
    "3-JAN-2021", "2024-01-02", "\u212aelvin", "\u0130x", "ß",
]  # fmt: skip


@given(pieces=st.lists(st.sampled_from(_WORDS), max_size=6), mark=st.sampled_from([" ", ", ", "\n", "", "="]))
@settings(max_examples=300, deadline=None)
def test_a_pattern_matches_within_its_reach_what_it_matches_in_the_whole_text(
    pieces: list[str], mark: str
) -> None:
    text = mark.join(pieces)
    for name, compiled, within in _reads():
        whole = [match.span() for match in compiled.finditer(text)]
        read = [match.span() for start, end in within(text) for match in compiled.finditer(text, start, end)]
        assert read == whole, (name, text)


@cache
def _reads() -> list[tuple[str, Any, Any]]:
    from curate.pii.detect.detector import Detector

    return [
        (pattern.name, compiled, within)
        for recognizer in Detector(ScanParams(ner=None)).recognizers
        for (compiled, _, within), pattern in zip(
            getattr(recognizer, "_reads", ()), getattr(recognizer, "patterns", ()), strict=True
        )
    ]
