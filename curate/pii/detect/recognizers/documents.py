"""Numbers of papers: NHS, passport, driving and medical licence, vehicle registration. Each class says what
was wrong with its parent in Presidio.
"""

# ruff: noqa: RUF012 (PATTERNS is mutable in Presidio's form)

from __future__ import annotations

from typing import Any

import presidio_analyzer.predefined_recognizers as stock
from presidio_analyzer import EntityRecognizer, Pattern


class FormedNhsRecognizer(stock.NhsRecognizer):  # type: ignore[misc]
    """The stock one gives 1.0 to any ten digits that pass mod 11, as one order number in eleven does.

    Here the written form 3-3-4 keeps 1.0; a bare run that passes scores 0.1 and needs context. The parent's
    weighted sum is the NHS Data Dictionary's check, with a check digit of 10 (never issued) excluded by its
    range.
    """

    PATTERNS = [
        Pattern("NHS (3-3-4)", r"\b\d{3}([- ])\d{3}\1\d{4}\b", 0.5),
        # A bare run, or groups parted in two ways ("943 476-5919").
        Pattern("NHS (bare)", r"\b\d{3}[- ]?\d{3}[- ]?\d{4}\b", 0.1),
    ]

    def validate_result(self, pattern_text: str) -> bool | None:
        """False if the check digit is wrong; True if right and written 3-3-4; else undecided."""
        if not super().validate_result(pattern_text):
            return False
        return True if pattern_text[3] == pattern_text[-5] in "- " else None


class EveryUkPassportRecognizer(stock.UkPassportRecognizer):  # type: ignore[misc]
    """The stock one knows two letters and seven digits; passports in use carry nine digits (HM Passport
    Office).
    """

    PATTERNS = [
        *stock.UkPassportRecognizer.PATTERNS,
        Pattern("UK Passport (nine digits)", r"\b\d{3}( ?)\d{3}\1\d{3}\b", 0.1),
    ]


class GroupedNinoRecognizer(stock.UkNinoRecognizer):  # type: ignore[misc]
    """The stock one reads spaces between the pairs; forms print dashes too. A dashed one is asked for its
    label where it has no pairs ("AB-123456C").
    """

    PATTERNS = [
        *stock.UkNinoRecognizer.PATTERNS,
        Pattern(
            "NINO (dashed)",
            stock.UkNinoRecognizer.PATTERNS[0].regex.replace(" ?", "-"),
            stock.UkNinoRecognizer.PATTERNS[0].score,
        ),
        Pattern("NINO (mixed)", stock.UkNinoRecognizer.PATTERNS[0].regex.replace(" ?", "[ -]?"), 0.1),
    ]


class SpacedUkDrivingLicenceRecognizer(stock.UkDrivingLicenceRecognizer):  # type: ignore[misc]
    """The stock one reads 16 characters in a row; the card is often copied in groups (MORGA 657054 SM9IJ)."""

    PATTERNS = [
        *stock.UkDrivingLicenceRecognizer.PATTERNS,
        Pattern(
            "UK Driving Licence (grouped)",
            r"\b[A-Z9]{5} \d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\d|3[01])\d [A-Z9]{2}[A-Z0-9] "
            r"?[A-Z]{2}\b",
            0.5,
        ),
    ]


class CasedVehicleRecognizer(stock.UkVehicleRegistrationRecognizer):  # type: ignore[misc]
    """The stock one gives 1.0 to "LS12 and": a postcode district and the next word. A current plate is
    verified by nothing.

    Capitals throughout keep 0.5 unless the last three letters are a word; a plate typed in lower case needs
    context; one in mixed case is two words.
    """

    _WORDS = frozenset(
        [
            "AND",
            "ARE",
            "BUT",
            "CAN",
            "FOR",
            "GET",
            "GOT",
            "HAD",
            "HAS",
            "NEW",
            "NOT",
            "NOW",
            "OLD",
            "THE",
            "TWO",
            "WAS",
            "WHO",
            "YES",
            "YET",
            "YOU",
        ]
    )

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[Any]:
        """Stock results in one case, scored by form."""
        results = []
        for result in super().analyze(text, entities, nlp_artifacts, regex_flags):
            plate = text[result.start : result.end]
            if plate.isupper() or plate.islower():
                if result.score == EntityRecognizer.MAX_SCORE:
                    result.score = 0.5 if plate.isupper() and plate[-3:] not in self._WORDS else 0.2
                results.append(result)
        return results


class LabelledMedicalLicenseRecognizer(stock.MedicalLicenseRecognizer):  # type: ignore[misc]
    """The stock one gives 1.0 to a tenth of all part codes of a letter or two and seven digits, even inside
    longer words.
    """

    PATTERNS = [
        Pattern(
            "USA DEA Certificate Number (weak)",
            r"\b(?:[abcdefghjklmprstux][a-z]\d{7}|[abcdefghjklmprstux]9\d{7})\b",
            0.1,
        )
    ]

    def validate_result(self, pattern_text: str) -> bool | None:
        """False if the check digit is wrong, else undecided: context must agree."""
        return None if super().validate_result(pattern_text) else False
