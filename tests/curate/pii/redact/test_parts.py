"""A target that asks for parts of a value has them in its input too; what is worked out otherwise is told."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from curate.examples import EXAMPLES, conform
from curate.pii.redact.params import RedactParams
from curate.pii.redact.stage import redact
from curate.placeholders import NUMBERED, PARTS, PLACEHOLDER, UNNUMBERED, placeholder
from curate.task import Kind
from tests.curate.pii.redact.test_redact import KEY, findings
from tests.curate.pii.redact.test_repeats import redacted
from tests.curate.pii.redact.test_targets import run

NAME = ("PERSON", "Tessa Quill")


@pytest.mark.parametrize(
    ("text", "found", "output", "after"),
    [
        (
            "I am Tessa Quill",
            [NAME],
            {"first": "Tessa", "full": "Tessa Quill", "last": "Quill"},
            (
                "I am <PERSON_1_FIRST> <PERSON_1_LAST>",
                "<PERSON_1_FIRST>",
                "<PERSON_1_FIRST> <PERSON_1_LAST>",
                "<PERSON_1_LAST>",
            ),
        ),
        (
            "this is miss Tessa Quill",
            [("PERSON", "miss Tessa Quill")],
            {"first": "Tessa", "last": "Quill"},
            ("this is miss <PERSON_1_FIRST> <PERSON_1_LAST>", "<PERSON_1_FIRST>", "<PERSON_1_LAST>"),
        ),
        ("I am Tessa Quill", [NAME], {"name": "Tessa Quill"}, ("I am <PERSON_1>", "<PERSON_1>")),
        (
            "I am Tessa Quill",
            [NAME],
            {"sorted": "Quill, Tessa"},
            ("I am <PERSON_1_FIRST> <PERSON_1_LAST>", "<PERSON_1_LAST>, <PERSON_1_FIRST>"),
        ),
        (
            "Anna Maria van der Berg called",
            [("PERSON", "Anna Maria van der Berg")],
            {"a": "Anna", "b": "Maria", "c": "van der Berg"},
            (
                "<PERSON_1_FIRST> <PERSON_1_MIDDLE> <PERSON_1_LAST> called",
                "<PERSON_1_FIRST>",
                "<PERSON_1_MIDDLE>",
                "<PERSON_1_LAST>",
            ),
        ),
        (
            "mail t.quill@example.com",
            [("EMAIL_ADDRESS", "t.quill@example.com")],
            {"domain": "example.com", "user": "t.quill"},
            (
                "mail <EMAIL_ADDRESS_1_USER>@<EMAIL_ADDRESS_1_DOMAIN>",
                "<EMAIL_ADDRESS_1_DOMAIN>",
                "<EMAIL_ADDRESS_1_USER>",
            ),
        ),
        (
            "DOB 07/10/1984",
            [("DATE_OF_BIRTH", "07/10/1984")],
            {"born": "1984-10-07", "month": 10},
            (
                "DOB <DATE_OF_BIRTH_1_DAY>/<DATE_OF_BIRTH_1_MONTH>/<DATE_OF_BIRTH_1_YEAR>",
                "<DATE_OF_BIRTH_1_YEAR>-<DATE_OF_BIRTH_1_MONTH>-<DATE_OF_BIRTH_1_DAY>",
                "<DATE_OF_BIRTH_1_MONTH>",
            ),
        ),
        (
            "born on the 7th of October 1984",
            [("DATE_OF_BIRTH", "7th of October 1984")],
            {"year": 1984},
            (
                "born on the <DATE_OF_BIRTH_1_DAY>th of <DATE_OF_BIRTH_1_MONTH> <DATE_OF_BIRTH_1_YEAR>",
                "<DATE_OF_BIRTH_1_YEAR>",
            ),
        ),
        (
            "card 4532 1477 8820 9169",
            [("CREDIT_CARD", "4532 1477 8820 9169")],
            {"card": "4532147788209169", "last4": "9169"},
            (
                "card <CREDIT_CARD_1_START> <CREDIT_CARD_1_END>",
                "<CREDIT_CARD_1_START> <CREDIT_CARD_1_END>",
                "<CREDIT_CARD_1_END>",
            ),
        ),
    ],
)
def test_what_a_target_asks_for_stands_in_its_input(
    text: str, found: list[tuple[str, str]], output: dict[str, Any], after: tuple[str, ...]
) -> None:
    given, made = redacted(text, output, *found)
    assert (given, *made.values()) == after
    assert all(piece in given for value in made.values() for piece in re.findall(PLACEHOLDER, value))


def test_every_mention_of_a_person_in_parts_says_which_part_it_is() -> None:
    text = "Ms Quill rang. Tessa Quill paid. Tessa was cross."
    given, made = redacted(text, {"first": "Tessa"}, NAME, ("PERSON", "Ms Quill"))
    assert given == (
        "<PERSON_1_LAST> rang. <PERSON_1_FIRST> <PERSON_1_LAST> paid. <PERSON_1_FIRST> was cross."
    )
    assert made == {"first": "<PERSON_1_FIRST>"}


def test_a_surrogate_and_a_mask_have_their_parts_by_themselves() -> None:
    for action in ("pseudonymise", "mask"):
        given, made = redacted("I am Tessa Quill", {"last": "Quill"}, NAME, default=action)
        assert made["last"] in given
        assert "<" not in given


@pytest.mark.parametrize("part", ["", *PARTS])
@pytest.mark.parametrize("name", [1, 12, "3f9a2c"])
def test_a_placeholder_is_read_as_it_was_written(name: int | str, part: str) -> None:
    made = placeholder("EMAIL_ADDRESS", name, part)
    assert re.fullmatch(PLACEHOLDER, made)
    match = re.fullmatch(UNNUMBERED, made)
    assert match
    assert (match[1], match[2] or "") == ("EMAIL_ADDRESS", f"_{part}" if part else "")
    if isinstance(name, int):
        numbered = re.fullmatch(NUMBERED, made)
        assert numbered
        assert (numbered[1], int(numbered[2])) == ("EMAIL_ADDRESS", name)


def test_a_part_s_placeholder_in_a_text_keeps_its_number() -> None:
    assert redacted("<PERSON_1_LAST> met Tessa Quill", "x", NAME)[0] == "<PERSON_1_LAST> met <PERSON_2>"


BORN = ("DATE_OF_BIRTH", "7 October 1984")


@pytest.mark.parametrize(
    ("text", "found", "output", "kinds"),
    [
        ("I am Tessa Quill", [NAME], {"sign": "TQ"}, [("sign", "initials", "••")]),
        ("I am Tessa Quill", [NAME], {"sign": "T.Q."}, [("sign", "initials", "•.•.")]),
        ("I am Tessa Quill", [NAME], {"up": "TESSA QUILL"}, [("up", "case", "T•••• •••••")]),
        ("I am Tessa Quill", [NAME], {"login": "tquill"}, [("login", "name form", "t•••••")]),
        ("born 7 October 1984", [BORN], {"age": 41}, [("age", "age", "••")]),
        ("born 7 October 1984", [BORN], {"b": "1984-10-07"}, [("b", "date form", "••••-••-••")]),
        # All of these are read off the redacted input, or have nothing to do with what it lost.
        ("I am Tessa Quill", [NAME], {"a": "Quill, Tessa", "b": "Quill", "c": "Tessa Quill"}, []),
        ("I am Tessa Quill of IT, TQ", [NAME], {"team": "IT", "sign": "TQ", "age": 41}, []),
        ("aged 41, born 7 October 1984", [BORN], {"age": 41, "year": 1984, "floors": 12}, []),
        ("DOB 07/10/1984", [("DATE_OF_BIRTH", "07/10/1984")], {"b": "1984-10-07"}, []),
    ],
)
def test_an_output_that_the_redacted_input_no_longer_gives_is_told(
    text: str, found: list[tuple[str, str]], output: dict[str, Any], kinds: list[tuple[str, str, str]]
) -> None:
    report = run(text, output, *found).report
    told = [(line["field"], line["kind"], line["example"]) for line in report["underivable"]]
    assert told == kinds
    assert ("no longer gives" in " ".join(report["notes"])) == bool(kinds)


def test_initials_and_ages_in_prose_are_told_and_stand_ins_have_forms_of_their_own() -> None:
    text = "I am Tessa Quill, born 7 October 1984"
    rows = conform(
        pl.DataFrame(
            [
                {"example_id": f"r{at}", "input": text, "output": output, "held_out": False}
                for at, output in enumerate(["TQ is 41 years old.", "TESSA QUILL", "Dear Tessa, in the USA"])
            ]
        ),
        EXAMPLES,
    )
    found = findings(rows, *((row, "input", *value) for row in ("r0", "r1", "r2") for value in (NAME, BORN)))

    def told(**params: Any) -> list[tuple[str, str, int]]:
        report = redact(rows, found, RedactParams(**params), KEY, Kind.REWRITING).report
        return [(line["kind"], line["row"], line["rows"]) for line in report["underivable"]]

    assert told() == [("age", "r0", 1), ("case", "r1", 1), ("initials", "r0", 1)]
    assert told(default="pseudonymise") == [("age", "r0", 1), ("initials", "r0", 1)]


def test_the_stage_s_line_names_a_few_fields_and_the_command_that_names_all() -> None:
    fields = {f"field_number_{at}": "Tessa Quill" for at in range(30)}
    notes = run("I am Tessa Quill", fields, NAME).report["notes"]
    assert len("; ".join(notes)) < 250
    assert "30 output fields changed" in notes[1]
    assert "27 more" in notes[1]
    assert notes[-1].endswith("details: assay audit")


@pytest.mark.parametrize("leaf", ["¹", "²", "٣", "①", "12³"])
def test_a_leaf_of_raised_or_other_digits_is_read_without_a_fault(leaf: str) -> None:
    from curate.pii.redact.derive import _is_age

    assert _is_age(leaf) is (leaf == "٣")  # a digit of another script is a number, a raised one is a sign
