"""Remove what is kept only to save work, whatever it holds: it is made again, and some of it (digests of
texts, weights of an unfinished training) no search for a person can see into.

These go: `.assay/cache` (what the scan said of texts, by keyed digest), `.assay/subjects` (the index of who
stands in which rows), a served model's answers (`.assay/endpoint.sqlite`), unfinished training beside
`models/`, the Arrow caches that `datasets` leaves in its folders, and what killed runs left half made.
`train.shards.forget` takes `.assay/train` and the shards that learned from somebody; the key, locks and
records stay. Removing twice is fine. It reads no file, and walks the project once.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from governance.erasure.where import Where

_WHOLE = (".assay/cache", ".assay/subjects", ".models.work")
_ANSWERS = "endpoint.sqlite*"  # with SQLite's own files beside it
# As `curate.files` names what it has not finished.
_HALF_MADE = re.compile(r"\..+\.\d+(?:-\d+)?\.(?:new|old)")
_ARROW = re.compile(r"(?:cache-.+|tmp.+)(?:\.arrow)?")
# Files that mark a folder of `datasets`.
_DATASET = {"state.json", "dataset_info.json"}
# Folders with rules of their own: git's, DVC's (`remove_objects`), environments.
_APART = {".git", ".dvc", ".venv", "node_modules"}


def remove_caches(root: Path) -> tuple[Where, ...]:
    """Remove the caches of the project at `root`; the caller holds the project's lock.

    Returns
    -------
    tuple
        Each file or folder that went, with place `caches` and its path in the project.
    """
    removed = []
    for path in dict.fromkeys(caches(root)):
        if path.is_symlink() or path.is_file():
            path.unlink(missing_ok=True)
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            continue
        removed.append(Where("caches", "", path.relative_to(root).as_posix()))
    return tuple(removed)


def caches(root: Path) -> Iterator[Path]:
    """What `remove_caches` removes, where it is there."""
    yield from (root / name for name in _WHOLE)
    yield from sorted((root / ".assay").glob(_ANSWERS))
    for folder, inner, names in os.walk(root):
        here = Path(folder)
        half_made = sorted(name for name in (*inner, *names) if _HALF_MADE.fullmatch(name))
        yield from (here / name for name in half_made)
        inner[:] = [name for name in sorted(inner) if name not in _APART and name not in half_made]
        if _DATASET.intersection(names):
            yield from (here / name for name in sorted(names) if _ARROW.fullmatch(name))
