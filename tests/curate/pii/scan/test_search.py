"""The pre-filter changes nothing but the time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.pii.support import support_rows
from benchmarks.pii.systems import same_configuration
from curate.pii.detect.params import ScanParams
from curate.pii.scan import search as search_module
from curate.pii.scan.search import routes, search

_PIECES = [
    "jo@example.com",
    "07911 123456",
    "+44 7911 123456",
    "4412345678",
    "4111 1111 1111 1111",
    "GB29 NWBK 6016 1331 9268 19",
    "192.168.0.1",
    "2001:db8::1",
    "::",
    "00:1A:2B:3C:4D:5E",
    "00-1A-2B-3C-4D-5E",
    "0012.3456.789A",
    "123e4567-e89b-12d3-a456-426614174000",
    "www.acme.com",
    "late.It",
    "https://x.org/a",
    "12/03/1980",
    "3-JAN-2021",
    "Jan-21",
    "2024-01-02T10:00:00Z",
    "dob",
    "born",
    "3rd May 1980",
    "14 Albert Road",
    "14 albert road, leeds",
    "7 The Maltings",
    "5 Northgate",
    "943 476 5919",
    "9434765919",
    "AB123456C",
    "ab 12 34 56 c",
    "AB1234567",
    "123456789",
    "MORGA657054SM9IJ",
    "MORGA 657054 SM9IJ",
    "LS12 9DJ",
    "cb12dp",
    "GIR 0AA",
    "AB51 ABC",
    "A123 BCD",
    "ABC 123D",
    "20-00-00",
    "12345678",
    "sort code",
    "account",
    "536-22-1234",
    "900-70-1234",
    "A1234567",
    "H12345678",
    "AB1234563",
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "UTR",
    "1955839661",
    "tax reference",
    "VAT no",
    "GB 980 7806 84",
    "CHI",
    "2906641235",
    "password:",
    "Hunter2!x",
    "pin is 4821",
    "api key",
    "AKIAIOSFODNN7EXAMPLE",
    "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "token=",
    "9f8a7b6c5d4e3f2a1b0c",
    "https://x.org/users/jo.smith",
    "x.com/josmith",
    "https://jo:pw12@ex.com/",
    "?email=",
    "123 N Main St, Springfield, IL 62704",
    "phone",
    "Tel.",
    "mobiles",
    "my number is",
    "PASSPORTS",
    "driver's license",
    "order",
    "passport",
    "licence",
    "\n",
    "\u00a0",
    ".",
    ",",
    "/",
    "-",
    "#",
    "(",
    ")",
    "x",
    "ſt",
    "K",
    "+49 12",
    "date",
    "3/2021",
    "1/21",
    "tel. no.",
    "d.o.b.",
    "NHS no.",
    "plates",
    "Visa.",
    "social security",
    "!",
    "itin",
    "AB51ABC",
    "ab51abc",
    "4111111111111111",
    "١٢٣",
    "9",
    "0",
]
_texts = st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=6)), max_size=9).flatmap(
    lambda pieces: st.sampled_from([" ", "", ", ", "\n"]).map(lambda joiner: joiner.join(pieces))
)


@pytest.fixture(autouse=True, scope="module")
def _filtered() -> Iterator[None]:
    """However few the texts are, the filter says where they go: it is what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_module, "FEW", 0)
        yield


