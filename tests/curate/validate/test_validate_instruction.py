"""Null markers, absent media, tasks run together and cut answers: measured on rows labelled by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.task import Kind
from curate.validate.params import ValidateParams
from curate.validate.rule import broken_rules
from curate.validate.rules import RULES
from curate.validate.stage import validate

SAMPLE = Path(__file__).with_name("labelled")
JUDGED = ("null_marker", "absent_media", "merged_instructions", "truncated")
WIDER = {
    "media_in_doubt": "absent_media",
    "null_in_doubt": "null_marker",
    "tasks_in_doubt": "merged_instructions",
}
# Rows that the rules have seen by now; the figures at first sight stand in benchmarks/rules_accuracy.py.
AT_LEAST = 0.95


def rows(half: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (SAMPLE / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()]


def verdicts(sample: list[dict[str, str]]) -> list[set[str]]:
    """The rules that each row breaks."""
    broken: list[set[str]] = [set() for _ in sample]
    for kind in {row.get("k", "rewriting") for row in sample}:
        frame = pl.DataFrame(
            [
                {"example_id": str(number), "input": row["i"], "output": row["o"]}
                for number, row in enumerate(sample)
                if row.get("k", "rewriting") == kind
            ]
        )
        found = broken_rules(frame, Kind(kind), [RULES[code] for code in (*JUDGED, *WIDER)])
        for example, rule, _ in found.iter_rows():
            broken[int(example)].add(WIDER.get(rule, rule))
    return broken


GOES = ("before", "after", "unseen", "blind", "fresh", "second", "third")


@pytest.mark.parametrize(
    ("go", "codes"),
    [
        *((go, JUDGED) for go in GOES),
        *((go, JUDGED[:2]) for go in ("fourth", "fifth", "sixth")),
        ("seventh", JUDGED[1:2]),
    ],
)
def test_precision_and_recall_on_the_labelled_sample(go: str, codes: tuple[str, ...]) -> None:
    sample = rows(go)
    given = verdicts(sample)
    for code in codes:
        pairs = [
            (code in row.get("r", "").split(), code in broken)
            for row, broken in zip(sample, given, strict=True)
        ]
        right, wrong, missed = (pairs.count(pair) for pair in ((True, True), (False, True), (True, False)))
        assert right + missed >= 8, code
        assert right / (right + wrong) >= AT_LEAST, code
        assert right / (right + missed) >= AT_LEAST, code


def test_the_sample_is_large_enough_to_speak() -> None:
    sample = rows("before") + rows("after")
    assert len(sample) >= 400
    for code in JUDGED:
        assert sum(code in row.get("r", "").split() for row in sample) >= 40


def test_a_null_marker_behind_the_prompt_is_taken_out_and_the_row_kept(examples: Any, card: Any) -> None:
    rows = examples(
        ["Give three tips.\n\nNo input", "Name a bird. <noinput>", "No input"], ["Sleep.", "Wren.", "x"]
    )
    result = validate(rows, card("rewriting"))
    assert result.kept["input"].to_list() == ["Give three tips.", "Name a bird."]
    assert result.dropped["reason"].to_list() == ["null_marker"]
    assert result.report["edits"] == {"null_marker": 2}
    assert result.tables["edits"].rows() == [
        ("r0", "input", "null_marker", 1),
        ("r1", "input", "null_marker", 1),
    ]


def test_an_answer_that_names_no_media_itself_is_judged_only_where_answers_are_written(
    examples: Any, card: Any
) -> None:
    rows = examples(["See the attached screenshot, what is this?"], ["bug"])
    assert validate(rows, card("classification")).dropped.is_empty()
    assert validate(rows, card("rewriting")).report["warnings"] == {"absent_media": 1}
    strict = ValidateParams(rules={"absent_media": "quarantine"})
    assert validate(rows, card("rewriting"), strict).dropped["reason"].to_list() == ["absent_media"]


def test_no_answer_of_real_support_agents_is_cut_or_merged(shared_data: Path) -> None:
    table = pl.read_csv(shared_data / "bitext/customer_support.csv", infer_schema=False)
    frame = table.select(
        pl.int_range(pl.len()).cast(pl.String).alias("example_id"),
        pl.col("instruction").alias("input"),
        pl.col("response").alias("output"),
    )
    assert broken_rules(frame, Kind.REWRITING, [RULES[code] for code in JUDGED]).is_empty()


@pytest.mark.parametrize(
    ("given", "answer", "broken"),
    [
        ("Who wrote it?", "<PERSON_1>", True),
        ("<PERSON_1> wrote it. Who?", "<PERSON_1>.", False),
        ("<PERSON_1> and I met. Who?", "<PERSON_1>, <PERSON_2>", True),
        ("Who wrote it?", "<PERSON_1> did", False),
    ],
)
def test_an_answer_of_placeholders_is_fine_where_the_input_holds_them(
    given: str, answer: str, broken: bool
) -> None:
    row = pl.DataFrame({"example_id": ["r"], "input": [given], "output": [answer]})
    found = broken_rules(row, Kind.REWRITING, [RULES["placeholder_only"]])
    assert ("output" in "".join(found["evidence"])) == broken


def test_off_as_yaml_reads_it_turns_a_rule_off() -> None:
    params = ValidateParams.model_validate({"rules": {"output_copies_input": False}})
    assert params.level("output_copies_input") == "off"
