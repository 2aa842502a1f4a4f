"""Knobs of what is measured about a fine-tuned system beside its score: how it grows with the rows, how much
is luck of the seed, and what it remembers word for word.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

CurveSystem = Literal["probe", "tfidf_lr", "lora", "lm_lora"]
_CHEAP: tuple[CurveSystem, ...] = ("probe", "tfidf_lr")


class _Knobs(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CurveParams(_Knobs):
    """The learning curve: systems on growing shares of the training rows.

    The cheap systems take seconds. A fine-tuned one is trained `seeds` times for each share below 1: with the
    defaults three times 0.1 + 0.25 + 0.5, so 2.6 times what its own training takes.
    """

    fractions: tuple[Annotated[float, Field(gt=0, le=1)], ...] = (0.1, 0.25, 0.5, 1.0)
    seeds: int = Field(3, ge=1, description="Nested subsets drawn for each fraction below 1.")
    systems: tuple[CurveSystem, ...] = Field(
        _CHEAP, description="Systems drawn; lora and lm_lora, trained anew for each point, only if named."
    )
    written_rows: int = Field(
        100, ge=1, description="Held-out rows that a language model, which is slow, answers for each point."
    )

    @property
    def cheap(self) -> bool:
        """Whether a system is drawn that takes seconds."""
        return bool(set(self.systems) & set(_CHEAP))

    @property
    def tuned(self) -> tuple[str, ...]:
        """The fine-tuned systems drawn."""
        return tuple(name for name in dict.fromkeys(self.systems) if name not in _CHEAP)


class CanaryParams(_Knobs):
    """Canaries planted in a copy of the training rows, for a training of its own that is thrown away."""

    system: Literal["lm_lora", "lm_full"] = Field(
        "lm_lora", description="How the language model is trained on the copy."
    )
    repetitions: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (1, 4, 16), min_length=1, description="How often a canary stands in the copy."
    )
    each: int = Field(4, ge=1, description="Canaries of each number of repetitions.")
    references: int = Field(
        255,
        ge=7,
        description="Random codes that a canary is ranked among: exposure ends at log2(references + 1) bits.",
    )
    rows: int = Field(256, ge=1, description="Training rows that are copied.")
