"""The gold version that is exported: in `gold/`, or an old one in DVC's cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.digests import sha256_of
from curate.documents import load_json
from curate.errors import AssayError
from curate.project import Project
from curate.publish.gold import load_manifest, verify_gold
from curate.publish.manifest import MANIFEST
from curate.seal import key_here
from curate.text import plain
from curate.versions.twins import read_erasures
from governance.lineage.history import stored_files
from governance.lineage.versions import named, versions
from governance.records.kinds import Publication
from governance.records.store import Journal, read_journal

# What the version in gold/ is called, beside its digest.
HERE = "gold"


@dataclass(frozen=True)
class Version:
    """A gold version with all that an export tells of it.

    Parameters
    ----------
    manifest
        Its `manifest.json`.
    files
        Where each file of the folder lies, by name; the manifest among them.
    journal
        The project's records.
    committed
        When the first commit that names it was made (ISO 8601); empty for the one in `gold/`.
    before
        Content digests that it had before somebody was taken out of it: records may speak of those.
    """

    manifest: dict[str, Any]
    files: Mapping[str, Path]
    journal: Journal
    committed: str = ""
    before: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Its content digest."""
        return str(self.manifest["content_digest"])

    @property
    def name(self) -> str:
        """Its short digest."""
        return self.digest[:12]

    @property
    def published(self) -> str:
        """When it was published first, as a record says; else when it was committed; empty if neither is
        known.
        """
        said = [at for digest, at in _publications(self.journal) if self.is_called(digest)]
        return said[0] if said else self.committed

    @property
    def number(self) -> int:
        """Which of the project's published versions it is, counted from 1; 0 if no record says so."""
        distinct = list(dict.fromkeys(digest for digest, _ in _publications(self.journal)))
        return next((place + 1 for place, digest in enumerate(distinct) if self.is_called(digest)), 0)

    def is_called(self, digest: str) -> bool:
        """Whether a record that names `digest` speaks of it."""
        return digest in (self.digest, *self.before)

    def sha256(self, name: str) -> str:
        """SHA-256 of a file of the folder."""
        return sha256_of(self.files[name])


def _publications(journal: Journal) -> list[tuple[str, str]]:
    """Content digest and time of every publication, oldest first."""
    return [
        (record.predicate.version_digest, record.predicate.at)
        for _, record in journal.of(Publication)
        if isinstance(record.predicate, Publication)
    ]


def find_version(project: Project, name: str) -> Version:
    """The version called `name`: `gold`, or what `assay versions` lists.

    Raises
    ------
    GateFailed
        If gold/ is not what was published.
    AssayError
        If there is no such version, or DVC's cache lacks a file of it.
    """
    journal = read_journal(project.root)
    if name == HERE or (project.gold.is_dir() and _is_here(project, name)):
        gold = verify_gold(project.gold, key_here(project))
        names = [*sorted(gold.manifest["files"]), MANIFEST]
        before = read_erasures(project.root).before(str(gold.manifest["content_digest"]))
        return Version(gold.manifest, {file: project.gold / file for file in names}, journal, "", before)
    version = named(versions(project), name)
    if version is None:
        raise AssayError(
            f"no gold version is called {plain(name)}",
            fix=f"assay versions   lists them; `{HERE}` is the one in gold/",
        )
    files = stored_files(project.root, version.stored)
    if files is None or MANIFEST not in files:
        raise AssayError(
            f"DVC's cache lacks files of version {version.name}",
            fix="dvc fetch --all-commits   (from the remote)",
        )
    manifest = load_json(files[MANIFEST], needs=("content_digest", "funnel", "splits", "task"))
    return Version(manifest, files, journal, version.commits[-1].at, version.before)


def _is_here(project: Project, name: str) -> bool:
    """Whether `name` begins the digest of the version in gold/."""
    try:
        return len(name) >= 4 and str(load_manifest(project.gold)["content_digest"]).startswith(name)
    except (AssayError, KeyError):
        return False
