"""The cost sheet: prices by token or by time, ranges from the rows, and when fine-tuning pays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from train.cost_params import CostParams, Price
from train.cost_sheet import BreakEven, cost_sheet, request_prices

COMPARISON: dict[str, Any] = {
    "metric": {"name": "f"},
    "fine_tuned": "lm_lora",
    "systems": [
        {"name": "prompt", "title": "Prompt", "family": "prompt", "f": {"point": 0.3}},
        {"name": "retrieved", "title": "Retrieved", "family": "retrieval", "f": {"point": 0.5}},
        {"name": "probe", "title": "Probe", "family": "probe", "f": {"point": 0.9}},
        {"name": "lm_lora", "title": "LoRA", "family": "adapter", "f": {"point": 0.7}},
    ],
}
COSTS: dict[str, Any] = {
    "systems": {"lm_lora": {"train_seconds": 3600.0}, "retrieved": {"train_seconds": 1.0}},
    "machine": {"cores": 2, "load": 0.5},
}


def samples(tuned: int = 100, retrieved: int = 600, tuned_ms: float = 300, retrieved_ms: float = 900) -> Any:
    draw = np.random.default_rng(0)

    def rows(tokens: int, ms: float) -> dict[str, list[float]]:
        return {
            "tokens_in": (tokens + draw.integers(0, 20, 60)).tolist(),
            "tokens_out": [10.0] * 60,
            "ms": (ms + draw.integers(0, 40, 24)).tolist(),
        }

    return {"lm_lora": rows(tuned, tuned_ms), "retrieved": rows(retrieved, retrieved_ms)}


def even(params: CostParams, made: Any, costs: Any = COSTS) -> BreakEven:
    found = cost_sheet(COMPARISON, costs, made, params).break_even
    assert found is not None
    return found


TOKENS = {name: Price(tokens_in=1.0, tokens_out=2.0) for name in ("lm_lora", "retrieved")}


def test_a_request_is_priced_by_its_tokens_or_by_its_time() -> None:
    made = {"tokens_in": [1e6, 2e6], "tokens_out": [0.0, 1e6], "ms": [3.6e6]}
    by_token, basis = request_prices(made, {}, Price(tokens_in=1.0, tokens_out=2.0))
    assert by_token is not None and by_token.tolist() == [1.0, 4.0] and basis == "tokens"
    by_time, basis = request_prices(made, {}, Price(machine_hour=5.0))
    assert by_time is not None and by_time.tolist() == [5.0] and basis == "machine time"
    assert request_prices(made, {}, Price()) == (None, "")
    assert request_prices({}, {}, Price(tokens_in=1.0)) == (None, "")


def test_break_even_is_what_training_and_labels_cost_over_what_a_request_saves() -> None:
    params = CostParams(currency="EUR", machine_hour=2.0, labelling=98.0, prices=TOKENS)
    found = even(params, samples())
    assert found.fixed == 100.0 and found.prompted == "Retrieved" and found.unit == "EUR"
    assert found.requests == pytest.approx(100 / found.saved) and found.saved == pytest.approx(5e-4, rel=0.05)
    assert found.low is not None and found.high is not None and found.requests is not None
    assert found.low < found.requests < found.high
    assert "200,000 requests (range" in found.words() and "training and labelling" in found.words()


def test_a_tuned_system_that_is_not_cheaper_a_request_never_pays() -> None:
    params = CostParams(currency="EUR", machine_hour=2.0, prices=TOKENS)
    found = even(params, samples(tuned=700))
    assert found.requests is None and found.high is None and found.low is None
    assert found.words().startswith("Break-even: never. LoRA against Retrieved")
    close = even(params, samples(tuned=600, retrieved=600))
    assert close.high is None, "the rows cannot tell: the range has no end"


def test_without_prices_the_same_is_told_in_seconds_of_the_machine() -> None:
    sheet = cost_sheet(COMPARISON, COSTS, samples(), CostParams())
    assert sheet.break_even is not None and sheet.break_even.unit == "seconds"
    assert sheet.break_even.requests == pytest.approx(3600 / 0.6, rel=0.05)
    assert all(line.per_thousand is None for line in sheet.lines)
    assert any("No price is declared" in note for note in sheet.notes)


def test_what_was_not_measured_is_said_and_never_zero() -> None:
    sheet = cost_sheet(COMPARISON, {}, {}, CostParams(machine_hour=1.0))
    assert sheet.break_even is None and all(line.per_thousand is None for line in sheet.lines)
    assert sheet.notes == ["Not measured on this machine: assay evaluate measures what answering takes here."]
    busy = {**COSTS, "machine": {"cores": 2, "load": 7.5}}
    assert any("busy" in note for note in cost_sheet(COMPARISON, busy, samples(), CostParams()).notes)


def test_ranges_hold_the_mean_of_many_rows_and_are_the_same_every_time() -> None:
    """Coverage of the bootstrap on 60 skewed rows."""
    held = 0
    for seed in range(100):
        draw = np.random.default_rng(seed)
        made = samples()
        made["lm_lora"]["tokens_in"] = draw.exponential(1000, 60).tolist()
        made["lm_lora"]["tokens_out"] = [0.0] * 60
        line = cost_sheet(COMPARISON, COSTS, made, CostParams(prices=TOKENS)).lines[3]
        assert line.low is not None and line.high is not None
        held += line.low <= 1.0 <= line.high
    assert held >= 88
    again = cost_sheet(COMPARISON, COSTS, made, CostParams(prices=TOKENS)).lines[3]
    assert (again.low, again.high) == (line.low, line.high)


def test_an_endpoint_has_the_price_of_its_own_params() -> None:
    systems = [{"name": "endpoint", "title": "Server", "family": "prompt", "f": {"point": 0.4}}]
    made = {"endpoint": {"tokens_in": [1000.0] * 5, "tokens_out": [0.0] * 5}}
    comparison = {**COMPARISON, "systems": systems, "fine_tuned": None}
    sheet = cost_sheet(comparison, COSTS, made, CostParams(), Price(tokens_in=0.5, tokens_out=1.0))
    assert sheet.lines[0].per_thousand == pytest.approx(0.5) and sheet.break_even is None
