"""The stages' plans on engine daft, over a Ray of this machine: the bytes of `local`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chain import CURATION, ROOT, outputs, sample_project
from tests.curate.engine.test_same_bytes import with_engine

# One Ray for all stages: to start it takes longer than they do.
RAY = """
import ray
ray.init(include_dashboard=False, num_cpus=2, log_to_driver=False, logging_level="ERROR")
"""
# Near-duplicates by the way of large sets, which shuffles.
STAGES = f"""
from curate.dedup import cover
from governance.cli.rim import run_stage
cover.MAX_PREFIX_CHARACTERS = -1
for stage in {CURATION!r}:
    run_stage(stage)
"""


# Kills the worker that has tasks in its hands, once, as soon as one of them is done.
KILLER = """
import os, signal, threading, time
from pathlib import Path

def workers():
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if status.read_bytes().startswith(b"ray::RaySwordfishActor") and ours(int(status.parent.name)):
                yield int(status.parent.name)
        except OSError:
            pass

def ours(process):
    while process > 1 and process != os.getpid():
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return process == os.getpid()

def kill():
    while True:
        found = list(workers())
        if found and list(Path(".assay").glob(".engine*/run-*/*.done")):
            os.kill(found[0], signal.SIGKILL)
            Path("killed").touch()
            return
        time.sleep(0.005)

threading.Thread(target=kill, daemon=True).start()
"""


def run(project: Path, code: str) -> dict[str, bytes]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return outputs(project)


@pytest.mark.slow
def test_every_stage_writes_the_bytes_of_local_on_daft(tmp_path: Path) -> None:
    pytest.importorskip("daft", reason="assay[cluster] is not installed")
    pytest.importorskip("ray", reason="assay[cluster] is not installed")
    project = sample_project(tmp_path / "p")
    expected = run(project, STAGES)
    with_engine(project, "{name: daft, rows: 150}")
    assert run(project, RAY + STAGES) == expected
    assert not list((project / ".assay").glob(".engine*"))


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_of_a_stage_loses_nothing(tmp_path: Path) -> None:
    pytest.importorskip("daft", reason="assay[cluster] is not installed")
    pytest.importorskip("ray", reason="assay[cluster] is not installed")
    project = sample_project(tmp_path / "p")
    expected = run(project, STAGES)
    with_engine(project, "{name: daft, rows: 20}")
    assert run(project, RAY + KILLER + STAGES.replace(repr(CURATION), repr(("dedup",)))) == expected
    assert (project / "killed").exists()
