"""DVC's experiments: refs under `refs/exps` whose trees name removed objects, and what stands in `.dvc/tmp`.

An experiment is a commit that no branch has; with its ref gone, nothing brings its outputs back. Of the
stashes (queued and applied experiments) only the entries that name a removed object go. A ref whose commits
all lie on branches or tags stays: their history is git's. Git keeps a commit without a ref until
`git gc --prune=now`; such a commit holds digests, not rows, unless rows were committed.

Of `.dvc/tmp` all goes but DVC's locks and the queue: it holds whole copies of the project in which
experiments ran. DVC makes it again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from curate.errors import AssayError
from curate.text import plain
from curate.versions.revisions import git
from governance.erasure.stores import OID
from governance.erasure.where import Where

_STASHES = ("refs/exps/stash", "refs/exps/celery/stash", "refs/exps/celery/failed", "refs/exps/apply/stash")
# Files in which DVC names objects.
_NAMING = ("dvc.lock", ":(glob)**/dvc.lock", "*.dvc")
# Locks and bookkeeping in `.dvc/tmp`: digests of a process, a time.
_KEPT = re.compile(r"lock|rwlock|btime|updater|.*\.lock")
# The queue of experiments in `.dvc/tmp/exps`: names of commits.
_QUEUE = ("celery",)
_PID = re.compile(r'"pid":\s*(\d+)')


def remove_experiments(root: Path, oids: Collection[str]) -> Iterator[Where]:
    """Delete the experiment refs, and the entries of its stashes, that name one of the objects."""
    wanted = set(oids)
    for line in (git(root, "for-each-ref", "--format=%(refname) %(objectname)", "refs/exps") or "").split(
        "\n"
    ):
        ref, _, tip = line.partition(" ")
        if not ref or ref in _STASHES:
            continue
        named = _named(root, tip, wanted)
        if named and git(root, "update-ref", "-d", ref, tip) is not None:
            yield from (Where("experiments", oid, ref) for oid in named)
    for ref in _STASHES:
        entries = (git(root, "rev-list", "-g", "--", ref) or git(root, "rev-list", "-g", ref) or "").split()
        for number in reversed(range(len(entries))):  # from the last, so that the numbers before it hold
            named = _named(root, entries[number], wanted)
            entry = f"{ref}@{{{number}}}"
            if named and git(root, "reflog", "delete", "--rewrite", "--updateref", entry) is not None:
                yield from (Where("experiments", oid, entry) for oid in named)
        if entries and not (git(root, "rev-list", "-g", ref) or "").strip():
            git(root, "update-ref", "-d", ref)


def _named(root: Path, tip: str, wanted: set[str]) -> list[str]:
    """Which objects are named by commits that only this experiment has."""
    own = git(root, "rev-list", tip, "--not", "--branches", "--tags", "--remotes") or ""
    found: set[str] = set()
    for commit in own.split():
        text = git(root, "grep", "-h", "-E", "[0-9a-f]{32}", commit, "--", *_NAMING) or ""
        found |= wanted.intersection(OID.findall(text))
    return sorted(found)


def remove_scratch(root: Path, scratch: Path) -> Iterator[Where]:
    """Empty DVC's `tmp` folder of all but its locks and its queue.

    Raises
    ------
    AssayError
        If an experiment is running in it.
    """
    _refuse_running(scratch)
    doomed = [path for path in sorted(scratch.glob("*")) if not _KEPT.fullmatch(path.name)]
    if scratch / "exps" in doomed:
        doomed.remove(scratch / "exps")
        doomed += [path for path in sorted((scratch / "exps").glob("*")) if path.name not in _QUEUE]
    for path in doomed:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        yield Where(".dvc/tmp", "", path.relative_to(scratch).as_posix())


def _refuse_running(scratch: Path) -> None:
    for path in sorted((scratch / "exps").rglob("*")):
        if not path.is_file() or not (path.suffix in (".json", ".run") or path.name == "rwlock"):
            continue
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
            running = [int(pid) for pid in _PID.findall(text) if _alive(int(pid))]
            finished = path.suffix == ".json" and json.loads(text).get("returncode") is not None
        except (OSError, ValueError, AttributeError):
            continue
        if running and not finished:
            raise AssayError(
                f"an experiment runs in this project (process {running[0]}, {plain(path.name)})",
                fix="dvc queue stop --kill, or wait until it ends; then the same command again",
            )


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return pid < 2**22
    return True
