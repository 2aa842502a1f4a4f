"""The keys `recognizers`, `deny` and `allow` of the `scan` section of `params.yaml`.

Values of the lists are personal data themselves: they are kept as secrets, so that no dump, log or error
shows one, and may lie in a file that git ignores. A pattern that cannot be compiled, that matches nothing at
all, or that takes exponential time is an error here, before any text is read.
"""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from curate.params import Params
from curate.pii.detect.languages import checks

# Checks by the name that a recognizer gives: of the number without spaces, dots, slashes and dashes.
VALIDATORS: dict[str, Any] = {
    "none": None,
    "luhn": checks.luhn,
    "iban": checks.iban,
    "mod11": checks.mod11,
    "mod97": checks.mod97,
    "mod11_10": checks.mod11_10,
    "nhs": checks.nhs,
    "vat": checks.vat,
    **{
        name: getattr(checks, name)
        for name in (
            [
                "de_tax_id",
                "de_social_security",
                "fr_nir",
                "es_nif",
                "es_nie",
                "it_fiscal_code",
                "nl_bsn",
                "pt_nif",
                "pl_pesel",
                "pl_nip",
            ]
        )
    },
}
# What a value of the deny list is called unless its entry says otherwise.
DENIED = "DENIED"
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
# Seconds that a pattern may take on a hostile text of 2,000 characters: a pattern in linear time takes under
# a hundredth, one in exponential time any.
PROBE_SECONDS = 1.0
_PROBE_LENGTH = 2_000


