"""Killed at any moment, again and again, an erasure ends as one that nobody disturbs."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from curate.project import Project
from governance.erasure.erase import Request, execute, plan_of
from governance.records.kinds import Erasure
from governance.records.store import read_journal
from tests.chain import ROOT
from tests.governance.erasure.test_erase import state
from tests.governance.erasure.tiny import KEY, VALUES

# Each takes seconds, so CI does a dozen; ASSAY_KILLS=50 before a change of the steps is landed.
KILLS = int(os.environ.get("ASSAY_KILLS", "12"))
_GO_ON = f"""
import sys
from pathlib import Path
from curate.files import only_one
from curate.project import Project
from governance.erasure.erase import Request, execute, plan_of, resume
from governance.erasure.journal import pending
project = Project(Path.cwd())
print("ready", flush=True)
with only_one(project.lock):
    if pending(project.root) is not None:
        resume(project)
    else:
        plan = plan_of(project, Request({VALUES!r}))
        if plan.anything:
            execute(project, plan)
"""


def _begun(root: Path) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "ASSAY_KEY": KEY, "DVC_NO_ANALYTICS": "1"}
    run = subprocess.Popen(
        [sys.executable, "-c", _GO_ON], cwd=root, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert run.stdout is not None and run.stdout.readline() == b"ready\n"
    return run


@pytest.mark.slow
def test_killed_at_any_moment_it_ends_the_same(
    tiny_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_KEY", KEY)
    shutil.copytree(tiny_once, tmp_path / "calm", symlinks=True)
    calm = Project(tmp_path / "calm" / "project")
    before = time.perf_counter()
    execute(calm, plan_of(calm, Request(VALUES)))
    length = time.perf_counter() - before
    chance, killed, runs = random.Random(19), 0, 0
    while killed < KILLS:
        runs += 1
        base = tmp_path / f"run-{runs}"
        shutil.copytree(tiny_once, base, symlinks=True)
        root = base / "project"
        while True:
            run = _begun(root)
            try:
                run.wait(chance.uniform(0, length))
            except subprocess.TimeoutExpired:
                run.kill()
                run.communicate()
                killed += 1
                continue
            _, said = run.communicate()
            assert run.returncode == 0, said.decode()
            break
        assert state(Project(root)) == state(calm), f"run {runs}"
        assert len(read_journal(root).of(Erasure)) == 1
        shutil.rmtree(base)
