"""Git and DVC for a new project. Neither is needed to run a stage: what is absent or fails is said, and the
project stands.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path


def start_git_and_dvc(root: Path) -> list[str]:
    """Start both where they are not yet; returns what a person must know, in sentences."""
    notes = []
    git = shutil.which("git") is not None
    if not git:
        notes.append(
            "git is not installed: versions cannot be compared until it is, then: git init && dvc init"
        )
    elif not _in_repository(root) and not _run(root, "git", "init", "--quiet"):
        notes.append("`git init` failed; run it by hand")
    if importlib.util.find_spec("dvc") is None:
        notes.append(
            "DVC is not installed: the stages run by hand (assay ingest, assay scan, ...); for `dvc "
            "repro`: pip install 'assay[pipeline]' && dvc init"
        )
        return notes
    if any((folder / ".dvc").is_dir() for folder in (root, *root.parents)):
        return notes
    at_top = (root / ".git").exists()
    how = [] if at_top else ["--subdir"] if git and _in_repository(root) else ["--no-scm"]
    ours = (root / ".dvcignore").read_text(encoding="utf-8")
    (root / ".dvcignore").unlink()  # dvc init wants to write its own
    started = _run(root, sys.executable, "-m", "dvc", "init", "--quiet", *how)
    (root / ".dvcignore").write_text(ours, encoding="utf-8")
    if not started:
        return [*notes, f"`dvc init {' '.join(how)}`".replace(" `", "`") + " failed; run it by hand"]
    with (root / ".dvc" / "config").open("a", encoding="utf-8") as config:
        config.write("[core]\n    analytics = false\n" if how != ["--no-scm"] else "    analytics = false\n")
    return notes


def _in_repository(root: Path) -> bool:
    """Whether a repository holds `root` and does not ignore it."""
    return _run(root, "git", "rev-parse", "--is-inside-work-tree") and not _run(
        root, "git", "check-ignore", "--quiet", "."
    )


def _run(root: Path, *command: str) -> bool:
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    try:
        return (
            subprocess.run(
                command, cwd=root, env=environment, capture_output=True, timeout=120, check=False
            ).returncode
            == 0
        )
    except (OSError, subprocess.SubprocessError):
        return False
