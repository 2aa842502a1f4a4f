"""Names inside the scan: beside the patterns, calibrated, cached, one text at a time or a column at once."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from benchmarks.pii.slices import NAMED, NAMELESS, read
from benchmarks.pii.support import support_rows
from curate.errors import AssayError
from curate.keys import Key
from curate.pii.detect.names.recognizer import bundled, lone_letters, presidio_recognizer
from curate.pii.detect.names.spans import Span
from curate.pii.detect.overlap import Hit, beside
from curate.pii.detect.params import NerParams, ScanParams
from curate.pii.scan.cache import ScanCache
from curate.pii.scan.search import search


@pytest.fixture(scope="module")
def named() -> Any:
    from curate.pii.detect.detector import Detector

    return Detector(ScanParams())


def _column(detector: Any, texts: list[str], **options: Any) -> pl.DataFrame:
    return search(pl.DataFrame({"row": list(range(len(texts))), "t": texts}), ["t"], detector, **options)


def test_a_column_at_once_finds_what_each_text_alone_does(named: Any) -> None:
    texts = [
        *support_rows(200, 0.5, seed=3),
        *(text for block in {**NAMED, **NAMELESS}.values() for text, _ in read(block)),
    ]
    found: dict[str, list[tuple[Any, ...]]] = {text: [] for text in texts}
    for hit in _column(named, list(found)).sort("row", "start").iter_rows(named=True):
        found[list(found)[int(hit["row"])]].append(
            (hit["start"], hit["end"], hit["entity"], hit["score"], hit["detector"], hit["verified"])
        )
    assert found == {text: [tuple(hit) for hit in named.find(text)] for text in found}


def test_a_pattern_goes_before_a_name_and_leaves_its_rest(named: Any) -> None:
    text = "write to Anjali Rao, anjali.rao@example.com"
    assert [(hit.entity, text[hit.start : hit.end]) for hit in named.find(text)] == [
        ("PERSON", "Anjali Rao"),
        ("EMAIL_ADDRESS", "anjali.rao@example.com"),
    ]


_spans = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), max_size=4).map(
    lambda pairs: [(start, start + size) for start, size in sorted(dict(pairs).items())]
)


@given(hits=_spans, names=_spans)
def test_names_beside_patterns_never_overlap_and_lose_no_letter(
    hits: list[tuple[int, int]], names: list[tuple[int, int]]
) -> None:
    text = "Ab cd, ef. gh-ij kl mnop qrs tuv wxy z"

    def apart(spans: list[tuple[int, int]], entity: str) -> list[Hit]:
        kept: list[Hit] = []
        for start, end in spans:
            if not kept or kept[-1].end <= start:
                kept.append(Hit(start, min(end, len(text)), entity, 0.9, "x", False))
        return kept

    patterns, people = apart(hits, "URL"), apart(names, "PERSON")
    merged = beside(patterns, people, text)
    assert all(one.end <= other.start for one, other in pairwise(merged))
    assert [hit for hit in merged if hit.entity == "URL"] == patterns
    covered = {at for hit in merged for at in range(hit.start, hit.end)}
    for name in people:
        lost = [at for at in range(name.start, name.end) if text[at].isalpha() and at not in covered]
        assert len(lost) <= 1 + len(patterns), "at most a lone letter on a side of a pattern goes"


@pytest.mark.parametrize("name", NAMED)
def test_names_are_found_in_each_form(named: Any, name: str) -> None:
    """Figures: `MODEL_CARD.md`. A slice has some ten persons, so a floor of seven in ten leaves room for
    three.
    """
    rows = read(NAMED[name])
    missed = [
        text[person.start : person.end]
        for text, persons in rows
        for person in persons
        if not all(
            any(hit.start <= at < hit.end for hit in named.find(text))
            for at in range(person.start, person.end)
            if text[at].isalnum()
        )
    ]
    assert len(missed) <= 0.3 * sum(len(persons) for _, persons in rows), missed


@pytest.mark.parametrize("name", NAMELESS)
def test_words_that_pass_for_names_are_left_alone(named: Any, name: str) -> None:
    """Figures: `MODEL_CARD.md`. Brands that are somebody's name ("Jo Malone") are the hardest: four of
    twelve.
    """
    rows = read(NAMELESS[name])
    alarms = [text for text, _ in rows if any(hit.entity == "PERSON" for hit in named.find(text))]
    assert len(alarms) <= len(rows) / 3, alarms


def test_presidio_can_use_the_tagger_as_a_recognizer() -> None:
    found = presidio_recognizer("en").analyze("Hello Priya Nair, from Leeds", ["PERSON"])
    assert [(one.entity_type, one.start, one.end) for one in found] == [("PERSON", 6, 16)]


def test_places_and_organisations_are_found_when_asked_for() -> None:
    from curate.pii.detect.detector import Detector

    detector = Detector(ScanParams(ner=NerParams(entities=("PERSON", "LOCATION"))))
    assert {"PERSON", "LOCATION"} <= set(detector.names)
    assert "ORGANIZATION" not in detector.names


def test_streets_of_other_countries_are_found_when_asked_for() -> None:
    from curate.pii.detect.detector import Detector

    text = "I live at Via Garibaldi 22, Milano. Our shop is at 12 Mill Lane, Leeds."
    with_tagger = Detector(ScanParams(ner=NerParams(entities=("PERSON", "STREET_ADDRESS")))).find(text)
    patterns = [hit for hit in Detector(ScanParams()).find(text) if hit.entity == "STREET_ADDRESS"]
    found = [text[hit.start : hit.end] for hit in with_tagger if hit.entity == "STREET_ADDRESS"]
    assert [text[hit.start : hit.end] for hit in patterns] == ["12 Mill Lane, Leeds"]
    assert [value[:16] for value in found] == ["Via Garibaldi 22", "12 Mill Lane, Le"]


@pytest.mark.parametrize("text", ["C", "c", "C.", " J "])
def test_a_letter_alone_is_nobody(named: Any, text: str) -> None:
    assert named.find(text) == []


def test_one_letter_is_a_name_only_beside_one() -> None:
    far, beside, alone = Span(0, 1, 1, 9_000), Span(12, 13, 1, 9_000), Span(4, 10, 1, 9_000)
    assert lone_letters([far, Span(20, 26, 1, 9_000)]) == {far}
    assert lone_letters([alone, beside]) == set()
    assert lone_letters([alone._replace(kind=2), beside]) == {beside}, "a place beside it is nobody's name"
    assert lone_letters([alone]) == set() == lone_letters([])


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 6), st.integers(1, 2)), max_size=12))
def test_lone_letters_are_those_that_a_look_at_every_other_name_says(
    parts: list[tuple[int, int, int]],
) -> None:
    spans, at = [], 0
    for gap, length, kind in parts:
        spans.append(Span(at + gap, at + gap + length, kind, 0))
        at += gap + length
    slowly = {
        span
        for span in spans
        if span.end - span.start == 1
        and all(
            max(other.start - span.end, span.start - other.end) > 3
            for other in spans
            if other != span and other.kind == span.kind
        )
    }
    assert lone_letters(spans) == slowly


def test_only_the_entities_that_are_asked_for(named: Any) -> None:
    from curate.pii.detect.detector import Detector

    text = "Hi Priya, mail jo@example.com"
    assert [hit.entity for hit in Detector(ScanParams(entities=("EMAIL_ADDRESS",))).find(text)] == [
        "EMAIL_ADDRESS"
    ]
    assert [hit.entity for hit in Detector(ScanParams(entities=("PERSON",))).find(text)] == ["PERSON"]
    assert [hit.entity for hit in Detector(ScanParams(ner=None)).find(text)] == ["EMAIL_ADDRESS"]
    with pytest.raises(AssayError, match="PERSON"):
        Detector(ScanParams(entities=("PERSON",), ner=None))


def test_a_threshold_for_persons_goes_before_the_taggers(named: Any) -> None:
    from curate.pii.detect.detector import Detector

    texts = [text for block in NAMED.values() for text, _ in read(block)]
    strict = Detector(ScanParams(thresholds={"PERSON": 1.0}))
    scores = [hit.score for text in texts for hit in strict.find(text) if hit.entity == "PERSON"]
    assert all(score == 1.0 for score in scores)
    assert len(scores) < sum(hit.entity == "PERSON" for text in texts for hit in named.find(text))


@pytest.mark.parametrize("given_", [{"engine": "spacy"}, {"engine": "bundled", "model": "folder"}])
def test_a_model_is_named_for_those_engines_that_take_one(given_: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="model"):
        NerParams.model_validate(given_)


def test_the_cache_keeps_names_and_changes_nothing(named: Any, tmp_path: Any) -> None:
    cache = ScanCache.of(tmp_path, Key(b"k" * 32, "demo"), named)
    assert cache is not None
    texts = ["Hi Priya", "my mail is jo@example.com", "nothing here"]
    first = _column(named, texts, cache=cache)
    assert _column(named, texts, cache=cache).equals(first)
    assert first.equals(_column(named, texts))


@pytest.mark.slow
def test_more_processes_find_the_same(named: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from curate.pii.detect.detector import Detector
    from curate.pii.scan import naming

    monkeypatch.setattr(naming, "_WORTH_PROCESSES", 1)
    texts = support_rows(60, 0.5, seed=4)
    assert _column(Detector(ScanParams(processes=2)), texts).equals(_column(named, texts))


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for hit in bundled().find([text], frozenset({"PERSON"}))[0]:
        assert 0 <= hit.start < hit.end <= len(text)
        assert 0 <= hit.score <= 1
