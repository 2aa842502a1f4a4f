"""The one table of reason codes: what each says, which kinds of task it concerns, and what it does.

`refuse` keeps the answer back, `flag` lets it go with the code beside it, `off` is not looked at. `predict:
guardrails:` in params.yaml sets another level. Where there is nothing to give out (`fixed`) the level stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from curate.task import Kind

Level = Literal["refuse", "flag", "off"]
CodeName = Literal[
    "unreadable",
    "empty_input",
    "input_too_long",
    "injection",
    "no_answer",
    "label",
    "unsure",
    "schema",
    "not_in_source",
    "sections",
    "unsupported_number",
    "unsupported_date",
    "unsupported_name",
    "never_word",
    "always_word",
    "protected_term",
    "numbers",
    "length",
    "language",
    "copied",
    "personal_data",
    "placeholder",
    "hidden_characters",
]
LEVELS: tuple[Level, ...] = get_args(Level)

ALL = tuple(Kind)
# Kinds whose answer is text for people; and those that write anything but a label.
TEXTS = (Kind.REWRITING, Kind.SUMMARY, Kind.PREFERENCE)
WRITTEN = (Kind.EXTRACTION, *TEXTS)


@dataclass(frozen=True)
class Code:
    """A reason.

    Parameters
    ----------
    level
        What it does unless params say otherwise.
    kinds
        The kinds of task it concerns.
    words
        What a reader is told of a row.
    fixed
        Whether the level stands whatever params say.
    """

    name: CodeName
    level: Level
    kinds: tuple[Kind, ...]
    words: str
    fixed: bool = False


TABLE: tuple[Code, ...] = (
    Code("unreadable", "refuse", ALL, "the row could not be read from the file", fixed=True),
    Code("empty_input", "refuse", ALL, "the input is missing or blank", fixed=True),
    Code("input_too_long", "refuse", ALL, "the input is longer than any that the model was taught"),
    Code("injection", "flag", ALL, "the input gives orders to the model"),
    Code("no_answer", "refuse", ALL, "the answer is missing or blank", fixed=True),
    Code("label", "refuse", (Kind.CLASSIFICATION,), "the answer is not a label of the task card"),
    Code(
        "unsure", "refuse", (Kind.CLASSIFICATION,), "too unsure to keep the promised share of wrong answers"
    ),
    Code("schema", "refuse", (Kind.EXTRACTION,), "the answer is not JSON that the card's schema takes"),
    Code("not_in_source", "refuse", (Kind.EXTRACTION,), "a value does not stand in the input"),
    Code("sections", "refuse", (Kind.SUMMARY,), "a section of the card is missing, doubled or out of order"),
    Code("unsupported_number", "refuse", (Kind.SUMMARY,), "a number does not stand in the input"),
    Code("unsupported_date", "refuse", (Kind.REWRITING, Kind.SUMMARY), "a date does not stand in the input"),
    Code("unsupported_name", "refuse", (Kind.SUMMARY,), "a name does not stand in the input"),
    Code("never_word", "refuse", TEXTS, "a word that the card's style forbids"),
    Code("always_word", "refuse", TEXTS, "a word that the card's style asks for is missing"),
    Code("protected_term", "refuse", TEXTS, "a protected term of the input is missing or spelt otherwise"),
    Code("numbers", "refuse", (Kind.REWRITING,), "the numbers are not those of the input"),
    Code("length", "refuse", TEXTS, "too short or too long for its input"),
    Code("language", "refuse", TEXTS, "in another language than the input"),
    Code("copied", "flag", (Kind.REWRITING,), "the input again, word for word"),
    Code("personal_data", "refuse", WRITTEN, "personal data that the input does not hold"),
    Code("placeholder", "refuse", WRITTEN, "a redaction placeholder that the input does not hold"),
    Code("hidden_characters", "refuse", WRITTEN, "control or direction characters that the input lacks"),
)
CODES: dict[str, Code] = {code.name: code for code in TABLE}


def words_of(codes: str) -> str:
    """Codes joined by commas, in words."""
    return "; ".join(CODES[code].words for code in codes.split(",") if code)
