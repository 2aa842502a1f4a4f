"""Gate `forgetting`: only what is recommended is judged, by what is allowed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from curate.errors import AssayError
from curate.project import Project
from curate.show.blocks import Table
from governance import evaluation_gates, gate
from governance.forgetting_gate import forgetting
from governance.report.forgetting import forgotten


def comparison(rise: float = 0.2, change: float = -0.05) -> dict[str, Any]:
    """A comparison of an adapter that lost so much."""
    around = lambda point: {"point": point, "low": point - 0.1, "high": point + 0.1, "error": 0.05}
    system = {
        "name": "lm_lora",
        "loss": {"before": 1.8, "after": 1.8 + rise, "difference": around(rise)},
        "pass_rate": {"before": 0.5, "after": 0.5 + change, "difference": around(change)},
        "kinds": {"fact": {"instructions": 24, "before": 14, "after": 10}},
    }
    told = {"instructions": 100, "allowed": {"loss": 1.0, "pass_rate": 0.1}, "systems": [system]}
    return {"forgetting": told, "systems": [{"name": "lm_lora", "title": "An adapter"}]}


@pytest.mark.parametrize(
    ("rise", "change", "passed"),
    [(0.2, -0.05, True), (-0.3, 0.2, True), (1.01, 0.0, False), (0.2, -0.11, False), (1.0, -0.1, True)],
)
def test_the_recommended_model_may_lose_so_much_and_no_more(rise: float, change: float, passed: bool) -> None:
    [(ok, words, fix)] = forgetting(comparison(rise, change), "lm_lora")
    assert ok is passed and "of 100 general instructions lm_lora passes" in words
    assert bool(fix) is not passed and (passed or "params.train.lm_lora" in fix)


def test_a_model_that_is_not_recommended_is_not_judged() -> None:
    [(ok, words, _)] = forgetting(comparison(5.0, -0.5), "retrieved")
    assert ok and "retrieved" in words
    [(ok, words, _)] = forgetting({"forgetting": None, "systems": []}, "probe")
    assert ok and "no fine-tuned language model" in words


def test_off_is_skipped_and_never_a_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"params": {"forgetting": None}, "forgetting": None}
    monkeypatch.setattr(evaluation_gates, "_comparison", lambda project: told)
    [judged] = list(gate.GATES["forgetting"](Project(tmp_path), date(2026, 1, 1)))
    assert judged.skipped and not judged.passed and "evaluate.forgetting" in judged.message


@pytest.mark.parametrize(
    "name", ["answers", "forgetting", "overfitting", "membership", "verbatim", "canaries"]
)
def test_where_nothing_was_evaluated_only_the_target_fails(name: str, tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("{}")
    [judged] = list(gate.GATES[name](Project(tmp_path), date(2026, 1, 1)))
    assert judged.skipped and not judged.passed and "no system has been evaluated" in judged.message
    with pytest.raises(AssayError, match="no system has been evaluated"):
        list(gate.GATES["target"](Project(tmp_path), date(2026, 1, 1)))


def test_the_report_shows_before_and_after() -> None:
    blocks = forgotten(comparison())
    tables = [block for block in blocks if isinstance(block, Table)]
    assert tables[0].rows[0][:4] == ["An adapter", "1.80", "2.00", "+0.20 [+0.10, +0.30]"]
    assert tables[1].rows[0] == ["An adapter", "14 → 10 of 24"]
    assert forgotten({"forgetting": None, "systems": []}) == [] == forgotten({"systems": []})
