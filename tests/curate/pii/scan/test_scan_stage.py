"""Stage `scan`: findings and a report, and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.errors import AssayError
from curate.examples import FINDINGS
from curate.keys import Key
from curate.pii.detect.params import ScanParams
from curate.pii.scan.stage import run, scan
from curate.project import Project
from curate.task import Kind

Make = Callable[..., pl.DataFrame]
PARAMS = ScanParams(ner=None)


def test_findings_have_the_contracts_columns_and_order(detector: Any, key: Key, examples: Make) -> None:
    rows = examples(
        {"input": "call 07911 123456 or jo@example.com"}, {"input": "nothing"}, {"input": "jo@example.com"}
    )
    findings, report = scan(rows, PARAMS, key, Kind.CLASSIFICATION, detector)
    assert findings.schema == FINDINGS
    assert findings.select("example_id", "entity").rows() == [
        ("r0", "PHONE_NUMBER"),
        ("r0", "EMAIL_ADDRESS"),
        ("r2", "EMAIL_ADDRESS"),
    ]
    assert findings["value_id"].n_unique() == 2
    assert report["inventory"][0] == {
        "entity": "EMAIL_ADDRESS",
        "field": "input",
        "source": "export",
        "findings": 2,
        "rows": 2,
        "values": 1,
        "verified": 2,
    }
    assert report["funnel"] == {"in": 3, "kept": 3, "dropped": 0, "reasons": {}}


def test_a_label_is_not_scanned_but_a_text_output_is(detector: Any, key: Key, examples: Make) -> None:
    rows = examples({"input": "x", "output": "jo@example.com"})
    assert scan(rows, PARAMS, key, Kind.CLASSIFICATION, detector)[0].height == 0
    assert scan(rows, PARAMS, key, Kind.REWRITING, detector)[0]["field"].to_list() == ["output"]


def test_a_preferences_rejected_answer_is_scanned(detector: Any, key: Key, examples: Make) -> None:
    rows = examples({"input": "x", "output": "y", "rejected": "jo@example.com"})
    assert scan(rows, PARAMS, key, Kind.PREFERENCE, detector)[0]["field"].to_list() == ["rejected"]


def test_rows_in_other_languages_are_counted_or_refused(detector: Any, key: Key, examples: Make) -> None:
    rows = examples(
        {"input": "jo@example.com", "language": "fr"}, {"input": "x", "language": "en"}, {"input": "y"}
    )
    read = PARAMS.model_copy(update={"unsupported_language": "scan_as_default"})
    findings, report = scan(rows, read, key, Kind.CLASSIFICATION, detector)
    assert findings.height == 1
    assert report["language"]["other_rows"] == {"fr": 1}
    with pytest.raises(AssayError, match=r"1 row is in languages .*: fr 1"):
        scan(rows, PARAMS, key, Kind.CLASSIFICATION, detector)


def test_shuffled_rows_give_the_same_findings(detector: Any, key: Key, examples: Make) -> None:
    rows = examples(*({"input": f"jo{at % 5}@example.com and 07911 12345{at}"} for at in range(10)))
    shuffled = rows.sample(fraction=1, shuffle=True, seed=3)
    left, right = (scan(one, PARAMS, key, Kind.CLASSIFICATION, detector) for one in (rows, shuffled))
    assert left[0].equals(right[0])
    assert left[1] == right[1]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    from curate.ingest import run as ingest

    monkeypatch.setenv("ASSAY_KEY", "0" * 64)
    (tmp_path / "task.yaml").write_text(
        "name: t\nkind: classification\nbehaviour: route\nmetric: {name: accuracy, target: 0.5}\n"
        "sources: {desk: {licence: own, lawful_basis: contract, purpose: routing, retention: a year}}\n"
    )
    (tmp_path / "params.yaml").write_text(
        "ingest: {path: raw.csv, columns: {id: id, input: text, output: label}, defaults: {source: desk}}\n"
        "scan: {thresholds: {URL: 0.6}}\nredact: {actions: {UK_NINO: drop_row}}\n"
    )
    texts = ("mail canary.seven@example.com", "NI AB123456C", "clean")
    lines = [f"r{row},{text},billing" for row, text in enumerate(texts)]
    (tmp_path / "raw.csv").write_text("\n".join(["id,text,label", *lines, ""]))
    ingest(Project(tmp_path))
    return Project(tmp_path)


def test_the_stage_writes_findings_and_report_without_a_raw_value(project: Project) -> None:
    report = run(project)
    folder = project.stage("scan")
    assert sorted(path.name for path in folder.iterdir()) == ["findings.parquet", "report.json"]
    assert json.loads((folder / "report.json").read_text()) == json.loads(json.dumps(report))
    written = (folder / "report.json").read_bytes() + str(
        pl.read_parquet(folder / "findings.parquet").rows()
    ).encode()
    assert b"canary" not in written
    assert b"AB123456C" not in written


def test_the_stage_writes_the_same_bytes_twice(project: Project) -> None:
    run(project)
    before = (project.stage("scan") / "findings.parquet").read_bytes()
    run(project)
    assert (project.stage("scan") / "findings.parquet").read_bytes() == before


@pytest.mark.slow
def test_two_processes_write_the_same_bytes_as_one(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project.stage("scan")
    run(project, processes=1)
    one = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(project.root / ".assay" / "cache")
    monkeypatch.setattr("curate.pii.scan.search.WORTH_PROCESSES", 1)
    monkeypatch.setattr("curate.pii.scan.naming._WORTH_PROCESSES", 1)
    pools = []
    monkeypatch.setattr(  # the one door to other processes
        "curate.engine.local.ProcessPoolExecutor",
        lambda *args, **kwargs: pools.append(args[0]) or ProcessPoolExecutor(*args, **kwargs),
    )
    run(project, processes=2)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == one
    assert pools == [2, 2]


def test_scan_then_redact_conserves_rows(project: Project) -> None:
    from curate.pii.redact.stage import run as redact

    run(project)
    report = redact(project)
    assert report["funnel"] == {"in": 3, "kept": 2, "dropped": 1, "reasons": {"personal_data": 1}}
    kept = pl.read_parquet(project.stage("redact") / "examples.parquet")
    assert kept["input"].to_list() == ["mail <EMAIL_ADDRESS_1>", "clean"]
    assert pl.read_parquet(project.stage("redact") / "drops.parquet")["evidence"].to_list() == [
        "UK_NINO in input"
    ]


def test_a_misspelt_policy_entity_is_an_error(project: Project) -> None:
    from curate.pii.redact.stage import run as redact

    run(project)
    (project.root / "params.yaml").write_text("redact: {actions: {EMAIL: keep}}\n")
    with pytest.raises(AssayError, match=r"redact\.actions.*EMAIL"):
        redact(project)


def test_scan_before_ingest_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_KEY", "0" * 64)
    (tmp_path / "params.yaml").write_text("{}")
    (tmp_path / "task.yaml").write_text(
        "name: t\nkind: classification\nbehaviour: route\nmetric: {name: accuracy, target: 0.5}\n"
    )
    with pytest.raises(AssayError, match="assay ingest"):
        run(Project(tmp_path))