class Scope(Params):
    """Where an entry holds: everywhere, or in these fields and in rows of these sources."""

    fields: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None

    @field_validator("fields", "sources", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class OwnRecognizer(Scope):
    """A steward's own recognizer.

    A match is a finding; where the pattern has a group called `value`, that group is.
    """

    entity: str = Field(
        description="What its findings are called: one of the catalogue, or a name of your own."
    )
    patterns: tuple[str, ...] = Field(min_length=1)
    context: tuple[str, ...] = Field(
        default=(),
        description="Words that raise the score by 0.35 (to 0.4 at least) where they stand near the "
        "match, as elsewhere.",
    )
    score: float = Field(default=0.6, gt=0, le=1)
    validator: str = "none"
    case: Literal["exact", "ignore"] = Field(
        default="exact",
        description="`ignore` takes capitals and small letters for one another, in the pattern.",
    )
    words: bool = Field(
        default=True,
        description="Whether a match must not touch a letter, digit or underscore on either side.",
    )

    @model_validator(mode="before")
    @classmethod
    def _single(cls, value: Any) -> Any:
        if isinstance(value, dict) and "pattern" in value:
            if "patterns" in value:
                raise ValueError("give `pattern` or `patterns`, not both")
            value = {**value, "patterns": value["pattern"]}
            del value["pattern"]
        return value

    @field_validator("patterns", "context", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("entity")
    @classmethod
    def _named(cls, value: str) -> str:
        return _entity_name(value)

    @field_validator("validator")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in VALIDATORS:
            near = difflib.get_close_matches(value, VALIDATORS, 1, 0.5)
            raise ValueError(
                f"unknown validator {value!r}"
                + (f" (did you mean {near[0]}?)" if near else "")
                + f"; there are {', '.join(VALIDATORS)}"
            )
        return value

    @model_validator(mode="after")
    def _sound(self) -> OwnRecognizer:
        for at, pattern in enumerate(self.patterns):
            if fault := pattern_fault(pattern, self.case, self.words):
                raise ValueError(f"patterns.{at}: {fault}")
        return self


class Listed(Scope):
    """Values, here or in a file.

    A value matches with any white space in place of its spaces.
    """

    values: tuple[SecretStr, ...] = ()
    file: str | None = Field(
        default=None,
        description="UTF-8, a value a line; empty lines and lines that begin with # are passed over. "
        "Relative to the project.",
    )
    case: Literal["exact", "ignore"] = "ignore"
    words: bool = Field(
        default=True,
        description="Whether a value that begins or ends with a letter or digit must not touch another "
        "one there.",
    )

    @model_validator(mode="after")
    def _something(self) -> Listed:
        if bool(self.values) == bool(self.file):
            raise ValueError("give `values: [...]` or `file: PATH`, one of them")
        for at, value in enumerate(self.values):
            if not value.get_secret_value().strip():
                raise ValueError(f"values.{at} is empty")
        return self


class Deny(Listed):
    """Values that are always found."""

    entity: str = DENIED

    @field_validator("entity")
    @classmethod
    def _named(cls, value: str) -> str:
        return _entity_name(value)


class Allow(Listed):
    """Values that are never found: a finding that lies within one is let go."""

    entities: tuple[str, ...] | None = Field(
        default=None, description="Which findings; null: all but those of the deny list."
    )

    @model_validator(mode="before")
    @classmethod
    def _single(cls, value: Any) -> Any:
        if isinstance(value, dict) and "entity" in value:
            if "entities" in value:
                raise ValueError("give `entity` or `entities`, not both")
            value = {**value, "entities": (value["entity"],)}
            del value["entity"]
        return value


def entries(value: Any) -> Any:
    """Entries of a list in which bare values may stand ([Acme, {file: names.txt}]), or of one mapping."""
    if value is None:
        return ()
    if isinstance(value, dict):
        return (value,)
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise ValueError("give a list of values, or {file: PATH}")
    bare = [one for one in value if isinstance(one, str | SecretStr)]
    if wrong := [at for at, one in enumerate(value) if not isinstance(one, str | SecretStr | dict | Params)]:
        raise ValueError(f"{wrong[0]}: write a value in quotes (YAML reads 0123 and on as other things)")
    rest = [one for one in value if not isinstance(one, str | SecretStr)]
    return ([{"values": bare}] if bare else []) + rest


def _entity_name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("an entity's name is of capitals, digits and underscores (EMPLOYEE_ID)")
    return value


@cache
def pattern_fault(pattern: str, case: str, words: bool) -> str:
    """What is wrong with a pattern; empty if nothing is."""
    import regex  # type: ignore[import-untyped]

    try:
        compiled = compile_pattern(pattern, case, words)
    except regex.error as error:
        return (
            f"is not a regular expression ({error.msg} at position {max((error.pos or 0) - 10 * words, 0)})"
        )
    if compiled.fullmatch("") is not None:
        return "matches the empty text, and so everywhere: make a part of it required"
    for probe in _probes(pattern):
        try:
            for at, _ in enumerate(compiled.finditer(probe, timeout=PROBE_SECONDS)):
                if at > 100:
                    break
        except TimeoutError:
            return (
                f"takes more than {PROBE_SECONDS:g} s on a text of {len(probe):,} characters: repeats within "
                "repeats, as in (a+)+, try every way to part a text; make the inner one possessive (a++) "
                "or bound it"
            )
    return ""


def compile_pattern(pattern: str, case: str, words: bool) -> Any:
    """A pattern as it is matched."""
    import regex

    whole = rf"(?<!\w)(?:{pattern})(?!\w)" if words else pattern
    flags = regex.IGNORECASE if case == "ignore" else 0
    # The pattern alone first, so that a fault is told at its place and no bracket of ours closes one of it.
    regex.compile(pattern, flags)
    return regex.compile(whole, flags)


def _probes(pattern: str) -> list[str]:
    """Texts on which a pattern that tries every way to part a text would not come to an end."""
    letters = sorted({sign for sign in pattern if sign.isalnum()} | set("aA1 -._@/,\n"))
    runs = [sign * _PROBE_LENGTH for sign in letters]
    pairs = [
        pair * (_PROBE_LENGTH // len(pair))
        for pair in ("ab", "a ", "a1", "1.", "a-", "A1 ", "a@a.", "1 ", '"a')
    ]
    return [f"{text}{end}" for text in (*runs, *pairs) for end in ("!", "")]
