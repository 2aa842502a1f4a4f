"""Numbers that money moves by: cards, IBANs, UK bank accounts. Each class says what was wrong with its parent
in Presidio.
"""

# ruff: noqa: RUF012, E501 (a long list in a regex is read in a row; PATTERNS is mutable in Presidio's form)

from __future__ import annotations

import string
from typing import Any

import presidio_analyzer.predefined_recognizers as stock
import regex  # type: ignore[import-untyped]
from presidio_analyzer import Pattern, PatternRecognizer

from curate.pii.detect.presidio.reach import shifted
from curate.pii.detect.recognizers.labelled import LabelledRecognizer

_ASCII_CASELESS = regex.DOTALL | regex.MULTILINE | regex.IGNORECASE | regex.ASCII


# A country, two check digits and 11 to 30 more letters and digits (ISO 13616), with as many after them as a
# group may hold.
_IBAN = regex.compile(
    r"(?<![a-z0-9])[a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,34}(?![a-z0-9])", regex.IGNORECASE | regex.ASCII
)
_AS_DIGITS = {ord(mark): str(int(mark, 36)) for mark in string.ascii_letters} | {
    ord(mark): "" for mark in " -"
}
_IBAN_WORD = regex.compile(r"[a-z0-9]+", regex.IGNORECASE | regex.ASCII)


def _checks(number: str) -> bool:
    """Whether a possible IBAN passes mod 97 (ISO 7064)."""
    return int((number[4:] + number[:4]).translate(_AS_DIGITS)) % 97 == 1


class AnyCaseIbanRecognizer(stock.IbanRecognizer):  # type: ignore[misc]
    """The stock one reads capitals only; people type `gb29 nwbk`. The mod-97 check (ISO 7064) still decides.

    It also takes the word after a number for its last group and drops both ("... 3856 Thanks"): here words
    are cut off until it fits.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(regex_flags=_ASCII_CASELESS, **kwargs)

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
        """The longest valid number from each place where one may begin."""
        results: list[Any] = []
        for candidate in _IBAN.finditer(text):
            for end in reversed(
                [word.end() for word in _IBAN_WORD.finditer(text, candidate.start(), candidate.end())]
            ):
                if not _checks(text[candidate.start() : end]):
                    continue
                found = super().analyze(text[candidate.start() : end], entities, nlp_artifacts)
                if found and found[0].end == end - candidate.start():
                    results.append(shifted(found[0], candidate.start()))
                    break
        return results


# Lengths and first digits in use (ISO/IEC 7812): Visa, Mastercard, Amex, Discover and UnionPay, JCB, Diners,
# Maestro. Cards of 19 digits have too few digits that tell them from other numbers: they need a label. So do those of 13,
# which Visa gave out long ago and barcodes look like.
_ISSUED = regex.compile(
    r"4\d{15}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011|[245]\d\d)\d{12}|35\d{14}|3(?:0[0-5]|[68]\d)\d{11}|6[37]\d{14}"
)
_NO_DIGIT = regex.compile(r"\D")


class IssuedCardRecognizer(LabelledRecognizer, stock.CreditCardRecognizer):  # type: ignore[misc]
    """The stock one gives 1.0 to any 13 to 17 digits from 1 up that pass Luhn, as one long order number in
    ten does.

    A length and prefix that some issuer uses keep 1.0; the rest keep the pattern's 0.3 and need context.
    Mastercard's 2-series (2017) and cards of 19 digits are added. Every place is tried: the stock one passes over
    a card that a group of digits before it joins ("no. 1 4532 ..."), since what it tries first fails.
    """

    _GROUPS = r"[- ]?(?:\d{3,4})[- ]?(?:\d{3,4})[- ]?(?:\d{3,5})"
    PATTERNS = [
        Pattern(
            "All Credit Cards (weak)",
            r"\b((?!1\d{12}(?!\d))(?:4\d{3}|5[0-5]\d{2}|6\d{3}|1\d{3}|3\d{3})" + _GROUPS + r")\b",
            0.3,
        ),
        Pattern("Mastercard 2-series", r"\b(2[2-7]\d{2}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4})\b", 0.3),
        Pattern("Card (dotted)", r"(?<![\d.])([2-6]\d{3}\.\d{4}\.\d{4}\.\d{4})(?!\.?\d)", 0.3),
        Pattern("Card of 19 digits", r"\b([4-6]\d{3}([- ]?)\d{4}\2\d{4}\2\d{4}\2\d{3})\b", 0.3),
        Pattern(
            "Card (glued)",
            r"(?<![\d.])(?:(?<=[a-z_])|(?=\d{15,16}[a-z_]))((?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6\d{3})\d{12}|3[47]\d{13})(?!\d|\.\d)",
            0.3,
        ),
    ]

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[Any]:
        """Numbers that pass, outside UUIDs and links."""
        results = super().analyze(text, entities, nlp_artifacts, regex_flags)
        return [
            result
            for result in results
            if not _UUID_AROUND.search(text, max(result.start - 24, 0), result.end + 24)
        ]

    def validate_result(self, pattern_text: str) -> bool | None:
        """False if Luhn fails, True for an issued prefix and length, else undecided."""
        if not super().validate_result(pattern_text.replace(".", "")):
            return False
        return True if _ISSUED.fullmatch(_NO_DIGIT.sub("", pattern_text)) else None


_UUID_AROUND = regex.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", regex.IGNORECASE)


class UkBankAccountRecognizer(PatternRecognizer):  # type: ignore[misc]
    """A UK sort code and account number, together or either one with its label (Pay.UK: six digits and
    eight).
    """

    COUNTRY_CODE = "uk"
    _SORT = r"\d{2}[- ]?\d{2}[- ]?\d{2}"
    _ACCOUNT_LABEL = r"(?:bank\s+)?(?:account|acct?|a/c)(?:\s+is)?(?:\s*(?:number|num|no)\.?|\s*\#)?(?:['’]s\b)?[\"']?(?:\s*(?:is|:|=|-))?\s*[\"']?"
    PATTERNS = [
        Pattern(
            "Sort code and account",
            r"\b\d{2}-\d{2}-\d{2}[\s,/:;-]{0,3}(?:" + _ACCOUNT_LABEL + r")?\d{8}\b",
            0.85,
        ),
        # A look-behind costs more than the digits after it, which are asked for first.
        Pattern(
            "Labelled sort code and account",
            r"(?=\d{2}[- \d])(?<=\b(?:sort\s*code|s/c)(?:['’]s\b)?[^\w\n]{0,4}(?:is\s+)?)"
            + _SORT
            + r"(?:(?:[\s,/;&]|and|my|the){0,6}"
            + _ACCOUNT_LABEL
            + r"|[\s,/;]{1,3})\d{8}\b",
            0.9,
        ),
        Pattern(
            "Labelled sort code",
            r"(?=\d{2}[- \d])(?<=\b(?:sort\s*code|s/c)(?:['’]s\b)?[^\w\n]{0,4}(?:is\s+)?)" + _SORT + r"\b",
            0.85,
        ),
        Pattern(
            "Labelled account",
            r"(?=\d{4}[ -]?\d{4}\b)(?<=\b" + _ACCOUNT_LABEL + r")\d{4}[ -]?\d{4}\b(?![ -]?\d)",
            0.7,
        ),
    ]

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(
            supported_entity="UK_BANK_ACCOUNT", patterns=self.PATTERNS, supported_language=supported_language
        )
