"""Telephone numbers, dates of birth, streets and passwords in seven languages (`languages/forms.py`)."""

from __future__ import annotations

from typing import Any

import phonenumbers
import presidio_analyzer.predefined_recognizers as stock
import regex  # type: ignore[import-untyped]
from presidio_analyzer import Pattern, PatternRecognizer

from curate.pii.detect.languages import forms
from curate.pii.detect.recognizers.credentials import PasswordRecognizer
from curate.pii.detect.recognizers.labelled import LabelledRecognizer
from curate.pii.detect.recognizers.national import LONGEST, exists

# Of each language: where it is spoken, the country with most speakers in Europe first.
REGIONS = {
    "de": ("DE", "AT", "CH"),
    "fr": ("FR", "BE", "CH"),
    "es": ("ES",),
    "it": ("IT", "CH"),
    "nl": ("NL", "BE"),
    "pt": ("PT", "BR"),
    "pl": ("PL",),
}
_DIGITS = regex.compile(r"\d")
_GROUPED = regex.compile(r"\d[ ./()-]+\d")
_IN_CODE = regex.compile(r"[A-Za-z_]")
# Seven digits or more with at most four marks between two of them.
_STRETCH = regex.compile(r"[+＋(]{0,2}\d(?:[^a-zA-Z\d\n]{0,4}\d){6,16}")


class EuropeanPhoneRecognizer(stock.PhoneRecognizer):  # type: ignore[misc]
    """Numbers with a country code anywhere, and those of the language's countries in national form.

    A number that exists scores 0.75 with its country code. In national form, written in groups or with the
    leading 0, it scores 0.6 in German, French and Dutch, whose numbers begin with 0, and 0.4 in the others,
    whose numbers begin with any digit; a bare run of digits scores 0.1 (0.45 where ten digits begin with 0)
    and needs a label, as does a number that libphonenumber does not know.
    """

    def __init__(self, **kwargs: Any) -> None:
        language = kwargs.get("supported_language", "en")
        self.own = REGIONS.get(language, ())
        others = tuple(dict.fromkeys(regions[0] for regions in REGIONS.values()))
        self.others = tuple(one for one in (*others, "GB", "AT", "CH", "BE") if one not in self.own)
        super().__init__(
            supported_regions=(*self.own, *self.others), leniency=phonenumbers.Leniency.POSSIBLE, **kwargs
        )

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
        """At most one result for each stretch of digits."""
        results = []
        for found in _STRETCH.finditer(text):
            start, end = found.span()
            before, after = text[start - 1 : start], text[end : end + 1]
            if _IN_CODE.match(before) or _IN_CODE.match(after) or (before in "@#/" and before):
                continue
            number = (
                found.group().lstrip("(")
                if found.group().count("(") > found.group().count(")")
                else found.group()
            )
            start = end - len(number)
            score = self._score(number)
            if score:
                match = phonenumbers.PhoneNumberMatch(start, number, phonenumbers.PhoneNumber())
                result = self._get_recognizer_result(
                    match, text, self.own[0] if self.own else "GB", nlp_artifacts
                )
                result.start, result.end, result.score = start, end, score
                results.append(result)
        return results

    def _score(self, number: str) -> float:
        digits = "".join(_DIGITS.findall(number))
        if not 7 <= len(digits) <= LONGEST:
            return 0.0
        if number[0] in "+＋" or (digits.startswith("00") and number.lstrip("(").startswith("00")):
            plus = number[0] in "+＋"
            known = _known(f"+{digits}" if plus else f"+{digits[2:]}", None)
            return 0.75 if known else 0.6 if plus and len(digits) > 8 else 0.1
        grouped = _GROUPED.search(number) is not None
        if any(_known(digits, region) for region in self.own):
            if digits[0] == "0":
                return 0.6 if grouped else 0.45 if len(digits) >= 10 else 0.1
            return 0.4 if grouped and len(digits) >= 9 and "." not in number else 0.1
        return 0.1 if len(digits) >= 8 or grouped else 0.05


def _known(digits: str, region: str | None) -> bool:
    try:
        return exists(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False


class EuropeanBirthDateRecognizer(LabelledRecognizer):
    """A date within 40 characters after a word of birth, or just before one."""

    def __init__(self, supported_language: str = "en") -> None:
        patterns = [
            Pattern(
                "Date of birth (label before)",
                forms.BIRTH + r"[^\d\n.!?]{0,40}(?<!\d)(" + forms.DATE + r")(?!\d)",
                0.95,
            ),
            Pattern(
                "Date of birth (label after)",
                r"(?<![\d./-])(" + forms.DATE + r")[^\w\n.!?]{1,3}" + forms.BIRTH,
                0.95,
            ),
        ]
        super().__init__(
            supported_entity="DATE_OF_BIRTH", patterns=patterns, supported_language=supported_language
        )


class EuropeanStreetRecognizer(PatternRecognizer):  # type: ignore[misc]
    """A street with its number, and flat, postcode and town where they follow."""

    def __init__(self, supported_language: str = "en") -> None:
        patterns = [Pattern(f"Street ({at})", form, 0.7) for at, form in enumerate((*forms.STREETS,))]
        super().__init__(
            supported_entity="STREET_ADDRESS", patterns=patterns, supported_language=supported_language
        )


class EuropeanPasswordRecognizer(PasswordRecognizer):
    """A password or PIN after its label in any of the seven languages, by the rules of the English one."""

    _VALUE = r"[\"'`„«]?((?=[^\s\"'`<>{}]*[\d!@#$%^&*])[^\s\"'`<>{}]{4,63}[^\s\"'`<>{}.,;:?)\]])"
    PATTERNS = [  # noqa: RUF012
        *PasswordRecognizer.PATTERNS,
        Pattern("Password (mark, other languages)", forms.PASSWORD + r"\s*(?:[:=]|->)\s*" + _VALUE, 0.8),
        Pattern(
            "Password (is, other languages)",
            forms.PASSWORD + rf"\s+(?:\w+\s+){{0,2}}{forms.IS}\s*:?\s*" + _VALUE,
            0.7,
        ),
        Pattern(
            "PIN (other languages)",
            forms.PIN + rf"(?:\s+\w+)?\s*(?::|=|\b{forms.IS}\b)?\s*(\d{{4,8}})\b(?![-/.]\d)",
            0.7,
        ),
    ]
