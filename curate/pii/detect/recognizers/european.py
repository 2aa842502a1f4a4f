"""Numbers of papers in seven countries (`languages/numbers.py`), spaced and dashed too.

Presidio has recognizers for some of these, which read no separators and miss rules of the issuers; the checks
are ours (`languages/checks.py`).
"""

from __future__ import annotations

import re

from presidio_analyzer import Pattern, PatternRecognizer

from curate.pii.detect.languages.numbers import NUMBERS

_SEPARATORS = re.compile(r"[\s./-]+")


class EuropeanRecognizer(PatternRecognizer):  # type: ignore[misc]
    """One kind of `NUMBERS`."""

    ENTITY = ""

    def __init__(self, supported_language: str = "en") -> None:
        self.number = NUMBERS[self.ENTITY]
        patterns = [
            Pattern(f"{self.ENTITY} {at}", rf"(?<![\w@#])(?<!\d[.,/-])(?:{form})(?![\w@])(?![.,/-]\d)", score)
            for at, (form, score) in enumerate(self._forms(supported_language))
        ]
        super().__init__(
            supported_entity=self.ENTITY,
            patterns=patterns,
            supported_language=supported_language,
            name=self.ENTITY,
        )

    def _forms(self, language: str) -> tuple[tuple[str, float], ...]:
        """The forms that are read: in an English row a VAT number has its country's letters before it."""
        only_prefixed = self.ENTITY == "EU_VAT" and language == "en"
        return self.number.forms[:1] if only_prefixed else self.number.forms

    def validate_result(self, pattern_text: str) -> bool | None:
        """False if the check fails; True if it holds and needs no label; else undecided."""
        if self.number.check is None:
            return None
        bare = _SEPARATORS.sub("", pattern_text).upper()
        if self.number.check(bare):
            return True if self.number.alone else None
        return None if self.number.unchecked is not None and self.number.unchecked(bare) else False


def recognizer_of(entity: str) -> type[EuropeanRecognizer]:
    """The class for one entity of `NUMBERS`."""
    name = "".join(part.capitalize() for part in entity.split("_")) + "Number"
    return type(name, (EuropeanRecognizer,), {"ENTITY": entity})
