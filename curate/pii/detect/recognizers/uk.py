"""UK numbers that are a bare run of digits: each needs its label *and* its check digit, and is then verified.

A random ten-digit number passes a mod-11 check once in eleven times, so neither alone would do.
"""

from __future__ import annotations

from datetime import date

from presidio_analyzer import Pattern

from curate.pii.detect.recognizers.labelled import LabelledRecognizer

# Between a label and its number: "is", ":", "no.", "number", "ref", but no other number and no sentence's
# end.
_GAP = r"[^\d\n.!?]{0,12}(?:no\.?|number|num|ref(?:erence)?\.?|code|id)?[^\d\n.!?]{0,12}"


def _digits(text: str) -> list[int]:
    return [int(character) for character in text if character in "0123456789"]


class UtrRecognizer(LabelledRecognizer):
    """HMRC's unique taxpayer reference: ten digits, the first a mod-11 check of the rest (python-stdnum,
    `gb.utr`).
    """

    COUNTRY_CODE = "uk"
    PATTERNS = [  # noqa: RUF012
        Pattern(
            "UTR",
            r"\b(?:s?utr|unique\s+tax(?:payer'?s?)?\s+ref(?:erence)?|tax(?:payer'?s?)?\s+ref(?:erence)?)\b"
            + _GAP
            + r"(?<!\d)(\d{5}[ -]?\d{5})k?\b",
            0.5,
        )
    ]
    _WEIGHTS = (6, 7, 8, 9, 10, 5, 4, 3, 2)

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(
            supported_entity="UK_UTR", patterns=self.PATTERNS, supported_language=supported_language
        )

    def validate_result(self, pattern_text: str) -> bool:
        """Whether the check digit is right."""
        check, *rest = _digits(pattern_text)
        return check == int(
            "21987654321"[sum(weight * digit for weight, digit in zip(self._WEIGHTS, rest, strict=True)) % 11]
        )


class UkVatRecognizer(LabelledRecognizer):
    """A UK VAT number (a sole trader's names a person): GB or XI before it, or its label; mod 97 (HMRC, both
    the old and 9755 rules).
    """

    COUNTRY_CODE = "uk"
    _NUMBER = r"\d{3}[ -]?\d{4}[ -]?\d{2}(?:[ -]?\d{3})?"
    PATTERNS = [  # noqa: RUF012
        Pattern(
            "VAT (labelled)",
            r"\bvat\b(?:\s+reg(?:istration|\.)?)?" + _GAP + r"(?<!\d)((?:\b(?:GB|XI) ?)?" + _NUMBER + r")\b",
            0.5,
        ),
        Pattern("VAT (country)", r"(?-i:\b((?:GB|XI) ?" + _NUMBER + r"))\b", 0.5),
    ]
    _WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 1)

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(
            supported_entity="UK_VAT", patterns=self.PATTERNS, supported_language=supported_language
        )

    def validate_result(self, pattern_text: str) -> bool:
        """Whether the check digits are right; a branch's last three digits have none."""
        digits = _digits(pattern_text)[:9]
        return sum(weight * digit for weight, digit in zip(self._WEIGHTS, digits, strict=True)) % 97 in (
            0,
            42,
        )


class ChiRecognizer(LabelledRecognizer):
    """Scotland's Community Health Index number: a date of birth (DDMMYY), three digits and a mod-11 check
    (NHS Scotland).
    """

    COUNTRY_CODE = "uk"
    PATTERNS = [  # noqa: RUF012
        Pattern("CHI", r"\b(?:chi|community\s+health\s+index)\b" + _GAP + r"(?<!\d)(\d{6}[ -]?\d{4})\b", 0.5)
    ]

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(
            supported_entity="UK_CHI", patterns=self.PATTERNS, supported_language=supported_language
        )

    def validate_result(self, pattern_text: str) -> bool:
        """Whether it begins with a day that exists and its check digit is right."""
        digits = _digits(pattern_text)
        day, month, year = (10 * digits[at] + digits[at + 1] for at in (0, 2, 4))
        try:
            date(
                2000 + year, month, day
            )  # 2000 is a leap year, and so is 1900 + year wherever 2000 + year is, but for 1900 itself
        except ValueError:
            return False
        return (
            11 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=False)) % 11
        ) % 11 == digits[9]
