"""Spans that lose nothing of what they are for."""

from __future__ import annotations

import regex  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from curate.pii.detect.presidio.reach import words


@given(text=st.text("ab@. \n\t\x1c\u00a0", max_size=40))
def test_the_words_that_hold_a_mark_are_those_a_regex_finds(text: str) -> None:
    assert list(words(text, "@")) == [match.span() for match in regex.finditer(r"\S*@\S*", text)]


def test_a_long_run_without_the_mark_costs_little() -> None:
    text = "a" * 2_000_000 + " jo@x.org " + "b" * 2_000_000
    assert list(words(text, "@")) == [(2_000_001, 2_000_009)]
