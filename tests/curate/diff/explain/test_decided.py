"""A change that a verdict made names the verdict, and one that hangs on another's verdict says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from tests.curate.diff.explain.test_causes import ROW, causes, dropped


def decided(version: Any, *rows: tuple[str, str, str]) -> Any:
    table = pl.DataFrame(rows, schema=["example_id", "verdict", "decided_on", "fields"], orient="row")
    return replace(version, row_verdicts=table.lazy())


OTHER = {**ROW, "example_id": "t"}
SAID = ("r", "drop", "2026-05-04", "")


def test_a_dropped_row_and_its_coming_back(make_gold: Any) -> None:
    before = make_gold([ROW, OTHER])
    after = decided(make_gold([OTHER], ledger=[dropped("verdict_drop")]), SAID)
    assert causes(before, after) == [("removed", "verdict: dropped (of 2026-05-04; dedup/verdict_drop)")]
    assert causes(after, before) == [("added", "verdict taken back (drop of 2026-05-04; dedup/verdict_drop)")]


def test_a_new_label_and_an_edit(make_gold: Any) -> None:
    before = make_gold([ROW])
    relabelled = {**ROW, "output": "b", "raw_output": "a"}
    after = decided(make_gold([relabelled]), ("r", "relabel", "2026-05-04", "output"))
    assert causes(before, after) == [("relabelled", "verdict: relabelled (of 2026-05-04)")]
    assert causes(after, before) == [("relabelled", "verdict taken back (relabel of 2026-05-04)")]
    edited = decided(make_gold([{**ROW, "input": "ho <PHONE>"}]), ("r", "edit", "2026-05-04", "input"))
    assert causes(before, edited) == [("edited", "verdict: edited (of 2026-05-04)")]


def test_a_source_that_changed_is_the_cause_before_a_verdict(make_gold: Any) -> None:
    after = decided(make_gold([{**ROW, "input": "ho", "raw": "ho"}]), ("r", "edit", "2026-05-04", "input"))
    assert causes(make_gold([ROW]), after) == [("edited", "edited in source")]


def test_a_row_that_comes_back_through_anothers_verdict_says_so(make_gold: Any) -> None:
    before = make_gold([OTHER], ledger=[dropped("label_conflict")])
    after = decided(make_gold([ROW, OTHER]), ("t", "keep", "2026-05-04", ""))
    assert causes(before, after) == [
        ("added", "no longer dropped: dedup/label_conflict (jaccard 0.75; 1 verdict on rows new)")
    ]
    assert causes(before, before) == []
