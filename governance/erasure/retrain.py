"""Models that learned from somebody who was taken out since: they must be trained again.

Nothing is kept of it beside the erasures themselves (`curate.versions.twins`): a model's card names the
version that it learned from, and an erasure the versions out of whose training or validation rows it took
somebody. So merges need no care, and a model trained on a twin or a later version is free.
"""

from __future__ import annotations

import json
from pathlib import Path

from curate.project import Project
from curate.versions.twins import read_erasures

RETRAIN = "dvc repro   (trains on a version without them)"


def must_retrain(project: Project, folder: Path) -> str:
    """Why the model in `folder` must be trained again, in words; empty if it need not."""
    version = version_of(folder)
    if not version or version not in read_erasures(project.root).learned:
        return ""
    return f"model {folder.name} learned from version {version[:12]}, out of which somebody was taken since"


def all_that_must(project: Project) -> list[str]:
    """Names of the models here that must be trained again, further seeds among them."""
    learned = read_erasures(project.root).learned
    if not learned:
        return []
    folders = [path.parent for path in sorted(project.models.rglob("model.json"))]
    return [
        folder.relative_to(project.models).as_posix() for folder in folders if version_of(folder) in learned
    ]


def version_of(folder: Path) -> str:
    """Content digest of the version that the model in `folder` learned from; empty if its card says none."""
    try:
        return str(json.loads((folder / "model.json").read_text(encoding="utf-8")).get("gold") or "")
    except (OSError, ValueError, AttributeError, RecursionError):
        return ""
