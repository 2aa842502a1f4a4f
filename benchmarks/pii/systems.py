"""The systems under comparison, each a function from texts to what it found in them, in Assay's names.

- `assay`: the detector with the project's default parameters through the pre-filter, with the bundled name
  tagger (places and organisations switched on), another model, or none.
- `presidio`: stock Presidio, its own recognizers with its own patterns, contexts and enhancer, at a score of
  0 (its default) and at 0.4. Its default set and, since the corpus is British, all the UK recognizers it
  ships disabled. No named-entity model: in its place the same light tokens and lemmas as here, which keep its
  context alive. The public suffix list bundled with tldextract in place of a download.
- a Rust peer in another virtual environment, by subprocess.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from benchmarks.pii.score import Found

if TYPE_CHECKING:
    from curate.pii.detect.overlap import Hit
    from curate.pii.detect.params import ScanParams

System = Callable[[Sequence[str]], list[list[Found]]]


def assay(ner: str = "bundled", **params: Any) -> System:
    """Assay's detector; `ner` is `bundled`, `none`, or an engine and a model as in `scan.ner`:
    `spacy:FOLDER_OR_NAME`.
    """
    import polars as pl

    from curate.pii.detect.detector import Detector
    from curate.pii.detect.params import NerParams, ScanParams
    from curate.pii.scan.search import search

    engine, _, model = ner.partition(":")
    names = {"entities": ("PERSON", "LOCATION", "ORGANIZATION")} if engine == "bundled" else {"model": model}
    detector = Detector(
        ScanParams(
            ner=None if ner == "none" else NerParams.model_validate({"engine": engine, **names}), **params
        )
    )

    def run(texts: Sequence[str]) -> list[list[Found]]:
        found: list[list[Found]] = [[] for _ in texts]
        frame = pl.DataFrame({"row": list(range(len(texts))), "text": list(texts)})
        for row, start, end, entity in (
            search(frame, ["text"], detector).select("row", "start", "end", "entity").iter_rows()
        ):
            found[int(row)].append(Found(start, end, entity))
        return found

    return run


def stock_engine() -> Any:
    """Stock Presidio's `AnalyzerEngine`, see the module's docstring."""
    from curate.pii.detect.presidio.loading import import_presidio

    import_presidio(light=True)
    import presidio_analyzer.predefined_recognizers as stock
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    from curate.pii.detect.context.language import LightNlpEngine

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    registry.recognizers = [one for one in registry.recognizers if one.name != "SpacyRecognizer"]
    present = {type(one).__name__ for one in registry.recognizers}
    for name in (
        "NhsRecognizer",
        "UkNinoRecognizer",
        "UkPassportRecognizer",
        "UkDrivingLicenceRecognizer",
        "UkPostcodeRecognizer",
        "UkVehicleRegistrationRecognizer",
        "MacAddressRecognizer",
    ):
        if name not in present:
            registry.add_recognizer(getattr(stock, name)())
    return AnalyzerEngine(registry=registry, nlp_engine=LightNlpEngine(), supported_languages=["en"])


def same_configuration(params: ScanParams) -> Callable[[str], list[Hit]]:
    """What Assay's detector should find in a text: its recognizers, thresholds and context rules run by
    Presidio's own engine.

    No pre-filter, no cutting, every recognizer on every text's view: the oracle that the scan's findings are
    held against.
    """
    from curate.pii.detect.detector import Detector

    detector = Detector(params)  # first, so that Presidio is imported the light way
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    from curate.pii.detect.context.language import LightNlpEngine
    from curate.pii.detect.context.nearest import NearestLabelEnhancer
    from curate.pii.detect.overlap import resolve
    from curate.pii.detect.reader import hit
    from curate.pii.detect.recognizers.build import build
    from curate.pii.detect.view import view

    engine = AnalyzerEngine(
        registry=RecognizerRegistry(
            recognizers=[build(entity, detector.language) for entity in detector.entities]
        ),
        nlp_engine=LightNlpEngine(),
        context_aware_enhancer=NearestLabelEnhancer(),
    )

    def find(text: str) -> list[Hit]:
        seen = view(text)
        results = engine.analyze(
            text=seen.text if seen else text, language=params.language, return_decision_process=True
        )
        hits = resolve(
            hit(result) for result in results if result.score >= detector.threshold(result.entity_type)
        )
        return seen.back(hits) if seen else hits

    return find


def presidio() -> dict[float, System]:
    """Stock Presidio at a score of 0 and of 0.4, see the module's docstring. A text is read once for both."""
    engine = stock_engine()

    @cache
    def read(text: str) -> list[tuple[Found, float]]:
        return [
            (Found(one.start, one.end, one.entity_type), one.score)
            for one in engine.analyze(text=text, language="en")
        ]

    def at(threshold: float) -> System:
        return lambda texts: [[found for found, score in read(text) if score >= threshold] for text in texts]

    return {threshold: at(threshold) for threshold in (0.0, 0.4)}


# presidio-rs speaks JSON through its extension module; offsets are in characters.
_PEER = """
import json, sys
import presidio_rs
analyzer = presidio_rs.Analyzer()
for line in sys.stdin:
    found = analyzer.analyze(json.loads(line))
    print(json.dumps([[one["start"], one["end"], one["entity_type"]] for one in found]))
"""


def peer(python: str) -> System:
    """presidio-rs in the virtual environment of `python`."""

    def run(texts: Sequence[str]) -> list[list[Found]]:
        given = "".join(json.dumps(text) + "\n" for text in texts)
        done = subprocess.run([python, "-c", _PEER], input=given, capture_output=True, text=True, check=True)
        return [
            [Found(start, end, entity) for start, end, entity in json.loads(line)]
            for line in done.stdout.splitlines()
        ]

    return run
