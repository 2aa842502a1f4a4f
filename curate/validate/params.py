"""Section `validate` of `params.yaml`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from curate.params import DroppingParams, Params
from curate.validate.rules import RULES

Level = Literal["quarantine", "warn", "off"]


class Lengths(Params):
    """How many characters a field may have, surrounding white space not counted."""

    min_chars: int = Field(ge=0)
    max_chars: int = Field(ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Lengths:
        if self.min_chars > self.max_chars:
            raise ValueError(f"min_chars {self.min_chars} is more than max_chars {self.max_chars}")
        return self


class ValidateParams(DroppingParams):
    """Knobs of stage `validate`.

    Parameters
    ----------
    input, output
        Lengths asked. What is too short only the task knows ("7" is an answer in a booking dialogue), so
        nothing but an empty text is by default; 20,000 characters is about 5,000 tokens, beyond what the
        bundled systems read and nearly always a paste error.
    rules
        `quarantine`, `warn` or `off` for a rule's code, over the rule's own default.
    """

    input: Lengths = Lengths(min_chars=1, max_chars=20_000)
    output: Lengths = Lengths(min_chars=1, max_chars=20_000)
    rules: dict[str, Level] = Field(default={})

    @field_validator("rules", mode="before")
    @classmethod
    def _off_is_off(cls, value: Any) -> Any:
        """YAML 1.1 reads an unquoted `off` as false."""
        if not isinstance(value, dict):
            return value
        return {code: "off" if level is False else level for code, level in value.items()}

    @field_validator("rules")
    @classmethod
    def _rules_exist(cls, value: dict[str, Level]) -> dict[str, Level]:
        if unknown := sorted(set(value) - set(RULES)):
            raise ValueError(f"no rule named {', '.join(unknown)}; there are {', '.join(sorted(RULES))}")
        return value

    def level(self, code: str) -> Level:
        """What happens to rows that break rule `code`."""
        return self.rules.get(code, RULES[code].level)
