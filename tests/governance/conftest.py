"""Fixtures of several rooms."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from curate.project import Project
from governance.records.kinds import Opening, Training
from governance.records.store import append
from tests.curate.versions.test_revisions import git
from tests.governance.desk.chromium import chromium  # noqa: F401 (one browser for all rooms)
from tests.governance.published import write_project
from tests.governance.records.test_events import CARD
from tests.governance.versioned import commit_version, digest_of


@pytest.fixture
def versioned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two versions, the second twice with other code; a training and two looks recorded of it."""
    root = tmp_path / "deep" / "project"
    root.mkdir(parents=True)
    (root / "task.yaml").write_text(yaml.safe_dump(CARD))
    (root / ".dvc").mkdir()
    (root / ".gitignore").write_text("/.dvc/cache\n/.assay\n")
    git(tmp_path, "init", "-b", "main")
    commit_version(root, "v1")
    git(root, "tag", "first")
    commit_version(root, "v2")
    commit_version(root, "v2", code="2")
    (root / ".assay").mkdir()
    said: dict[str, Any] = {"version_digest": digest_of("v2"), "systems": ["lora", "probe"]}
    append(root, Training, {}, {**said, "rows": 2}, project="desk", by="Ann")
    for number in range(2):
        fields = {**said, "metric": "macro_f1", "outcome": "fine_tune"}
        append(root, Opening, {"models": f"{number:064x}"}, fields, project="desk", by="Ann")
    monkeypatch.chdir(root)
    return Project(root)


@pytest.fixture(scope="session")
def _published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: the stages take a few seconds."""
    root = tmp_path_factory.mktemp("published")
    write_project(root)
    return root


@pytest.fixture
def desk(_published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of a published project with a trained system; see `tests.governance.published`."""
    shutil.copytree(_published, tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")
    return Project(tmp_path / "desk")
