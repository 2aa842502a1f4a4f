"""The `scan` section of `params.yaml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from curate.examples import TEXT_FIELDS
from curate.params import Params


class NerParams(Params):
    """What finds names, which no pattern does: the bundled tagger, or a model of yours."""

    engine: Literal["bundled", "spacy", "transformers", "gliner"] = "bundled"
    # A folder on disk, or a hub id (then, and only then, the network is used). The bundled tagger has its
    # own.
    model: str | None = None
    # Of the bundled tagger. A place or an organisation alone is nobody's personal data, and taking them out
    # costs the text its sense.
    # STREET_ADDRESS adds what it finds to what the patterns find (streets of other countries, mostly).
    entities: tuple[Literal["PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS"], ...] = ("PERSON",)

    @model_validator(mode="after")
    def _named(self) -> NerParams:
        if (self.model is None) != (self.engine == "bundled"):
            raise ValueError(
                "`model` names the folder or hub id of a spacy, transformers or gliner model; the "
                "bundled tagger takes none"
            )
        return self


class ScanParams(Params):
    """What to look for, where, and from which score on."""

    # Fields of the Examples table. A classification's output is a label, so it is not scanned whatever stands
    # here.
    fields: tuple[Literal["input", "output", "rejected"], ...] = TEXT_FIELDS  # type: ignore[assignment]
    # Entity names of curate/pii/detect/catalogue.py; null: every generic and UK one, the US ones Presidio
    # enables, and ours.
    entities: tuple[str, ...] | None = None
    # Context lifts a weak match to 0.4 and more, and forms that speak for themselves start at 0.45: so 0.4
    # says "a form of its own, or a weak one with its label". Measured, dates left out: on bitext (customers'
    # order and invoice ids, 4,514 rows) 14.2 false alarms per 1,000 rows at 0.3, 0.4 at 0.35 and above; on
    # banking77 none at any; of the 211 structured identifiers planted in the sample tickets all are found up
    # to 0.45, 202 at 0.5.
    # A name's score is the share of such findings that are right (curate/pii/detect/names/MODEL_CARD.md):
    # from 0.4 on, 85 in a hundred in all.
    threshold: float = Field(default=0.4, gt=0, le=1)
    # Per entity, in place of `threshold`.
    thresholds: dict[str, float] = Field(default_factory=dict)
    # The language of the context words. Patterns have none.
    language: Literal["en"] = "en"
    # A row in another language: `error` stops, so that nobody takes a row for clean that no detector was made
    # to read; `scan_as_default` applies the patterns, with English context words and names (the report counts
    # such rows).
    unsupported_language: Literal["error", "scan_as_default"] = "error"
    # Names of persons; null: patterns alone.
    ner: NerParams | None = NerParams()
    # Worker processes, each with one engine (a second or more to start): used from 20,000 texts on that may
    # hold something.
    processes: int = Field(default=1, ge=1, le=64)
