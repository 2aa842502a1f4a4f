"""Presidio's pattern matching, with less around each match: a quarter of its cost on a short text, the same
results.

`PatternRecognizer` reads all of a text with every pattern, takes the time of each, formats log lines nobody
reads, explains every match in prose and removes duplicates from single results. `lean` gives a recognizer
another body for that one method, which reads a pattern only where it can match (`reach.py`) and makes small
results; its patterns, checksums and scores stay Presidio's. A pattern that times out raises here, where
Presidio logs a warning and calls the text clean. `benchmarks/pii/systems.py` keeps the recognizers as they
come, so that the property test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import regex  # type: ignore[import-untyped]
from presidio_analyzer import EntityRecognizer, PatternRecognizer, RecognizerResult

from curate.pii.detect.overlap import distinct
from curate.pii.detect.presidio.alternation import as_tree
from curate.pii.detect.presidio.reach import Spans, reach
from curate.pii.detect.recognizers.labelled import LabelledRecognizer, value_of

# Seconds for one pattern on one text, as Presidio's own.
TIMEOUT = 60


class Match(RecognizerResult):  # type: ignore[misc]
    """One match: Presidio's result, which is its own explanation and holds of it what recognizers, context
    and detector use.
    """

    def __init__(
        self, entity: str, start: int, end: int, score: float, valid: bool | None, found_by: dict[str, str]
    ) -> None:
        self.entity_type, self.start, self.end, self.score = entity, start, end, score
        self.validation_result, self.supportive_context_word, self.recognition_metadata = valid, "", found_by

    @property
    def analysis_explanation(self) -> Match:
        """The match itself: it holds what is asked of an explanation."""
        return self

    def set_supportive_context_word(self, word: str) -> None:
        """As Presidio's."""
        self.supportive_context_word = word

    def set_improved_score(self, score: float) -> None:
        """As Presidio's, which keeps the score before context too."""


class _Lean(PatternRecognizer):  # type: ignore[misc]
    """In front of a recognizer's class: its patterns, compiled with its flags, each with where it can
    match.
    """

    def prepare(self) -> None:
        """Compile the patterns."""
        self._found_by = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
        }
        self._entity = self.supported_entities[0]
        self._reads = [
            (
                regex.compile(as_tree(pattern.regex), self.global_regex_flags),
                pattern.score,
                reach(self._entity, pattern.name),
            )
            for pattern in self.patterns
        ]

    def _matches(self, text: str, *, overlapped: bool = False) -> Iterator[tuple[Any, float]]:
        """Every match of every pattern, with the pattern's score."""
        last: object = None
        spans: Spans = ()
        for compiled, score, within in self._reads:
            if within is not last:
                last, spans = within, within(text)
            for start, end in spans:
                for match in compiled.finditer(text, start, end, overlapped=overlapped, timeout=TIMEOUT):
                    yield match, score

    def _judged(self, start: int, end: int, value: str, score: float) -> Match | None:
        """A match as its recognizer's check leaves it: None if that fails."""
        valid = self.validate_result(value)
        score = (
            score if valid is None else EntityRecognizer.MAX_SCORE if valid else EntityRecognizer.MIN_SCORE
        )
        if score <= EntityRecognizer.MIN_SCORE or self.invalidate_result(value):
            return None
        return Match(self._entity, start, end, score, valid, self._found_by)

    def _PatternRecognizer__analyze_patterns(self, text: str, flags: Any = None) -> list[Any]:
        results = []
        for match, score in self._matches(text):
            start, end = match.span()
            if end > start and (one := self._judged(start, end, match.group(), score)):
                results.append(one)
        return distinct(results) if len(results) > 1 else results


class _LeanLabelled(_Lean):
    """The same for `LabelledRecognizer`."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[Any]:
        results = []
        for match, score in self._matches(text, overlapped=self.overlapped):
            start, end = value_of(match)
            if one := self._judged(start, end, text[start:end], score):
                results.append(one)
        return distinct(results) if len(results) > 1 else results


def lean(recognizer: Any, *, skips: bool) -> Any:
    """`recognizer` with its pattern matching replaced, and told whether it may skip what no context can lift
    over the threshold.
    """
    if isinstance(recognizer, PatternRecognizer):
        kind = type(recognizer)
        front = _LeanLabelled if isinstance(recognizer, LabelledRecognizer) else _Lean
        recognizer.__class__ = type(kind.__name__, (front, kind), {})
        recognizer.prepare()
    if hasattr(recognizer, "skips"):
        recognizer.skips = skips
    return recognizer
