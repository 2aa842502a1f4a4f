"""The second look at names in seven languages: words go, listed first names come."""

from __future__ import annotations

import pytest

from curate.pii.detect.names.european_look import CALLED, LISTED, look
from curate.pii.detect.names.recognizer import bundled
from curate.pii.detect.overlap import Hit


def _looked(text: str, language: str, *found: str) -> list[tuple[str, float]]:
    hits = [Hit(text.index(one), text.index(one) + len(one), "PERSON", 0.9, "x", False) for one in found]
    seen = look(text, hits, bundled("de").tagger.lexicon, language)
    return [(text[hit.start : hit.end], hit.score) for hit in seen]


@pytest.mark.parametrize(
    ("language", "text", "found", "left"),
    [
        ("es", "Pan, vino y ajo crudo", ["vino"], []),
        ("pl", "Bo pani mnie o to pyta", ["Bo"], []),
        ("de", "Man hilft dem Menschen gut", ["Man", "gut"], []),
        ("pl", "Ale Piotr ma rację", ["Ale Piotr"], ["Piotr"]),
        ("de", "Frau Gut hat angerufen", ["Gut"], ["Gut"]),
        ("nl", "Cc: Simons, de Wit, Haring", ["Simons", "de Wit", "Haring"], ["Simons", "de Wit", "Haring"]),
    ],
)
def test_words_of_the_language_go_where_they_are_written_as_words(
    language: str, text: str, found: list[str], left: list[str]
) -> None:
    assert [name for name, _ in _looked(text, language, *found)] == left


@pytest.mark.parametrize(
    ("language", "text", "found", "names"),
    [
        ("pl", "Podpisała to Karolina, bez uwag", [], [("Karolina", LISTED)]),
        ("pl", "Oddaj to Karolinie jutro", [], [("Karolinie", LISTED)]),
        ("pl", "Urlop dla Patryka Lorenca", ["Lorenca"], [("Patryka Lorenca", 0.9)]),
        ("fr", "Le magasin de la rue Victor Hugo est fermé", [], []),
        ("it", "Ieri Giovanna Ferri ha chiamato", [], [("Giovanna Ferri", LISTED)]),
        ("de", "Das macht Johanna heute", [], []),
        ("de", "Das macht Frau Johanna heute", [], [("Johanna", CALLED)]),
        ("pl", "May 22 19:11:34 debian jest prosty", [], []),
    ],
)
def test_first_names_of_the_lists_come_where_they_are_written_as_names(
    language: str, text: str, found: list[str], names: list[tuple[str, float]]
) -> None:
    assert _looked(text, language, *found) == names
