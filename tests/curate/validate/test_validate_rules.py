"""The named quality rules: what each finds, and above all what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from curate.errors import AssayError
from curate.examples import EXAMPLES, conform
from curate.params import parse
from curate.task import Kind
from curate.validate.params import Lengths, ValidateParams
from curate.validate.rule import broken_rules
from curate.validate.rules import RULES
from curate.validate.stage import validate


def breaks(rule: str, kind: str = "classification", **fields: str) -> bool:
    """Whether a row with these fields breaks `rule`."""
    row = pl.DataFrame(
        {"example_id": ["r"], "input": "plain input", "output": "plain output", "rejected": "plain rejected"}
        | fields
    )
    return broken_rules(row, Kind(kind), [RULES[rule]]).height > 0


def as_read_by_mistake(text: str, encoding: str) -> str:
    """UTF-8 bytes read as another encoding."""
    return text.encode().decode(encoding, errors="replace")


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize(
    "text",
    [
        "café crème",
        "it’s here",
        "“quoted”",
        "£20 please",
        "naïve",
        "Österreich",
        "smile 😀",
        "Привет мир",
        "señor",
        "§ 12",
    ],
)
def test_mojibake_finds_utf8_read_as_a_western_encoding(text: str, encoding: Any) -> None:
    assert breaks("mojibake", input=as_read_by_mistake(text, encoding))
    assert not breaks("mojibake", input=text)


@pytest.mark.parametrize(
    "text",
    [
        "São Paulo",
        "NÃO QUERO",
        "AMANHÃ…",
        "Ârtă",
        "â bientôt",
        "Ñandú",
        "Ðað",
        "PÂTÉ",
        "“MANHÔ",
        "漢字",
        "été à Noël",
    ],
)
def test_mojibake_leaves_accented_languages_alone(text: str) -> None:
    assert not breaks("mojibake", input=text)


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\x85", "\u202e"])
def test_control_characters_are_found(character: Any) -> None:
    assert breaks("control_characters", input=f"some{character}text")


@pytest.mark.parametrize("text", ["tab\there", "two\nlines\r\n", "می‌خواهم", "👩‍💻 at work", "\u200fשלום"])
def test_control_characters_leaves_white_space_joiners_and_marks_alone(text: str) -> None:
    assert not breaks("control_characters", input=text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("123 456", "no_letters"),
        ("19:30", "no_letters"),
        ("?!", "no_text"),
        ("…", "no_text"),
        ("42a", ""),
        ("谢谢", ""),
        ("да!", ""),
        ("👍", ""),
        (" \n", ""),
    ],
)
def test_no_text_means_neither_letter_nor_digit_and_no_letters_bare_numbers(text: str, rule: Any) -> None:
    assert [code for code in ("no_text", "no_letters") if breaks(code, input=text)] == (
        [rule] if rule else []
    )


def test_labels_and_json_need_hold_no_text() -> None:
    assert not breaks("no_letters", output="5")
    assert not breaks("no_text", output="?")
    assert not breaks("no_text", kind="extraction", output="{}")


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("<EMAIL_ADDRESS_1>", True),
        ("<UK_POSTCODE_3f9a2c>", True),
        ("<PERSON_1>, <PHONE_NUMBER_2>.", True),
        ("call <PERSON_1>", False),
        ("<b>", False),
        ("<PERSON_1> 12", False),
    ],
)
def test_placeholder_only(text: str, broken: Any) -> None:
    assert breaks("placeholder_only", input=text) == broken


@pytest.mark.parametrize(
    ("output", "broken"),
    [
        ('{"first_name": "<PERSON_1_FIRST>", "last_name": "<PERSON_1_LAST>"}', False),
        ('{"first_name": "<PERSON_1_FIRST>"}', False),
        ('{"first_name": "<PERSON_2>"}', True),
        ("{}", True),
        ('{"intent": "greet"}', True),
    ],
)
def test_placeholders_alone_are_an_input_where_the_output_takes_its_own_from_it(
    output: str, broken: bool
) -> None:
    given = "<PERSON_1_FIRST> <PERSON_1_LAST>"
    assert breaks("placeholder_only", kind="extraction", input=given, output=output) == broken


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("hello<br>there", True),
        ("<p class='x'>hello</p>", True),
        ("fish &amp; chips", True),
        ("it&#39;s", True),
        ("if a < b and b > c", False),
        ("<EMAIL_ADDRESS_1>", False),
        ("<jane@roe.uk>", False),
        ("AT&T; or so", False),
        ("I <3 you", False),
    ],
)
def test_markup_left(text: str, broken: Any) -> None:
    assert breaks("markup_left", input=text) == broken


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("<|im_start|>user", True),
        ("[INST] hi [/INST]", True),
        ("hi</s>", True),
        ("### Response: ok", True),
        ("### Steps", False),
        ("a | b |> c", False),
    ],
)
def test_chat_markers(text: str, broken: Any) -> None:
    assert breaks("chat_markers", input=text) == broken


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("aaaaaaaaaaaa", True),
        ("nooOOOOOOOOOO", True),
        ("sooooo late", False),
        ("1000000000000", False),
        ("-----------------", False),
    ],
)
def test_repeated_characters(text: str, broken: Any) -> None:
    assert breaks("repeated_characters", input=text) == broken


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("As an AI language model, I cannot see orders.", True),
        ("I'm sorry, but I can't assist with that.", True),
        ("I’m an AI model and have no access.", True),
        ("I'm sorry, but I can't find your order.", False),
        ("As an AI company, we build models.", False),
        ("We cannot fulfil this order today.", False),
    ],
)
def test_boilerplate_refusal_is_looked_for_in_generated_answers_only(text: str, broken: Any) -> None:
    assert breaks("boilerplate_refusal", kind="rewriting", output=text) == broken
    assert not breaks("boilerplate_refusal", kind="classification", output=text)
    assert not breaks("boilerplate_refusal", kind="preference", rejected=text)


def test_output_copies_input_but_for_case_spaces_and_punctuation() -> None:
    assert breaks(
        "output_copies_input", kind="rewriting", input="Hello there, friend", output="hello  there friend."
    )
    assert not breaks(
        "output_copies_input", kind="rewriting", input="Hello there, friend", output="Good day, friend."
    )
    assert not breaks("output_copies_input", kind="classification", input="refund", output="refund")


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("Sure! Here is the rewritten text: hello", True),
        ("Here's a short summary:\nIt broke", True),
        ("Here is the parcel: it is lost", False),
        ("Sure, I can help", False),
    ],
)
def test_assistant_preamble(text: str, broken: Any) -> None:
    assert breaks("assistant_preamble", kind="summary", output=text) == broken


def test_truncated_means_a_long_last_line_without_an_end() -> None:
    sentence = "The customer asked about a late delivery and was told to wait for two more days. " * 3
    assert breaks(
        "truncated",
        kind="summary",
        output=sentence + "She then said that the parcel had been seen at the depot on Monday, and that the",
    )
    assert not breaks("truncated", kind="summary", output=sentence)
    assert not breaks("truncated", kind="summary", output=sentence + "\n\nKind regards\nThe team")
    assert not breaks("truncated", kind="rewriting", output="a short answer without a stop")


def test_label_variant_finds_the_rare_spelling_of_a_common_label() -> None:
    labels = ["billing"] * 20 + ["Billing "] + ["delivery"] * 2 + ["Delivery"]
    frame = pl.DataFrame(
        {"example_id": [f"r{i:02}" for i in range(24)], "input": ["some text"] * 24, "output": labels}
    )
    assert broken_rules(frame, Kind.CLASSIFICATION, [RULES["label_variant"]])["example_id"].to_list() == [
        "r20"
    ]


def test_evidence_says_field_and_number_of_places_and_never_the_text() -> None:
    row = pl.DataFrame({"example_id": ["r"], "input": ["<b>Jane</b>"], "output": ["x"]})
    (evidence,) = broken_rules(row, Kind.CLASSIFICATION, [RULES["markup_left"]])["evidence"]
    assert evidence == "input: HTML tags or entities (2 places)"


def test_a_rule_can_quarantine_warn_or_be_off(examples: Any, card: Any) -> None:
    rows = examples(["hello <b>there</b>", "hello there"], ["a", "a"])
    outcome = {
        level: validate(rows, card("classification"), ValidateParams(rules={"markup_left": level}))
        for level in ("quarantine", "warn", "off")
    }
    assert outcome["quarantine"].dropped["reason"].to_list() == ["markup_left"]
    assert outcome["warn"].dropped.is_empty()
    assert outcome["warn"].report["warnings"] == {"markup_left": 1} and outcome["warn"].report["warned"] == 1
    assert outcome["warn"].tables["warnings"].select("example_id", "rule").rows() == [("r0", "markup_left")]
    assert outcome["off"].dropped.is_empty() and outcome["off"].tables["warnings"].is_empty()


def test_only_kept_rows_are_warned_about(examples: Any, card: Any) -> None:
    result = validate(examples(["<b>Ã©</b>"], ["a"]), card("classification"))
    assert result.kept.is_empty() and result.tables["warnings"].is_empty()


def test_a_rule_that_does_not_exist_is_a_configuration_error_that_lists_those_that_do() -> None:
    with pytest.raises(AssayError, match=r"params.validate.rules.*no rule named mojibak;.*mojibake"):
        parse(ValidateParams, {"rules": {"mojibak": "warn"}}, "params.validate")
    with pytest.raises(AssayError, match=r"params.validate.rules.mojibake"):
        parse(ValidateParams, {"rules": {"mojibake": "drop"}}, "params.validate")


def test_lengths_out_of_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="min_chars 5 is more than max_chars 2"):
        Lengths(min_chars=5, max_chars=2)


@pytest.mark.parametrize(
    ("file", "text", "label"),
    [("banking77/train.csv", "text", "category"), ("bitext/customer_support.csv", "instruction", "intent")],
)
def test_no_false_alarm_on_real_customer_text(
    shared_data: Path, card: Any, file: Any, text: str, label: str
) -> None:
    table = pl.read_csv(shared_data / file, infer_schema=False)
    rows = conform(
        table.select(
            pl.int_range(pl.len()).cast(pl.String).alias("example_id"),
            pl.col(text).alias("input"),
            pl.col(label).alias("output"),
            pl.lit(False).alias("held_out"),
        ),
        EXAMPLES,
    )
    result = validate(rows, card("classification", labels=sorted(set(table[label]))))
    assert result.dropped.is_empty() and result.tables["warnings"].is_empty()


def test_no_row_of_short_booking_utterances_is_quarantined_and_bare_numbers_are_warned_of(
    shared_data: Path, card: Any
) -> None:
    table = pl.read_json(shared_data / "restaurant8k/train.json", infer_schema_length=None)
    inputs = table.select(pl.col("userInput").struct.field("text").alias("input"))
    frame = inputs.with_columns(
        pl.int_range(pl.len()).cast(pl.String).alias("example_id"),
        output=pl.lit("{}"),
        held_out=pl.lit(False),
    )
    result = validate(conform(frame, EXAMPLES), card("extraction"))
    assert result.dropped.is_empty()
    # Two utterances truly lean on a key ("helllllll..."), one of them over several, and one is "asdf".
    assert result.report["warnings"] == {"keyboard_mash": 1, "no_letters": 254, "repeated_characters": 2}
