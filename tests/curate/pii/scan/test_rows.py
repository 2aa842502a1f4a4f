"""Each text goes to the detector of its language; English ones are read as if they were alone."""

from __future__ import annotations

import polars as pl
import pytest

from curate.errors import AssayError
from curate.pii.detect.detector import Detector
from curate.pii.detect.params import ScanParams
from curate.pii.scan.rows import languages, search_rows
from curate.pii.scan.search import HITS, search

TEXTS = {
    "en": [
        "Call me on 020 7946 0018, Sarah Whitmore",
        "born 3/4/1980, NHS 943 476 5919",
        "order 86095742719",
        "my card is 4111 1111 1111 1111 and my pin: 2024",
        "no data here",
    ],
    "de": ["Meine Steuer-ID lautet 86 095 742 719.", "Handy 0171 2345678", "geboren am 12. März 1985"],
    "fr": ["N° de sécu 1 80 12 69 552 223 80", "Appelez-moi au 06 12 34 56 78"],
    "pl": ["PESEL 44051401359", "ul. Marszałkowska 10/12 m. 5, 00-590 Warszawa"],
}


def _frame(only: str | None = None) -> pl.DataFrame:
    rows = [
        (f"{language}{at}", text, language)
        for language, texts in TEXTS.items()
        for at, text in enumerate(texts)
        if only in (None, language)
    ]
    return pl.DataFrame(rows, schema=["row", "input", "language"], orient="row")


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(ScanParams(language=("en", "de", "fr", "pl"), ner=None))


def _found(frame: pl.DataFrame, detector: Detector) -> pl.DataFrame:
    spoken = languages(frame, ["input"], detector.params)
    return search_rows(frame, ["input"], spoken.of, detector)


def test_every_language_is_read_by_its_own_detector(detector: Detector) -> None:
    found = _found(_frame(), detector)
    assert set(found.filter(~pl.col("row").str.starts_with("en"))["entity"]) == {
        "DE_TAX_ID",
        "PHONE_NUMBER",
        "DATE_OF_BIRTH",
        "FR_NIR",
        "PL_PESEL",
        "STREET_ADDRESS",
    }
    assert "DE_TAX_ID" not in set(found.filter(pl.col("row").str.starts_with("en"))["entity"])


def test_english_rows_are_found_in_as_they_are_alone(detector: Detector) -> None:
    alone = search(_frame("en"), ["input"], Detector(ScanParams(ner=None)))
    among = _found(_frame(), detector).filter(pl.col("row").str.starts_with("en"))
    assert alone.height > 3
    assert among.equals(alone)


def test_order_of_rows_does_not_matter(detector: Detector) -> None:
    assert _found(_frame().reverse(), detector).equals(_found(_frame(), detector))


def test_a_language_that_is_not_listed_is_an_error_that_says_how_to_list_it(detector: Detector) -> None:
    frame = _frame().with_columns(pl.lit("nl").alias("language"))
    with pytest.raises(AssayError, match=r"nl 12 \(it lists en, de, fr, pl\)") as error:
        languages(frame, ["input"], detector.params)
    assert "scan.language: [en, de, fr, pl, nl]" in (error.value.fix or "")


def test_rows_read_as_the_default_are_counted() -> None:
    params = ScanParams(unsupported_language="scan_as_default", ner=None)
    spoken = languages(_frame(), ["input"], params)
    assert spoken.others == {"de": 3, "fr": 2, "pl": 2}
    assert set(spoken.of["input"]) == {"en"}


def test_no_row_and_no_field_is_no_finding(detector: Detector) -> None:
    assert _found(_frame().clear(), detector).equals(HITS.to_frame())
    empty = languages(_frame(), [], detector.params)
    assert search_rows(_frame(), [], empty.of, detector).equals(HITS.to_frame())


def test_auto_goes_by_the_column_and_looks_at_rows_without_one() -> None:
    params = ScanParams(language="auto", ner=None)
    frame = pl.DataFrame(
        {
            "row": ["1", "2", "3", "4"],
            "input": [
                "Ich habe mein Paket immer noch nicht bekommen.",
                "Wo ist mein Paket?",
                "ok",
                "Je n'ai pas encore reçu mon remboursement.",
            ],
            "output": ["Das tut uns leid.", None, None, "0171 2345678"],
            "language": [None, "en", None, None],
        },
        schema_overrides={"language": pl.String},
    )
    spoken = languages(frame, ["input", "output"], params)
    # A text too short to tell goes with the rest of its row, else with the first language.
    assert spoken.of.rows() == [("de", "de"), ("en", "en"), ("en", "en"), ("fr", "fr")]


def test_auto_stops_at_a_language_that_nobody_reads() -> None:
    frame = pl.DataFrame(
        {
            "row": ["1"],
            "input": ["Jag har inte fått mitt paket och vill ha pengarna tillbaka."],
            "language": [None],
        },
        schema_overrides={"language": pl.String},
    )
    with pytest.raises(AssayError, match="sv 1"):
        languages(frame, ["input"], ScanParams(language="auto", ner=None))
