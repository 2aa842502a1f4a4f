"""What is asked about, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from curate.pii.decisions import VERDICTS, Verdict, in_force
from curate.pii.redact.params import RedactParams
from curate.pii.scan.stage import ScanParams
from governance.triage.queue import TAKEN_BACK, Item, build_queue
from governance.triage.reviewer import Reviewer

TODAY = date(2026, 3, 1)


def _queue(
    findings: pl.DataFrame, examples: pl.DataFrame, *verdicts: Verdict, **options: list[str]
) -> list[Item]:
    return build_queue(findings, examples, in_force(verdicts, TODAY), RedactParams(), ScanParams(), **options)


def test_repeats_of_one_value_are_one_item(findings: pl.DataFrame, examples: pl.DataFrame) -> None:
    phone = [item for item in _queue(findings, examples) if item.entity == "PHONE_NUMBER"]
    assert [(item.findings, item.rows, item.score) for item in phone] == [(2, 2, 0.75)]


def test_uncertain_patterns_come_first_then_those_of_many_rows(
    findings: pl.DataFrame, examples: pl.DataFrame
) -> None:
    items = _queue(findings, examples)
    assert [(item.entity, item.pattern, item.rows) for item in items] == [
        ("UK_POSTCODE", "AA9 9AA", 2),
        ("UK_POSTCODE", "AA9 9AA", 1),
        ("UK_POSTCODE", "AA9 9AA", 1),
        ("PHONE_NUMBER", "99999 999999", 2),
        ("EMAIL_ADDRESS", "A.A@A.A", 1),
    ]
    assert [item.score for item in items] == [0.45, 0.5, 0.85, 0.75, 1.0]


def test_a_threshold_of_its_own_decides_how_uncertain_a_value_is(
    findings: pl.DataFrame, examples: pl.DataFrame
) -> None:
    scan = ScanParams(thresholds={"PHONE_NUMBER": 0.75})
    assert (
        build_queue(findings, examples, VERDICTS.to_frame(), RedactParams(), scan)[0].entity == "PHONE_NUMBER"
    )


def test_what_the_policy_keeps_is_asked_about_only_by_name(
    findings: pl.DataFrame, examples: pl.DataFrame
) -> None:
    assert "DATE_TIME" not in {item.entity for item in _queue(findings, examples)}
    assert [item.entity for item in _queue(findings, examples, entities=["DATE_TIME"])] == ["DATE_TIME"]


def test_a_judged_value_is_not_asked_about_again(
    findings: pl.DataFrame, examples: pl.DataFrame, reviewer: Reviewer, value_id: Callable[[str, str], str]
) -> None:
    before = _queue(findings, examples)
    for word in ("real", "not_personal", "public"):
        after = _queue(findings, examples, reviewer.verdict(before[0], word))
        assert [item.value_id for item in after] == [item.value_id for item in before[1:]]


def test_an_unsure_value_comes_last_and_names_who_was(
    findings: pl.DataFrame, examples: pl.DataFrame, reviewer: Reviewer
) -> None:
    before = _queue(findings, examples)
    after = _queue(findings, examples, reviewer.verdict(before[0], "unsure"))
    assert [item.value_id for item in after] == [item.value_id for item in [*before[1:], before[0]]]
    assert (after[0].unsure, after[-1].unsure) == ("", "Ada")


def test_a_verdict_taken_back_leaves_no_trace_in_the_queue(
    findings: pl.DataFrame, examples: pl.DataFrame, reviewer: Reviewer
) -> None:
    before = _queue(findings, examples)
    undone = [reviewer.verdict(before[0], "real"), reviewer.verdict(before[0], "unsure", TAKEN_BACK)]
    assert _queue(findings, examples, *undone) == before


def test_an_expired_verdict_opens_its_value_again(findings: pl.DataFrame, examples: pl.DataFrame) -> None:
    before = _queue(findings, examples)
    old = Reviewer("Ada", "", date(2025, 1, 1), 30, "k")
    assert _queue(findings, examples, old.verdict(before[0], "not_personal")) == before


def test_the_order_does_not_follow_that_of_the_findings(
    findings: pl.DataFrame, examples: pl.DataFrame
) -> None:
    shuffled = findings.sample(fraction=1, shuffle=True, seed=4)
    assert _queue(shuffled, examples.reverse()) == _queue(findings, examples)


def test_no_findings_make_an_empty_queue(findings: pl.DataFrame, examples: pl.DataFrame) -> None:
    assert _queue(findings.clear(), examples) == []
