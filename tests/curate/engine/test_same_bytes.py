"""The stages write the same bytes on every engine, whatever the partitions; a killed one loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from tests.chain import ROOT, outputs, run_stages, sample_project

STAGES = ("ingest", "scan", "redact", "dedup", "validate", "split", "publish")


def with_engine(project: Path, engine: str) -> None:
    """Put section `engine` into the project's params.yaml."""
    path = project / "params.yaml"
    text = path.read_text().split("\nengine:")[0]
    path.write_text(f"{text}\nengine: {engine}\n")


@pytest.mark.slow
def test_stages_write_the_same_bytes_on_every_engine_and_cut(tmp_path: Path) -> None:
    project = sample_project(tmp_path / "p")
    run_stages(project)
    expected = outputs(project)
    assert pl.read_parquet(project / "data" / "scan" / "findings.parquet").height > 50
    for rows in (1000, 17):
        with_engine(project, f"{{name: stream, rows: {rows}}}")
        run_stages(project, STAGES)
        assert outputs(project) == expected
    assert not list((project / ".assay").glob(".engine*"))


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_killed_in_the_middle_loses_nothing(tmp_path: Path, stage: str) -> None:
    project = sample_project(tmp_path / "p")
    run_stages(project, STAGES[: STAGES.index(stage) + 1])
    expected = outputs_of(project, stage)
    with_engine(project, "{name: stream, rows: 5}")
    code = f"from governance.cli.rim import run_stage\nrun_stage({stage!r})"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen([sys.executable, "-c", code], cwd=project, env=env)
    deadline = time.monotonic() + 120
    while not list((project / ".assay").glob(".engine*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert outputs_of(project, stage) == expected
    run_stages(project, (stage,))
    assert outputs_of(project, stage) == expected
    assert not list((project / ".assay").glob(".engine*"))


def outputs_of(project: Path, stage: str) -> dict[str, bytes]:
    folder = project / "gold" if stage == "publish" else project / "data" / stage
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.name: path.read_bytes() for path in files}
