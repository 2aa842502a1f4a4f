"""Context enhancement is alive, and the nearest label decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.pii.detect.presidio.loading import import_presidio

import_presidio(light=True)

from curate.pii.detect.catalogue import PHONE_CANDIDATE  # noqa: E402
from curate.pii.detect.context.labels import ADJACENT, SUPPORT, label_word, near_label  # noqa: E402
from curate.pii.detect.context.language import LightNlpEngine  # noqa: E402
from curate.pii.detect.context.lemmas import lemma, lemmas  # noqa: E402
from curate.pii.detect.context.nearest import CONTRADICTED, RAISE  # noqa: E402


@pytest.fixture(scope="module")
def unskipping() -> Any:
    """A detector that parses what cannot reach a usual threshold, too."""
    from curate.pii.detect.detector import Detector
    from curate.pii.detect.params import ScanParams

    return Detector(ScanParams(threshold=0.01))


def _score(detector: Any, text: str, entity: str) -> float:
    results = detector.engine.analyze(
        text=text, language="en", entities=[entity], score_threshold=0.0, return_decision_process=True
    )
    return max((result.score for result in results), default=0.0)


@pytest.mark.parametrize(
    ("entity", "plain", "with_context"),
    [
        ("UK_PASSPORT", "it is AB1234567", "my passport is AB1234567"),
        ("UK_PASSPORT", "it is AB1234567", "AB1234567 is my passport number"),
        ("UK_NINO", "it is AB123456C", "national insurance number AB123456C"),
        ("PHONE_NUMBER", "it is 7911123456", "please call me on 7911123456"),
        ("UK_VEHICLE_REGISTRATION", "it is ab51abc", "the number plate: ab51abc"),
        ("UK_NHS", "it is 9434765919", "NHS no. 9434765919"),
    ],
)
def test_a_context_word_raises_the_score(unskipping: Any, entity: str, plain: str, with_context: str) -> None:
    before, after = _score(unskipping, plain, entity), _score(unskipping, with_context, entity)
    assert before > 0
    assert after >= before + RAISE - 1e-9


def test_without_lemmas_the_same_word_raises_nothing(detector: Any) -> None:
    """The trap this guards: an engine that gives no lemmas silences every context word without an error."""
    from presidio_analyzer.nlp_engine import NlpArtifacts

    silent = NlpArtifacts(
        entities=[], tokens=[], tokens_indices=[], lemmas=[], nlp_engine=None, language="en"
    )
    text = "my passport is AB1234567"
    recognizer = next(one for one in detector.recognizers if "UK_PASSPORT" in one.supported_entities)
    score = recognizer.analyze(text, ["UK_PASSPORT"], silent)[0].score
    assert score < 0.4 <= _score(detector, text, "UK_PASSPORT")


def test_presidios_own_enhancer_works_with_the_light_engine() -> None:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.predefined_recognizers import UkPassportRecognizer

    registry = RecognizerRegistry(recognizers=[UkPassportRecognizer()], supported_languages=["en"])
    engine = AnalyzerEngine(registry=registry, nlp_engine=LightNlpEngine(), supported_languages=["en"])
    assert (
        engine.analyze("her passports: AB1234567", "en")[0].score
        > engine.analyze("it is AB1234567", "en")[0].score
    )


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("order number 07911123456", CONTRADICTED),
        ("tracking no: 07911123456", CONTRADICTED),
        ("I ordered it, my mobile is 07911123456", 0.95),
        ("order 4412345678 and phone 07911123456", 0.95),
        ("my phone order number is 07911123456", CONTRADICTED),
        ("phone 07911123455 or 07911123456", 0.95),
    ],
)
def test_the_nearest_label_decides(unskipping: Any, text: str, score: float) -> None:
    assert _score(unskipping, text, "PHONE_NUMBER") == pytest.approx(score)


def test_a_label_belongs_to_the_first_number_after_it_and_to_those_joined_to_it(
    found: Callable[[str], Any],
) -> None:
    assert found("call 7911123456 or 7911123457") == [
        ("PHONE_NUMBER", "7911123456"),
        ("PHONE_NUMBER", "7911123457"),
    ]
    assert found("call 7911123456. The parcel 7911123457") == [("PHONE_NUMBER", "7911123456")]


def test_lemmas_are_the_same_on_both_sides() -> None:
    assert lemma("Called") == lemma("calls") == lemma("calling") == "call"
    assert lemma("parcel's") == lemma("parcels") == "parcel"
    assert lemmas("Driving licences") == lemmas("driving licence")


_words = st.sampled_from(
    [
        "order",
        "phone",
        "AB1234",
        "no",
        ".",
        "or",
        ",",
        "+44",
        "07911",
        "123456",
        "(",
        "call",
        "#",
        "x1y2z3",
        "1a2b3c",
        "\n",
        "é",
        "١٢٣٤",
    ]
)


@settings(max_examples=150, deadline=2000)
@given(words=st.lists(_words, max_size=25))
def test_any_soup_of_labels_and_numbers_is_scored_within_bounds_and_in_time(
    detector: Any, words: list[str]
) -> None:
    text = " ".join(words)
    for result in detector.engine.analyze(
        text=text, language="en", score_threshold=0.0, return_decision_process=True
    ):
        assert 0 < result.score <= 1
        assert text[result.start : result.end].strip()


@given(
    words=st.lists(
        st.sampled_from(
            [
                "phone",
                "Phones",
                "phoned",
                "ringing",
                "my",
                "numbers",
                "tel",
                "tell",
                "texture",
                "tel.",
                "no.",
                "order",
                "and",
                "07911 123",
                ".",
                "!",
                ",",
                "d.o.b.",
                "calls's",
                "phone_",
                "cell\u0301",
                "the\nmobile's",
            ]
        ),
        max_size=7,
    ),
    after=st.booleans(),
)
def test_where_a_label_is_near_the_prefilter_sees_it(detector: Any, words: list[str], after: bool) -> None:
    """A bare number in which only a label can make a telephone number."""
    text = " ".join(["7911123456", *words] if after else [*words, "7911123456"])
    if any(hit.entity == "PHONE_NUMBER" and hit.score < 0.5 for hit in detector.find(text, ["PHONE_NUMBER"])):
        assert pl.Series([text]).str.contains(near_label("PHONE_NUMBER", PHONE_CANDIDATE)).item()


def test_a_word_that_only_begins_like_a_label_is_none() -> None:
    near = near_label("PHONE_NUMBER", PHONE_CANDIDATE)
    texts = pl.Series(
        [
            "tell me of 7911123456",
            "I rang. 7911123456",
            "my tel. no. 7911123456",
            "7911123456 (mobile)",
            "phones: 7911123456",
        ]
    )
    assert texts.str.contains(near).to_list() == [False, False, True, True, True]


@pytest.mark.parametrize(
    "text", ["NHS number 943 476 5918", "Passport no. 415-555-0132", "NHS no for Tom: 943 476 5918"]
)
def test_a_number_in_a_telephones_groups_under_a_papers_label_is_not_a_telephones(
    detector: Any, text: str
) -> None:
    """A wrong check digit makes it nobody's NHS number, and not a telephone number either."""
    assert [hit.entity for hit in detector.find(text) if hit.entity != "DATE_TIME"] == []


