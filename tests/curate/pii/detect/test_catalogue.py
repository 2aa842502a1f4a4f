"""The table of entities, held to what the installed Presidio ships."""

from __future__ import annotations

import inspect
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.pii.detect.catalogue import DEFAULT, ENTITIES, EUROPEAN, OPTIONAL, Entity, check_names


def _shipped() -> dict[str, Any]:
    from curate.pii.detect.presidio.loading import import_presidio

    import_presidio(light=True)
    import presidio_analyzer.predefined_recognizers as stock
    from presidio_analyzer import PatternRecognizer

    classes: list[Any] = [
        cls for cls in vars(stock).values() if inspect.isclass(cls) and issubclass(cls, PatternRecognizer)
    ]
    return {cls(supported_language="en").supported_entities[0]: cls for cls in classes}


def test_every_pattern_recognizer_of_presidio_is_in_the_catalogue() -> None:
    assert set(_shipped()) - {"PHONE_NUMBER"} <= set(ENTITIES)
    assert {entity.name for entity in OPTIONAL} <= set(_shipped())


def test_generic_and_uk_recognizers_are_on_by_default() -> None:
    on = {entity.name for entity in DEFAULT}
    wanted = {name for name, cls in _shipped().items() if cls.COUNTRY_CODE in (None, "uk")}
    assert wanted <= on
    assert {
        "UK_NHS",
        "UK_NINO",
        "UK_PASSPORT",
        "UK_POSTCODE",
        "UK_VEHICLE_REGISTRATION",
        "UK_DRIVING_LICENCE",
    } <= wanted


def test_our_recognizers_build_on_the_stock_ones_of_their_entity() -> None:
    from curate.pii.detect.recognizers.build import build

    # The European ones read separators and check more, see `languages/numbers.py`.
    ours = {entity.name for entity in EUROPEAN}
    for name, cls in _shipped().items():
        assert name in ours or isinstance(build(ENTITIES[name], "en"), cls), name


def test_unknown_entity_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(AssayError, match=r"EMAIL_ADRESS.*did you mean EMAIL_ADDRESS"):
        check_names({"EMAIL_ADRESS"}, "scan.entities")
    check_names({"EMAIL_ADDRESS", "AU_TFN"}, "scan.entities")


def test_person_is_unknown_unless_a_model_finds_it() -> None:
    with pytest.raises(AssayError, match="PERSON"):
        check_names({"PERSON"}, "scan.entities")
    check_names({"PERSON"}, "scan.entities", {"PERSON"})


def test_no_pattern_scores_more_without_context_than_the_catalogue_says(detector: Any) -> None:
    """The pre-filter leaves out texts without a context word on the strength of `unlabelled`."""
    gated = [entity for entity in DEFAULT if entity.unlabelled < 1 and entity.speaks is None]
    assert {"UK_PASSPORT", "US_DRIVER_LICENSE"} <= {entity.name for entity in gated}
    recognizers = {one.supported_entities[0]: one for one in detector.recognizers}
    for entity in gated:
        recognizer = recognizers[entity.name]
        assert max(pattern.score for pattern in recognizer.patterns) <= entity.unlabelled
        assert recognizer.validate_result("BB1388568") in (None, False)  # a check that passes would score 1.0
        assert recognizer.context


_SHARING = [entity for entity in DEFAULT if entity.within]


@given(data=st.data(), entity=st.sampled_from(_SHARING))
@settings(max_examples=150, deadline=None)
def test_what_an_entity_needs_holds_the_form_that_it_shares(data: st.DataObject, entity: Entity) -> None:
    """A text that the shared form leaves out is never asked for the entity's own."""
    needs = entity.needs or ""
    text = data.draw(st.from_regex(needs))
    assert (
        not pl.Series([text]).str.contains(needs).all()
        or pl.Series([text]).str.contains(entity.within or "").all()
    )


def test_every_country_with_an_iban_passes_the_filter() -> None:
    from presidio_analyzer.predefined_recognizers.generic.iban_patterns import regex_per_country

    numbers = pl.Series([f"{country}29NWBK60161331926819" for country in regex_per_country])
    assert len(numbers) > 70
    assert numbers.str.contains(ENTITIES["IBAN_CODE"].needs or "").all()
