"""Gold versions in git's history: counts, digest, approvals, the models trained on each, looks at its test
rows.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.files import replacing_folder
from curate.project import Project
from curate.splits import SPLITS
from curate.text import plain
from curate.versions.revisions import Revision, gold_files
from curate.versions.twins import read_erasures
from governance.lineage.history import Locked, history, stored_files
from governance.lineage.recorded import recorded_digests
from governance.records.kinds import Approval, Opening, Training
from governance.records.store import Journal, read_journal


@dataclass(frozen=True)
class GoldVersion:
    """A gold version.

    Parameters
    ----------
    digest
        Its content digest; empty if DVC's cache lacks the manifest.
    stored
        What dvc.lock calls it, at its newest commit.
    commits
        Those whose lock names it, newest first.
    rows
        By split; empty if the manifest is not here.
    models
        What dvc.lock calls the models beside it, each once, newest first.
    systems
        Systems that records say were trained on it.
    openings
        Looks at its held-out rows that records tell of.
    approvals
        Approvals of its very splits in the journal, by role.
    before
        Content digests that it had before somebody was taken out of it.
    told
        Its content digest as a record tells it, where DVC's cache lacks the manifest; empty if none does.
    """

    digest: str
    stored: str
    commits: tuple[Locked, ...]
    rows: dict[str, int]
    models: tuple[str, ...]
    systems: tuple[str, ...]
    openings: int
    approvals: tuple[str, ...]
    before: tuple[str, ...] = ()
    told: str = ""

    @property
    def name(self) -> str:
        """What to call it: its short digest, else that which a record tells, else that of DVC."""
        return (self.digest or self.told or self.stored)[:12]

    @property
    def here(self) -> bool:
        """Whether its manifest is in DVC's cache."""
        return bool(self.digest)


def versions(project: Project) -> list[GoldVersion]:
    """Every gold version that a commit's dvc.lock names, newest first.

    Versions of one content digest are one, though DVC's digests differ (a manifest says by which code it was
    written); where the cache lacks the manifest a record may tell the digest, else only DVC's is known.
    """
    states = [state for state in history(project.root) if "gold" in state.outputs]
    journal = read_journal(project.root)
    erasures = read_erasures(project.root)
    stored_as = {state.outputs["gold"] for state in states}
    read = {stored: _manifest(project.root, stored) for stored in stored_as}
    together: dict[str, list[Locked]] = {}
    for state in states:
        digest = str(read[state.outputs["gold"]].get("content_digest", ""))
        together.setdefault(digest or state.outputs["gold"], []).append(state)
    recorded = recorded_digests(project.root, states, journal, erasures)
    found = []
    for commits in together.values():
        stored = commits[0].outputs["gold"]
        digest = str(read[stored].get("content_digest", ""))
        models = tuple(dict.fromkeys(one.outputs["models"] for one in commits if "models" in one.outputs))
        told = "" if digest or recorded.get(stored) in together else recorded.get(stored, "")
        called = digest or told
        before = erasures.before(called)
        hanging = _told(journal, (called, *before) if called else ())
        rows = _rows(read[stored])
        found.append(GoldVersion(digest, stored, tuple(commits), rows, models, *hanging, before, told))
    return found


def _told(journal: Journal, digests: Sequence[str]) -> tuple[tuple[str, ...], int, tuple[str, ...]]:
    """Systems, openings and approvals that records tell of a version, by any digest that it has or had."""
    if not digests:
        return (), 0, ()
    trainings = [
        record
        for _, record in journal.of(Training)
        if isinstance(record.predicate, Training) and record.predicate.version_digest in digests
    ]
    systems = sorted(
        {
            name
            for record in trainings
            if isinstance(record.predicate, Training)
            for name in record.predicate.systems
        }
    )
    opened = [
        record
        for _, record in journal.of(Opening)
        if isinstance(record.predicate, Opening) and record.predicate.version_digest in digests
    ]
    splits = {record.digest_of("gold/train.parquet") for record in trainings} - {None}
    roles = sorted(
        f"{record.predicate.of} by {record.predicate.role}"
        for _, record in journal.of(Approval)
        if isinstance(record.predicate, Approval) and record.digest_of("gold/train.parquet") in splits
    )
    return tuple(systems), len(opened), tuple(roles)


def _manifest(root: Path, stored: str) -> dict[str, Any]:
    """The manifest of a gold version, from DVC's cache; empty if it is not there."""
    try:
        path = (stored_files(root, stored) or {}).get("manifest.json")
    except AssayError:
        return {}
    return _read_manifest(path) if path else {}


def _read_manifest(path: Path) -> dict[str, Any]:
    """A manifest; empty if it is not there or cannot be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _rows(manifest: dict[str, Any]) -> dict[str, int]:
    splits = manifest.get("splits")
    if not isinstance(splits, dict):
        return {}
    return {name: int(splits[name]["rows"]) for name in SPLITS if isinstance(splits.get(name), dict)}


def named(found: Sequence[GoldVersion], name: str) -> GoldVersion | None:
    """The version that `name` means: its digest, DVC's, a commit or the beginning of one of them, or a tag.

    Raises
    ------
    AssayError
        If several are meant.
    """
    meant = [
        version
        for version in found
        if (
            len(name) >= 4
            and (
                version.digest.startswith(name)
                or version.told.startswith(name)
                or any(digest.startswith(name) for digest in version.before)
                or version.stored.startswith(name)
                or any(state.commit.startswith(name) for state in version.commits)
            )
        )
        or any(name in state.tags for state in version.commits)
    ]
    if len(meant) > 1:
        raise AssayError(
            f"{plain(name)} means {len(meant)} versions", fix="give more of its digits: assay versions"
        )
    return meant[0] if meant else None


def called(project: Project, name: str) -> GoldVersion:
    """The version that `name` means; see `named`.

    Raises
    ------
    AssayError
        If there is none, or several.
    """
    version = named(versions(project), name)
    if version is None:
        raise AssayError(f"no gold version is called {plain(name)}", fix="assay versions   lists them")
    return version


def files_of(project: Project, version: GoldVersion, *, fetch: bool = False) -> dict[str, Path]:
    """The files of a version in DVC's cache, by their name in its folder."""
    return gold_files(project.root, Revision(version.name, version.commits[0].commit), fetch=fetch)


def checkout(project: Project, name: str, target: Path, *, fetch: bool = False) -> GoldVersion:
    """Copy an old gold version out of DVC's cache into a new folder.

    Parameters
    ----------
    fetch
        Bring what the cache lacks from the remote.

    Raises
    ------
    AssayError
        If there is no such version, the folder exists and is not empty, or an object is missing.
    """
    version = called(project, name)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise AssayError(f"{target} exists and is not an empty folder", fix="name a new folder")
    files = files_of(project, version, fetch=fetch)
    with replacing_folder(target) as fresh:
        for file, source in files.items():
            place = fresh / file
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
    if version.here:
        return version
    # It was fetched just now: only what came says which version it is, and of how many rows.
    manifest = _read_manifest(target / "manifest.json")
    return replace(version, digest=str(manifest.get("content_digest", "")), rows=_rows(manifest))
