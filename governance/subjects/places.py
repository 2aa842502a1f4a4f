"""Every place of a project that may hold a person, and what each holds: raw files, stages, gold, old versions
in DVC's cache, models, reports, records and caches.

A table is searched cell by cell and answers with row ids; any other file line by line. What cannot be opened
is named, never passed over.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from curate.errors import AssayError
from curate.project import Project
from curate.stage import Progress
from governance.lineage.history import stored_files
from governance.lineage.versions import versions
from governance.subjects.wanted import Wanted, hits, line_hits

# Folders of a project, by what they are; `.dvc` and `.git` are spoken of apart.
_FOLDERS = {
    "raw": ("data/raw",),
    "stage": ("data",),
    "gold": ("gold",),
    "model": ("models",),
    "report": ("reports",),
    "record": ("records", "decisions"),
    "cache": (".assay",),
}
_ID = "example_id"
# Numbers alone: what a model keeps as text lies beside them as JSON.
_NUMBERS = (".safetensors", ".npz")


@dataclass(frozen=True)
class Place:
    """Where a person was found.

    Parameters
    ----------
    kind
        `raw`, `stage`, `gold`, `version`, `model`, `report`, `record` or `cache`.
    path
        Path in the project; of an old version its name and the file in it.
    rows
        Ids of the rows, sorted; of a file without ids the numbers of its lines or records.
    split
        `train`, `validation` or `test`, where a gold file was searched.
    version
        Digest of the old version.
    """

    kind: str
    path: str
    rows: tuple[str, ...]
    split: str = ""
    version: str = ""


@dataclass(frozen=True)
class Search:
    """What a search found, and what it could not look into."""

    places: tuple[Place, ...]
    unread: tuple[str, ...]
    versions_absent: int
    files: int


def search(project: Project, sought: Sequence[Wanted], progress: Progress | None = None) -> Search:
    """Look for a person in every place of the project."""
    files = list(_files(project.root))
    old, absent = _old_files(project)
    places: list[Place] = []
    unread: list[str] = []
    total = len(files) + len(old)
    for number, (kind, path) in enumerate(files):
        if progress:
            progress(number, total)
        shown = path.relative_to(project.root).as_posix()
        try:
            rows = rows_in(path, sought)
        except (AssayError, OSError, pl.exceptions.PolarsError, ValueError, EOFError):
            unread.append(shown)
            continue
        if rows:
            split = path.stem if kind == "gold" and path.stem in ("train", "validation", "test") else ""
            places.append(Place(kind, shown, tuple(rows), split))
    seen: dict[Path, list[str]] = {}
    for number, (version, name, path) in enumerate(old):
        if progress:
            progress(len(files) + number, total)
        if path not in seen:  # an object that several versions share is read once
            try:
                seen[path] = rows_in(path, sought, name)
            except (AssayError, OSError, pl.exceptions.PolarsError, ValueError, EOFError):
                seen[path] = []
                unread.append(f"{name} of version {version}")
        if seen[path]:
            split = name.removesuffix(".parquet") if name in _SPLIT_FILES else ""
            places.append(Place("version", f"{version}/{name}", tuple(seen[path]), split, version))
    return Search(tuple(places), tuple(unread), absent, total)


_SPLIT_FILES = ("train.parquet", "validation.parquet", "test.parquet")


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    """Plain files under the project's folders, each with its kind, in order; links are not followed."""
    done: set[Path] = set()
    for kind, folders in _FOLDERS.items():
        for folder in folders:
            for path in sorted((root / folder).rglob("*")):
                if path.suffix in _NUMBERS or path.name == "key" or path in done:
                    continue
                if path.is_file() and not path.is_symlink():
                    done.add(path)
                    yield kind, path


def _old_files(project: Project) -> tuple[list[tuple[str, str, Path]], int]:
    """Files of every gold version in git's history, from DVC's cache, and how many versions it lacks."""
    try:
        known = versions(project)
    except AssayError:
        return [], 0
    found, absent = [], 0
    for version in known:
        files = stored_files(project.root, version.stored)
        if files is None:
            absent += 1
            continue
        found += [(version.name, name, path) for name, path in sorted(files.items())]
    return found, absent


def rows_in(path: Path, sought: Sequence[Wanted], name: str = "") -> list[str]:
    """Ids of the rows of a file that hold what is sought, or its line numbers; none if it holds nothing.

    Parameters
    ----------
    name
        What the file is called, where its path is a digest.
    """
    ending = (name or path.name).lower()
    if ending.endswith(".parquet"):
        return _table_rows(pl.scan_parquet(path), sought)
    if ending.endswith((".arrow", ".feather", ".ipc")):
        return _table_rows(pl.scan_ipc(path), sought)
    lines = pl.LazyFrame({"line": pl.Series(list(_lines(path, ending)), dtype=pl.String)}).with_row_index(
        "row", 1
    )
    found = lines.filter(line_hits(pl.col("line"), sought)).select(pl.col("row").cast(pl.String)).collect()
    return found["row"].to_list()


def _table_rows(table: pl.LazyFrame, sought: Sequence[Wanted]) -> list[str]:
    schema = table.collect_schema()
    texts = [name for name, dtype in schema.items() if dtype == pl.String]
    nested = [name for name, dtype in schema.items() if dtype.is_nested()]
    columns = [pl.col(name) for name in texts]
    columns += [pl.col(name).map_elements(_words, return_dtype=pl.String) for name in nested]
    if not columns:
        return []
    held = pl.any_horizontal(*[hits(column, sought) for column in columns])
    names = pl.col(_ID) if _ID in schema else pl.int_range(pl.len()).cast(pl.String)
    found = table.select(names.alias("row"), held.alias("held")).filter("held").collect()
    return sorted(set(found["row"].cast(pl.String).to_list()))


def _words(value: object) -> str:
    return str(value.to_list() if isinstance(value, pl.Series) else value)


def _lines(path: Path, ending: str) -> Iterator[str]:
    """Lines of a file, unpacked if it is compressed."""
    with path.open("rb") as raw:
        if ending.endswith(".gz"):
            data = gzip.decompress(raw.read())
        elif ending.endswith(".zst"):
            import zstandard

            data = zstandard.ZstdDecompressor().stream_reader(raw).read()
        else:
            data = raw.read()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    yield from data.decode(encoding, "replace").split("\n")
