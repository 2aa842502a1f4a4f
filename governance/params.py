"""The `check` section of `params.yaml`: which gates are left out, and what somebody decided for the others.

Whatever makes a gate say less than it would wants a reason and a date, so that a reviewer reads in one line
who let what pass and since when.
"""

from __future__ import annotations

import datetime
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, field_validator

from curate.params import Params

# Clocks of two machines may stand on two sides of midnight.
TOLERANCE = timedelta(days=1)


class Decision(Params):
    """Why somebody let something pass, and when."""

    reason: str = Field(description="why, in git for everybody to read")
    date: datetime.date

    @field_validator("reason")
    @classmethod
    def _said(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("say why: the reason is empty")
        return value

    @field_validator("date")
    @classmethod
    def _past(cls, value: datetime.date) -> datetime.date:
        if value > datetime.date.today() + TOLERANCE:
            raise ValueError("this date is in the future: give the day on which it was decided")
        return value


class Skip(Decision):
    """A gate that is not judged."""

    gate: str


class Gone(Decision):
    """Held-out rows that may be gone since the freeze."""

    rows: int = Field(ge=1, description="so many at most; one more fails the gate again")


class Looser(Decision):
    """A knob of the policy that may stand looser than in the version compared with."""

    knob: str = Field(description="as `assay diff` names it, such as redact.default")


class PersonalAnswers(Decision):
    """A share of answers that may hold personal data which their input does not."""

    share: float = Field(ge=0, le=1, description="of the held-out rows")


LimitName = Literal["overfit_gap", "membership_auc", "verbatim_excess", "canary_bits"]
# What fine-tuned models may remember, unless somebody decided otherwise.
LIMITS: dict[LimitName, float] = {
    # Task metric on training rows less that on held-out ones. Small sets stand high without harm: 0.35 on the
    # sample's 382 tickets, where validation still improved. Learned by heart it is near 1.
    "overfit_gap": 0.5,
    # 0.57 for 200 booking requests and the language model, 0.87 for the sample's encoder; 1 gives every
    # training row away.
    "membership_auc": 0.9,
    # Share of training answers completed word for word beyond that of held-out ones: 0.05 there, 1 by heart.
    "verbatim_excess": 0.1,
    # Bits beyond the base model's for a secret that stands once, as gold rows do: an attacker's guess is then
    # eight times as likely to be right.
    "canary_bits": 3.0,
}


class Limit(Decision):
    """A limit other than the default."""

    limit: LimitName
    value: float = Field(ge=0)


class Leaks(Params):
    """Gates on leaks that letters do not show."""

    text: Literal["off", "warn", "fail"] = Field(
        default="off", description="held-out text inside longer training rows (gate `leakage-text`)"
    )
    meaning: Literal["off", "warn", "fail"] = Field(
        default="off", description="the same in other words, by the encoder (gate `leakage-meaning`)"
    )


class CheckParams(Params):
    """Section `check` of params.yaml."""

    skip: tuple[Skip, ...] = Field(
        default=(),
        description="gates not to judge, by the names `assay check` lists, each with a reason and a date; "
        "printed as SKIPPED wherever gates are shown",
    )
    held_out_gone: Gone | None = Field(
        default=None,
        description="how many of the rows frozen as held out may be gone (erased on request, say), and why",
    )
    leaks: Leaks = Field(
        default=Leaks(),
        description="gates on held-out text inside longer training rows (`text`) and on the same in other "
        "words (`meaning`): `off`, `warn` (shown, passes) or `fail`",
    )
    personal_answers: PersonalAnswers | None = Field(
        default=None,
        description="how many answers of the recommended system may hold personal data that their input does "
        "not, and why; without it one in a hundred",
    )
    limits: tuple[Limit, ...] = Field(
        default=(),
        description="what fine-tuned models may remember, where it is not the default: overfit_gap 0.5, "
        "membership_auc 0.9, verbatim_excess 0.1, canary_bits 3",
    )
    looser: tuple[Looser, ...] = Field(
        default=(),
        description="what `assay diff` may find loosened since its base without failing; an entry that the "
        "base has already excuses nothing new",
    )

    @field_validator("skip", mode="before")
    @classmethod
    def _with_a_reason(cls, value: Any) -> Any:
        if isinstance(value, list | tuple) and any(isinstance(entry, str) for entry in value):
            raise ValueError(
                'a skip says why and since when: [{gate: target, reason: "trained elsewhere", '
                'date: "2026-01-31"}]'
            )
        return value
