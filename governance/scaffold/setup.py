"""Git and DVC for a new project. Neither is needed to run a stage: what is absent or fails is said, and the
project stands.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

# GitHub warns at 50 MB a file and every clone carries each version for good: beyond a few megabytes it is
# DVC's work.
GIT_BYTES = 5_000_000


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


def track_raw(root: Path, places: Iterable[str], how: str = "dvc") -> list[str]:
    """Give the raw files' versions to DVC or git, so that a clone of the project can run `ingest`; returns
    what a person must know, in sentences.

    Parameters
    ----------
    root
        The project.
    places
        Raw files or folders, relative to it.
    how
        `dvc` (a pointer enters git, the file goes to the remote), `git` (the file itself enters git, for
        small files that may stand in a history for good), or `none`.
    """
    notes = []
    for path in places:
        by_hand = f"dvc add {path} && git add {path}.dvc"
        if how == "git" and (size := _bytes(root / path)) > GIT_BYTES:
            notes.append(f"{path} has {size / 1e6:.0f} MB, too many for git: it goes to DVC")
            how = "dvc"
        if how == "none":
            notes.append(
                f"{path} is in neither git nor DVC, as asked: a clone cannot run `ingest`; later: {by_hand}"
            )
        elif how == "git" and _run(root, "git", "add", "--force", "--", path):
            notes.append(f"{path} is kept by git: whoever has the repository can read it, in its history too")
        elif (
            how == "dvc"
            and _has_dvc(root)
            and _run(root, sys.executable, "-m", "dvc", "add", "--quiet", path)
        ):
            notes.append(
                f"{path} is kept by DVC ({path}.dvc goes into git; `dvc push` takes the file to a remote)"
            )
        else:
            notes.append(
                f"{path} is in neither git nor DVC: a clone cannot run `ingest` until you run: {by_hand}"
            )
    return notes


def _bytes(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def _has_dvc(root: Path) -> bool:
    """Whether DVC is installed and `root` lies in a DVC project."""
    there = any((folder / ".dvc").is_dir() for folder in (root, *root.parents))
    return there and importlib.util.find_spec("dvc") is not None


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
