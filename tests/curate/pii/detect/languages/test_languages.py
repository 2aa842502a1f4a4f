"""What is found in rows of seven languages: papers, telephones, births, streets, passwords."""

# ruff: noqa: E501 (a table of cases)

from __future__ import annotations

from typing import Any

import pytest

from curate.pii.detect.detector import Detector
from curate.pii.detect.params import ScanParams

FOUND = [
    ("de", "Meine Steuer-ID lautet 86 095 742 719.", "DE_TAX_ID", "86 095 742 719"),
    ("de", "IdNr.: 86095742719", "DE_TAX_ID", "86095742719"),
    ("de", "Tel.: 030/1234567", "PHONE_NUMBER", "030/1234567"),
    ("de", "Handy 0171 2345678", "PHONE_NUMBER", "0171 2345678"),
    ("de", "geboren am 12. März 1985", "DATE_OF_BIRTH", "12. März 1985"),
    ("de", "Geb. 3.4.80 in Köln", "DATE_OF_BIRTH", "3.4.80"),
    ("de", "Personalausweisnr.: T220001293", "DE_ID_CARD", "T220001293"),
    ("de", "SV-Nummer 15 070649 C 103", "DE_SOCIAL_SECURITY", "15 070649 C 103"),
    ("de", "Goethestraße 12a, 60313 Frankfurt am Main", "STREET_ADDRESS", "Goethestraße 12a, 60313 Frankfurt am Main"),
    ("de", "Retouren an Lindenkamp 23, 28215 Bremen", "STREET_ADDRESS", "Lindenkamp 23, 28215 Bremen"),
    ("de", "Passwort: Hund#2024", "PASSWORD", "Hund#2024"),
    ("de", "USt-IdNr. DE136695976", "EU_VAT", "DE136695976"),
    ("de", "PLZ: 10115", "EU_POSTCODE", "10115"),
    ("fr", "Mon numéro de sécu : 1 80 12 69 552 223 80", "FR_NIR", "1 80 12 69 552 223 80"),
    ("fr", "Appelez-moi au 06 12 34 56 78", "PHONE_NUMBER", "06 12 34 56 78"),
    ("fr", "née le 3 avril 1990 à Lyon", "DATE_OF_BIRTH", "3 avril 1990"),
    ("fr", "12 bis, rue de la Paix, 75002 Paris", "STREET_ADDRESS", "12 bis, rue de la Paix, 75002 Paris"),
    ("fr", "mot de passe : Chien#2024", "PASSWORD", "Chien#2024"),
    ("es", "DNI 12345678-Z", "ES_NIF", "12345678-Z"),
    ("es", "NIE: X-1234567-L", "ES_NIE", "X-1234567-L"),
    ("es", "tel. 612 345 678", "PHONE_NUMBER", "612 345 678"),
    ("es", "Calle de Alcalá, 45, 3º B, 28014 Madrid", "STREET_ADDRESS", "Calle de Alcalá, 45, 3º B, 28014 Madrid"),
    ("it", "C.F.: RSSMRA85T10A562S", "IT_FISCAL_CODE", "RSSMRA85T10A562S"),
    ("it", "codice fiscale rss mra 85t10 a562s", "IT_FISCAL_CODE", "rss mra 85t10 a562s"),
    ("it", "P.IVA 00743110157", "EU_VAT", "00743110157"),
    ("it", "nato a Bergamo il 3/4/1980", "DATE_OF_BIRTH", "3/4/1980"),
    ("nl", "BSN: 1112.22.333", "NL_BSN", "1112.22.333"),
    ("nl", "bel me op 06-12345678", "PHONE_NUMBER", "06-12345678"),
    ("nl", "Keizersgracht 12-2, 1015 CJ Amsterdam", "STREET_ADDRESS", "Keizersgracht 12-2, 1015 CJ Amsterdam"),
    ("pt", "NIF 123 456 789", "PT_NIF", "123 456 789"),
    ("pt", "nascido a 12 de março de 1985", "DATE_OF_BIRTH", "12 de março de 1985"),
    ("pt", "palavra-passe: Cao#2024", "PASSWORD", "Cao#2024"),
    ("pl", "PESEL 44051401359", "PL_PESEL", "44051401359"),
    ("pl", "NIP 123-456-32-18", "PL_NIP", "123-456-32-18"),
    ("pl", "tel. kom. 501 234 567", "PHONE_NUMBER", "501 234 567"),
    ("pl", "dowód osobisty ABA 300000", "PL_ID_CARD", "ABA 300000"),
    ("pl", "ul. Marszałkowska 10/12 m. 5, 00-590 Warszawa", "STREET_ADDRESS", "ul. Marszałkowska 10/12 m. 5, 00-590 Warszawa"),
]  # fmt: skip
NOTHING = [
    ("de", "Bestellnummer 86095742719"),
    ("de", "Die Sitzung ist am 12. März 2025 um 14 Uhr."),
    ("de", "Rechnung Nr. 2024-00123 über 1.234,50 Euro"),
    ("fr", "commande n° 0612345678"),
    ("fr", "Le code postal est obligatoire."),
    ("es", "pedido 612345678"),
    ("es", "Mi contraseña no funciona: error 404"),
    ("it", "ordine n. 12345678903"),
    ("nl", "bestelnummer 111222333"),
    ("pt", "encomenda 123456789"),
    ("pl", "zamówienie nr 44051401359"),
    ("pl", "W 2024 roku było 1 234 567 zgłoszeń."),
]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(ScanParams(language="auto", ner=None))


@pytest.mark.parametrize(("language", "text", "entity", "value"), FOUND)
def test_a_value_is_found_whole(detector: Any, language: str, text: str, entity: str, value: str) -> None:
    found = {(hit.entity, text[hit.start : hit.end]) for hit in detector.of(language).find(text)}
    assert (entity, value) in found


@pytest.mark.parametrize(("language", "text"), NOTHING)
def test_numbers_of_things_and_plain_dates_are_let_be(detector: Any, language: str, text: str) -> None:
    found = [hit.entity for hit in detector.of(language).find(text) if hit.entity != "DATE_TIME"]
    assert found == []


@pytest.mark.parametrize(("language", "text", "entity", "value"), FOUND)
def test_a_number_with_a_wrong_check_digit_is_not_verified(
    detector: Any, language: str, text: str, entity: str, value: str
) -> None:
    last = max(at for at, sign in enumerate(text) if sign.isdigit())
    for digit in "0123456789":
        wrong = f"{text[:last]}{digit}{text[last + 1 :]}"
        hits = [hit for hit in detector.of(language).find(wrong) if hit.entity == entity and hit.verified]
        assert not hits or digit == text[last] or entity == "EU_VAT"


def test_every_european_number_is_reached_through_its_filter() -> None:
    import polars as pl

    from curate.pii.detect.catalogue import EUROPEAN
    from curate.pii.detect.recognizers.build import build

    for entity in EUROPEAN:
        recognizer = build(entity, "de")
        for _, text, name, _ in FOUND:
            if name == entity.name and recognizer.analyze(text, [name], None):
                assert pl.Series([text]).str.contains(entity.needs or "").all(), (name, text)
