"""Many texts read at once, by one recognizer after the other: what `AnalyzerEngine.analyze` finds in each, at
a tenth of its cost.

Presidio takes a text through all its recognizers. Turned round, a recognizer's compiled patterns, tables and
code stay in the processor's caches from one text to the next: a third less time for the same calls. Context
is weighed for one recognizer's matches at a time too, and only texts with a match are tokenised. Memory: a
batch's texts and matches.

It fails closed: a recognizer that raises, or says in Presidio's log that it gave up, is an `AssayError` for
the whole batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from curate.errors import AssayError
from curate.pii.detect.catalogue import ENTITIES
from curate.pii.detect.context.language import LightArtifacts
from curate.pii.detect.context.nearest import lemmatised, weigh
from curate.pii.detect.overlap import Hit, distinct, resolve
from curate.pii.detect.pieces import LONG, Piece, pieces

REPORT = "assay scan --help   (leave the entity out of `scan.entities`, or shorten the text, and report this)"
# Said of a number in which a non-ASCII digit spoils the sum, which is then no IBAN.
_HARMLESS = ["Failed to validate text %s"]


class _Part:
    """A text or a piece of a long one, and what was found in it so far."""

    __slots__ = ("artifacts", "piece", "results", "text", "whole")

    def __init__(self, text: str, language: str, whole: int, piece: Piece | None) -> None:
        self.text, self.whole, self.piece = text, whole, piece
        self.artifacts = LightArtifacts(text, language)
        self.results: list[Any] = []


class Reader:
    """Recognizers, each of one entity, with the rules of context.

    Parameters
    ----------
    threshold
        The score from which a match of an entity is a finding.
    warnings
        What Presidio's loggers said since it was last cleared.
    """

    def __init__(
        self,
        recognizers: Iterable[Any],
        language: str,
        threshold: Callable[[str], float],
        warnings: list[str],
    ) -> None:
        self._by_entity = {recognizer.supported_entities[0]: recognizer for recognizer in recognizers}
        self._language, self._threshold, self._warnings = language, threshold, warnings

    def read(self, batch: Sequence[tuple[str, Sequence[str]]]) -> list[list[Hit]]:
        """Resolved findings in each text, by position.

        Parameters
        ----------
        batch
            Texts, each with the entities to look for.

        Raises
        ------
        AssayError
            If a recognizer failed or gave up. No text is shown.
        """
        parts: list[_Part] = []
        wanted: dict[str, list[_Part]] = {}
        for at, (text, names) in enumerate(batch):
            cut = [_Part(text, self._language, at, None)] if len(text) <= LONG else [
                _Part(text[piece.start : piece.end], self._language, at, piece) for piece in pieces(text)
            ]  # fmt: skip
            parts += cut
            if (
                len(cut) > 1
            ):  # a hostile text is one pattern a hundred thousand times: its pieces are read once
                first: dict[str, _Part] = {}
                for part in cut:
                    part.results = first.setdefault(part.text, part).results
                cut = list(first.values())
            for name in names:
                wanted.setdefault(name, []).extend(cut)
        for name, texts in wanted.items():
            self._search(self._by_entity[name], [name], texts)
        found: list[list[Hit]] = [[] for _ in batch]
        for part in parts:
            if part.results:
                found[part.whole] += self._hits(part)
        return found

    def _search(self, recognizer: Any, names: list[str], texts: list[_Part]) -> None:
        """Add the matches of one recognizer, weighed by their context, to each text's."""
        support, threshold = lemmatised(tuple(recognizer.context or ())), self._threshold(names[0])
        for part in texts:
            text, artifacts = part.text, part.artifacts
            try:
                results = recognizer.analyze(text=text, entities=names, nlp_artifacts=artifacts)
                for result in results:
                    weigh(text, result, artifacts, support)
                    if result.score >= threshold and result.end > result.start:
                        part.results.append(result)
            except Exception as error:  # Presidio's messages may hold the text: keep the kind of error alone
                raise AssayError(
                    f"a detector failed with {type(error).__name__} on a text of {len(text):,} "
                    f"characters; nothing was written",
                    fix=REPORT,
                ) from None
            if self._warnings:
                check(self._warnings, text)

    def _hits(self, part: _Part) -> list[Hit]:
        results = distinct(part.results) if len(part.results) > 1 else part.results
        hits = resolve(hit(result) for result in results)
        if part.piece is None:
            return hits
        start, core_start, core_end = part.piece.start, part.piece.core_start, part.piece.core_end
        return [
            one._replace(start=one.start + start, end=one.end + start)
            for one in hits
            if core_start <= one.start + start < core_end
        ]


def check(warnings: list[str], text: str) -> None:
    """Clear what Presidio's loggers said while `text` was read.

    Raises
    ------
    AssayError
        If a recognizer gave up.
    """
    said = sorted(set(warnings))
    warnings.clear()
    if said and said != _HARMLESS:
        raise AssayError(
            f"a detector gave up on a text of {len(text):,} characters ({'; '.join(said)}); nothing was "
            f"written",
            fix=REPORT,
        )


def hit(result: Any) -> Hit:
    """One of Presidio's results, with whether it is verified."""
    explanation = result.analysis_explanation
    proof = ENTITIES[result.entity_type].proof if result.entity_type in ENTITIES else "never"
    verified = (proof == "alone" and getattr(explanation, "validation_result", None) is True) or (
        proof == "with_context" and bool(getattr(explanation, "supportive_context_word", ""))
    )
    detector = result.recognition_metadata["recognizer_name"]
    return Hit(
        result.start, result.end, result.entity_type, round(float(result.score), 4), detector, verified
    )
