"""Costs: kept apart from what is tracked, unknown where they were not measured."""

from __future__ import annotations

from pathlib import Path

from train.cost import read_costs, write_costs


def test_costs_are_read_back_rounded(tmp_path: Path) -> None:
    write_costs(tmp_path, "evaluate", {"lora": {"latency_ms_median": 1.23456}}, sentence="x")
    costs = read_costs(tmp_path, "evaluate")
    assert costs["systems"] == {"lora": {"latency_ms_median": 1.235}} and costs["sentence"] == "x"


def test_absent_damaged_or_foreign_costs_are_unknown(tmp_path: Path) -> None:
    assert read_costs(tmp_path, "train") == {}
    (tmp_path / "cost").mkdir()
    for text in ("{", "[]", '{"schema": "another", "systems": {}}'):
        (tmp_path / "cost" / "train.json").write_text(text)
        assert read_costs(tmp_path, "train") == {}
