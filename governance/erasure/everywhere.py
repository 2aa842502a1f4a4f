"""Erasures of every branch: what another branch of this repository rewrote is rewritten here as well, for all
branches share DVC's cache and its remotes.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from curate.versions.revisions import git
from curate.versions.twins import FOLDER, Erasures, read_erasures


def erasures_elsewhere(root: Path) -> dict[str, bytes]:
    """Erasures that any commit of git has and the work tree lacks: name of the file -> its bytes."""
    told = git(
        root, "log", "--all", "--reflog", "-m", "--root", "--raw", "--no-abbrev", "--no-renames",
        "--format=", "--", f"./{FOLDER}",
    )  # fmt: skip
    found: dict[str, bytes] = {}
    for line in (told or "").splitlines():
        head, _, path = line.partition("\t")
        name, fields = path.rsplit("/", 1)[-1], head.split(" ")
        if name in found or not path.endswith(".json") or len(fields) != 5 or set(fields[3]) == {"0"}:
            continue
        if (root / FOLDER / name).exists():
            continue
        done = subprocess.run(
            ["git", "cat-file", "blob", fields[3]], cwd=root, capture_output=True, check=False
        )
        if hashlib.sha256(done.stdout).hexdigest() == name.removesuffix(".json"):
            found[name] = done.stdout
    return found


def all_erasures(root: Path, elsewhere: Mapping[str, bytes]) -> Erasures:
    """The erasures of the work tree and `elsewhere` as one."""
    if not elsewhere:
        return read_erasures(root)
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base) / FOLDER
        folder.mkdir(parents=True)
        here = root / FOLDER
        for path in sorted(here.glob("*.json")) if here.is_dir() else ():
            (folder / path.name).write_bytes(path.read_bytes())
        for name, content in elsewhere.items():
            (folder / name).write_bytes(content)
        return read_erasures(Path(base))
