"""Mail in other languages than English: values all found, persons nearly all, and few firms and words."""

from __future__ import annotations

from functools import lru_cache

import pytest

from benchmarks.pii.languages.mail import counts
from curate.pii.detect.detector import Detector
from curate.pii.detect.names.recognizer import bundled
from curate.pii.detect.params import ScanParams


@lru_cache(maxsize=1)
def detector() -> Detector:
    return Detector(ScanParams(language="auto"))


@pytest.mark.parametrize("language", ["de", "fr", "es", "it", "nl", "pt", "pl"])
def test_mail_gives_its_values_and_its_persons(language: str) -> None:
    files = ["first", "second"] if language in ("de", "fr", "es", "nl") else ["second"]
    total = sum(
        (counts(f"{language}-{name}", detector()) for name in files), counts(f"{language}-second", detector())
    )
    assert total["values"] == total["values_found"] > 0
    assert total["values_false"] == 0
    assert total["found"] / total["persons"] >= (0.8 if language == "pl" else 0.95)
    assert total["acted"] / (total["acted"] + total["false_acted"]) >= 0.9


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("nl", "Bel mevrouw El Idrissi terug", ["El Idrissi"]),
        ("nl", "Mijn zoon Daan gaat mee", ["Daan"]),
        ("nl", "Groet,\nTon", ["Ton"]),
        ("de", "Gruß\nUte", ["Ute"]),
        ("de", "Sehr geehrte Frau Neumann-Adjei, anbei", ["Neumann-Adjei"]),
        ("de", "Die Firma Müller & Söhne liefert nicht", []),
        ("de", "Unser Chef kauft bei Rossmann und Aldi", []),
        ("de", "Herr Doktor, bitte", []),
        ("de", "Liebe Grüße\nIhr Team", []),
        ("fr", "La société Dupont et Fils ne livre plus", []),
        ("fr", "Envoyez-le au Dr Lefèvre", ["Lefèvre"]),
        ("es", "Pablo Picasso pintó el Guernica", []),
        ("it", "L'officina Rossi apre alle nove", []),
        ("pt", "Abraço,\nZeca", ["Zeca"]),
        ("fr", "Lyon, Nantes et Florence ont fermé", []),
    ],
)
def test_a_title_a_relation_or_a_signature_names_a_person_and_a_firm_is_none(
    language: str, text: str, names: list[str]
) -> None:
    hits = bundled(language).find([text], frozenset({"PERSON"}), language)[0]
    assert [text[hit.start : hit.end] for hit in hits if hit.score >= 0.6] == names
