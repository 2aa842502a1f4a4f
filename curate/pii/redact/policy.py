"""What is done with each finding: a steward's verdict first, then the policy of `params.redact`, most
specific rule first.

    verdict `not_personal` or `public`  ->  keep
    redact.policy, first rule that fits ->  its action
    redact.actions[entity]              ->  that action
    KEPT, then redact.default

A verdict `real` or `unsure`, or none, leaves the finding to the policy: what nobody has looked at is treated
as personal.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import polars as pl
from pydantic import Field

from curate.errors import AssayError
from curate.params import DroppingParams, Params
from curate.pii.decisions import CLEARING, VERDICTS, judged
from curate.pii.detect.catalogue import NER_ENTITIES, check_names

Action = Literal["keep", "mask", "replace", "pseudonymise", "drop_row"]
Scope = Literal["record", "dataset", "project"]

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
    # Fits findings of this score or above only.
    min_score: float | None = Field(default=None, ge=0, le=1)
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


class RedactParams(DroppingParams):
    """What is done with each entity."""

    # For entities that `actions` and KEPT do not name. A typed placeholder keeps the sentence's sense for
    # training.
    default: Action = "replace"
    # entity -> action, before `default` and KEPT.
    actions: dict[str, Action] = Field(default_factory=dict)
    # Rules by source, field, entity and score, before `actions`; the first that fits wins.
    policy: tuple[Rule, ...] = ()
    # Where one value has one placeholder or surrogate: its record alone, this dataset, or whatever is made
    # with the key.
    scope: Scope = "record"
    # The day on which verdicts must hold to be obeyed; null obeys expired ones too (the audit reports them).
    # A date in the params and not the clock, so that the same inputs give the same bytes tomorrow.
    as_of: date | None = None

    def action(self, entity: str) -> Action:
        """What is done with a finding of `entity` that no rule of `policy` fits."""
        return self.actions.get(entity) or KEPT.get(entity) or self.default

    def check(self, sources: set[str]) -> None:
        """Fail on an entity or a source that does not exist: a misspelt name would be a silent hole in the
        policy.

        Parameters
        ----------
        sources
            Names of the task card's sources; empty where it names none.
        """
        check_names(set(self.actions), "redact.actions", set(NER_ENTITIES))
        check_names({rule.entity for rule in self.policy if rule.entity}, "redact.policy", set(NER_ENTITIES))
        unknown = sorted({rule.source for rule in self.policy if rule.source} - sources)
        if unknown and sources:
            raise AssayError(
                f"`redact.policy` names unknown sources: {', '.join(unknown)}; the task card has "
                f"{', '.join(sorted(sources))}",
                fix="correct `redact.policy` in params.yaml, or add the source to task.yaml",
            )


def decide(
    findings: pl.DataFrame, examples: pl.DataFrame, params: RedactParams, verdicts: pl.DataFrame | None = None
) -> pl.DataFrame:
    """`findings` with `source`, `verdict`, `reviewer`, `decided_on` and the `action` that follows.

    Parameters
    ----------
    findings
        Schema `FINDINGS`.
    examples
        At least `example_id` and `source`.
    verdicts
        From `curate.pii.decisions.in_force`; None: nobody has decided anything.

    Returns
    -------
    pl.DataFrame
        The rows and order of `findings`.
    """
    sourced = findings.join(
        examples.select("example_id", "source"), on="example_id", how="left", maintain_order="left"
    )
    said = judged(sourced, VERDICTS.to_frame() if verdicts is None else verdicts)
    entities = findings["entity"].unique().to_list()
    by_entity = pl.col("entity").replace_strict(
        entities, [params.action(entity) for entity in entities], return_dtype=pl.String
    )
    policy = pl.coalesce(
        *(pl.when(rule.fits()).then(pl.lit(rule.action)) for rule in params.policy),
        by_entity if entities else pl.lit(None, pl.String),
    )
    return said.with_columns(
        pl.when(pl.col("verdict").is_in(CLEARING)).then(pl.lit("keep")).otherwise(policy).alias("action")
    )
