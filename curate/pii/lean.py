"""Presidio's pattern matching, with less around each match: a third of its cost on a short text, the same results.

`PatternRecognizer` takes the time of every pattern, formats log lines nobody reads and removes duplicates from single results.
`lean` gives a recognizer another body for that one method; its patterns, checksums and scores stay Presidio's. A pattern that
times out raises here, where Presidio logs a warning and calls the text clean. `benchmarks/pii/systems.py` keeps the
recognizers as they come, so that the property test compares the two.
"""

from __future__ import annotations

from typing import Any

import regex  # type: ignore[import-untyped]
from presidio_analyzer import EntityRecognizer, PatternRecognizer, RecognizerResult

# Seconds for one pattern on one text, as Presidio's own.
TIMEOUT = 60


class _LeanPatterns(PatternRecognizer):  # type: ignore[misc]
    def _PatternRecognizer__analyze_patterns(self, text: str, flags: Any = None) -> list[Any]:
        results = []
        flags = flags or self.global_regex_flags
        named = {RecognizerResult.RECOGNIZER_NAME_KEY: self.name, RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id}
        for pattern in self.patterns:
            if not pattern.compiled_regex or pattern.compiled_with_flags != flags:
                pattern.compiled_with_flags, pattern.compiled_regex = flags, regex.compile(pattern.regex, flags=flags)
            for match in pattern.compiled_regex.finditer(text, timeout=TIMEOUT):
                value = match.group()
                if not value:
                    continue
                valid = self.validate_result(value)
                score = pattern.score if valid is None else EntityRecognizer.MAX_SCORE if valid else EntityRecognizer.MIN_SCORE
                if score <= EntityRecognizer.MIN_SCORE or self.invalidate_result(value):
                    continue
                why = self.build_regex_explanation(self.name, pattern.name, pattern.regex, pattern.score, valid, flags)
                why.score = score
                results.append(RecognizerResult(self.supported_entities[0], *match.span(), score, why, dict(named)))
        return EntityRecognizer.remove_duplicates(results) if len(results) > 1 else results


def lean(recognizer: Any, *, skips: bool) -> Any:
    """`recognizer` with its pattern matching replaced, and told whether it may skip what no context can lift over the threshold."""
    if isinstance(recognizer, PatternRecognizer):
        kind = type(recognizer)
        recognizer.__class__ = type(kind.__name__, (_LeanPatterns, kind), {})
    if hasattr(recognizer, "skips"):
        recognizer.skips = skips
    return recognizer
