"""Section `validate` of `params.yaml`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from curate.errors import AssayError
from curate.params import DroppingParams, Params
from curate.text import plain
from curate.validate.rules import RULES

if TYPE_CHECKING:
    from curate.keys import Key

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
    rules_file
        A Python file of the project with rules and pandera schemas of its own (`curate.validate.own`).
    rules_seconds
        How long each of those may take.
    """

    input: Lengths = Lengths(min_chars=1, max_chars=20_000)
    output: Lengths = Lengths(min_chars=1, max_chars=20_000)
    # Left out of what a version records where there is none: older versions of gold say nothing of it.
    rules_file: str | None = Field(default=None, min_length=1, exclude_if=lambda file: file is None)
    rules: dict[str, Level] = Field(default={})
    # Ten minutes, ten times what the named rules take on a million rows.
    rules_seconds: float = Field(default=600.0, gt=0)

    @field_validator("rules", mode="before")
    @classmethod
    def _off_is_off(cls, value: Any) -> Any:
        """YAML 1.1 reads an unquoted `off` as false."""
        if not isinstance(value, dict):
            return value
        return {code: "off" if level is False else level for code, level in value.items()}

    @field_validator("rules")
    @classmethod
    def _rules_exist(cls, value: dict[str, Level], info: ValidationInfo) -> dict[str, Level]:
        # The codes of a file are known once it is loaded: see `refuse_unknown`.
        unknown = sorted(set(value) - set(RULES))
        if unknown and info.data.get("rules_file") is None:
            raise ValueError(f"no rule named {', '.join(unknown)}; there are {', '.join(sorted(RULES))}")
        return value

    def refuse_unknown(self, own: Collection[str]) -> None:
        """Fail where `rules` names neither a named rule nor one of `own`.

        Raises
        ------
        AssayError
            Naming those that there are.
        """
        if unknown := sorted(set(self.rules) - {*RULES, *own}):
            raise AssayError(
                f"params.validate.rules: no rule named {plain(', '.join(unknown))}",
                fix=f"there are {', '.join(sorted({*RULES, *own}))}",
            )

    def level(self, code: str, default: Level | None = None) -> Level:
        """What happens to rows that break rule `code`; `default` is that of a rule of one's own."""
        return self.rules.get(code) or default or RULES[code].level

    def recorded(self, root: Path, key: Key | None) -> dict[str, Any]:
        """The digest of the file of rules: a version made with other rules is another version."""
        if self.rules_file is None:
            return {}
        from curate.outside import inside
        from curate.validate.own.load import digest

        path = inside(root, self.rules_file, by="validate.rules_file of params.yaml")
        return {"rules_file_digest": digest(path)}
