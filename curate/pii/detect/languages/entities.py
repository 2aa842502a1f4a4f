"""The catalogue as it is for a row that is not English: the same entities, labelled and formed as there.

No text is left out for want of a label here (`unlabelled`): the pre-filter's rule for labels is made of
English ones, and such rows are few enough to be read by form alone.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from curate.pii.detect.catalogue import ANY_CANDIDATE, ENTITIES, Entity
from curate.pii.detect.languages import forms
from curate.pii.detect.languages.numbers import NUMBERS

_OTHER_RECOGNIZERS = {
    "PHONE_NUMBER": "EuropeanPhoneRecognizer",
    "DATE_OF_BIRTH": "EuropeanBirthDateRecognizer",
    "STREET_ADDRESS": "EuropeanStreetRecognizer",
    "PASSWORD": "EuropeanPasswordRecognizer",
}


@cache
def entities_of(language: str) -> dict[str, Entity]:
    """Every entity by its name, as it is found in rows of `language`."""
    if language == "en":
        # Behind its country's letters alone: without them it is a run of digits.
        return {
            **ENTITIES,
            "EU_VAT": replace(ENTITIES["EU_VAT"], needs=f"(?i){NUMBERS['EU_VAT'].forms[0][0]}"),
        }
    return {
        name: replace(
            entity,
            unlabelled=1.0,
            speaks=None,
            recognizer=_OTHER_RECOGNIZERS.get(name, entity.recognizer),
            needs=forms.NEEDS.get(name, entity.needs),
            elsewhere=None if name in forms.NEEDS else entity.elsewhere,
        )
        for name, entity in ENTITIES.items()
    }


def any_candidate(language: str) -> str:
    """What every text holds that holds an entity of the usual ones (Rust's syntax)."""
    return ANY_CANDIDATE if language == "en" else f"(?:{ANY_CANDIDATE})|(?:{forms.ANY})"
