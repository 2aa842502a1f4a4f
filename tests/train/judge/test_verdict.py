"""Every cell of the decision table, and the words that go with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.judge.verdict import Gain, Standing, cheapest_reason, decide

W = 0.01


def judge(
    gain: Any = 0.0,
    low: Any = -0.05,
    high: Any = 0.05,
    p: Any = 0.5,
    simpler: Any = 0.80,
    target: Any = 0.90,
    **kwargs: Any,
) -> Any:
    return decide(
        metric="macro_f1",
        target=target,
        worthwhile=W,
        rows=500,
        simpler=Standing("TF-IDF", simpler, 1000, 0.2, 1.0),
        tuned=Standing("LoRA", simpler + gain, 900_000, 12.0, 300.0),
        gain=Gain(gain, low, high, p, detectable=0.04, rows_needed=kwargs.get("rows_needed", 9_000)),
    )


SURE = {"p": 0.001, "low": 0.002}
CELLS = {
    "no worthwhile gain, target missed by both": (
        {"gain": 0.001, "low": -0.004, "high": 0.006},
        "simpler_is_enough",
    ),
    "no worthwhile gain, target met by simpler": (
        {"gain": 0.001, "low": -0.004, "high": 0.006, "simpler": 0.95},
        "simpler_is_enough",
    ),
    "no worthwhile gain although significant": (dict(gain=0.005, high=0.009, **SURE), "simpler_is_enough"),
    "significantly worse": ({"gain": -0.05, "low": -0.09, "high": -0.02, "p": 0.001}, "simpler_is_enough"),
    "significant worthwhile gain, target met by LoRA alone": (dict(gain=0.12, high=0.2, **SURE), "fine_tune"),
    "significant worthwhile gain, target brought nearer": (dict(gain=0.05, high=0.09, **SURE), "fine_tune"),
    "significant worthwhile gain, target met by both": (
        dict(gain=0.02, high=0.04, simpler=0.92, **SURE),
        "fine_tune",
    ),
    "real but small gain, simpler meets target": (
        dict(gain=0.006, high=0.012, simpler=0.92, **SURE),
        "simpler_is_enough",
    ),
    "real but small gain carries LoRA over the target": (
        dict(gain=0.006, high=0.012, simpler=0.896, **SURE),
        "fine_tune",
    ),
    "real but small gain, neither meets target": (dict(gain=0.006, high=0.012, **SURE), "not_enough_data"),
    "not significant, simpler meets target": (
        {"gain": 0.02, "low": -0.01, "high": 0.05, "simpler": 0.92},
        "simpler_is_enough",
    ),
    "not significant, target missed": ({"gain": 0.02, "low": -0.01, "high": 0.05}, "not_enough_data"),
    "test and interval disagree: not significant": (
        {"gain": 0.02, "low": -0.001, "high": 0.05, "p": 0.04},
        "not_enough_data",
    ),
    "interval and test disagree: not significant": (
        {"gain": 0.02, "low": 0.001, "high": 0.05, "p": 0.06},
        "not_enough_data",
    ),
}


@pytest.mark.parametrize("cell", CELLS)
def test_cell_of_the_decision_table(cell: Any) -> None:
    figures, outcome = CELLS[cell]
    verdict = judge(**figures)
    assert verdict.outcome == outcome
    assert all(reason.endswith(".") and "{" not in reason for reason in verdict.reasons)


@pytest.mark.parametrize(("simpler", "outcome"), [(0.95, "simpler_is_enough"), (0.85, "not_enough_data")])
def test_without_a_fine_tuned_system_only_the_target_decides(simpler: Any, outcome: Any) -> None:
    verdict = decide(
        metric="accuracy", target=0.9, worthwhile=W, rows=100, simpler=Standing("probe", simpler, 10)
    )
    assert verdict.outcome == outcome
    assert "no fine-tuned system" in verdict.headline


figures = st.floats(-0.3, 0.3)


@given(figures, st.floats(0, 0.2), st.floats(0, 0.2), st.floats(0, 1), st.floats(0.3, 0.7))
def test_fine_tune_is_never_said_of_a_gain_that_could_be_nothing(
    gain: Any, below: Any, above: Any, p: Any, simpler: Any
) -> None:
    verdict = judge(gain=gain, low=gain - below, high=gain + above, p=p, simpler=simpler, target=0.6)
    if verdict.outcome == "fine_tune":
        assert p < 0.05 and gain - below > 0
    if verdict.outcome == "not_enough_data":
        assert simpler < 0.6 and gain + above >= W


def test_reasons_name_scores_interval_target_and_power() -> None:
    words = " ".join(judge(gain=0.02, low=-0.01, high=0.05).reasons)
    for part in ("0.820", "0.800", "+0.020", "-0.010 to +0.050", "p = 0.500", "0.900", "0.040", "9,000 rows"):
        assert part in words


def test_reasons_hold_no_time_and_the_cost_line_does() -> None:
    verdict = judge(gain=0.12, high=0.2, **SURE)
    assert " s " not in " ".join(verdict.reasons) and " ms" not in " ".join(verdict.reasons)
    assert "300.0 s" in verdict.cost and "12.0 ms" in verdict.cost and "900,000 parameters" in verdict.cost


def test_rows_needed_are_left_out_when_the_rows_at_hand_suffice() -> None:
    assert "would take" not in " ".join(judge(rows_needed=400).reasons)


def test_who_meets_the_target_is_said() -> None:
    assert "met by both" in " ".join(judge(gain=0.02, high=0.04, simpler=0.92, **SURE).reasons)
    assert "met by LoRA alone" in " ".join(judge(gain=0.12, high=0.2, **SURE).reasons)
    assert "Neither meets" in " ".join(judge().reasons)


def test_a_gain_that_does_not_reach_the_target_says_so_in_the_headline() -> None:
    assert judge(gain=0.05, high=0.07, simpler=0.7, target=0.9, **SURE).headline.startswith(
        "fine-tuning helps, but misses the target"
    )
    assert judge(gain=0.0, low=-0.002, high=0.002, simpler=0.7, target=0.9).headline.startswith(
        "fine-tuning adds nothing worth having, and the target is missed"
    )


def test_the_cheapest_system_that_meets_the_target_is_named() -> None:
    systems = [
        Standing("LoRA", 0.96, 700_000),
        Standing("descriptions", 0.91, 0),
        Standing("probe", 0.94, 3_000),
    ]
    assert cheapest_reason("accuracy", 0.9, systems).startswith(
        "descriptions already meets the target of 0.900"
    )
    assert "probe already meets" in cheapest_reason("accuracy", 0.93, systems)
    assert cheapest_reason("accuracy", 0.99, systems) == ""
