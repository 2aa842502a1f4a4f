"""The sample's keys: what each writes, what an undo takes back, what is passed over."""

from __future__ import annotations

import polars as pl
import pytest

from curate.pii.scan.stage import ScanParams
from governance.triage.queue import TAKEN_BACK, items
from governance.triage.reviewer import Reviewer
from governance.triage.sampling import (
    FindingQuestion,
    Question,
    RowQuestion,
    Sampling,
    Written,
    menu,
    press,
    start,
)

MENU = menu(None)
KEY_OF = {entity: key for key, entity in MENU.items()}
ROW = RowQuestion("r4", "a" * 24, "b" * 24, "number", 1)


@pytest.fixture
def questions(findings: pl.DataFrame, examples: pl.DataFrame) -> list[Question]:
    said = findings.with_columns(pl.lit(None, pl.String).alias(name) for name in ("verdict", "reviewer"))
    by_value = {item.value_id: item for item in items(said, examples, ScanParams())}
    phones = findings.filter(entity="PHONE_NUMBER").sort("example_id").to_dicts()  # one value, twice
    return [*(FindingQuestion(place, by_value[place["value_id"]]) for place in phones), ROW]


def _keys(state: Sampling, keys: str) -> tuple[Sampling, list[Written]]:
    written = []
    for key in keys:
        state, more = press(state, key)
        written.append(more)
    return state, written


def test_a_verdict_answers_for_every_drawn_repeat_of_its_value(
    questions: list[Question], reviewer: Reviewer
) -> None:
    state, nothing = start(questions, reviewer, frozenset(), MENU)
    assert nothing == Written()
    state, written = press(state, "r")
    assert [one.verdict for one in written.verdicts] == ["real"]
    drawn = [question.place["finding_id"] for question in questions if isinstance(question, FindingQuestion)]
    assert [one.finding_id for one in written.reviews] == drawn
    assert state.question == ROW


def test_what_the_queue_judged_is_noted_and_passed_over(
    questions: list[Question], reviewer: Reviewer
) -> None:
    first = questions[0]
    assert isinstance(first, FindingQuestion)
    state, written = start(questions, reviewer, frozenset({first.item.value_id}), MENU)
    assert state.question == ROW
    assert len(written.reviews) == 2
    assert written.verdicts == ()


def test_unsure_answers_nothing_and_is_asked_again(questions: list[Question], reviewer: Reviewer) -> None:
    state, written = press(start(questions, reviewer, frozenset(), MENU)[0], "u")
    assert [one.verdict for one in written.verdicts] == ["unsure"]
    assert written.reviews == ()
    assert state.at == 1


def test_marks_are_written_with_the_row_and_undone_one_by_one(reviewer: Reviewer) -> None:
    phone, person = KEY_OF["PHONE_NUMBER"], KEY_OF["PERSON"]
    state, written = _keys(start([ROW], reviewer, frozenset(), MENU)[0], f"m{phone}m{phone}m{person}zn")
    assert [one.missed for more in written for one in more.reviews] == [{"PHONE_NUMBER": 2}]
    assert state.question is None
    state, written = _keys(state, "z")
    assert [one.missed for one in written[0].reviews] == [None]
    assert state.question == ROW
    assert state.tally == {"rows read": 0}


def test_an_undone_verdict_is_open_again(questions: list[Question], reviewer: Reviewer) -> None:
    state, written = _keys(start(questions, reviewer, frozenset(), MENU)[0], "rz")
    assert [(one.verdict, one.reason) for one in written[1].verdicts] == [("unsure", TAKEN_BACK)]
    assert state.at == 0
    assert state.known == frozenset()


def test_a_long_row_is_answered_on_its_last_page(reviewer: Reviewer) -> None:
    long = RowQuestion("r4", "a" * 24, "b" * 24, "number", 2)
    state, written = _keys(start([long], reviewer, frozenset(), MENU)[0], "n")
    assert written == [Written()]
    state, written = _keys(state, " n")
    assert [one.missed for one in written[1].reviews] == [{}]


@pytest.mark.parametrize("key", ["x", "m?", "?x", "z", "a"])
def test_a_key_that_means_nothing_writes_nothing(reviewer: Reviewer, key: str) -> None:
    state, written = _keys(start([ROW], reviewer, frozenset(), MENU)[0], key)
    assert all(more == Written() for more in written)
    assert state.question == ROW
