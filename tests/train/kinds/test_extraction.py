"""Extraction scores: values compared as values, invented ones counted, sums that give every figure."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.kinds.extraction import Extraction
from train.kinds.values import comparable, counted, stands_in

SCHEMA = {
    "type": "object",
    "properties": {
        "company": {"type": "string"},
        "total": {"type": "number"},
        "due": {"type": "string"},
        "urgent": {"type": "boolean"},
        "priority": {"enum": ["high", "low"]},
        "items": {"type": "array", "items": {"type": "string"}},
    },
    "additionalProperties": False,
}
SCORING = Extraction(SCHEMA)


def scored(truth: Any, answer: Any, text: str = "") -> dict[str, float]:
    as_text = lambda one: one if isinstance(one, str) else json.dumps(one)
    rows = pl.DataFrame({"input": [text], "output": [as_text(truth)]})
    return SCORING.figures(SCORING.matrix(rows, pl.Series([as_text(answer)])))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1250, 1250.0),
        ("1,250.00", 1250),
        ("  Acme\n Ltd ", "Acme Ltd"),
        ("2026-05-03", "2026-05-03"),
        ("Cafe\u0301", "Café"),
    ],
)
def test_equal_values_compare_equal(one: Any, other: Any) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("acme", "Acme"), (True, 1), ("007", 7), ("1.5", "15"), ("2026-05-03", "2026-03-05"), ("", "0")],
)
def test_different_values_do_not(one: Any, other: Any) -> None:
    assert comparable(one) != comparable(other)


def test_a_list_is_a_set_and_null_says_nothing() -> None:
    assert counted({"items": ["b", "a"]}) == counted({"items": ["a", "b", "b"], "due": None, "company": ""})


@pytest.mark.parametrize(
    ("value", "text", "there"),
    [
        ("Acme Ltd", "Invoice from ACME LTD.", True),
        ("Acme", "Acmeville", False),
        (1250.5, "Total: £1,250.50", True),
        (1250, "Total 12500", False),
        ("2026-05-03", "due 3 May 2026", True),
        ("2026-05-03", "due 03/05/26", True),
        ("2026-05-03", "due 3 June 2026", False),
        ("2026-05-03", "due on 3 May", True),
        ("30", "net 30", True),
        (True, "nothing of the kind", True),
        ("sw1a 1aa", "SW1A1AA", True),
    ],
)
def test_what_can_be_read_off_a_text(value: Any, text: str, there: bool) -> None:
    assert stands_in(value, text) is there


def test_right_wrong_missing_and_invented_values_are_told_apart() -> None:
    truth = {"company": "Acme Ltd", "total": 10, "priority": "high"}
    answer = {"company": "Acme Ltd", "total": 11, "due": "2026-01-01", "priority": "low"}
    figures = scored(truth, answer, "Acme Ltd wants 10 or 11")
    assert figures["field_f1"] == pytest.approx(2 * 1 / (4 + 3))
    assert figures["supported"] == pytest.approx(3 / 4)  # 11 stands there, `low` is of a closed set
    assert figures["exact_match"] == 0 and figures["schema_valid"] == 1


@pytest.mark.parametrize(
    "answer",
    ["", "no JSON", "[1]", '{"total": 1, "total": 2}', '{"total": NaN}', '{"colour": "red"}', "{" * 9999],
)
def test_what_is_not_the_json_asked_for_is_not_valid(answer: str) -> None:
    figures = scored({"total": 1}, answer)
    assert figures["schema_valid"] == 0 and figures["exact_match"] == 0


def test_nothing_wanted_and_nothing_said_is_right() -> None:
    assert scored({}, {}) == {"field_f1": 1, "exact_match": 1, "schema_valid": 1, "supported": 1}


documents = st.fixed_dictionaries(
    {},
    optional={
        "company": st.sampled_from(["A", "B", "C D"]),
        "total": st.integers(0, 3),
        "items": st.lists(st.sampled_from(["x", "y"]), max_size=3),
    },
)


@given(st.lists(st.tuples(documents, documents), min_size=1, max_size=8), st.data())
def test_a_resample_is_a_weighted_sum_of_rows(pairs: list[tuple[Any, Any]], data: st.DataObject) -> None:
    times = data.draw(st.lists(st.integers(0, 3), min_size=len(pairs), max_size=len(pairs)).filter(any))
    frame = pl.DataFrame({"input": ["A 1"] * len(pairs), "output": [json.dumps(truth) for truth, _ in pairs]})
    answers = pl.Series([json.dumps(answer) for _, answer in pairs])
    drawn = [row for row, often in enumerate(times) for _ in range(often)]
    totals = SCORING.matrix(frame, answers).T @ np.array(times, dtype=float)
    whole = SCORING.figures(SCORING.matrix(frame[drawn], answers[drawn]))
    for name, metric in SCORING.metrics.items():
        assert float(metric.of(totals)) == pytest.approx(whole[name])
    assert SCORING.right(frame[drawn], answers[drawn]).mean() == pytest.approx(whole["exact_match"])
    assert all(0 <= value <= 1 for value in whole.values())


def test_fields_are_told_apart() -> None:
    frame = pl.DataFrame({"input": ["", ""], "output": ['{"total": 1}', '{"total": 2, "items": ["x"]}']})
    table = SCORING.breakdown(frame, pl.Series(['{"total": 1}', '{"total": 3}']))["per_field"]
    assert table.rows() == [("items[]", 0.0, 0.0, 0.0, 1), ("total", 0.5, 0.5, 0.5, 2)]
