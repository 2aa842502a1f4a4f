"""What the audit asks of a person: `params.audit`."""

from __future__ import annotations

from pydantic import Field

from curate.params import Params


class AuditParams(Params):
    """Which findings need a verdict, and which of them fail the audit."""

    accept: tuple[str, ...] = Field(
        default=("DATE_TIME", "NRP"),
        description="Entities that may stay in the data without a verdict: the two that redaction keeps "
        "by itself (see curate/pii/redact/policy.py).",
    )
    review_below: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description="Unverified findings below this score wait in the queue: more often than others they "
        "are part codes and order numbers.",
    )
    block_uncertain: bool = Field(
        default=False,
        description="Whether those fail the audit too. By default not: they were taken out all the same, "
        "which costs text and nobody's privacy.",
    )
