"""The task card, `task.yaml`: what good looks like, before any data. No metric and no target, no run."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from curate.bounds import LABELS
from curate.errors import AssayError
from curate.params import parse, read_yaml

BLANK: Literal["?"] = "?"  # what `assay init` writes where only a person knows the answer

METRICS: dict[str, tuple[str, ...]] = {
    "classification": ("macro_f1", "accuracy"),
    "extraction": ("field_f1", "exact_match", "schema_valid"),
    "rewriting": ("chrf", "rules_passed"),
    "summary": ("chrf", "rouge_l", "sections_complete"),
    "preference": ("reward_accuracy",),
}


class Kind(StrEnum):
    """What a row asks for: see the table of kinds in `docs/architecture.md`."""

    CLASSIFICATION = "classification"
    EXTRACTION = "extraction"
    REWRITING = "rewriting"
    SUMMARY = "summary"
    PREFERENCE = "preference"


class _Card(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Metric(_Card):
    """The one figure the task is judged by, on held-out data."""

    name: str
    target: float = Field(ge=0, le=1)


class Source(_Card):
    """Where rows come from and on what footing they are held (UK GDPR Art. 5, 6 and 30)."""

    description: str = BLANK
    licence: str = BLANK
    lawful_basis: str = BLANK
    purpose: str = BLANK
    retention: str = BLANK


class HeldOut(_Card):
    """An external held-out file, read with the same columns as the data; it is never trained on."""

    path: str
    source: str | None = None


class Style(_Card):
    """What every rewritten text must keep to; words are whole words, whatever their case.

    `never` words must not stand in an answer, `always` words must; `protected` terms keep their spelling
    where the input has them; `keep_numbers`: the answer has the numbers of the input; `length`: of an answer
    over that of its input, in characters.
    """

    never: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    keep_numbers: bool = True
    length: tuple[float, float] = (0.3, 3.0)


class Review(_Card):
    """When a person looks at the task again."""

    next: date


class Processing(_Card):
    """What the fact sheets (`assay records`) need and no stage can know: who processes personal data, for
    whom, and how it is guarded (UK GDPR Art. 30 and 35).

    `on_behalf_of` names the controllers whom a processor works for; `data_subjects` categories of people, not
    people; `transfers` countries outside the United Kingdom with their safeguards, or `none`. No row of a
    version depends on any of it.
    """

    role: Literal["?", "controller", "joint controller", "processor"] = BLANK
    controller: str = BLANK
    contact: str = BLANK
    representative: str = BLANK
    data_protection_officer: str = BLANK
    joint_controllers: tuple[str, ...] = ()
    on_behalf_of: tuple[str, ...] = ()
    data_subjects: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    transfers: str = BLANK
    security: tuple[str, ...] = ()
    necessity: str = BLANK
    consulted: str = BLANK


class TaskCard(_Card):
    """The parsed task card.

    `labels` (classification) maps each allowed label to a description of when it applies; `output_schema`
    (extraction) is a JSON Schema; `sections` (summary) are the headings every output must have, in order;
    `style` (rewriting) holds rules that can be checked; `prompt` is what a language model is told, in place
    of what the card's other fields say;
    `processing` is for fact sheets alone;
    `guessed` names what `assay init` filled in without being told, and nobody has confirmed yet.
    """

    assay: Literal[1] = 1
    name: str
    kind: Kind
    behaviour: str = Field(min_length=1)
    fresh_facts: bool = False
    metric: Metric
    alternative: str = BLANK
    owner: str = BLANK
    steward: str = BLANK
    reviewers: tuple[str, ...] = ()
    labels: dict[str, str | None] = {}
    output_schema: dict[str, Any] | None = None
    sections: tuple[str, ...] = ()
    style: Style | None = None
    prompt: str | None = None
    languages: tuple[str, ...] = ()
    sources: dict[str, Source] = {}
    held_out: HeldOut | None = None
    review: Review | None = None
    processing: Processing | None = None
    demo_key: str | None = None
    guessed: tuple[Literal["metric.target"], ...] = ()

    @field_validator("labels", mode="before")
    @classmethod
    def _labels_may_be_a_list(cls, value: Any) -> Any:
        return {str(label): None for label in value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _fits_its_kind(self) -> TaskCard:
        if self.metric.name not in METRICS[self.kind]:
            raise ValueError(
                f"metric {self.metric.name!r} does not fit kind {self.kind}; choose one of "
                f"{', '.join(METRICS[self.kind])}"
            )
        if self.fresh_facts:
            raise ValueError(
                "`fresh_facts: true`: fine-tuning changes behaviour, not knowledge; for facts that "
                "change use retrieval, or narrow the task to behaviour"
            )
        return self

    def blanks(self) -> list[str]:
        """Dotted names of the fields that still hold the `?` or a guess of `assay init`."""
        blank = [name for name in ("alternative", "owner", "steward") if getattr(self, name) == BLANK]
        for name, source in self.sources.items():
            blank += [f"sources.{name}.{field}" for field, value in source if value == BLANK]
        return (
            blank
            + (["review.next"] if self.review is None else [])
            + ([] if self.reviewers else ["reviewers"])
            + list(self.guessed)
        )

    @property
    def people(self) -> frozenset[str]:
        """Owner, steward and reviewers: who may decide."""
        return frozenset({self.owner, self.steward, *self.reviewers} - {BLANK})

    def target_said(self) -> str:
        """The target, and that it is a guess where it is one."""
        guess = " (a guess of `assay init`)" if "metric.target" in self.guessed else ""
        return f"{self.metric.target:g}{guess}"


def read_task(root: Path) -> TaskCard:
    """The task card of the project at `root`.

    Raises
    ------
    AssayError
        If it is missing or invalid; a missing metric or target is named as such, since nothing runs without
        them.
    """
    path = root / "task.yaml"
    card = read_yaml(path)
    metric = card.get("metric")
    lacking = [
        part for part in ("name", "target") if not isinstance(metric, dict) or metric.get(part) is None
    ]
    if lacking:
        raise AssayError(
            f"{path} has no metric {' and no '.join(lacking)}: say what good looks like before touching "
            f"data; nothing runs without it",
            fix=f"add to {path}, for example:  metric: {{name: macro_f1, target: 0.85}}",
        )
    labels = card.get("labels")
    LABELS.check(len(labels) if isinstance(labels, dict | list) else 0, path)
    return parse(TaskCard, card, "task")
