"""Verdicts through the whole chain of stages, seen by `why`, `status` and `diff`, and taken back."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.chain import assay, outputs, run_stages, sample_project

FROM_REDACT = ("redact", "dedup", "validate", "split", "publish")


@pytest.mark.slow
def test_verdicts_are_carried_out_told_and_undone(tmp_path: Path) -> None:
    project = sample_project(tmp_path / "p")
    run_stages(project)
    shutil.copytree(project / "gold", tmp_path / "gold0")
    before = outputs(project)
    drop, relabel, edit = pl.read_parquet(project / "gold" / "train.parquet").filter(
        pl.col("output") != "billing"
    )["example_id"][:3]
    who = ("--reviewer", "Ada")
    assay(project, "triage", "--row", drop, "--drop", "--reason", "a test message", *who)
    assay(project, "triage", "--row", relabel, "--relabel", "billing", *who)
    assay(project, "triage", "--row", edit, "--set", "input=a new text about <PERSON_1> and a lamp", *who)
    # Nothing goes on from what was made before the verdicts.
    assert "decisions/rows.jsonl changed" in assay(project, "dedup", check=False).stderr
    assert "decided, and not yet carried out" in assay(project, "status", check=False).stdout
    assert "verdict: drop, not yet carried out" in assay(project, "why", drop).stdout
    said = run_stages(project, FROM_REDACT)
    assert "3 verdicts on rows in force" in said and "verdict_drop 1" in said
    assert "1 drop, 1 edit, 1 relabel" in assay(project, "status", check=False).stdout
    why = assay(project, "why", drop).stdout
    assert "verdict: drop" in why and "by Ada on" in why and "a test message" in why
    assert "not yet carried out" not in why
    assert "verdict: relabel to billing" in assay(project, "why", relabel).stdout
    told = assay(project, "diff", str(tmp_path / "gold0"), "gold", check=False).stdout
    for words in ("verdict: dropped", "verdict: relabelled", "verdict: edited"):
        assert words in told
    assert "unexplained" not in told
    for row in (drop, relabel, edit):
        assay(project, "triage", "--row", row, "--undo", *who)
    run_stages(project, FROM_REDACT)
    after = outputs(project)
    gold = {name for name in before if name.startswith("gold") and name.endswith(".parquet")}
    assert {name: after[name] for name in gold} == {name: before[name] for name in gold}
    assert "gold/verdicts.parquet" not in after
