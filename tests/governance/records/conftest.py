"""Keys of four people, and a project whose policy three of them may approve under."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from curate.project import Project

from .signed import commit, git, line, write_policy
from .test_events import CARD, write_version


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An SSH key each for four people."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ann", "bob", "cat", "eve"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(command, check=True)
    return {name: folder / name for name in ("ann", "bob", "cat", "eve")}


@pytest.fixture
def project(tmp_path: Path, keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Project:
    """A committed project whose policy asks for a steward and a reviewer; no one has approved anything."""
    (tmp_path / "task.yaml").write_text(yaml.safe_dump(CARD))
    write_policy(tmp_path, "".join(line(keys, name) for name in ("ann", "bob", "cat")))
    git(tmp_path, "init", "-q", "-b", "main")
    write_version(tmp_path, 5)
    commit(tmp_path)
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)
