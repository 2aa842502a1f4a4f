"""Rule `unsupported`: what a summary may say of its text, and what it may not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.validate.params import ValidateParams
from curate.validate.stage import validate
from curate.validate.unsupported import unsupported

NOTE = (
    "Paid £148.50 and 1,204.75 on 03/02/2026 at 18:05 or 8.30. "
    "Two visits, twenty one calls, 8k limit, <PERSON_1>."
)


@pytest.mark.parametrize(
    "answer",
    [
        "Outcome: paid £149 and £1,205",  # rounded to whole pounds, as .50 goes either way
        "Outcome: paid £148 and £1,204.8",
        "Outcome: paid £1204.75 on 3 Feb",
        "Outcome: paid on 03/02/2026, at 6.05 pm, 18:05 or 8:30",
        "Outcome: 2 visits, 21 calls, a limit of £8,000",
        "1. Outcome: two visits\n2. Cause: paid on Tuesday\n3. Next step: see <PERSON_1>",
    ],
)
def test_what_the_text_holds_in_another_form_is_supported(answer: str) -> None:
    assert unsupported(NOTE, answer) == []


@pytest.mark.parametrize(
    ("answer", "strange"),
    [
        ("Outcome: paid £150", ["150"]),
        ("Outcome: paid £1,214.75", ["1,214.75"]),
        ("Outcome: paid on 4 Feb", ["4"]),
        ("Outcome: paid on 03/04/2026", ["03/04/2026"]),
        ("Outcome: 7 visits", ["7"]),
        ("Outcome: see <PERSON_2>", ["<PERSON_2>"]),
        ("Outcome: paid to Bellamy", ["Bellamy"]),
    ],
)
def test_what_the_text_does_not_hold_is_named(answer: str, strange: list[str]) -> None:
    assert unsupported(NOTE, answer) == strange


@given(st.decimals(min_value=0, max_value=99_999, places=2))
def test_a_sum_rounded_to_whole_pounds_is_supported(amount: Any) -> None:
    assert unsupported(f"it cost £{amount:,}", f"cost: £{round(amount):,}") == []
    assert unsupported(f"it cost £{amount:,}", f"cost: £{round(amount) + 2:,}") != []


def test_the_rule_warns_and_drops_where_it_is_told_to(examples: Any, card: Any) -> None:
    rows = examples(["it cost £8.20", "it cost £9.90"], ["Outcome: £8", "Outcome: £19"])
    task = card("summary", sections=["Outcome"])
    warned = validate(rows, task)
    assert warned.dropped.is_empty() and warned.tables["warnings"]["rule"].to_list() == ["unsupported"]
    strict = validate(rows, task, ValidateParams(rules={"unsupported": "quarantine"}))
    assert strict.dropped["reason"].to_list() == ["unsupported"]
    assert "19" not in strict.dropped["evidence"][0]


@pytest.mark.parametrize("said", ["4.2.26", "04/02/26", "4/2/2026", "2026-02-04", "4-2-26"])
def test_a_date_is_held_in_another_numeric_form_and_with_a_shorter_year(said: str) -> None:
    text = "Surveyor went 4.2.2026, quote of £1,204.75."
    assert not unsupported(text, f"Resolved {said}.")
    assert not unsupported(f"Surveyor went {said}.", "Resolved 4.2.2026.")
    assert unsupported(text, "Resolved 4.3.26.") and unsupported(text, "Resolved 4.2.27.")
