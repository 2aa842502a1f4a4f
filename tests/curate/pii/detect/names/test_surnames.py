"""A surname that the network left out belongs to the first name before it; a common word does not."""

from __future__ import annotations

import pytest

from curate.pii.detect.names.recognizer import bundled
from curate.pii.detect.names.surnames import whole_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("it belongs to Nia Cholmondeley in ox4 3dn", "Nia Cholmondeley"),
        ("thanks Nia Please call me", "Nia"),
        ("ask Nia about Cholmondeley Castle", "Nia"),
        ("ask Nia, Cholmondeley is away", "Nia"),
        ("mail Nia Cholmondeley@example.com now", "Nia"),
        ("IT BELONGS TO NIA CHOLMONDELEY", "NIA"),
        ("ask Nia", "Nia"),
    ],
)
def test_a_rare_capitalised_word_behind_a_first_name_is_its_surname(text: str, name: str) -> None:
    start = text.upper().index("NIA")
    assert text[start : whole_name(text, start, start + 3, bundled().tagger.lexicon)] == name


def test_the_whole_name_is_found() -> None:
    text = (
        "The invoice in my parcel isn't mine, it belongs to Nia Cholmondeley in ox4 3dn and shows "
        "what she paid and how."
    )
    (hit,) = bundled().find([text], frozenset({"PERSON"}))[0]
    assert text[hit.start : hit.end] == "Nia Cholmondeley"
