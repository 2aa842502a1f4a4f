"""The stage on disk: what it reads and writes, and that its bytes follow the data alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.errors import AssayError
from curate.files import write_folder
from curate.project import Project
from curate.validate import stage
from curate.validate.stage import run

TASK = "name: t\nkind: classification\nbehaviour: b\nmetric: {name: macro_f1, target: 0.5}\nlabels: [a, b]\n"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stages before this one have not run: that records of theirs belong together is tested elsewhere."""
    monkeypatch.setattr(stage, "begin", lambda *_: {})


@pytest.fixture
def rows(examples: Any) -> Any:
    texts = ["a good text", "<b>bold</b> text", "Ã© broken", "", "more text"] * 40
    return examples(texts, ["a", "b", "c", "a"] * 50)


def project_with(root: Path, rows: pl.DataFrame) -> Project:
    root.mkdir(parents=True, exist_ok=True)
    (root / "task.yaml").write_text(TASK)
    knobs = "{max_dropped: 1.0, rules: {markup_left: quarantine, mojibake: warn}}"
    (root / "params.yaml").write_text(f"validate: {knobs}\n")
    write_folder(root / "data" / "dedup", {"examples": rows}, {})
    return Project(root)


def output(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "data" / "validate").iterdir()}


def test_run_reads_dedup_and_writes_rows_drops_warnings_and_report(tmp_path: Path, rows: Any) -> None:
    seen = []
    report = run(project_with(tmp_path, rows), lambda done, total: seen.append((done, total)))
    assert set(output(tmp_path)) == {
        "examples.parquet",
        "drops.parquet",
        "warnings.parquet",
        "edits.parquet",
        "report.json",
    }
    assert report["funnel"]["in"] == 200 and report["funnel"]["kept"] + report["funnel"]["dropped"] == 200
    assert set(report["funnel"]["reasons"]) == {"empty", "unknown_label", "markup_left"}
    assert report["warnings"] == {
        "mojibake": pl.read_parquet(tmp_path / "data/validate/warnings.parquet").height
    }
    assert seen[-1][0] == seen[-1][1]


def test_without_dedup_the_error_says_which_stage_to_run(tmp_path: Path, rows: Any) -> None:
    project = project_with(tmp_path, rows)
    (tmp_path / "data/dedup/examples.parquet").unlink()
    with pytest.raises(AssayError, match="`dedup` has not run"):
        run(project)


def test_bytes_do_not_follow_row_order_threads_or_hash_seed(tmp_path: Path, rows: Any) -> None:
    run(project_with(tmp_path / "one", rows))
    project_with(tmp_path / "two", rows.reverse())
    code = (
        "from curate.project import Project; from pathlib import Path; from curate.validate import stage; "
        "stage.begin = lambda *_: {}; stage.run(Project(Path('.')))"
    )
    environment = os.environ | {"POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "two", env=environment, check=True)
    assert output(tmp_path / "one") == output(tmp_path / "two")
