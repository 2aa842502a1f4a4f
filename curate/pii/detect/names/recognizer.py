"""The bundled name tagger as a detector: batches of texts for the scan, one text for Presidio, the same
findings either way.

Scores are calibrated: of the findings with a score of 0.8, about four in five are right on text unlike the
training text (`MODEL_CARD.md`). They come from a table over whole-number margins, so they are the same on
every machine.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from itertools import pairwise, repeat
from pathlib import Path
from typing import Any

import numpy as np

from curate.pii.detect.names.acting import second_look
from curate.pii.detect.names.european_look import look
from curate.pii.detect.names.months import in_a_date
from curate.pii.detect.names.spans import Span
from curate.pii.detect.names.speakers import may_speak, with_speakers
from curate.pii.detect.names.surnames import whole_name
from curate.pii.detect.names.tagger import KINDS, MANY, Tagger, load
from curate.pii.detect.overlap import Hit

MODEL = Path(__file__).with_name("names.npz")
# For German, French, Spanish, Italian, Dutch, Portuguese and Polish; with the lexicon of the first.
EUROPEAN_MODEL = Path(__file__).with_name("europe.npz")
DETECTOR = "NameTagger"
# What the tagger's kinds are called in findings.
ENTITIES = {"PER": "PERSON", "LOC": "LOCATION", "ORG": "ORGANIZATION", "ADR": "STREET_ADDRESS"}
SCORES = tuple(round(0.05 * step, 2) for step in range(21))


class NameTagger:
    """Finds names of persons, places and organisations, and street addresses.

    Parameters
    ----------
    tagger
        The network with its lexicon.
    margins
        For each kind, rising margins from which the score is 0.05, 0.10, ...
        (`recipes/name_tagger/calibrate.py` makes them).
    english
        Whether the rules made of English hold: a first name takes in the rare capitalised word behind it
        (elsewhere every noun may have a capital), and names get a second look (`acting.py`).
    """

    def __init__(self, tagger: Tagger, margins: dict[str, list[int]], *, english: bool = True) -> None:
        self.tagger, self.margins, self.english = tagger, margins, english
        self.entities = set(ENTITIES.values())

    def score(self, kind: str, margin: int) -> float:
        """The share of findings of `kind` with about this margin that are right, in steps of 0.05."""
        return SCORES[bisect_right(self.margins[kind], margin)]

    def find(self, texts: list[str], entities: frozenset[str], language: str = "en") -> list[list[Hit]]:
        """Findings in each text, by position.

        Parameters
        ----------
        language
            Of the texts, for a second look by its words; the English tagger reads all as English.
        """
        wanted = {number: kind for number, kind in enumerate(KINDS) if ENTITIES.get(kind) in entities}
        found = [
            self._hits(text, _in_order(spans), wanted)
            for text, spans in zip(texts, self.tagger.spans(texts, tuple(wanted)), strict=True)
        ]
        lexicon = self.tagger.lexicon
        if not self.english:
            if language == "en" or "PERSON" not in entities:
                return found
            return [look(text, hits, lexicon, language) for text, hits in zip(texts, found, strict=True)]
        looked = [second_look(text, hits, lexicon) for text, hits in zip(texts, found, strict=True)]
        if "PERSON" not in entities:
            return looked
        may = may_speak(texts, lexicon) if len(texts) >= MANY else repeat(True)
        return [
            with_speakers(text, hits, lexicon) if asked else hits
            for text, hits, asked in zip(texts, looked, may, strict=False)
        ]

    def _hits(self, text: str, spans: list[Span], wanted: dict[int, str]) -> list[Hit]:
        """The findings that `spans`, in order, are."""
        lone = lone_letters(spans)
        return [
            Hit(
                span.start,
                self._end(text, span, spans),
                ENTITIES[wanted[span.kind]],
                self.score(wanted[span.kind], span.margin),
                DETECTOR,
                False,
            )
            for span in spans
            if span not in lone and not in_a_date(text, span.start, span.end)
        ]

    def _end(self, text: str, span: Span, spans: list[Span]) -> int:
        """Where the finding ends: a first name takes in a surname that the network left out, unless another
        finding begins there.
        """
        if KINDS[span.kind] != "PER" or not self.english:
            return span.end
        end = whole_name(text, span.start, span.end, self.tagger.lexicon)
        at = bisect_right(spans, span.end, key=_start)  # in order: the first that begins behind it
        taken = end > span.end and at < len(spans) and spans[at].start < end
        return span.end if taken else end


def lone_letters(spans: list[Span]) -> set[Span]:
    """Those of one letter without a name beside them: a grade, a spelt-out code, a stray sign; an initial
    stands by its surname ("Smith, J").

    Parameters
    ----------
    spans
        In order; those of a kind stand apart, so only the ones before and behind it can be beside one.
    """
    lone: set[Span] = set()
    for kind in {span.kind for span in spans}:
        alike = [span for span in spans if span.kind == kind]
        near = [behind.start - before.end <= _BESIDE for before, behind in pairwise(alike)]
        for span, left, right in zip(alike, [False, *near], [*near, False], strict=True):
            if span.end - span.start <= 1 and not left and not right:
                lone.add(span)
    return lone


# Characters between an initial and its name, at most: ", ".
_BESIDE = 3


def _in_order(spans: list[Span]) -> list[Span]:
    return sorted(spans, key=_start)


def _start(span: Span) -> int:
    return span.start


def read_model(path: Path) -> NameTagger:
    """The tagger in `path`, a tenth of a second."""
    with np.load(path, allow_pickle=False) as kept:
        return NameTagger(load(path), {kind: kept[f"margins_{kind}"].tolist() for kind in ENTITIES})


def bundled(language: str = "en") -> NameTagger:
    """The tagger for texts in `language` that ships with the package."""
    return _english() if language == "en" else _european()


@cache
def _english() -> NameTagger:
    return read_model(MODEL)


@cache
def _european() -> NameTagger:
    with np.load(EUROPEAN_MODEL, allow_pickle=False) as kept:
        margins = {kind: kept[f"margins_{kind}"].tolist() for kind in ENTITIES}
    return NameTagger(load(EUROPEAN_MODEL, bundled().tagger.lexicon), margins, english=False)


def presidio_recognizer(language: str) -> Any:
    """The bundled tagger as a recognizer for anybody's Presidio `AnalyzerEngine`."""
    from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult

    class NameRecognizer(LocalRecognizer):  # type: ignore[misc]
        """Names of persons, places and organisations, and street addresses."""

        def load(self) -> None:
            """Loaded already."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
            """The names among the entities asked for."""
            return [
                RecognizerResult(
                    hit.entity,
                    hit.start,
                    hit.end,
                    hit.score,
                    AnalysisExplanation(recognizer=DETECTOR, original_score=hit.score),
                )
                for hit in bundled(language).find([text], frozenset(entities), language)[0]
            ]

    return NameRecognizer(
        supported_entities=sorted(ENTITIES.values()), supported_language=language, name=DETECTOR
    )
