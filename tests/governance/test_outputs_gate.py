"""The gate on answers: more personal data than the task brings is a finding, unless somebody decided."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from governance.outputs_gate import personal_answers
from governance.params import PersonalAnswers


def told(share: float, expected: float = 0.0) -> dict[str, Any]:
    def part(value: float, entities: dict[str, int]) -> dict[str, Any]:
        rate = {"point": value, "low": 0.0, "high": min(1.0, value + 0.05)}
        return {"rate": rate, "outputs": round(100 * value), "entities": entities}

    return {"personal_data": {"lm_lora": part(share, {"EMAIL_ADDRESS": 3}), "expected": part(expected, {})}}


@pytest.mark.parametrize(
    ("share", "expected", "decided", "passed"),
    [
        (0.0, 0.0, None, True),
        (0.01, 0.0, None, True),
        (0.03, 0.0, None, False),
        (0.03, 0.05, None, True),
        (0.03, 0.0, 0.05, True),
        (0.03, 0.0, 0.02, False),
    ],
)
def test_a_share_above_what_the_task_brings_fails(
    share: float, expected: float, decided: float | None, passed: bool
) -> None:
    chosen = (
        PersonalAnswers(share=decided, reason="agents sign", date=date(2026, 1, 31))
        if decided is not None
        else None
    )
    [verdict] = personal_answers(told(share, expected), "lm_lora", chosen)
    assert verdict[0] is passed and "EMAIL_ADDRESS 3" in verdict[1] and bool(verdict[2]) is not passed


def test_labels_hold_nothing_new_and_an_evaluation_that_did_not_look_is_no_pass() -> None:
    [verdict] = personal_answers(told(0.5), "probe", None)
    assert verdict[0] and "labels or numbers" in verdict[1]
    [verdict] = personal_answers({}, "lm_lora", None)
    assert not verdict[0] and verdict[2] == "dvc repro evaluate"
