"""What old gold versions know of a row that the project no longer has, for `assay why`.

The commits that changed `dvc.lock` are looked through, newest first, in DVC's cache: nothing is checked out
or fetched, and a version that the cache lacks is passed over and said. Each version costs a filtered read of
a few Parquet files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from curate.errors import AssayError
from curate.project import Project
from curate.shards import table_files
from curate.splits import SPLITS
from curate.text import plain
from curate.versions.revisions import Revision, git, gold_files

# Commits looked at: a year of weekly versions.
LOOKED_AT = 52


@dataclass(frozen=True)
class Sighting:
    """A row in an old version: where it stands, or why that version dropped it.

    Parameters
    ----------
    example_id
        Its full id.
    version
        The tag or short commit, with the date of it.
    split
        The split that holds it; empty in a version that dropped it.
    drop
        Stage, reason and evidence of the ledger; empty in a version that holds it.
    """

    example_id: str
    version: str
    split: str = ""
    drop: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Past:
    """What was found in old versions.

    Parameters
    ----------
    sightings
        Newest first, down to the newest version that holds the row in a split.
    without
        The oldest version looked at, newer than all these, that knows nothing of the row; empty if none is.
    absent
        Versions that DVC's cache lacks.
    """

    sightings: tuple[Sighting, ...] = ()
    without: str = ""
    absent: int = 0


def look_back(project: Project, row: str, *, exact: bool = False) -> Past:
    """Where old versions last had the row whose id is `row`, or (unless `exact`) begins so.

    Raises
    ------
    AssayError
        If several ids begin so.
    """
    sightings: list[Sighting] = []
    without, absent = "", 0
    seen: set[Path] = set()
    for name, commit in _commits(project.root):
        try:
            files = gold_files(project.root, Revision(commit, commit))
        except AssayError:
            absent += 1
            continue
        if files.get("manifest.json") in seen:  # the same version again
            continue
        seen.add(files.get("manifest.json", Path()))
        sighting = _in_version(files, row, name, exact)
        if sighting is None:
            without = without if sightings else name
            continue
        sightings.append(sighting)
        row = sighting.example_id
        if sighting.split:
            break
    return Past(tuple(sightings), without, absent)


def _commits(root: Path) -> list[tuple[str, str]]:
    """What to call each commit that changed `dvc.lock`, and its hash, newest first."""
    log = git(root, "log", f"-n{LOOKED_AT}", "--format=%H%x09%ad%x09%D", "--date=short", "--", "dvc.lock")
    commits = []
    for line in (log or "").splitlines():
        commit, date, names = line.split("\t")
        tags = [name.removeprefix("tag: ") for name in names.split(", ") if name.startswith("tag: ")]
        commits.append((f"{tags[0] if tags else commit[:10]} ({date})", commit))
    return commits


def _in_version(files: dict[str, Path], row: str, name: str, exact: bool) -> Sighting | None:
    for split in SPLITS:
        rows = _matching(table_files(files, split), row, exact)
        if rows is not None and rows.height:
            return Sighting(_only(rows["example_id"], row), name, split)
    drops = _matching(table_files(files, "ledger"), row, exact)
    if drops is None or not drops.height:
        return None
    first = drops.filter(pl.col("example_id") == _only(drops["example_id"], row)).row(0, named=True)
    return Sighting(
        first["example_id"], name, drop=(first["stage"], first["reason"], first["evidence"] or "")
    )


def _matching(paths: Sequence[Path], row: str, exact: bool) -> pl.DataFrame | None:
    """The rows of a table whose id is `row`, else (unless `exact`) those whose id begins so."""
    if not paths:
        return None
    near = (
        pl.scan_parquet(list(paths), glob=False).filter(pl.col("example_id").str.starts_with(row)).collect()
    )
    same = near.filter(pl.col("example_id") == row)
    return same if exact or same.height else near


def _only(ids: pl.Series, row: str) -> str:
    distinct = ids.unique().sort()
    if len(distinct) > 1:
        raise AssayError(
            f"{len(distinct)} rows of an old version begin with {plain(row, 60)!r}: "
            f"{', '.join(distinct[:4])}, ...",
            fix="give more of the id",
        )
    return str(distinct[0])
