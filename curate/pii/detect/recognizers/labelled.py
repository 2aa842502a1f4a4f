"""Values that are known by their label: the base of the recognizers that read `label: value`."""

from __future__ import annotations

from typing import Any

import regex  # type: ignore[import-untyped]
from presidio_analyzer import EntityRecognizer, PatternRecognizer, RecognizerResult

# Seconds for one pattern on one text, as Presidio's own.
_TIMEOUT = 60


class LabelledRecognizer(PatternRecognizer):  # type: ignore[misc]
    """Patterns of a label and the value it names; the finding is the first group that matched, the value.

    A look-behind for the label would be tried at every character; a label is tried where it stands, twenty
    times as fast. Matches may overlap, since one value's end can be the next one's label. A match that times
    out raises: no clean text.
    """

    overlapped = True

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[Any]:
        """One result for each value found, checked by `validate_result` as in the parent."""
        results = []
        for pattern in self.patterns:
            if not pattern.compiled_regex:
                pattern.compiled_regex = regex.compile(pattern.regex, self.global_regex_flags)
            for match in pattern.compiled_regex.finditer(text, overlapped=self.overlapped, timeout=_TIMEOUT):
                start, end = value_of(match)
                valid = self.validate_result(text[start:end])
                if valid is False or self.invalidate_result(text[start:end]):
                    continue
                score = EntityRecognizer.MAX_SCORE if valid else pattern.score
                why = self.build_regex_explanation(
                    self.name, pattern.name, pattern.regex, pattern.score, valid, self.global_regex_flags
                )
                why.score = score
                named = {
                    RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                }
                results.append(RecognizerResult(self.supported_entities[0], start, end, score, why, named))
        return EntityRecognizer.remove_duplicates(results) if len(results) > 1 else results


def value_of(match: Any) -> tuple[int, int]:
    """Where the value stands in a match of a label and its value: the first group that matched."""
    return next(span for span in match.regs[1:] if span[1] > span[0])  # type: ignore[no-any-return]
