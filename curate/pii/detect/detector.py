"""The detector: Presidio's analyzer with our catalogue, context rules and, if asked for, a named-entity
model.

It fails closed: an unknown entity, a model that cannot load, a regex that times out or a chunk a model could
not read is an `AssayError`, never a text passed as clean. Presidio's own log is cut off, because at some
levels it prints matches; its warnings are turned into errors here. Loading Presidio costs seconds, so import
this module late.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curate.errors import AssayError
from curate.files import canonical_json
from curate.pii.detect.catalogue import DEFAULT, EUROPEAN, UNSURE, UNSURE_SCORE, Entity, check_names
from curate.pii.detect.knowledge import own as knowledge
from curate.pii.detect.languages.entities import entities_of
from curate.pii.detect.languages.labels import undotted
from curate.pii.detect.overlap import Hit, beside, resolve
from curate.pii.detect.params import ScanParams
from curate.pii.detect.pieces import LONG, pieces
from curate.pii.detect.presidio.loading import import_presidio
from curate.pii.detect.recognizers.keyed_names import hinted, with_keyed
from curate.pii.detect.view import view

if TYPE_CHECKING:
    from curate.keys import Key
    from curate.pii.detect.reader import Reader

# Their data decide what is a valid phone number, domain or match.
_VERSIONED = ("presidio-analyzer", "phonenumbers", "tldextract", "regex")


class _Warnings(logging.Handler):
    """Collects the templates (never the arguments, which hold text) of Presidio's warnings."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.templates: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.templates.append(str(record.msg)[:60] if record.args else "prediction failed")


# One for all detectors of a process: Presidio's logger is one too.
_listener = _Warnings()
_loggers = tuple(logging.getLogger(name) for name in ("presidio-analyzer", "decision_process"))


def _silence() -> None:
    """Keep Presidio's loggers from every other handler, and listen to them for failures."""
    for logger in _loggers:
        if (
            logger.handlers != [_listener]
            or logger.propagate
            or logger.disabled
            or logger.level != logging.WARNING
        ):
            logger.propagate, logger.disabled, logger.handlers = False, False, [_listener]
            logger.setLevel(logging.WARNING)


