"""Rows near in meaning and rows with benchmark text, as people are asked about them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from curate.overlap.stage import OVERLAPS
from curate.project import Project
from curate.semantic.stage import SEMANTIC
from governance.alike import alike, of_row
from governance.triage.rows import KINDS


def test_each_row_is_asked_about_once_a_kind_and_what_left_is_not(tmp_path: Path) -> None:
    project = Project(tmp_path)
    assert list(alike(project)) == [] == list(of_row(project, "a"))
    folder = project.stage("dedup")
    folder.mkdir(parents=True)
    pairs = [("a", "a", "b", "semantic", 0.95, True), ("a", "a", "c", "semantic", 0.91, False)]
    aside = [("a", "b", "c", "semantic", 0.92, False)]  # neither is the keeper
    pl.DataFrame(pairs + aside, schema=SEMANTIC, orient="row").write_parquet(folder / "semantic.parquet")
    held = [("d", "bench.jsonl", 3, "whole", 1.0, 9, False), ("d", "bench.jsonl", 4, "long", 0.5, 20, False)]
    gone = [("e", "bench.jsonl", 3, "whole", 1.0, 9, True)]
    pl.DataFrame(held + gone, schema=OVERLAPS, orient="row").write_parquet(folder / "overlaps.parquet")
    asked = list(alike(project))
    assert asked == [
        ("d", "benchmark", "holds text of row 3 of bench.jsonl (whole)"),
        ("b", "meaning", "says nearly what a says (cosine 0.95) and has another label"),
        ("c", "meaning", "says nearly what a says (cosine 0.91)"),
    ]
    assert {kind for _, kind, _ in asked} <= set(KINDS)
    assert list(of_row(project, "e")) == [
        ("holds benchmark text", "holds text of row 3 of bench.jsonl (whole)")
    ]
    assert [what for what, _ in of_row(project, "b")] == ["near in meaning to a", "near in meaning to c"]
