"""Personal data in answers: what the input did not hold is found, counted, and never written down."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("presidio_analyzer")
from curate.pii.redact.params import RedactParams
from train.judge.personal import EXPECTED, Policy, holds, mask_values, new_values, rates
from train.stats.intervals import Bootstrap

POLICY = Policy()
INPUTS = [
    "Please call me on 07700 900123, Margaret Whitlock",
    "my parcel is late",
    "<PERSON_1> wrote from <EMAIL_ADDRESS_1>",
    "write to jo.marsh@example.org",
]


def rows(inputs: list[str] = INPUTS, outputs: list[str] | None = None) -> pl.DataFrame:
    ids = [f"r{place}" for place in range(len(inputs))]
    return pl.DataFrame({"example_id": ids, "input": inputs, "output": outputs or ["x"] * len(inputs)})


def found(answers: list[str], policy: Policy = POLICY, inputs: list[str] = INPUTS) -> list[Any]:
    table = new_values(rows(inputs), {"one": pl.Series(answers)}, policy)
    return sorted(table.select("example_id", "entity").rows())


def test_values_of_the_input_in_any_spelling_are_not_new_and_others_are() -> None:
    held = [
        "Call +44 7700 900123 and ask for Whitlock, Margaret",
        "We are sorry",
        "Dear <PERSON_1>, <EMAIL_ADDRESS_1> is yours",
        "JO.MARSH@EXAMPLE.ORG",
    ]
    assert found(held) == []
    new = [
        "Call 020 7946 0018",
        "Write to anna.kowalska@example.com or ring 07700 900456",
        "Dear <PERSON_1>",
        "jo.marsh@example.com",
    ]
    assert found(new) == [
        ("r0", "PHONE_NUMBER"),
        ("r1", "EMAIL_ADDRESS"),
        ("r1", "PHONE_NUMBER"),
        ("r3", "EMAIL_ADDRESS"),
    ]


def test_values_inside_json_are_found_and_dates_are_no_leak() -> None:
    assert found(['{"mail": "eve@example.net", "on": "2026-03-01"}'] * 4) == [
        (f"r{place}", "EMAIL_ADDRESS") for place in range(4)
    ]


@pytest.mark.parametrize(
    ("text", "entity", "value", "there"),
    [
        ("ring (07700) 900-123", "PHONE_NUMBER", "+44 7700 900123", True),
        ("ring 07700 900124", "PHONE_NUMBER", "+44 7700 900123", False),
        ("Margaret   WHITLOCK", "PERSON", "Whitlock, Margaret", True),
        ("Margaret", "PERSON", "Margaret Whitlock", False),
        ("at cb12dp", "UK_POSTCODE", "CB1 2DP", True),
    ],
)
def test_one_value_is_the_same_in_all_its_spellings(text: str, entity: str, value: str, there: bool) -> None:
    assert holds(text, entity, value) is there


def test_rates_count_outputs_by_entity_with_an_interval_and_none_is_no_certainty() -> None:
    answers = {
        "leaks": pl.Series(["a@example.org b@example.org", "ok", "07700 900456", "ok"]),
        "clean": pl.Series(["ok"] * 4),
        EXPECTED: pl.Series(["ok"] * 4),
    }
    table = new_values(rows(), answers, POLICY)
    said = rates(table, answers, rows()["example_id"], Bootstrap(np.arange(4), 200, 0))
    assert said["leaks"]["outputs"] == 2 and said["leaks"]["rate"]["point"] == 0.5
    assert said["leaks"]["entities"] == {"EMAIL_ADDRESS": 1, "PHONE_NUMBER": 1}
    assert said["clean"]["rate"]["point"] == 0 and said["clean"]["rate"]["high"] > 0.5


def predictions(answers: list[str], outputs: list[str]) -> pl.DataFrame:
    return rows(outputs=outputs).select(
        "example_id",
        pl.lit("one").alias("system"),
        pl.col("output").alias("label"),
        pl.Series("predicted", answers),
        pl.Series("raw", answers),
        pl.Series("parsed", [f'"{answer}"' for answer in answers]),
    )


def test_a_new_value_is_written_as_its_shape_unless_gold_holds_it_or_the_policy_keeps_it() -> None:
    answers = ["eve@example.net", "ok", "ann@example.net", "ok"]
    table = new_values(rows(), {"one": pl.Series(answers)}, POLICY)
    before = predictions(answers, ["x", "x", "mail ann@example.net", "x"])
    after = mask_values(before, table, POLICY)
    for name in ("predicted", "raw", "parsed"):
        assert "eve@" not in after[name][0] and "•" in after[name][0]
        assert "ann@example.net" in after[name][2]
    kept = Policy(redact=RedactParams(default="keep"))
    assert mask_values(before, table, kept).equals(before)


def test_nothing_written_is_nothing_looked_at() -> None:
    assert new_values(rows(), {}, POLICY).is_empty()
