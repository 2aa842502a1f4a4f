"""What each kind of record says, as models of versioned predicates. A field is added by a new version; the
reader keeps the old ones.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=4000)]
Count = Annotated[int, Field(ge=0, lt=2**53)]  # RFC 8785 knows no larger whole number


class Predicate(BaseModel):
    """What every record says: of which project, when, by whom, and which records it has seen.

    Parameters
    ----------
    project
        Name on the task card.
    at
        UTC, to the second: `2026-11-29T07:30:00Z`.
    by
        Who did it, as git or the card names them; never checked. What is checked is a signature.
    parents
        Digests of the newest records there were, sorted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    kind: ClassVar[str]
    version: ClassVar[int] = 1
    # Whether it counts only with a signature, and whether saying the same of the same subjects again says
    # nothing.
    signed: ClassVar[bool] = False
    once: ClassVar[bool] = False

    project: Name
    at: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    by: Name
    parents: list[Digest]

    @model_validator(mode="after")
    def _a_time_and_an_order(self) -> Self:
        # One validator for both: each is a call back into Python, and a journal holds many records.
        datetime.fromisoformat(self.at)
        if len(self.parents) > 1 and self.parents != sorted(set(self.parents)):
            raise ValueError("parents are not sorted, or one stands twice")
        return self


class Approval(Predicate):
    """Somebody vouches for the subjects, in a role."""

    kind: ClassVar[str] = "approval"
    signed: ClassVar[bool] = True

    of: Literal["gold", "diff", "policy", "model", "erasure"]
    role: Name
    base: Text = ""  # revision that a diff was taken from
    note: Text = ""


class Opening(Predicate):
    """The held-out rows of a gold version were looked at by an evaluation."""

    kind: ClassVar[str] = "test-opened"
    once: ClassVar[bool] = True

    version_digest: Digest
    systems: list[Name]
    metric: Name
    outcome: Name


class Training(Predicate):
    """Systems were trained on a gold version."""

    kind: ClassVar[str] = "training"
    once: ClassVar[bool] = True

    version_digest: Digest
    rows: Count
    systems: list[Name]


class Publication(Predicate):
    """A gold version was published: its content digest, and that of the one before."""

    kind: ClassVar[str] = "publication"
    once: ClassVar[bool] = True

    version_digest: Digest
    rows: dict[Name, Count]
    previous: Digest | None = None


class Revocation(Predicate):
    """Trained systems may not answer any more. It needs no signature: whoever sees harm may stop a model."""

    kind: ClassVar[str] = "revocation"
    once: ClassVar[bool] = True

    reason: Annotated[str, Field(min_length=1, max_length=4000)]


class VerdictBatch(Predicate):
    """What stewards have decided on personal data: the files of decisions, and how many lines say what."""

    kind: ClassVar[str] = "verdict-batch"
    once: ClassVar[bool] = True

    key_id: Name
    lines: Count
    values: dict[Name, Count]  # by verdict; of several on one value the last


class FirstReview(Predicate):
    """Somebody looked at the project, or tried to break it, and says how it went."""

    kind: ClassVar[str] = "review"
    signed: ClassVar[bool] = True

    of: Name
    outcome: Literal["passed", "failed", "open"]
    note: Text = ""


class Review(FirstReview):
    """The same, with the day of the next one, and what made it due (see `governance.review_calendar`)."""

    version: ClassVar[int] = 2

    next: Annotated[str, Field(pattern=r"^(\d{4}-\d\d-\d\d)?$")] = ""
    closes: list[Name] = []


class Incident(Predicate):
    """Something happened that the project's owners have to know of."""

    kind: ClassVar[str] = "incident"

    what: Name
    severity: Literal["none", "low", "medium", "high"]
    note: Text = ""


class IntruderTest(Predicate):
    """Somebody tried to tie published rows to persons (the ICO's motivated-intruder test), and with what
    outcome; beside it what `assay risk` measured.
    """

    kind: ClassVar[str] = "intruder-test"

    version_digest: Digest
    outcome: Literal["nobody-identified", "somebody-identified", "inconclusive"]
    tried: Count
    rows: Count
    people: Count
    smallest_k: Count | None = None
    unique: Count | None = None
    note: Text = ""


class Rewritten(BaseModel):
    """A version out of which somebody was taken: DVC's digests and content digests of it and its twin."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    stored: Name
    twin: Name
    version_digest: Text
    twin_digest: Text
    rows: dict[Name, Count]
    mentions: dict[Name, Count]
    commits: Count


class Erasure(Predicate):
    """Somebody was taken out: what was rewritten and removed, and where they could not be reached."""

    kind: ClassVar[str] = "erasure"
    once: ClassVar[bool] = True

    why: Literal["request", "retention", "again"]
    key_id: Name
    people: list[Name]  # keyed digests
    plan: Digest
    versions: list[Rewritten]
    removed: dict[Name, list[Name]]  # place -> DVC's digests
    files: list[Text]  # removed or rewritten in the work tree
    raw: dict[Text, dict[Name, Count]]
    models: list[Name]
    unreachable: list[list[Text]]
    approvals: list[Digest]


class Checkpoint(Predicate):
    """All records there were: kept elsewhere, its digest shows later that none of them is gone."""

    kind: ClassVar[str] = "checkpoint"

    records: Count
    digest: Digest


class ColumnLook(BaseModel):
    """What a look made of one column: its p-value in billionths, how far apart the sides are in millionths of
    the column's own unit, and whether it has moved.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    name: Name
    kind: Name
    p: Count
    size: Count
    moved: bool


class Monitoring(Predicate):
    """Somebody looked whether live rows still come from where gold came from. Shares are in millionths, and
    what the look spent of the year's chance of a false alarm in billionths; the live file is the subject
    `live`. No text and no word of it is kept.
    """

    kind: ClassVar[str] = "monitoring"
    once: ClassVar[bool] = True

    against: Digest
    system: Text = ""
    rows: Count
    compared: Count  # rows and groups that a test saw
    units: Count
    spent: Count
    drift: bool
    advice: Name
    columns: list[ColumnLook]
    estimated: list[Count] = []  # share right without labels: low, point, high
    measured: list[Count] = []  # and with labels


class Suppression(Predicate):
    """A person was put on the list of those who must not come in again, which is the subject."""

    kind: ClassVar[str] = "suppression"

    digests: Annotated[int, Field(ge=1, lt=2**53)]  # keyed digests that are new on the list
    key_id: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
    reason: Text = ""


# A new kind is a class above and a name here; something must write it.
KINDS: dict[str, type[Predicate]] = {
    model.kind: model
    for model in (
        Approval,
        VerdictBatch,
        Opening,
        Training,
        Publication,
        Revocation,
        Erasure,
        Review,
        Incident,
        Suppression,
        IntruderTest,
        Monitoring,
        Checkpoint,
    )
}


def type_of(kind: type[Predicate]) -> str:
    """The `predicateType` of a kind: a name of our own, since we hold no address for it."""
    return f"urn:assay:record:{kind.kind}:v{kind.version}"


# Older versions, which are read for ever.
_OLDER: tuple[type[Predicate], ...] = (FirstReview,)
BY_TYPE: dict[str, type[Predicate]] = {type_of(model): model for model in [*KINDS.values(), *_OLDER]}


def fields_of(predicate: Predicate) -> dict[str, Any]:
    """JSON-safe fields."""
    return predicate.model_dump(mode="json")
