"""What stands beside a gold version is read for what it explains; what cannot be read explains nothing."""

from __future__ import annotations

import json

import pytest

from curate.versions.records import beside


def files(**texts: str) -> dict[str, str]:
    return {
        "reports/metrics.json": texts.get("metrics", ""),
        "split.lock": texts.get("lock", ""),
        "decisions/pii.jsonl": texts.get("verdicts", ""),
    }


def line(verdict: str, date: str, value: str = "v") -> str:
    return json.dumps({"value_id": value, "verdict": verdict, "date": date})


def test_the_later_line_speaks_whatever_day_it_names() -> None:
    text = "\n".join(
        [
            line("real", "2026-02-01T09:00"),
            line("public", "2026-02-01"),
            line("unsure", "2026-01-01"),
            line("real", "2026-01-01", "w"),
        ]
    )
    found = beside(files(verdicts=text).get).verdicts
    assert found is not None
    assert found.select("value_id", "verdict", "date").rows() == [
        ("v", "unsure", "2026-01-01"), ("w", "real", "2026-01-01"),
    ]  # fmt: skip


def test_a_lock_and_figures_are_read_by_dotted_name() -> None:
    found = beside(
        files(
            lock='{"seed": 7, "strata": {"groups": {"test": 0.3}}}',
            metrics='{"lora": {"f1": 0.5, "name": "x"}}',
        ).get
    )
    assert found.lock == {"seed": 7, "strata.groups.test": 0.3} and found.metrics == {"lora.f1": 0.5}


@pytest.mark.parametrize("damaged", ["", "{", "[1]", "null", '"x"'])
def test_damaged_records_explain_nothing(damaged: str) -> None:
    found = beside(files(lock=damaged, metrics=damaged, verdicts=damaged).get)
    assert found.lock == {} and found.metrics == {}
    assert found.verdicts is not None and not found.verdicts.height


def test_outside_a_project_nothing_is_known_of_decisions() -> None:
    assert beside(lambda path: None, known=False).verdicts is None