def test_a_telephones_label_or_form_goes_over_a_papers() -> None:
    from curate.pii.detect.detector import Detector
    from curate.pii.detect.params import ScanParams

    detector = Detector(ScanParams(ner=None))
    for text in ("NHS patient, phone 943 476 5918", "NHS surgery: 0113 496 0321"):
        assert "PHONE_NUMBER" in {hit.entity for hit in detector.find(text)}


def test_a_plain_link_stays_one_whatever_stands_near_it(detector: Any) -> None:
    assert detector.find("the link to our website is http://example.com/a") == []


@pytest.mark.parametrize("entity", sorted(entity for entity in SUPPORT if SUPPORT[entity]))
def test_every_text_with_a_label_near_holds_a_word_of_it(entity: str) -> None:
    """The scan asks for the word first, since `near_label` takes ten times as long."""
    phrases = {*SUPPORT[entity], *ADJACENT.get(entity, ())}
    forms = {end: [f"{phrase}{end} 4471" for phrase in phrases] for end in ("", "s", "'s", "ing", "ed")}
    plural = [f"{phrase[:-1]}ies 4471" for phrase in phrases if phrase.endswith("y")]
    texts = pl.Series([text for some in (*forms.values(), plural) for text in (*some, *map(str.upper, some))])
    near = texts.str.contains(near_label(entity, "4471"))
    assert near.any()
    assert texts.filter(near & ~texts.str.contains(label_word(entity))).is_empty()
