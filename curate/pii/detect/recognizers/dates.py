"""Dates, and dates of birth as distinct from them."""

# ruff: noqa: RUF012 (PATTERNS is mutable in Presidio's form)

from __future__ import annotations

from typing import Any

import presidio_analyzer.predefined_recognizers as stock
import regex  # type: ignore[import-untyped]
from presidio_analyzer import Pattern

from curate.pii.detect.recognizers.labelled import LabelledRecognizer

_DOTTED_AFTER = regex.compile(r"\.\d")
_DOTTED_BEFORE = regex.compile(r"\d\.$")


class WholeDateRecognizer(stock.DateRecognizer):  # type: ignore[misc]
    """The stock one finds a date within a version of four numbers (30.[20.10.20])."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[Any]:
        """Stock results that no further number is dotted to."""
        found = super().analyze(text, entities, nlp_artifacts, regex_flags)
        return [
            one
            for one in found
            if not (
                _DOTTED_AFTER.match(text, one.end)
                or _DOTTED_BEFORE.search(text, max(one.start - 2, 0), one.start)
            )
        ]


_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"  # noqa: E501
_DD, _MM = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = (
    r"(?:"
    + _DAY
    + r"(?:[./ -]| [./-] )"
    + _DAY
    + r"(?:[./ -]| [./-] )(?:19|20)?\d{2}|(?:19|20)\d{2}[./-](?:0?[1-9]|1[0-2])[./-]"
    + _DAY
    # a machine's date has a time of day
    + r"(?:T[\d:.]{4,16}(?:Z|[+-]\d\d:?\d\d)?|(?= 00:00))?"
    + r"|"
    + _DAY
    + r"(?:st|nd|rd|th)?[ -](?:of\s+)?"
    + _MONTH
    + r"[ ,-]{1,2}(?:(?:19|20)\d{2}|\d{2})|"
    + _MONTH
    + r"\s"
    + _DAY
    + r"(?:st|nd|rd|th)?,?\s(?:19|20)\d{2})"
)
_BIRTH = r"(?:\bd\.?o\.?b\b\.?|\bdate\s+of\s+birth\b|\bbirth\s*-?date\b|\bborn\b|\bbirthday\b|\bbirth\b)"


class BirthDateRecognizer(LabelledRecognizer):
    """A date of birth as distinct from a date: within 30 characters after a word of birth, or just before
    one; no number between.

    Scored above a plain date whose own context word ("date") stands near.
    """

    _LABELLED = _BIRTH + r"[^\d\n.!?]{0,30}\b"
    PATTERNS = [
        Pattern("Date of birth (label before)", _LABELLED + "(" + _DATE + r")\b", 0.95),
        Pattern(
            "Date of birth (label after)",
            r"\b(?=\d|"
            + _MONTH
            + r")("
            + _DATE
            + r")[^\w\n.!?]{1,3}(?:(?:is|as|was)\s+)?(?:my\s+|the\s+|her\s+|his\s+|their\s+)?"
            + _BIRTH,
            0.95,
        ),
        Pattern(
            "Date of birth (digits)",
            _BIRTH
            + r"[^\w\n]{0,6}(?:(?:is|was)\b[^\w\n]{0,3})?((?:"
            + rf"{_DD}{_MM}(?:19|20)\d\d|{_MM}{_DD}(?:19|20)\d\d|(?:19|20)\d\d{_MM}{_DD}))\b",
            0.95,
        ),
        # "date of birth 01/01/1900 is wrong, it should be 22.02.2000"
        Pattern(
            "Date of birth (corrected)",
            _LABELLED
            + _DATE
            + r"\b[^\d\n]{0,40}\b(?:real|right|correct|actual|should|not|instead|to)\b[^\d\n]{0,20}\b("
            + _DATE
            + r")\b",
            0.95,
        ),
    ]

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(
            supported_entity="DATE_OF_BIRTH", patterns=self.PATTERNS, supported_language=supported_language
        )
