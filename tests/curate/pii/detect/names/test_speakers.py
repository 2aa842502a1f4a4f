"""First names that are words, before a verb of speech."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.pii.detect.names import speakers
from curate.pii.detect.names.recognizer import bundled
from curate.pii.detect.names.speakers import may_speak, with_speakers
from curate.pii.detect.overlap import Hit


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Open the gate. Grant said no.", ["Grant"]),
        ('"Mark told me so"', ["Mark"]),
        ("Customer said no. The manual says so. Please grant access.", []),
        ("Sometimes Grant said no", []),
    ],
)
def test_a_first_name_speaks_at_the_beginning_of_a_sentence(text: str, names: list[str]) -> None:
    hits = with_speakers(text, [], bundled().tagger.lexicon)
    assert [text[hit.start : hit.end] for hit in hits] == names


def test_what_is_found_already_stays_as_it_is() -> None:
    hit = Hit(0, 5, "PERSON", 0.9, "x", False)
    assert with_speakers("Grant said no", [hit], bundled().tagger.lexicon) == [hit]


_PARTS = [*" .!?\n\"'’aB", "Grant ", "said ", "mark"]


@given(text=st.lists(st.sampled_from(_PARTS), max_size=20).map("".join))
def test_sentences_begin_where_a_look_behind_says(text: str) -> None:
    behind = re.compile(r"(?:^|(?<=[.!?:;\n]))" + speakers._OPENING)
    first = speakers._FIRST_WORD.match(text)
    begun = [match.span(1) for match in [first] if match] + [
        match.span(1) for match in speakers._OPENS.finditer(text)
    ]
    assert begun == [match.span(1) for match in behind.finditer(text)]


_SAID = [
    *[
        " ",
        ".",
        "!",
        "\n",
        '"',
        "'",
        "’",
        "é",
        "B",
        "me",
        "and ",
        "i ",
        "I ",
        "name ",
        "from ",
        "to ",
        "Surname ",
    ],
    *[
        "Grant ",
        "grant ",
        "said ",
        "rang",
        "mark",
        "Sue",
        "rosemary ",
        "Ask ",
        "told ",
        "his ",
        "in HR ",
        "with ",
    ],
    *[
        "tell ",
        "he is on leave ",
        "sue and i ",
        "me and sue ",
        "change ",
        "okafor ",
        "from payroll",
        "THANK ",
    ],
]


@settings(max_examples=400, deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from(_SAID), max_size=12).map("".join), min_size=1, max_size=20))
def test_texts_that_hold_no_speaker_are_left_as_they_are(texts: list[str]) -> None:
    lexicon = bundled().tagger.lexicon
    may = may_speak(texts, lexicon)
    for text, asked in zip(texts, may, strict=True):
        assert asked or with_speakers(text, [], lexicon) == [], text


@pytest.mark.parametrize(
    "text",
    [
        "Grant said no",
        "x. grant's payslip",
        "tell bill his parcel is here",
        "rosemary in hr",
        "sue and i went",
        "me and sue",
        "name change from grey to okafor",
        "LAST NAME FROM grey to okafor",
        "ask mark to ring",
    ],
)
def test_each_form_of_speaker_may_speak(text: str) -> None:
    assert may_speak([text, "what is this", ""], bundled().tagger.lexicon).tolist() == [True, False, False]
