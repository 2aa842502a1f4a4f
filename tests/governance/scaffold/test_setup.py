"""`assay init`: the key, git and DVC."""

from __future__ import annotations

import importlib
import importlib.util
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from governance.scaffold import setup
from tests.governance.scaffold.conftest import ROWS, assay, init, to_csv


def test_each_project_gets_a_key_of_its_own_that_others_cannot_read_and_git_ignores(tmp_path: Path) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    for name in ("a", "b"):
        assert init(name) == 0
    keys = [tmp_path / name / ".assay/key" for name in ("a", "b")]
    assert keys[0].read_text() != keys[1].read_text()
    assert all(stat.S_IMODE(key.stat().st_mode) == 0o600 for key in keys)
    ignored = (tmp_path / "a/.gitignore").read_text().splitlines()
    assert {"/.assay/", *(f"/data/{name}" for name in ("ingest", "scan", "redact", "split"))} <= set(ignored)


def test_new_key_writes_a_key_only_and_never_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    assert init("p") == 0
    assert assay("init", "--new-key", "p") == 2
    assert "would change every digest" in capsys.readouterr().err
    (tmp_path / "p/.assay/key").unlink()
    monkeypatch.chdir(tmp_path / "p/data")
    assert assay("init", "--new-key") == 0
    assert len((tmp_path / "p/.assay/key").read_text().strip()) == 64
    monkeypatch.chdir(tmp_path)
    assert assay("init", "--new-key") == 2


@pytest.mark.slow
def test_git_and_dvc_are_set_up_and_dvc_runs_the_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("dvc")
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ASSAY_KEY", raising=False)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    assert init("p") == 0
    project = tmp_path / "p"
    assert "analytics = false" in (project / ".dvc/config").read_text()
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "repro", "ingest"], cwd=project, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    again = subprocess.run(
        [sys.executable, "-m", "dvc", "status", "ingest"], cwd=project, capture_output=True, text=True
    )
    assert "up to date" in again.stdout
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=project, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {
        "task.yaml",
        "params.yaml",
        "dvc.yaml",
        "dvc.lock",
        "decisions/.gitkeep",
        "records/.gitkeep",
    } <= set(tracked)
    held = [name for name in tracked if name.startswith(("data", ".assay"))]
    assert held == ["data/raw/.gitignore", "data/raw/d.csv.dvc"]  # the pointer, not the rows


def test_inside_a_repository_no_second_one_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dvc")
    monkeypatch.undo()
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "p").mkdir()
    (tmp_path / "p/.dvcignore").write_text("mine\n")
    assert setup.start_git_and_dvc(tmp_path / "p") == []
    assert not (tmp_path / "p/.git").exists()
    assert (tmp_path / "p/.dvc/config").read_text().count("analytics = false") == 1
    assert (tmp_path / "p/.dvcignore").read_text() == "mine\n"


def test_without_dvc_init_says_so_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    notes = setup.start_git_and_dvc(tmp_path)
    assert len(notes) == 1 and "pip install 'assay[pipeline]'" in notes[0]
    assert (tmp_path / ".git").exists()
