"""The report's sections beside the verdict: there where they were measured, neutral whatever they hold."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from curate.show.blocks import Document, Paragraph, Table
from curate.show.html import as_html
from governance.report.costs import costs
from governance.report.facts import Measured
from governance.report.further import constraint, enough, personal_answers, worst_parts
from train.cost_params import CostParams

HOSTILE = "<script>alert(1)</script>"


def interval(point: float) -> dict[str, float]:
    return {"point": point, "low": point - 0.1, "high": point + 0.1}


def comparison(**more: Any) -> dict[str, Any]:
    systems = [
        {"name": name, "title": name.title(), "family": family, "f": interval(point)}
        for name, family, point in (("prompt", "prompt", 0.4), ("lm_lora", "adapter", 0.7))
    ]
    return {
        "metric": {"name": "f", "target": 0.6},
        "metrics": {"f": "F1"},
        "systems": systems,
        "fine_tuned": "lm_lora",
        "best_simpler": "prompt",
        "rows": {"test": 60},
        **more,
    }


def page(section: Any) -> str:
    return as_html(Document("t", list(section.parts)))


def text(section: Any) -> str:
    return " ".join(str(part.text) for part in section.parts if isinstance(part, Paragraph))


def test_sections_that_were_not_measured_are_empty() -> None:
    old = comparison()
    facts: Any = SimpleNamespace(tables={}, measured=None, cost={})
    for section in (enough(old), personal_answers(old), constraint(old), worst_parts(facts, old)):
        assert not section.parts


def test_the_tracked_page_points_at_costs_and_the_other_tells_them() -> None:
    facts: Any = SimpleNamespace(tables={}, measured=None, cost={})
    assert "reports/cost/index.html" in text(costs(facts, comparison()))
    facts.measured = Measured({}, CostParams(), None)
    assert "Not measured on this machine" in text(costs(facts, comparison()))
    facts.cost = {"systems": {"prompt": {"latency_ms_median": 900.0, "tokens_in": 600.0}}}
    facts.measured = Measured(
        {"prompt": {"ms": [900.0] * 5}, "lm_lora": {"ms": [300.0] * 5}},
        CostParams(currency="EUR", machine_hour=1.0),
        None,
    )
    section = costs(facts, comparison())
    (table,) = [part for part in section.parts if isinstance(part, Table)]
    assert table.rows[0][:3] == ["Prompt", "900.0", "600"] and "0.25" in table.rows[0][3]
    assert table.columns[-2].startswith("EUR per 1,000 requests")


def test_values_are_neutral_wherever_they_are_shown() -> None:
    part = {
        "by": "source",
        "slice": HOSTILE,
        "rows": 40,
        "value": 0.1,
        "low": 0.0,
        "high": 0.2,
        "mean": 0.7,
        "worse": True,
    }
    told = {"least_rows": 30, "judged": 2, "too_small": 3, "metric": "f", "worst": {"lm_lora": part}}
    facts: Any = SimpleNamespace(tables={})
    section = worst_parts(facts, comparison(slices=told))
    assert "<script>" not in page(section) and "3 smaller ones are not judged" in text(section)
    rate = {"rate": interval(0.1), "outputs": 6, "entities": {"EMAIL_ADDRESS": 6}}
    shown = page(personal_answers(comparison(personal_data={"lm_lora": rate, "expected": rate})))
    assert "the expected outputs" in shown and "EMAIL_ADDRESS 6" in shown


def test_a_constraint_is_shown_with_and_without() -> None:
    told = {
        "system": "lm_lora",
        "metric": "f",
        "off": {"f": interval(0.5)},
        "on": {"f": interval(0.6)},
        "difference": interval(0.1),
        "p": 0.04,
        "changed": 7,
    }
    section = constraint(comparison(constrained=told))
    (table,) = [part for part in section.parts if isinstance(part, Table)]
    assert [row[0] for row in table.rows] == ["free", "constrained"] and "changes 7 answers" in text(section)
