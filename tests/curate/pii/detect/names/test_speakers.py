"""First names that are words, before a verb of speech."""

from __future__ import annotations

import pytest

from curate.pii.detect.names.recognizer import bundled
from curate.pii.detect.names.speakers import with_speakers
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
