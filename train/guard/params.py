"""Section `predict` of params.yaml: what `assay predict` and `assay.guard` refuse, and how work is cut."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from curate.params import Params
from curate.task import Kind
from train.guard.codes import CODES, TABLE, CodeName, Level


class AbstainParams(Params):
    """From which confidence a classifier answers; see `train/guard/abstain.py` for what is promised."""

    risk: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Share of the answers given that may be wrong; null: `evaluate.risk`.",
    )
    delta: float | None = Field(
        0.1,
        gt=0,
        lt=1,
        description="Chance, over the draw of the validation rows, that the risk is not held; null: nothing "
        "is promised, and the threshold is where the validation rows themselves kept the risk.",
    )


class PredictParams(Params):
    """Section `predict` of params.yaml."""

    guardrails: dict[CodeName, Level] = Field(
        {}, description="Reason code -> refuse, flag or off, where not the default; see docs/lifecycle.md."
    )
    abstain: AbstainParams = AbstainParams()
    max_input_chars: int | None = Field(
        None, ge=1, description="Longest input; null: `validate.input.max_chars`."
    )
    length: tuple[float, float] | None = Field(
        None,
        description="Characters of an answer over those of its input, lowest and highest, where the card's "
        "`style` says none; null: not looked at.",
    )
    derived: tuple[str, ...] | None = Field(
        None,
        description="Fields of an extraction whose values need not stand in the input (`amount`, "
        "`items[].total`); null: those that gold's training rows have from elsewhere.",
    )
    chunk_rows: int | None = Field(
        None,
        ge=1,
        description="Rows answered and written at a time, which is what a kill can cost; null: 2,048, or 32 "
        "where a language model answers.",
    )

    @field_validator("guardrails", mode="before")
    @classmethod
    def _off_is_a_word(cls, value: Any) -> Any:
        """YAML reads a bare `off` as false."""
        if isinstance(value, dict):
            return {name: "off" if level is False else level for name, level in value.items()}
        return value

    @field_validator("guardrails")
    @classmethod
    def _may_be_set(cls, value: dict[CodeName, Level]) -> dict[CodeName, Level]:
        fixed = [name for name, level in value.items() if CODES[name].fixed and level != CODES[name].level]
        if fixed:
            raise ValueError(f"{', '.join(fixed)} always refuse: there is nothing to give out")
        return value

    def level(self, code: CodeName) -> Level:
        """What a code does."""
        return self.guardrails.get(code, CODES[code].level)

    def levels(self, kind: Kind) -> dict[CodeName, Level]:
        """Codes that are looked at in a task of `kind`, in the order of the table."""
        looked = {code.name: self.level(code.name) for code in TABLE if kind in code.kinds}
        return {name: level for name, level in looked.items() if level != "off"}
