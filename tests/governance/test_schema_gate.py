"""Gate `schema`: what a person kept in spite of a rule passes and is counted; the schema spares none."""

from __future__ import annotations

from datetime import date

import polars as pl

from curate.project import Project
from curate.publish.gold import load_gold
from curate.verdicts.journal import append_rows
from governance.gate import _published
from governance.schema_gate import schema
from governance.triage.row_verdicts import Desk, Judge, Wish
from governance.triage.rows import redacted


def _rows(project: Project, text: str) -> tuple[pl.DataFrame, str]:
    """The published rows, the first of them with another input."""
    rows = _published(load_gold(project.gold).splits)
    name = str(rows["example_id"][0])
    is_first = pl.col("example_id") == name
    return rows.with_columns(pl.when(is_first).then(pl.lit(text)).otherwise("input").alias("input")), name


def _decide(project: Project, wish: Wish) -> None:
    desk = Desk(project, redacted(project), Judge("Ada", "", date(2026, 1, 1)))
    append_rows(project.root, desk.lines([wish]))


def test_a_rule_broken_by_a_row_that_somebody_kept_passes_and_is_counted(desk: Project) -> None:
    rows, name = _rows(desk, "N/A")
    passed, words, fix = schema(desk, rows)
    assert (passed, fix) == (False, "dvc repro")
    assert words == f"1 published row breaks the schema or a rule: null_marker (e.g. {name})"
    _decide(desk, Wish(name, "keep", {}))
    passed, words, fix = schema(desk, rows)
    assert passed and not fix
    assert words.endswith("and every rule, but for 1 row that people kept all the same (null_marker)")
    _decide(desk, Wish(name, "unsure", {}, "taken back"))
    assert not schema(desk, rows)[0]


def test_a_keep_spares_nothing_that_breaks_the_schema(desk: Project) -> None:
    rows, name = _rows(desk, "")
    _decide(desk, Wish(name, "keep", {}))
    passed, words, _ = schema(desk, rows)
    assert not passed and "empty" in words


def test_without_a_verdict_nobody_is_said_to_have_kept_a_row(desk: Project) -> None:
    passed, words, _ = schema(desk, _published(load_gold(desk.gold).splits))
    assert passed and "kept" not in words
