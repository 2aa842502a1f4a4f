"""What git's history names of DVC's outputs, on every branch: gold versions, reports, and raw data that
`.dvc` files name.

Read from the dvc.lock of each commit in one process of git; gold versions and raw data that the cache lacks
are fetched from the remotes, for what cannot be looked into cannot be cleared.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.shards import split_of
from curate.versions.fetch import fetch_stored
from curate.versions.revisions import cache_folder, git, lock_stages
from curate.versions.twins import Erasures
from governance.erasure.places import listed, objects
from governance.lineage.history import lock_texts, stored_files
from governance.subjects.past import named_at_all


@dataclass(frozen=True)
class Past:
    """See the module.

    Parameters
    ----------
    gold
        What stands for each gold version today -> commits that name it, and its files.
    absent
        DVC's digests of versions that are nowhere.
    absent_raw
        The same of raw data -> its path.
    outputs
        Of each state of dvc.lock, the digest of every output by path.
    ends
        DVC's digest in a lock -> what stands for it.
    """

    gold: Mapping[str, tuple[int, Mapping[str, Path]]]
    absent: tuple[str, ...]
    outputs: tuple[Mapping[str, str], ...]
    ends: Mapping[str, tuple[str, ...]]
    absent_raw: Mapping[str, str]

    def reports_on(self, stored: Collection[str]) -> set[str]:
        """Digests of what was reported beside these versions."""
        return {
            digest
            for outputs in self.outputs
            if set(self.ends.get(outputs.get("gold", ""), ())) & set(stored)
            for path, digest in outputs.items()
            if path.startswith("reports/")
        }


def content_digest_of(files: Mapping[str, Path]) -> str:
    """Content digest of the version made of `files`; empty if its manifest says none."""
    try:
        document: Any = json.loads(files["manifest.json"].read_text(encoding="utf-8"))
        return str(document.get("content_digest", ""))
    except (KeyError, OSError, ValueError, AttributeError, RecursionError):
        return ""


def look_back(root: Path, erasures: Erasures) -> Past:
    """Every state of dvc.lock on every branch, tag, stash and experiment, and gold versions that only
    `erasures` or a list in the cache names.
    """
    outputs = tuple(_outputs(text) for text in lock_texts(root))
    named: dict[str, int] = {}
    for one in outputs:
        if "gold" in one:
            named[one["gold"]] = named.get(one["gold"], 0) + 1
    cached = {digest: path for digest, path in objects(cache_folder(root)) if digest.endswith(".dir")}
    golds = [digest for digest, path in cached.items() if is_gold(listed(path))]
    for digest in (*erasures.twins, *golds):
        named.setdefault(digest, 0)
    ends = {stored: erasures.ends(stored) for stored in named}
    commits: dict[str, int] = {}
    for stored, count in named.items():
        for end in ends[stored]:
            commits[end] = commits.get(end, 0) + count
    lacking = [end for end in commits if stored_files(root, end, twin=False) is None]
    raw = named_at_all(root, "*.dvc")
    lacking += _absent(root, raw)
    if lacking:
        with suppress(AssayError):
            fetch_stored(root, *lacking)
    found = {end: stored_files(root, end, twin=False) for end in commits}
    gold = {end: (commits[end], files) for end, files in found.items() if files is not None}
    absent = [end for end, files in found.items() if files is None and commits[end]]
    absent_raw = {digest: raw[digest] for digest in _absent(root, raw)}
    return Past(gold, tuple(absent), outputs, ends, absent_raw)


def _absent(root: Path, digests: Iterable[str]) -> list[str]:
    """Those that the cache lacks, or of whose folder it lacks a file."""
    stored = dict(objects(cache_folder(root)))
    return [
        digest
        for digest in digests
        if digest not in stored
        or (digest.endswith(".dir") and not stored.keys() >= set(listed(stored[digest]).values()))
    ]


def digests_named(root: Path) -> frozenset[str]:
    """The digest of everything that any dvc.lock or .dvc file names, as an output or as what was read."""
    outputs = {digest for text in lock_texts(root) for digest in _outputs(text).values()}
    return frozenset(outputs | named_at_all(root).keys())


def named_as_gold(root: Path) -> frozenset[str]:
    """The digest of every gold version that a dvc.lock names."""
    return frozenset(digest for text in lock_texts(root) if (digest := _outputs(text).get("gold")))


def is_gold(files: Mapping[str, str]) -> bool:
    """Whether the list of a folder's files is that of a gold version."""
    return "manifest.json" in files and any(split_of(name) for name in files)


def _outputs(text: str) -> dict[str, str]:
    """Outputs that DVC keeps, by path."""
    try:
        stages = lock_stages(text, "dvc.lock", "")
    except AssayError:
        return {}
    return {
        str(output["path"]): str(output["md5"])
        for stage in stages.values()
        for output in stage["outs"]
        if output.get("path") and output.get("md5")
    }


def tracked(root: Path, paths: Sequence[str]) -> list[str]:
    """Those of `paths` that any commit has."""
    return [
        path for path in paths if (git(root, "log", "--all", "-n1", "--format=%H", "--", path) or "").strip()
    ]
