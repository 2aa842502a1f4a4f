"""The `redact` section of `params.yaml`: what is done with what was found."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl
from pydantic import Field, field_validator

from curate.errors import AssayError
from curate.params import DroppingParams, Params
from curate.pii.detect.catalogue import NER_ENTITIES, check_names
from curate.pii.redact.offsets import SpanPath

if TYPE_CHECKING:
    from curate.keys import Key

Action = Literal["keep", "mask", "replace", "pseudonymise", "drop_row"]
Scope = Literal["record", "dataset", "project"]

# A name of a lower score is reported, queued and left in the text. Measured on the hostile sample of
# tests/curate/pii/redact/hostile.txt and the public sets: see docs/pii.md. Entities not named here are acted
# on wherever they are reported.
ACT_THRESHOLD = {"PERSON": 0.6, "LOCATION": 0.6, "ORGANIZATION": 0.6, "NRP": 0.6}

# Kept unless the policy says otherwise. A date by itself names nobody (a date of birth is an entity of its
# own) and is often what the task is about; NRP (nationality, religion, politics: "a French phone") is a word
# of the language more often than a fact about the writer. Both stay in the findings, so the inventory shows
# them.
KEPT: dict[str, Action] = {"DATE_TIME": "keep", "NRP": "keep"}


class Rule(Params):
    """One line of the policy: it fits a finding when all it names agree; what it leaves out fits
    everything.
    """

    source: str | None = None
    field: Literal["input", "output", "rejected"] | None = None
    entity: str | None = None
    min_score: float | None = Field(
        default=None, ge=0, le=1, description="Fits findings of this score or above only."
    )
    action: Action

    def fits(self) -> pl.Expr:
        """Over findings with `source`."""
        conditions = [
            pl.col(name) == value
            for name in ("source", "field", "entity")
            if (value := getattr(self, name)) is not None
        ]
        if self.min_score is not None:
            conditions.append(pl.col("score") >= self.min_score)
        return pl.all_horizontal(conditions).fill_null(False) if conditions else pl.lit(True)


class Target(Params):
    """What redaction may do in one field of the outputs, and why somebody decided so."""

    rule: Literal["follow", "redact", "exempt"] = Field(
        default="follow",
        description="follow: loses what the row's input loses, under the same placeholder. redact: the "
        "field is a personal value, found or not, and goes from the whole row. exempt: stays "
        "as it is, there and where it stands in the input.",
    )
    reason: str = Field(
        default="",
        description="In git for everybody to read; with it the field no longer fails `assay check` over "
        "`max_output_share`.",
    )


_FOLLOW = Target()


class RedactParams(DroppingParams):
    """What is done with each entity."""

    default: Action = Field(
        default="replace",
        description="For entities that `actions` and KEPT do not name. A typed placeholder keeps the "
        "sentence's sense for training.",
    )
    actions: dict[str, Action] = Field(
        default_factory=dict, description="entity -> action, before `default` and KEPT."
    )
    policy: tuple[Rule, ...] = Field(
        default=(),
        description="Rules by source, field, entity and score, before `actions`; the first that fits wins.",
    )
    scope: Scope = Field(
        default="record",
        description="Where one value has one placeholder or surrogate: its record alone, this dataset, "
        "or whatever is made with the key.",
    )
    as_of: date | None = Field(
        default=None,
        description="The day on which verdicts must hold to be obeyed; null obeys expired ones too (the "
        "audit reports them). A date in the params and not the clock, so that the same "
        "inputs give the same bytes tomorrow.",
    )
    reviewers: Literal["any", "named"] = Field(
        default="any",
        description="Whose verdicts count: anybody's (the audit says which are by people whom task.yaml does "
        "not name), or those of its owner, steward and reviewers alone.",
    )
    act_threshold: dict[str, float] = Field(
        default_factory=dict,
        description="entity -> score from which a finding is acted on and not only reported; beside "
        "ACT_THRESHOLD.",
    )
    targets: dict[str, Target] = Field(
        default_factory=dict,
        description="Fields of the outputs (`output`, `rejected`, or a path in a JSON output such as "
        "`items[].name`) -> what may be done in them: {rule: exempt, reason: 'companies, not "
        "people'}, or the rule alone.",
    )
    max_output_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="Redaction that changes a field of the outputs in more than this share of its rows "
        "fails `assay check` until `targets` names that field with a reason: a tenth of the "
        "answers is no longer noise but another task.",
    )
    warn_row_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="`scan` and `audit` warn when more than this share of the rows would change.",
    )
    spans: tuple[SpanPath, ...] | None = Field(
        default=None,
        description="Where outputs keep character spans of the input; null: told by looking (see "
        "curate/pii/redact/offsets.py), []: there are none.",
    )

    @field_validator("targets", mode="before")
    @classmethod
    def _rule_alone(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: {"rule": rule} if isinstance(rule, str) else rule for name, rule in value.items()}

    def recorded(self, root: Path, key: Key | None) -> dict[str, Any]:
        """A keyed digest of the people whose verdicts count, where only those of the task card do."""
        if key is None or self.reviewers == "any":
            return {}
        from curate.task import read_task

        return {"people": key.digest("people", *sorted(read_task(root).people))}

    def target(self, path: str) -> Target:
        """The rule for a field of the outputs: its own, else that of the field around it."""
        if not self.targets:
            return _FOLLOW
        while path:
            if path in self.targets:
                return self.targets[path]
            path = path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
        return _FOLLOW

    def acts_from(self, entity: str) -> float:
        """The score from which a finding of `entity` is acted on."""
        return self.act_threshold.get(entity, ACT_THRESHOLD.get(entity, 0.0))

    def action(self, entity: str) -> Action:
        """What is done with a finding of `entity` that no rule of `policy` fits."""
        return self.actions.get(entity) or KEPT.get(entity) or self.default

    def check(self, sources: set[str], own: set[str] | None = None) -> None:
        """Fail on an entity or a source that does not exist: a misspelt name would be a silent hole in the
        policy.

        Parameters
        ----------
        sources
            Names of the task card's sources; empty where it names none.
        own
            Entities that a steward's own recognizers and deny list name (`ScanParams.own_entities`).
        """
        known = {*NER_ENTITIES, *(own or ())}
        check_names(set(self.actions), "redact.actions", known)
        check_names(set(self.act_threshold), "redact.act_threshold", known)
        check_names({rule.entity for rule in self.policy if rule.entity}, "redact.policy", known)
        unknown = sorted({rule.source for rule in self.policy if rule.source} - sources)
        if unknown and sources:
            raise AssayError(
                f"`redact.policy` names unknown sources: {', '.join(unknown)}; the task card has "
                f"{', '.join(sorted(sources))}",
                fix="correct `redact.policy` in params.yaml, or add the source to task.yaml",
            )
