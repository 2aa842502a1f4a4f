"""The speed benchmark's rows are what they claim to be, and a difference in findings ends it."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import pii_speed
from benchmarks.pii.corpus import corpus
from benchmarks.pii.support import HARD, support_rows


def test_rows_are_distinct_and_the_same_each_time() -> None:
    texts = support_rows(2000, 0.05)
    assert len(set(texts)) == len(texts) == 2000
    assert texts == support_rows(2000, 0.05) != support_rows(2000, 0.05, seed=1)
    assert 100 <= sorted(map(len, texts))[1000] <= 300


@pytest.mark.parametrize("density", [0.0, 0.05, 0.3])
def test_so_many_hold_a_planted_value_and_a_hard_negative(density: float) -> None:
    rows, hard = 2000, round(2000 * HARD * (1 - density))
    texts = "\n".join(support_rows(rows, density))
    made = corpus(
        "test", 100, hard
    )  # more values than are drawn; the hard negatives follow them, so they are others
    values = [row.text for row in made if row.spans]
    assert bool(density) == any(value in texts for value in values)
    digits = sum(any(character.isdigit() for character in text) for text in support_rows(rows, density))
    assert (density + HARD * (1 - density)) * rows * 0.9 <= digits <= (density + HARD * (1 - density)) * rows


def _run(found: dict[str, list[Any]]) -> Any:
    def run(system: str, processes: int, texts: list[str], warm: list[str]) -> dict[str, Any]:
        rate = 100.0 if system == pii_speed.ASSAY else 4.0
        return {
            "system": system,
            "processes": processes,
            "rows": len(texts),
            "found": [found.get(system, []) for _ in texts],
            "seconds": 1.0,
            "cpu": 1.0,
            "rows_a_second": rate,
            "rows_a_cpu_second": rate,
        }

    return run


def test_other_findings_than_the_same_configuration_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        pii_speed, "run", _run({pii_speed.ASSAY: [[0, 3, "URL"]], pii_speed.SAME: [[0, 4, "URL"]]})
    )
    with pytest.raises(SystemExit, match="20 of 20 rows have other findings"):
        pii_speed.measure(20, 10, 0.05, [1, 2], 0)


def test_ratios_are_of_equal_density_and_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pii_speed, "run", _run({}))
    runs = pii_speed.with_ratios(pii_speed.measure(20, 10, 0.05, [1], 0))
    assert runs[0]["times"][pii_speed.STOCK] == {"rows_a_second": 25.0, "rows_a_cpu_second": 25.0}
    assert list(pii_speed.markdown(runs))[-1].startswith("| 5% | 1 | 4 | 4 | 100 | 25.0 | 25.0 |")
