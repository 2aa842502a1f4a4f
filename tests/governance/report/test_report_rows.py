"""What the report says of rows, warnings, redaction and errors: redacted texts, neutralised by every face."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from curate.examples import EXAMPLES, LEDGER, conform
from curate.show.blocks import Block, Details, Paragraph, Table
from curate.show.html import as_html
from curate.show.markdown import as_markdown
from curate.task import Kind, TaskCard
from curate.validate.clean import EDITS
from governance.report.build import build
from governance.report.errors import recommended, where_it_goes_wrong
from governance.report.facts import WARNINGS, Facts
from governance.report.redaction import personal_data
from governance.report.rows import fields, sample_rows, warnings

HOSTILE = "<script>alert(1)</script> | ::error::x \u202e"
SCORES = {"majority": 0.3, "descriptions": 0.91, "probe": 0.94, "lora": 0.95}
PARAMETERS = {"majority": 0, "descriptions": 0, "probe": 3_000, "lora": 700_000}


def tables(blocks: Any) -> list[Table]:
    found: list[Table] = []
    for block in blocks:
        if isinstance(block, Details):
            found += tables(block.blocks)
        elif isinstance(block, Table):
            found.append(block)
    return found


def comparison(outcome: str = "simpler_is_enough", target: float = 0.9) -> dict[str, Any]:
    return {
        "metric": {"name": "accuracy", "target": target},
        "fine_tuned": "lora",
        "best_simpler": "probe",
        "systems": [
            {
                "name": name,
                "title": name.title(),
                "accuracy": {"point": score, "low": score, "high": score},
                "trainable_parameters": PARAMETERS[name],
            }
            for name, score in SCORES.items()
        ],
        "verdict": {"outcome": outcome, "headline": "", "reasons": []},
    }


@pytest.fixture
def facts() -> Facts:
    gold = conform(
        pl.DataFrame(
            {
                "example_id": [f"r{n}" for n in range(10)],
                "input": [HOSTILE, *[f"text {'x' * n}" for n in range(9)]],
                "output": ["billing", "delivery"] * 5,
                "language": [*["en"] * 5, *[None] * 5],
                "held_out": [False] * 10,
            }
        ),
        EXAMPLES,
    ).with_columns(pl.Series("split", ["train"] * 6 + ["validation"] * 2 + ["test"] * 2))
    edits = pl.DataFrame(
        {
            "example_id": ["r0", "r0", "r1", "r2"],
            "field": ["input", "output", "input", "input"],
            "entity": ["PERSON", "PERSON", "PERSON", "URL"],
            "value_id": ["a", "a", "b", "c"],
            "action": ["replace", "replace", "replace", "keep"],
        }
    )
    card = {"kind": "classification", "behaviour": "route", "metric": {"name": "accuracy", "target": 0.9}}
    funnel = [{"stage": "ingest", "in": 10, "kept": 10, "dropped": 0, "reasons": {}}]
    digests = ("content_digest", "task_digest", "params_digest", "key_id", "version")
    manifest = {
        **dict.fromkeys(digests, "0" * 12),
        "splits": {"train": {"rows": 6}, "validation": {"rows": 2}, "test": {"rows": 2}},
        "redaction": {"scope": "record"},
        "funnel": funnel,
        "rows": 10,
        "labels": {},
        "held_out": {"digest": "0"},
        "code": {},
        "versions": {},
    }
    return Facts(
        task=TaskCard.model_validate({"name": "t", **card}),
        manifest=manifest,
        ledger=LEDGER.to_frame(),
        edits=edits,
        reports={},
        comparison=None,
        tables={},
        cost={},
        gold=gold,
        warnings=pl.DataFrame(
            [
                ("r0", "markup_left", "input: HTML tags (1 place)"),
                ("r3", "no_letters", "input: digits (1 place)"),
            ],
            schema=WARNINGS,
            orient="row",
        ),
        validate_edits=pl.DataFrame([("r4", "input", "invisible_characters", 3)], schema=EDITS, orient="row"),
    )


def test_sample_rows_are_the_same_whatever_the_order_and_hold_every_label(facts: Facts) -> None:
    (first,) = tables(sample_rows(facts).parts)
    (second,) = tables(sample_rows(replace(facts, gold=facts.gold.reverse())).parts)
    assert first == second
    assert {row[-1] for row in first.rows} == {"billing", "delivery"}


def test_fields_say_lengths_and_fill_rates(facts: Facts) -> None:
    lengths, rates = tables(fields(facts).parts)
    assert [row[:2] for row in lengths.rows][:3] == [
        ["input", "train"],
        ["input", "validation"],
        ["input", "test"],
    ]
    shares = {row[0]: row[1:] for row in rates.rows}
    assert shares["input"] == ["100%", "100%", "100%"]
    assert shares["language"] == ["83%", "0%", "0%"]


def test_keys_of_a_json_output_have_a_fill_rate(facts: Facts) -> None:
    card = facts.task.model_copy(update={"kind": Kind.EXTRACTION})
    outputs = ['{"company": "A", "total": null}', '{"company": "", "total": 3}'] * 5
    gold = facts.gold.with_columns(pl.Series("output", outputs))
    keys = tables(fields(replace(facts, task=card, gold=gold)).parts)[-1]
    assert keys.rows == [["company", "5", "50%"], ["total", "5", "50%"]]


def test_each_warning_has_its_count_its_meaning_and_rows_to_see(facts: Facts) -> None:
    summary, *examples, edited = tables(warnings(facts).parts)
    assert [row[0] for row in summary.rows] == ["markup_left", "no_letters"]
    assert summary.rows[0][1:] == ["HTML tags or entities", "1"]
    assert [table.rows[0][0] for table in examples] == ["r0", "r3"]
    assert edited.rows == [["invisible_characters", "input", "1", "3"]]


def test_redaction_is_told_by_field_and_changed_targets_stand_out(facts: Facts) -> None:
    by_action, by_field = tables(personal_data(facts).parts)
    assert by_action.rows[0] == ["PERSON", "replace", "3", "2", "2"]
    assert ["output", "PERSON", "replace", "1", "1", "1"] in by_field.rows
    assert not any("URL" in row for row in by_field.rows)
    assert "1 row had its output changed" in as_markdown(build(facts)).replace("\\", "")


def test_what_the_redact_stage_says_of_targets_is_shown_whatever_its_keys(facts: Facts) -> None:
    reports = {"redact": {"targets": [{"field": "company", "changed": 3, "share": 0.25, "later_key": None}]}}
    table = tables(personal_data(replace(facts, reports=reports)).parts)[-1]
    assert table.columns == ["field", "changed", "share", "later key"]
    assert table.rows == [["company", "3", "25.0%", ""]]


def test_no_text_of_a_row_becomes_markup(facts: Facts) -> None:
    page = as_html(build(facts))
    assert "<script>" not in page and "\u202e" not in page
    assert "&lt;script&gt;" in page


def test_the_system_spoken_for_is_the_cheapest_that_meets_the_target() -> None:
    assert recommended(comparison()) == "descriptions"
    assert recommended(comparison(target=0.93)) == "probe"
    assert recommended(comparison(target=0.99)) == "probe", "none meets it: the best simpler one"
    assert recommended(comparison("fine_tune")) == "lora"


def test_errors_are_those_of_the_recommended_system_with_their_texts_surest_first(facts: Facts) -> None:
    wrong = {"descriptions": ["delivery", "delivery"], "probe": ["billing", "delivery"]}
    predictions = pl.DataFrame(
        [
            (row, name, label, answer, 0.5 + place / 10)
            for name, answers in wrong.items()
            for place, (row, label, answer) in enumerate(
                zip(["r8", "r9"], ["billing", "billing"], answers, strict=True)
            )
        ],
        schema=["example_id", "system", "label", "predicted", "confidence"],
        orient="row",
    )
    section = where_it_goes_wrong(replace(facts, tables={"predictions": predictions}), comparison())
    first: Block = section.parts[0]
    assert isinstance(first, Paragraph) and str(first.text).startswith("Descriptions, the system")
    assert "wrong on 2 of 2" in str(first.text)
    errors = tables(section.parts)[0]
    assert [row[0] for row in errors.rows] == ["r9", "r8"]
    assert errors.rows[0][1:] == ["billing", "delivery", "0.60", "text xxxxxxxx"]
