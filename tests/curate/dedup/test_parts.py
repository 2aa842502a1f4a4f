"""The parts of a row that are compared: turns, and what a template or a shared prompt leaves."""

from __future__ import annotations

import polars as pl
import pytest

from curate.dedup.params import DedupParams
from curate.dedup.stage import dedup
from curate.task import Kind
from tests.curate.dedup.conftest import LATE, reasons, table

SYSTEM = (
    "You are the assistant of Larkfield Home, a shop for lamps, rugs and garden chairs. Answer in "
    "one short sentence "
    "and in plain words; never promise a refund, name no colleague, and send whoever is angry to the "
    "desk. Prices are "
    "in pounds, dates are British, and whatever concerns health or law is none of our business: say "
    "so kindly. If you "
    "do not know, say that you will ask, and give the ticket's number, so that nobody has to tell us twice."
)

QUESTIONS = [
    "How do I reset my router?",
    "Which plants like shade?",
    "Write a haiku about rain.",
    "Is 97 a prime number?",
    "How long do eggs keep?",
]

OTHERS = [
    "Do you sell garden hoses?",
    "Where was this lamp made?",
    "Can I pay in three parts?",
    "My rug has a hole in it.",
    "Who won the cup in 1966?",
]


@pytest.mark.parametrize("length", [177, 400])
@pytest.mark.parametrize(
    "form",
    [
        "system: {system}\n\nuser: {question}",
        "system: {system}\n\nuser: Hello\n\nassistant: Hi! How can I help?\n\nuser: {question}",
        "{system}\n\n### Question:\n{question}",
        "{question} Answer as follows, and in no other way. {system}",
    ],
)
def test_unrelated_questions_behind_one_prompt_all_stay(length: int, form: str) -> None:
    system = SYSTEM[:length].strip()
    rows = table([{"input": form.format(system=system, question=question)} for question in QUESTIONS])
    assert reasons(dedup(rows, Kind.REWRITING)) == {}
    whole = dedup(rows, Kind.REWRITING, DedupParams(parts="whole", weigh="never"))
    assert length == 177 or len(reasons(whole)) >= 3
    # Nor are they leaks of a held-out file with the same prompt, and a copy among them is one.
    held = rows.with_columns(
        example_id=pl.format("h{}", pl.int_range(pl.len())),
        input=pl.col("input").str.replace_many(QUESTIONS, OTHERS),
        held_out=pl.lit(True),
    )
    copy = rows[2:3].with_columns(example_id=pl.lit("copy"), held_out=pl.lit(True))
    result = dedup(pl.concat([rows, held, copy]), Kind.REWRITING)
    assert reasons(result) == {"r2": ("leak", "copy")}


def test_the_same_question_under_another_prompt_is_another_example_and_under_nearly_the_same_one_a_copy() -> (
    None
):
    form = "system: {}\n\nuser: How do I reset my router?"
    prompts = [
        SYSTEM + "It is Monday.",
        SYSTEM + "It is Friday.",
        "Talk like a pirate who has lost his parrot at sea.",
    ]
    rows = table([{"input": form.format(prompt)} for prompt in prompts])
    assert reasons(dedup(rows, Kind.REWRITING)) == {"r1": ("near_duplicate", "r0")}


def test_only_the_last_turn_counts_if_asked() -> None:
    talk = "user: My parcel is late.\n\nassistant: I am sorry. May I have its number, please?\n\nuser: {}"
    rows = table([{"input": talk.format(word)} for word in ("It is 12", "Never mind, bye")])
    assert reasons(dedup(rows, Kind.CLASSIFICATION, DedupParams(parts="last_turn"))) == {}
    assert len(reasons(dedup(rows, Kind.CLASSIFICATION, DedupParams(threshold=0.6)))) == 1


def test_copies_with_other_ends_are_copies_and_no_template() -> None:
    ends = ["", "!", " thanks", " please", " now", " then"]
    rows = table(
        [{"input": f"{LATE}, so where is it and when will it come to us at last{end}"} for end in ends]
    )
    assert len(reasons(dedup(rows, Kind.CLASSIFICATION))) == 5
