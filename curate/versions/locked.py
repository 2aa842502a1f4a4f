"""`dvc.lock` of the working copy against what stands in the folders: DVC's own digests, without importing
DVC.

A file's digest is the MD5 of its bytes; a folder's is the MD5 of the JSON list of its files' digests and
relative paths, sorted, with `.dir` behind it. See `curate.versions.revisions` for the layout of the cache.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curate.conflicts import refuse_conflict
from curate.versions.revisions import git, lock_stages

LOCK = "dvc.lock"
# Commits of dvc.lock searched for the one whose gold version stands in the working copy.
SEARCHED = 50


def file_md5(path: Path) -> str:
    """MD5 of a file's bytes, as DVC names it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def folder_md5(folder: Path) -> str:
    """DVC's digest of a folder."""
    entries = [
        {"md5": file_md5(path), "relpath": path.relative_to(folder).as_posix()}
        for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).parts)
        if path.is_file()
    ]
    entries.sort(key=lambda entry: entry["relpath"])
    return (
        hashlib.md5(json.dumps(entries, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"
    )


def read_lock(root: Path) -> dict[str, Any] | None:
    """The stages of `dvc.lock`; None if there is no such file.

    Raises
    ------
    AssayError
        If it holds an unresolved merge conflict, or cannot be read.
    """
    path = root / LOCK
    if not path.exists():
        return None
    refuse_conflict(path)
    return stages_of(path.read_text(encoding="utf-8", errors="replace"), str(path))


def stages_of(text: str, where: str) -> dict[str, Any]:
    """The stages of a lock file's text.

    Raises
    ------
    AssayError
        If it is not a lock file.
    """
    return lock_stages(text, where, "git checkout -- dvc.lock   (or: dvc repro)")


def locked_digest(stages: Mapping[str, Any], side: str, path: str) -> str | None:
    """The digest that a lock file gives `path` among the `outs` or `deps` of its stages."""
    for stage in stages.values():
        for entry in stage.get(side) or []:
            if entry.get("path") == path and entry.get("md5"):
                return str(entry["md5"])
    return None


def changed_since_lock(root: Path, stage: str, output: Path, inputs: Mapping[str, Path]) -> list[str]:
    """The names of `inputs` that differ from what `dvc.lock` says `stage` read, if `output` is what it says
    it wrote.
    """
    lock = read_lock(root)
    entry = (lock or {}).get(stage)
    if not entry or locked_digest({stage: entry}, "outs", output.relative_to(root).as_posix()) != folder_md5(
        output
    ):
        return []
    read = {str(dep.get("path")): str(dep.get("md5")) for dep in entry.get("deps") or []}
    return [
        name
        for name, path in inputs.items()
        if name in read and read[name] != (folder_md5(path) if path.is_dir() else file_md5(path))
    ]


def changed_outputs(root: Path, made: Sequence[str] = ()) -> list[str]:
    """The outputs that `dvc.lock` names and that stand here otherwise, and those of `made` that it does not
    name, sorted; what is not here is not compared. Each is read once, at about 600 MB a second.
    """
    stages = read_lock(root)
    if stages is None:
        return []
    found = {path for path in made if (root / path).exists() and locked_digest(stages, "outs", path) is None}
    for stage in stages.values():
        for entry in stage.get("outs") or []:
            path, wanted = entry.get("path"), entry.get("md5")
            here = root / str(path)
            if wanted and here.exists() and wanted != (folder_md5(here) if here.is_dir() else file_md5(here)):
                found.add(str(path))
    return sorted(found)


def gold_fault(root: Path, gold: Path) -> str | None:
    """What is wrong with the gold folder beside `dvc.lock`, in words; None if it is the locked one, or
    nothing is locked.
    """
    lock = read_lock(root)
    wanted = locked_digest(lock or {}, "outs", gold.name)
    if wanted is None or not gold.is_dir():
        return None
    standing = folder_md5(gold)
    if standing == wanted:
        return None
    commit = _commit_of(root, gold.name, standing)
    if commit:
        return f"gold/ is the version of commit {commit[:10]}, not the one that dvc.lock names here"
    return "gold/ is not the version that dvc.lock names"


def _commit_of(root: Path, output: str, digest: str) -> str | None:
    """The latest commit on any branch whose `dvc.lock` names `digest` for `output`."""
    commits = git(root, "log", "--all", f"-n{SEARCHED}", "--format=%H", "--", LOCK) or ""
    for commit in commits.split():
        text = git(root, "show", f"{commit}:./{LOCK}")
        if text and digest in text and locked_digest(stages_of(text, LOCK), "outs", output) == digest:
            return commit
    return None