def _by_text(detector: Any, texts: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    frame = pl.DataFrame(
        {"row": list(range(len(texts))), "t": texts}, schema={"row": pl.Int64, "t": pl.String}
    )
    hits = search(frame, ["t"], detector)
    grouped: dict[str, list[tuple[Any, ...]]] = {text: [] for text in texts}
    for hit in hits.iter_rows(named=True):
        entry = (hit["start"], hit["end"], hit["entity"], hit["score"], hit["detector"], hit["verified"])
        if entry not in grouped[texts[int(hit["row"])]]:
            grouped[texts[int(hit["row"])]].append(entry)
    return grouped


@pytest.fixture(scope="module")
def engine() -> Any:
    """Presidio's own `AnalyzerEngine` with Assay's recognizers: every recognizer reads every text."""
    return same_configuration(ScanParams(ner=None))


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(text=_texts)
@example(text="late.It?email=jo")  # a link's query right after its host
@example(text="x.com:8080/@jo.smith")
def test_prefiltered_findings_are_those_of_presidios_engine(detector: Any, engine: Any, text: str) -> None:
    assert sorted(_by_text(detector, [text])[text]) == [tuple(hit) for hit in engine(text)]


_PHONE_WORDS = [
    "call",
    "my number is",
    "order",
    "order no.",
    "order number:",
    "tracking number is",
    "parcel",
    "NHS number",
    "VAT number is",
    "account",
    "Tel.",
    "ext. 12",
    "x5",
    "office",
    "ph",
    "answering at",
    "and",
    "or",
    ",",
    ".",
    "!",
    "(",
    "+",
    "-",
    "12",
    "123",
    "4412345678",
    "7911123456",
    "07911 123456",
    "07911123456",
    "1925 0728 4605",
    "644-045-5532",
    "929-572-3058",
    "98649669",
    "9747 6578",
    "+44 7911 123456",
    "PS074291050GB",
    "0044 20 7946 0018",
    "0800 1111",
    "1c5e9d75-6303-3c5a-4cb8-e12345678901",
    "020 7946 0018",
    "12345678901234567890123",
    "SS67TN",
    "do you stock",
    "need",
    "LN72NQ",
    "left",
    "wa4 5uf",
    "don't",
    "'",
]


@pytest.mark.slow
@settings(max_examples=300)
@given(
    text=st.lists(st.sampled_from(_PHONE_WORDS), max_size=12).flatmap(
        lambda words: st.sampled_from([" ", "", "  "]).map(lambda mark: mark.join(words))
    )
)
def test_what_is_not_parsed_could_not_have_been_found(detector: Any, engine: Any, text: str) -> None:
    """The telephone recognizer passes over numbers that no context can lift; the windows of context are read
    from near a match.
    """
    assert sorted(_by_text(detector, [text])[text]) == [tuple(hit) for hit in engine(text)]


@pytest.mark.slow
def test_prefiltered_findings_are_those_of_presidios_engine_on_support_rows(
    detector: Any, engine: Any
) -> None:
    """A smaller run of what `benchmarks/pii_speed.py` asserts over 50,000 rows at each density."""
    texts = support_rows(1200, 0.5, seed=5)
    found = _by_text(detector, texts)
    assert {text: sorted(hits) for text, hits in found.items()} == {
        text: [tuple(hit) for hit in engine(text)] for text in texts
    }
    assert sum(map(bool, found.values())) > 500


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("7911123456", "mobile"),
        ("7911123456 x. 5", "phone"),
        ("5610591081018250", "card"),
        ("9434765919", "NHS"),
        ("AB1234567", "passport"),
        ("123456780", "passports"),
        ("A12 BCD", "reg"),
        ("ab51 abc", "number plate"),
        ("12345678", "bank account"),
        ("H12345678", "driver's license"),
        ("900701234", "ITIN"),
        ("900-701234", "tax id"),
        ("A12345678", "passport"),
        ("536221234", "SSN"),
        ("536-221234", "social security"),
        ("BB1388568", "DEA"),
        ("3/2021", "date"),
        ("3/21", "birthday"),
        ("ip48gb", "postcode"),
    ],
)
def test_a_weak_form_is_found_by_its_label_wherever_that_stands(
    engine: Any, detector: Any, value: str, label: str
) -> None:
    texts = [
        pattern.format(value, label)
        for pattern in (
            "{0} {1}",
            "{0} ({1})",
            "{0}. {1}",
            "{0}, my {1}",
            "{1} {0}",
            "{1}: {0}",
            "{1}.{0}",
            "{1}_{0}",
            "my {1}s no . {0}",
            "{1} acct. no. {0}!",
            "{1}! {0}",
            "x{1} {0}",
            "{1}'s\n{0}",
        )
    ]
    expected = {text: [tuple(hit) for hit in engine(text)] for text in texts}
    assert {text: sorted(hits) for text, hits in _by_text(detector, texts).items()} == expected
    assert any(expected.values())


def test_every_single_recognizer_is_reached_through_its_own_filter(detector: Any) -> None:
    """No threshold and no resolving here: raw matches, so that a weak match the filter lost would show."""
    texts = [*_PIECES, *(f"{left} {right}" for left in _PIECES[::3] for right in _PIECES[::4])]
    from curate.pii.detect.detector import Detector

    everything = Detector(ScanParams(threshold=0.001, ner=None))
    routed = {text: set(names) for text, names in routes(pl.Series(texts), everything).iter_rows()}
    recognizers = {one.supported_entities[0]: one for one in detector.recognizers}
    for name, recognizer in recognizers.items():
        for text in texts:
            if recognizer.analyze(text, [name]):
                assert name in routed.get(text, set()), (name, text)


def test_a_small_table_is_read_as_a_large_one(detector: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few texts go to every recognizer, without the filter."""
    texts = [f"{left} {right}" for left in _PIECES for right in (_PIECES[7], _PIECES[22], "call me")]
    filtered = _by_text(detector, texts)
    monkeypatch.setattr(search_module, "FEW", len(texts))
    assert _by_text(detector, texts) == filtered


@pytest.mark.parametrize("threshold", [0.05, 0.3, 0.7])
def test_at_any_threshold_the_filter_loses_nothing(threshold: float) -> None:
    from curate.pii.detect.detector import Detector

    detector, engine = (
        Detector(ScanParams(threshold=threshold, ner=None)),
        same_configuration(ScanParams(threshold=threshold, ner=None)),
    )
    texts = [f"{left} {right}" for left in _PIECES[::2] for right in _PIECES[1::5]]
    assert {text: sorted(hits) for text, hits in _by_text(detector, texts).items()} == {
        text: [tuple(hit) for hit in engine(text)] for text in texts
    }


def test_prefiltered_findings_equal_the_engines_on_banking77(detector: Any, engine: Any) -> None:
    path = Path(__file__).resolve().parents[4].parent / "shared" / "data" / "banking77" / "test.csv"
    if not path.exists():
        pytest.skip("../shared/data/banking77 is not here")
    texts = pl.read_csv(path)["text"].to_list()[:600]
    assert {text: sorted(hits) for text, hits in _by_text(detector, texts).items()} == {
        text: [tuple(hit) for hit in engine(text)] for text in texts
    }


def test_identical_texts_are_read_once(detector: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = detector.read
    monkeypatch.setattr(
        detector, "read", lambda batch: (read.extend(text for text, _ in batch), real(batch))[1]
    )
    frame = pl.DataFrame(
        {
            "row": ["a", "b", "c"],
            "t": ["jo@example.com", "jo@example.com", "nothing here"],
            "u": [None, "jo@example.com", ""],
        }
    )
    assert search(frame, ["t", "u"], detector).height == 3
    assert read == ["jo@example.com"]


def test_row_order_does_not_matter(detector: Any) -> None:
    frame = pl.DataFrame({"row": [f"r{at}" for at in range(40)], "t": [_PIECES[at] for at in range(40)]})
    assert search(frame, ["t"], detector).equals(
        search(frame.sample(fraction=1, shuffle=True, seed=1), ["t"], detector)
    )
