"""Every state of dvc.lock in git's history, and what it says of gold, models and reports.

A lock file of a commit never changes, so what was read of it is kept by its blob's id under `.assay/`: 200
revisions are read once, and looked up after.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.files import write_json
from curate.versions.revisions import cache_folder, git, lock_stages
from curate.versions.twins import standing_for

INDEX = ".assay/lineage.json"
SCHEMA = "assay.lineage-index/1"
_MD5 = re.compile(r"[0-9a-f]{32}")
_STORED = re.compile(r"[0-9a-f]{32}\.dir")
_OUTPUTS = ("gold", "models", "reports/evaluation", "reports/metrics.json")


@dataclass(frozen=True)
class Locked:
    """A commit that changed dvc.lock.

    Parameters
    ----------
    commit, at, author, subject
        As git has them; the time as ISO 8601.
    tags
        Tags of the commit.
    outputs
        Digest that the lock names, by output's path; only those that lineage follows.
    """

    commit: str
    at: str
    author: str
    subject: str
    tags: tuple[str, ...]
    outputs: Mapping[str, str]


def stored_files(root: Path, digest: str, *, twin: bool = True) -> dict[str, Path] | None:
    """Files of a folder that DVC calls `digest` (it ends in `.dir`), or of its twin where somebody was taken
    out of it, by name; None unless the cache has them all.
    """
    cache = cache_folder(root)
    for store in (cache / "files" / "md5", cache):  # DVC 2 kept objects at the top
        standing = standing_for(root, digest, store) if twin else digest
        listing = store / standing[:2] / standing[2:]
        if not _STORED.fullmatch(standing) or not listing.exists():
            continue
        try:
            entries = json.loads(listing.read_text(encoding="utf-8"))
            named = {str(one["relpath"]): str(one["md5"]) for one in entries}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        if not all(_MD5.fullmatch(md5) for md5 in named.values()):
            return None
        files = {name: store / md5[:2] / md5[2:] for name, md5 in named.items()}
        return files if all(path.exists() for path in files.values()) else None
    return None


def history(root: Path) -> list[Locked]:
    """The commits before HEAD that changed dvc.lock, newest first; those whose lock cannot be read are left
    out.

    Raises
    ------
    AssayError
        If `root` is in no git repository with a commit.
    """
    told = git(root, "log", "--format=%H%x1f%cI%x1f%an%x1f%s%x1f%D%x1e", "--", "./dvc.lock")
    prefix = git(root, "rev-parse", "--show-prefix")
    if told is None or prefix is None:
        raise AssayError(
            f"{root} has no git history to read versions from",
            fix="git init, then commit dvc.lock after dvc repro",
        )
    commits = [entry.strip("\n").split("\x1f") for entry in told.split("\x1e") if entry.strip()]
    known = _known(root)
    fresh: dict[str, dict[str, str]] = {}
    found = []
    for (commit, at, author, subject, names), (blob, text) in zip(
        commits, _locks(root, [entry[0] for entry in commits], prefix.strip()), strict=True
    ):
        if blob is None:
            continue
        outputs = known.get(blob)
        if outputs is None:
            outputs = _outputs(text)
        fresh[blob] = dict(outputs)
        tags = tuple(name.removeprefix("tag: ") for name in names.split(", ") if name.startswith("tag: "))
        found.append(Locked(commit, at, author, subject, tags, outputs))
    if fresh != known and (root / ".assay").is_dir():
        write_json(root / INDEX, {"schema": SCHEMA, "locks": fresh})
    return found


def lock_texts(root: Path) -> list[str]:
    """The text of dvc.lock at each commit of any branch, tag, stash or experiment that changed it, newest
    first.
    """
    commits = (git(root, "log", "--all", "--format=%H", "--", "./dvc.lock") or "").split()
    prefix = (git(root, "rev-parse", "--show-prefix") or "").strip()
    return [text for blob, text in _locks(root, commits, prefix) if blob is not None]


def _locks(root: Path, commits: list[str], prefix: str) -> Iterator[tuple[str | None, str]]:
    """Blob id and text of dvc.lock at each commit; None where a commit deleted it. One process for all."""
    asked = "".join(f"{commit}:{prefix}dvc.lock\n" for commit in commits).encode()
    done = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=root, input=asked, capture_output=True, check=False
    )
    data, place = done.stdout, 0
    for _ in commits:
        end = data.index(b"\n", place)
        head = data[place:end].split()
        place = end + 1
        if head[-1] == b"missing":
            yield None, ""
            continue
        size = int(head[-1])
        yield head[0].decode(), data[place : place + size].decode("utf-8", "replace")
        place += size + 1


def _outputs(text: str) -> dict[str, str]:
    try:
        stages = lock_stages(text, "dvc.lock", "")
    except AssayError:
        return {}
    named = {
        str(output.get("path")): str(output.get("md5"))
        for stage in stages.values()
        for output in stage["outs"]
    }
    return {path: named[path] for path in _OUTPUTS if path in named}


def _known(root: Path) -> dict[str, dict[str, str]]:
    try:
        document: Any = json.loads((root / INDEX).read_text(encoding="utf-8"))
        locks = document["locks"] if document["schema"] == SCHEMA else {}
        return {str(blob): {str(k): str(v) for k, v in outs.items()} for blob, outs in locks.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
