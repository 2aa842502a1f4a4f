"""The steward's walk-through states the counts that the sample project has today."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from curate.project import Project

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The sample project, ingested, scanned and redacted in this process."""
    from curate import ingest
    from curate.pii.redact import stage as redact
    from curate.pii.scan import stage as scan

    for name in ("task.yaml", "params.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "data").mkdir()
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    made = Project(tmp_path)
    for stage in (ingest, scan, redact):
        stage.run(made)
    return made


def test_the_walk_through_counts_what_waits_and_what_stands_over_policy(project: Project) -> None:
    from curate.pii.redact import stage as redact
    from governance.audit.project import audit

    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    today = date(2026, 1, 1)
    first = audit(project, today).inventory
    assert first.passed
    assert re.findall(r"(\d+) uncertain findings wait", page) == [str(first.standing("queued").height)]

    params = project.root / "params.yaml"
    params.write_text(
        params.read_text(encoding="utf-8").replace("redact:\n", "redact:\n  actions: {UK_POSTCODE: keep}\n"),
        encoding="utf-8",
    )
    redact.run(project)
    assert re.findall(r"(\d+) findings stand over policy", page) == [
        str(audit(project, today).inventory.standing("blocks").height)
    ]
