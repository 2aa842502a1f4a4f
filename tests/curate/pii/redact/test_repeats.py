"""What a row loses it loses wholly, and nothing else: repeats, parts and logins, at token borders."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.examples import EXAMPLES, conform
from curate.pii.redact.forms import iban_parts, places, user_part
from curate.pii.redact.runs import Searched
from curate.pii.redact.stage import RedactParams, redact
from curate.task import Kind
from tests.curate.pii.redact.test_redact import KEY, findings

Make = Callable[..., pl.DataFrame]


def redacted(
    text: str, output: Any, *found: tuple[str, str], kind: Kind = Kind.EXTRACTION, **params: Any
) -> tuple[str, Any]:
    """Input and output after redaction of (entity, value) found in the input."""
    given_output = output if isinstance(output, str) else json.dumps(output, sort_keys=True)
    row = {"example_id": "r0", "input": text, "output": given_output, "held_out": False}
    rows = conform(pl.DataFrame([row]), EXAMPLES)
    made = findings(rows, *(("r0", "input", entity, value) for entity, value in found))
    kept = redact(rows, made, RedactParams(**params), KEY, kind).kept
    after = kept["output"][0]
    return kept["input"][0], after if isinstance(output, str) else json.loads(after)


@pytest.mark.parametrize(
    ("text", "value", "after"),
    [
        ("Hi Cooper, please cooperate.", "Cooper", "Hi <PERSON_1>, please cooperate."),
        ("Hi Will here, I will pay. Will you?", "Will", "Hi <PERSON_1> here, I will pay. Will you?"),
        ("I told Mark: the mark was fair", "Mark", "I told <PERSON_1>: the mark was fair"),
        (
            "Ask Rose about it, not ROSE gold, a rose",
            "Rose",
            "Ask <PERSON_1> about it, not ROSE gold, a rose",
        ),
        ("tessa here, tessa quill", "tessa quill", "<PERSON_1> here, <PERSON_1>"),
        ("Tessa Quill rang; quill wrote", "Tessa Quill", "<PERSON_1> rang; <PERSON_1> wrote"),
        ("Quill, Tessa (T. Quill), tquill", "Quill, Tessa", "<PERSON_1> (T. <PERSON_1>), <PERSON_1>"),
        ("Tess Able laid the table", "Tess Able", "<PERSON_1> laid the table"),
        (
            "bill from Mr. Smith.\nMr. Smith's bill. Smith goods",
            "Mr. Smith",
            "bill from <PERSON_1>.\n<PERSON_1>'s bill. Smith goods",
        ),
        ("son Rob robs. Rob's bike", "Rob", "son <PERSON_1> robs. <PERSON_1>'s bike"),
        ("he said he would", "he", "<PERSON_1> said he would"),
    ],
)
def test_a_name_is_taken_where_it_can_be_one(text: str, value: str, after: str) -> None:
    """It is found once, where it stands first; the rest are repeats."""
    row = {"example_id": "r0", "input": text, "output": "x", "held_out": False}
    rows = conform(pl.DataFrame([row]), EXAMPLES)
    first = findings(rows, ("r0", "input", "PERSON", value)).sort("start").head(1)
    assert redact(rows, first, RedactParams(), KEY, Kind.REWRITING).kept["input"][0] == after


def test_a_number_inside_a_longer_one_and_a_short_one_elsewhere_stay() -> None:
    text = "My phone is 0161 496 0123, ref 101614960123"
    assert (
        redacted(text, "x", ("PHONE_NUMBER", "0161 496 0123"))[0]
        == "My phone is <PHONE_NUMBER_1>, ref 101614960123"
    )
    rows = conform(
        pl.DataFrame(
            [{"example_id": "r0", "input": "PIN: 2024. Bought in 2024 for £2024", "held_out": False}]
        ),
        EXAMPLES,
    )
    first = findings(rows, ("r0", "input", "PASSWORD", "2024")).sort("start").head(1)
    kept = redact(rows, first, RedactParams(), KEY, Kind.REWRITING).kept
    assert kept["input"][0] == "PIN: <PASSWORD_1>. Bought in 2024 for £2024"


@pytest.mark.parametrize(
    ("text", "found", "output", "after"),
    [
        (
            "My name is Tessa Quill",
            ("PERSON", "Tessa Quill"),
            {"first": "Tessa", "last": "Quill"},
            "<PERSON_1_FIRST> <PERSON_1_LAST>",
        ),
        (
            "My name is Tessa Quill",
            ("PERSON", "Tessa Quill"),
            {
                "a": "quill",
                "b": "tquill",
                "c": "tessa-quill",
                "d": "quill.t",
                "e": "TESSAQUILL",
                "f": "tquill42",
            },
            "<PERSON_1_LAST> <PERSON_1> <PERSON_1_FIRST>-<PERSON_1_LAST> <PERSON_1> <PERSON_1> <PERSON_1>",
        ),
        (
            "Mail tessa.quill@example.com",
            ("EMAIL_ADDRESS", "tessa.quill@example.com"),
            {"user": "tessa.quill"},
            "<EMAIL_ADDRESS_1_USER>",
        ),
        (
            "Pay GB29 NWBK 6016 1331 9268 19",
            ("IBAN_CODE", "GB29 NWBK 6016 1331 9268 19"),
            {"account": "31926819", "bban": "NWBK 6016 1331 9268 19", "iban": "GB29NWBK60161331926819"},
            "<IBAN_CODE_1_END> <IBAN_CODE_1_MIDDLE><IBAN_CODE_1_END> "
            "<IBAN_CODE_1_START> <IBAN_CODE_1_MIDDLE><IBAN_CODE_1_END>",
        ),
        (
            "card 4532147788209169",
            ("CREDIT_CARD", "4532147788209169"),
            {"first": "4532", "last4": "9169"},
            "<CREDIT_CARD_1_START> <CREDIT_CARD_1_END>",
        ),
        (
            "at 12 Park Lane",
            ("STREET_ADDRESS", "12 Park Lane"),
            {"number": "12", "street": "Park Lane"},
            "<STREET_ADDRESS_1_START> <STREET_ADDRESS_1_END>",
        ),
    ],
)
def test_parts_of_a_lost_value_go_from_the_target(
    text: str, found: tuple[str, str], output: dict[str, str], after: str
) -> None:
    assert " ".join(redacted(text, output, found)[1].values()) == after


def test_keys_and_what_stands_elsewhere_in_the_input_stay() -> None:
    text = "I gave Mark a report: the mark was fair, 71"
    made = redacted(text, {"mark": 71, "status": "mark", "who": "Mark"}, ("PERSON", "Mark"))
    assert made == (
        "I gave <PERSON_1> a report: the mark was fair, 71",
        {"mark": 71, "status": "mark", "who": "<PERSON_1>"},
    )


def test_all_forms_of_a_date_of_birth_go_under_one_placeholder() -> None:
    text = "DOB 07/10/1984, 7 October 1984, 1984-10-07, 07.10.84, Oct 7th, 1984; not 08/10/1984 or 17/10/1984"
    made = redacted(text, {"born": "1984-10-07"}, ("DATE_OF_BIRTH", "07/10/1984"))
    one = "<DATE_OF_BIRTH_1>"
    assert made[0] == f"DOB {one}, {one}, {one}, {one}, {one}; not 08/10/1984 or 17/10/1984"
    assert made[1] == {"born": one}


def test_a_placeholder_in_the_text_keeps_its_number_and_is_never_cut() -> None:
    text = "<PERSON_3> met Tessa Quill, <PERSON_1> did not"
    assert (
        redacted(text, "x", ("PERSON", "Tessa Quill"))[0] == "<PERSON_3> met <PERSON_4>, <PERSON_1> did not"
    )
    assert redacted("see <PERSON_2> now", "x", ("PERSON", "PERSON_2"))[0] == "see <PERSON_2> now"


def test_a_word_in_lower_case_is_not_the_street_s_name_and_a_bracket_stays_the_sentence_s() -> None:
    found = ("STREET_ADDRESS", "14 Rose Street"), ("PHONE_NUMBER", "(07911 123456")
    made = redacted("at 14 Rose Street (07911 123456)", {"flower": "rose", "street": "Rose Street"}, *found)
    assert made[0] == "at <STREET_ADDRESS_1_START> <STREET_ADDRESS_1_END> (<PHONE_NUMBER_1>)"
    assert made[1] == {"flower": "rose", "street": "<STREET_ADDRESS_1_END>"}


def test_a_desk_s_mailbox_is_no_login() -> None:
    assert [user_part(value) for value in ("info@x.com", "will@x.com", "tquill@x.com")] == ["", "", "tquill"]


def test_national_account_of_an_iban() -> None:
    assert iban_parts("GB29 NWBK 6016 1331 9268 19") == [
        "NWBK60161331926819", "60161331926819", "1331926819", "31926819",
    ]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    word=st.from_regex(r"[a-z]{3,12}", fullmatch=True),
    name=st.sampled_from(["Cooper", "Tessa Quill", "Al", "MacLeod", "Anne-Marie Rao", "Will"]),
    glue=st.sampled_from(["", "a", "9", "_b"]),
)
def test_no_repeat_is_ever_taken_out_of_a_longer_word(word: str, name: str, glue: str) -> None:
    text = f"{word}{name.split()[0].lower()}{glue or 'x'} {name.split()[-1]}{word}"
    for start, end in places(Searched(text), "PERSON", name):
        before, behind = text[start - 1 : start], text[end : end + 1]
        assert not before.isalnum()
        assert not behind.isalnum()
