"""The `scan` section of `params.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator, model_validator

from curate.params import Params
from curate.pii.detect.knowledge.params import Allow, Deny, OwnRecognizer, entries
from curate.pii.detect.languages import LANGUAGES, Language

if TYPE_CHECKING:
    from curate.keys import Key


class NerParams(Params):
    """What finds names, which no pattern does: the bundled tagger, or a model of yours."""

    engine: Literal["bundled", "spacy", "transformers", "gliner"] = "bundled"
    model: str | None = Field(
        default=None,
        description="A folder on disk, or a hub id (then, and only then, the network is used). The "
        "bundled tagger has its own.",
    )
    entities: tuple[Literal["PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS"], ...] = Field(
        default=("PERSON",),
        description="Of the bundled tagger. A place or an organisation alone is nobody's personal data, "
        "and taking them out costs the text its sense. STREET_ADDRESS adds what it finds to "
        "what the patterns find (streets of other countries, mostly).",
    )

    @model_validator(mode="after")
    def _named(self) -> NerParams:
        if (self.model is None) != (self.engine == "bundled"):
            raise ValueError(
                "`model` names the folder or hub id of a spacy, transformers or gliner model; the "
                "bundled tagger takes none"
            )
        return self


class EntityChanges(Params):
    """Entities beside the usual ones, and those of the usual ones to leave out."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _either(self) -> EntityChanges:
        if both := sorted(set(self.add) & set(self.remove)):
            raise ValueError(f"{', '.join(both)} stands under `add` and under `remove`: keep one of them")
        return self


class ScanParams(Params):
    """What to look for, where, and from which score on."""

    fields: tuple[Literal["input", "output", "rejected"], ...] = Field(
        default=("input", "output", "rejected"),
        description="Fields of the Examples table. A classification's output is a label, so it is not "
        "scanned whatever stands here.",
    )
    entities: tuple[str, ...] | EntityChanges | None = Field(
        default=None,
        description="Entity names of curate/pii/detect/catalogue.py; null: the usual ones (every generic "
        "and UK one, the US ones that Presidio enables, ours, and in rows of other languages "
        "those countries' papers). A list takes their place; `{add: [...], remove: [...]}` "
        "changes them.",
    )
    threshold: float = Field(
        default=0.4,
        gt=0,
        le=1,
        description="Context lifts a weak match to 0.4 and more, and forms that speak for themselves "
        "start at 0.45: so 0.4 says 'a form of its own, or a weak one with its label'. "
        "Measured, dates left out: on bitext (customers' order and invoice ids, 4,514 rows) "
        "14.2 false alarms per 1,000 rows at 0.3, 0.4 at 0.35 and above; on banking77 none "
        "at any; of the 211 structured identifiers planted in the sample tickets all are "
        "found up to 0.45, 202 at 0.5. A name's score is the share of such findings that are "
        "right (curate/pii/detect/names/MODEL_CARD.md): from 0.4 on, 85 in a hundred in all.",
    )
    thresholds: dict[str, float] = Field(
        default_factory=dict, description="Per entity, in place of `threshold`."
    )
    language: Literal["auto"] | Language | tuple[Language, ...] = Field(
        default="en",
        description="The languages of the rows: one, a list of which the first is that of rows without a "
        "language, or `auto`: a row without one is looked at and, where it is too short to "
        "tell, read as English.",
    )
    unsupported_language: Literal["error", "scan_as_default"] = Field(
        default="error",
        description="A row in another language: `error` stops, so that nobody takes a row for clean that "
        "no detector was made to read; `scan_as_default` applies the patterns, with the "
        "labels and names of the first language (the report counts such rows).",
    )
    recognizers: tuple[OwnRecognizer, ...] = Field(
        default=(),
        description="A steward's own recognizers, values that are always found, values that never are: "
        "see curate/pii/detect/knowledge/params.py.",
    )
    deny: tuple[Deny, ...] = ()
    allow: tuple[Allow, ...] = ()
    ner: NerParams | None = Field(default=NerParams(), description="Names of persons; null: patterns alone.")
    processes: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Worker processes, each with one engine (a second or more to start): used from "
        "20,000 texts on that may hold something.",
    )

    @field_validator("deny", "allow", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return entries(value)

    @field_validator("recognizers", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return () if value is None else (value,) if isinstance(value, dict) else value

    def recorded(self, root: Path, key: Key | None) -> dict[str, Any]:
        """A keyed digest of the values of the deny and allow lists, for the record of what a scan was made
        with: without the key, nothing.
        """
        if key is None or not (self.deny or self.allow):
            return {}
        from curate.pii.detect.knowledge.own import load

        return {"lists": load(self, root).digest(key)}

    @property
    def own_entities(self) -> set[str]:
        """Entities that own recognizers and the deny list name."""
        return {one.entity for one in self.recognizers} | {one.entity for one in self.deny}

    @field_validator("language")
    @classmethod
    def _some(cls, value: Any) -> Any:
        if isinstance(value, tuple) and (not value or len(set(value)) < len(value)):
            raise ValueError("list each language once, at least one")
        return value

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that rows may be in; the first is that of a row without one."""
        if self.language == "auto":
            return LANGUAGES
        return self.language if isinstance(self.language, tuple) else (self.language,)

    @property
    def named(self) -> set[str]:
        """Every entity that `entities` names, to be looked up."""
        if isinstance(self.entities, EntityChanges):
            return {*self.entities.add, *self.entities.remove}
        return set(self.entities or ())

    def wanted(self, usual: set[str]) -> set[str]:
        """The entities to look for, given the usual ones."""
        if isinstance(self.entities, EntityChanges):
            return (usual | set(self.entities.add)) - set(self.entities.remove)
        return usual if self.entities is None else set(self.entities)