class Detector:
    """Finds personal data in one text at a time.

    Parameters
    ----------
    params
        What to look for and from which score on.
    language
        Of the texts; default: the first that `params` lists.

    Raises
    ------
    AssayError
        For an unknown entity, or a named-entity model that cannot be loaded.
    """

    def __init__(
        self,
        params: ScanParams,
        language: str | None = None,
        root: Path | None = None,
        own: knowledge.Own | None = None,
    ) -> None:
        self.params, self.root = params, root
        self.language = language or params.languages[0]
        self.own = knowledge.load(params, root) if own is None else own
        # Of the same params, by language and own entries.
        self._siblings: dict[Any, Detector] = {(self.language, self.own.places): self}
        theirs = params.ner is not None and params.ner.engine != "bundled"
        import_presidio(light=not theirs)
        _silence()
        self.ner, self.tagger, offered = None, None, set[str]()
        if params.ner is not None and theirs:
            from curate.pii.detect.presidio.ner import load

            self.ner = load(params.ner, self.language)
            offered = set(self.ner.supported_entities)
        elif params.ner is not None:
            from curate.pii.detect.names.recognizer import bundled

            self.tagger = bundled(self.language)
            offered = self.tagger.entities
        check_names(params.named, "scan.entities", offered | params.own_entities)
        check_names(set(params.thresholds), "scan.thresholds", offered | params.own_entities)
        knowledge.check_names(params, offered)
        usual = set(params.ner.entities) if params.ner is not None and self.tagger else offered
        known = entities_of(self.language)
        papers = {"EU_VAT"} if self.language == "en" else {entity.name for entity in EUROPEAN}
        wanted = params.wanted({entity.name for entity in DEFAULT} | usual | papers)
        self.entities: tuple[Entity, ...] = tuple(
            entity for entity in known.values() if entity.name in wanted
        )
        # Found by the user's model inside Presidio's engine; by the bundled tagger beside it.
        self.ner_names = frozenset(offered & wanted) if self.ner is not None else frozenset[str]()
        asked = usual | (wanted - {entity.name for entity in self.entities})
        self.tagged = frozenset(offered & wanted & asked) if self.tagger is not None else frozenset[str]()
        self.patterned = frozenset({entity.name for entity in self.entities} | self.ner_names)
        _listener.templates.clear()

    def of(self, language: str, own: knowledge.Own | None = None) -> Detector:
        """The detector for texts in `language`, with the same params and the own entries `own` of them; made
        once.
        """
        own = self.own if own is None else own
        name = (language, own.places)
        if name not in self._siblings:
            made = Detector(self.params, language, self.root, own)
            made._siblings = self._siblings
            self._siblings[name] = made
        return self._siblings[name]

    @property
    def recipe(self) -> tuple[ScanParams, str, Path | None, knowledge.Own]:
        """What another process makes the same detector from."""
        return self.params, self.language, self.root, self.own

    @cached_property
    def recognizers(self) -> list[Any]:
        """A recognizer an entity, the model's own apart."""
        from curate.pii.detect.presidio.lean import lean
        from curate.pii.detect.recognizers.build import build

        return [
            lean(build(one, self.language), skips=self.threshold(one.name) > one.unlabelled)
            for one in self.entities
        ]

    @cached_property
    def _reader(self) -> Reader:
        from curate.pii.detect.reader import Reader

        return Reader(self.recognizers, self.language, self.threshold, _listener.templates)

    @cached_property
    def engine(self) -> Any:
        """The Presidio engine, for a model of the user's: every recognizer, light lemmas, nearest-label
        context, no decision trace.
        """
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

        from curate.pii.detect.context.language import LightNlpEngine
        from curate.pii.detect.context.nearest import NearestLabelEnhancer

        class _Registry(RecognizerRegistry):  # type: ignore[misc]
            """Remembers which recognizers answer which names: Presidio compares every one with every other
            for each text.
            """

            def get_recognizers(
                self, language: str, entities: list[str] | None = None, *args: Any, **kwargs: Any
            ) -> list[Any]:
                wanted = tuple(entities or ())
                if wanted not in chosen:
                    chosen[wanted] = super().get_recognizers(language, entities, *args, **kwargs)
                return chosen[wanted]

        chosen: dict[tuple[str, ...], list[Any]] = {}
        return AnalyzerEngine(
            registry=_Registry(
                recognizers=self.recognizers + [self.ner] * bool(self.ner_names),
                supported_languages=[self.language],
            ),
            nlp_engine=LightNlpEngine(),
            context_aware_enhancer=NearestLabelEnhancer(),
            supported_languages=[self.language],
            log_decision_process=False,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Every entity looked for, sorted."""
        return tuple(sorted(self.patterned | self.tagged))

    def threshold(self, entity: str) -> float:
        """The score from which a match of `entity` is a finding."""
        usual = self.params.threshold
        if entity in UNSURE and entity in self.params.named:
            usual = min(usual, UNSURE_SCORE)
        return self.params.thresholds.get(entity, usual)

    def find(self, text: str, names: list[str] | None = None) -> list[Hit]:
        """Resolved findings in `text`, by position.

        Parameters
        ----------
        names
            Look for these entities only; the pre-filter passes those the text can hold. Default: all.

        Raises
        ------
        AssayError
            If a recognizer failed or gave up. The text is not shown.
        """
        wanted = set(names or self.names)
        seen = view(text)
        hits = self.read([(seen.text if seen else text, sorted(wanted & self.patterned))])[0]
        hits = seen.back(hits) if seen else hits
        if names is None and self.own:
            hits = self.own.settle(text, hits, *self.own.found(text, self.language, self.threshold))
        return beside(hits, self.people([text])[0], text) if wanted & self.tagged else hits

    def people(self, texts: list[str]) -> list[list[Hit]]:
        """What the bundled tagger finds in each text, at or over the threshold; many texts at once cost
        least.
        """
        if self.tagger is None or not self.tagged:
            return [[] for _ in texts]
        whole = [text for text in texts if len(text) <= LONG]
        found = iter(self.tagger.find(whole, self.tagged, self.language) if whole else [])
        hits = [next(found) if len(text) <= LONG else self._long(text) for text in texts]
        kept = [[hit for hit in one if hit.score >= self.threshold(hit.entity)] for one in hits]
        if "PERSON" in self.tagged:
            lexicon = self.tagger.tagger.lexicon
            kept = [
                with_keyed(text, one, lexicon) if asked else one
                for text, one, asked in zip(texts, kept, hinted(texts), strict=True)
            ]
        if self.own.allow:
            kept = [self.own.let_go(text, one) for text, one in zip(texts, kept, strict=True)]
        return kept

    def _long(self, text: str) -> list[Hit]:
        """The tagger's findings in a long text, in its pieces, each distinct one read once."""
        assert self.tagger is not None, "asked for by `people` alone"
        cut = [(piece, text[piece.start : piece.end]) for piece in pieces(text)]
        parts = list(dict.fromkeys(part for _, part in cut))
        by_part = dict(zip(parts, self.tagger.find(parts, self.tagged, self.language), strict=True))
        return [
            hit._replace(start=hit.start + piece.start, end=hit.end + piece.start)
            for piece, part in cut
            for hit in by_part[part]
            if piece.core_start <= hit.start + piece.start < piece.core_end
        ]

    def read(self, batch: Sequence[tuple[str, Sequence[str]]]) -> list[list[Hit]]:
        """What Presidio's recognizers find in each text of the entities beside it, read as it stands (`find`
        reads its view). Many texts at once cost least.
        """
        _silence()  # other code may have reset the loggers since
        if self.language != "en":
            batch = [(undotted(text), names) for text, names in batch]
        return (
            [self._analyze(text, list(names)) for text, names in batch]
            if self.ner_names
            else self._reader.read(batch)
        )

    def _analyze(self, text: str, names: list[str]) -> list[Hit]:
        """One text by Presidio's engine, since a model's results need its bookkeeping."""
        from curate.pii.detect.reader import REPORT, check, hit

        try:
            results = self.engine.analyze(
                text, self.language, names, score_threshold=0.0, return_decision_process=True
            )
        except Exception as error:  # Presidio's messages may hold the text: keep the kind of error alone
            raise AssayError(
                f"a detector failed with {type(error).__name__} on a text of {len(text):,} characters; "
                f"nothing was written",
                fix=REPORT,
            ) from None
        check(_listener.templates, text)
        return resolve(
            hit(result)
            for result in results
            if result.score >= self.threshold(result.entity_type) and result.end > result.start
        )

    def describe(self, key: Key | None = None) -> Mapping[str, Any]:
        """Versions and a fingerprint of the configuration: equal fingerprints find the same in the same
        text.

        Parameters
        ----------
        key
            For the digest of a steward's lists; without it, only how many values they hold is told.
        """
        recognizers = [recognizer.to_dict() for recognizer in self.recognizers]
        versions = {name: version(name) for name in _VERSIONED}
        configuration = {
            "code": code_digest(),
            "versions": versions,
            "recognizers": sorted(recognizers, key=lambda one: str(one["name"])),
            "params": self.params.model_dump(
                mode="json", exclude={"processes", "fields", "unsupported_language"}
            ),
            "language": self.language,
            "own": [self.own.places, knowledge.fingerprint(self.own, key)],
            "entities": list(self.names),
        }
        digest = hashlib.blake2b(canonical_json(_plain(configuration)).encode(), digest_size=8).hexdigest()
        return {"versions": versions, "fingerprint": digest, "entities": list(self.names)}


@cache
def code_digest() -> str:
    """Digest (8 bytes, hex) of every file of this folder and below, the name tagger's weights included: what
    decides what is found.
    """
    digest = hashlib.blake2b(digest_size=8)
    folder = Path(__file__).parent
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\x00{len(content)}\x00".encode() + content)
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """`value` with whatever is not JSON written as a string."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
