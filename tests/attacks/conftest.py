"""A published project, made once a run and copied for each attack."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.attacks.project import make


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as its owner left it: never written to."""
    root = tmp_path_factory.mktemp("attacked") / "project"
    make(root)
    return root


@pytest.fixture
def victim(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to be attacked."""
    root = tmp_path / "victim"
    shutil.copytree(published, root, symlinks=True)
    monkeypatch.chdir(root)
    return root
