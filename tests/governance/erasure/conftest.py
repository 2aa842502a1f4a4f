"""A DVC project with a folder remote: two versions of `gold`, committed, run and pushed by DVC itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from curate.project import Project
from tests.curate.versions.test_revisions import git
from tests.governance.erasure.tiny import KEY, build

PERSON = "Ottoline Abernathy-Quill"


def dvc(root: Path, *arguments: str) -> str:
    """Run `dvc` in a project; its standard output."""
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], cwd=root, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files_under(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def anywhere(folder: Path, value: str) -> list[Path]:
    """Files under a folder that hold a value in plain UTF-8."""
    return [path for path in files_under(folder) if value.encode() in path.read_bytes()]


@pytest.fixture(scope="session")
def pushed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `pushed` as DVC made it, to be copied: that takes it ten seconds."""
    base = tmp_path_factory.mktemp("pushed")
    root = base / "project"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    dvc(root, "init", "-q")
    (base / "store").mkdir()
    dvc(root, "remote", "add", "-q", "-d", "folder", "../store")
    (root / "make_gold.py").write_text("import shutil; shutil.copytree('raw', 'gold', dirs_exist_ok=True)")
    stage = "stages:\n  make:\n    cmd: python make_gold.py\n    deps: [raw]\n    outs: [gold]\n"
    (root / "dvc.yaml").write_text(stage)
    (root / "raw").mkdir()
    (root / "raw" / "note.txt").write_text("stays the same")
    for rows in (["Ann", PERSON], ["Ann"]):
        (root / "raw" / "train.csv").write_text("\n".join(rows))
        dvc(root, "repro", "-q")
        dvc(root, "push", "-q", "--run-cache")
        git(root, "add", "dvc.lock", "dvc.yaml", ".dvc/config", ".gitignore")
        git(root, "commit", "-q", "-m", f"{len(rows)} rows")
    return base


@pytest.fixture
def pushed(pushed_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Gold with a person, then without, each run and pushed with its run cache."""
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    monkeypatch.setenv("DVC_GLOBAL_CONFIG_DIR", str(tmp_path / "global"))
    for name in ("project", "store"):
        shutil.copytree(pushed_once / name, tmp_path / name)
    return tmp_path / "project"


@pytest.fixture(scope="session")
def tiny_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `tiny`, to be copied."""
    base = tmp_path_factory.mktemp("tiny")
    patch = pytest.MonkeyPatch()
    patch.setenv("ASSAY_KEY", KEY)
    build(base / "project", base / "remote")
    patch.undo()
    return base


@pytest.fixture
def tiny(tiny_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Three versions and two systems that learned from Jo Miller, pushed to a folder; see `tiny.py`."""
    shutil.copytree(tiny_once, tmp_path / "tiny", symlinks=True)
    monkeypatch.setenv("ASSAY_KEY", KEY)
    monkeypatch.chdir(tmp_path / "tiny" / "project")
    return Project(tmp_path / "tiny" / "project")
