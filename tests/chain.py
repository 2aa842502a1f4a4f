"""Runs the curation stages of a project in a process of its own, as `assay` does, for tests of the whole
chain.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CURATION = ("ingest", "scan", "redact", "dedup", "validate", "split", "publish")

CUT_OFF = """
import socket
def refuse(*_, **__):
    raise AssertionError("a network call was made")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
"""


def sample_project(folder: Path, raw: bytes | None = None) -> Path:
    """The sample project without its history; `raw` replaces its tickets."""
    (folder / "data" / "raw").mkdir(parents=True)
    for name in ("task.yaml", "params.yaml"):
        shutil.copy(ROOT / name, folder / name)
    tickets = folder / "data" / "raw" / "tickets.csv"
    tickets.write_bytes((ROOT / "data" / "raw" / "tickets.csv").read_bytes() if raw is None else raw)
    return folder


def assay(
    project: Path, *arguments: str, check: bool = True, offline: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `assay ARGUMENTS` in `project`; with `offline` any network call fails it."""
    code = f"{CUT_OFF if offline else ''}\nfrom governance.cli.main import main\nmain({list(arguments)!r})"
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=env, capture_output=True, text=True, check=check
    )


def run_stages(
    project: Path, stages: tuple[str, ...] = CURATION, *, offline: bool = False, **environment: str
) -> str:
    """Run several stages in one process; returns what they said."""
    code = (
        f"{CUT_OFF if offline else ''}\nfrom governance.cli.rim import run_stage\nfor stage in "
        f"{stages!r}:\n    run_stage(stage)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def outputs(project: Path) -> dict[str, bytes]:
    """Bytes of everything the curation stages wrote."""
    folders = [project / "data" / stage for stage in CURATION[:-1]] + [project / "gold"]
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()] + [
        project / "split.lock"
    ]
    return {str(path.relative_to(project)): path.read_bytes() for path in files}
