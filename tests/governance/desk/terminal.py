"""The terminal queue on a copy of a project: what its files hold after some keys."""

from __future__ import annotations

import shutil
from pathlib import Path

from curate.pii.decisions import FILE, append_verdicts, in_force, project_verdicts
from curate.pii.redact.params import RedactParams
from curate.pii.scan.stage import ScanParams
from curate.project import Project
from curate.verdicts.journal import FILE as ROWS
from curate.verdicts.journal import append_rows
from curate.verdicts.standing import project_rows
from governance.triage.queue import build_queue
from governance.triage.row_session import RowSession
from governance.triage.row_session import press as press_row
from governance.triage.row_verdicts import Desk, Judge
from governance.triage.rows import build_rows
from governance.triage.session import press, start
from tests.governance.desk.conftest import TODAY, reviewer_of


def copied(project: Project, folder: Path) -> Project:
    """The project as its stages left it, without a decision."""
    shutil.copytree(project.root, folder, ignore=shutil.ignore_patterns("decisions", "records", ".assay"))
    return Project(folder)


def press_values(project: Project, keys: str, folder: Path) -> bytes:
    """`decisions/pii.jsonl` after `assay triage --keys`."""
    from curate.files import read_stage_frame

    twin = copied(project, folder)
    findings = read_stage_frame(twin.stage("scan") / "findings.parquet", made_by="scan")
    examples = read_stage_frame(twin.stage("ingest") / "examples.parquet", made_by="ingest")
    verdicts = in_force(project_verdicts(twin), TODAY)
    queue = build_queue(findings, examples, verdicts, RedactParams(), ScanParams())
    session = start(queue, reviewer_of(twin))
    for key in keys:
        session, lines = press(session, key)
        append_verdicts(twin.root, lines)
    return (twin.root / FILE).read_bytes()


def press_rows(project: Project, keys: str, folder: Path) -> bytes:
    """`decisions/rows.jsonl` after `assay triage --rows --keys`."""
    twin = copied(project, folder)
    queue = build_rows(twin, project_rows(twin))
    desk = Desk(twin, queue.examples, Judge("Ada", "", TODAY))
    session = RowSession(queue.items)
    for key in keys:
        session, wishes = press_row(session, key)
        append_rows(twin.root, desk.lines(wishes))
    return (twin.root / ROWS).read_bytes()
