"""Every place of a project that may hold a person, and what each holds: raw files, stages, gold, old versions
in DVC's cache, models, reports, records and caches.

A table is searched cell by cell and answers with row ids; any other file line by line. What cannot be opened
is named, never passed over.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from curate.errors import AssayError
from curate.keys import Key
from curate.project import Project
from curate.provenance import short_digest
from curate.shards import split_of
from curate.stage import Progress
from governance.lineage.history import stored_files
from governance.lineage.versions import versions
from governance.subjects.index import FOLDER, Index
from governance.subjects.pages import is_page, lines_of_page
from governance.subjects.past import blob, objects, raw_blobs
from governance.subjects.rows import ID, may_speak, named, own, speaks
from governance.subjects.wanted import Wanted, line_hits

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
_ROW = "assay row"
# Numbers alone: what a model keeps as text lies beside them as JSON.
_NUMBERS = (".safetensors", ".npz")


@dataclass(frozen=True)
class Place:
    """Where a person was found.

    Parameters
    ----------
    kind
        `raw`, `stage`, `gold`, `version`, `model`, `report`, `record` or `cache`; `object`: what DVC's cache
        keeps of another state; `git`: a raw file as a commit has it.
    path
        Path in the project; of an old version its name and the file in it; of an object or a state in git the
        path and the beginning of its digest.
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
    """What a search found, how, and what it could not look into.

    Parameters
    ----------
    versions_absent
        Gold versions that DVC's cache lacks.
    objects_absent, objects_in_remote
        Other objects that commits name and the cache lacks, and how many of them lie in a remote folder here.
    indexed
        Tables that were answered from the index.
    read_for
        Of what was sought, masked, that for which these tables were read all the same.
    """

    places: tuple[Place, ...]
    unread: tuple[str, ...]
    versions_absent: int
    files: int
    objects_absent: int = 0
    objects_in_remote: int = 0
    indexed: int = 0
    read_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class _File:
    """A file to look into: as what, how it is shown, what it is called, and where it lies."""

    kind: str
    shown: str
    name: str
    path: Path
    oid: str
    split: str = ""
    version: str = ""


def search(
    project: Project,
    sought: Sequence[Wanted],
    progress: Progress | None = None,
    *,
    key: Key | None = None,
) -> Search:
    """Look for a person in every place of the project.

    Parameters
    ----------
    key
        The project's: with it tables are looked up in an index that the search keeps (`index.py`).
    """
    root = project.root
    old, absent = _old_files(project)
    in_gold = {file.oid for file in old}
    past = objects(root)
    files = [*_files(root), *old]
    files += [
        _File("object", f"{one.name}@{one.oid[:10]}", one.name, one.path, one.oid)
        for one in past.here
        if one.oid not in in_gold
    ]
    found: dict[str, list[str]] = {}
    unread: list[str] = []
    indexed, unanswered = _ask_index(project.root, files, sought, key, found, progress)
    for number, file in enumerate(files):
        if progress:
            progress(number, len(files))
        if file.oid not in found:  # an object that several versions share is read once
            try:
                found[file.oid] = rows_in(file.path, sought, file.name)
            except _UNREADABLE:
                found[file.oid] = []
                unread.append(file.shown)
    _follow(files, found)
    places: list[Place] = []
    for file in files:
        if rows := found[file.oid]:
            places.append(Place(file.kind, file.shown, tuple(rows), file.split, file.version))
    for state in raw_blobs(root):
        rows = _blob_rows(blob(root, state.oid), sought, state.name)
        if rows:
            places.append(Place("git", f"{state.name}@{state.oid[:10]}", tuple(rows)))
    return Search(
        tuple(places),
        tuple(unread),
        absent,
        len(files),
        past.absent,
        past.in_remote,
        indexed,
        tuple(one.shown for one in unanswered),
    )


def _follow(files: Sequence[_File], found: dict[str, list[str]]) -> None:
    """Add to `found` the rows that have the id of a row found elsewhere: where redaction took the values out
    of a row, its id is all that is left to know it by.
    """
    tables: dict[str, pl.LazyFrame] = {}
    for file in files:
        with suppress(*_UNREADABLE):
            table = _table(file.path, file.name)
            if table is not None and any(name.endswith("_id") for name in table.collect_schema()):
                tables[file.oid] = table
    has_ids = [oid for oid, table in tables.items() if found[oid] and ID in table.collect_schema()]
    ids = sorted({row for oid in has_ids for row in found[oid]})
    for oid, table in tables.items() if ids else ():
        with suppress(*_UNREADABLE):
            found[oid] = sorted({*found[oid], *_rows_named(table, ids)})


_UNREADABLE = (AssayError, OSError, pl.exceptions.PolarsError, ValueError, EOFError)
# A smaller table is read in the time that the index takes to answer.
_INDEXED_FROM = 2_000_000


def _ask_index(
    root: Path,
    files: Sequence[_File],
    sought: Sequence[Wanted],
    key: Key | None,
    found: dict[str, list[str]],
    progress: Progress | None,
) -> tuple[int, list[Wanted]]:
    """Fill `found` with the rows of large tables, from the index and, where it has no answer, from the tables
    themselves; returns how many, and what it had no answer to.
    """
    tables = {
        file.oid: file
        for file in files
        if file.name.lower().endswith(".parquet") and file.path.stat().st_size >= _INDEXED_FROM
    }
    if key is None or not tables:
        return 0, []
    index = Index(root, key)
    index.add({oid: file.path for oid, file in tables.items()}, progress)
    oids = [oid for oid in tables if oid not in index.unreadable]
    answer = index.ask([known for one in sought for known in one.known], oids)
    unanswered = [one for one in sought if set(one.known) & set(answer.unanswered)]
    known_ids: dict[int, str] = {}
    for oid in oids:
        rows = index.names(oid, tables[oid].path, answer.rows.get(oid), known_ids)
        if unanswered:
            rows += rows_in(tables[oid].path, unanswered, tables[oid].name)
        rows += _id_rows(pl.scan_parquet(tables[oid].path, glob=False), sought)
        found[oid] = sorted(set(rows))
    return len(oids), unanswered


def _blob_rows(data: bytes, sought: Sequence[Wanted], name: str) -> list[str]:
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix) as file:
        file.write(data)
        file.flush()
        try:
            return rows_in(Path(file.name), sought, name)
        except _UNREADABLE:
            return []


def _files(root: Path) -> Iterator[_File]:
    """Plain files under the project's folders, each with its kind, in order; links are not followed."""
    done: set[Path] = set()
    for kind, folders in _FOLDERS.items():
        for folder in folders:
            for path in sorted((root / folder).rglob("*")):
                if path.suffix in _NUMBERS or path.name == "key" or path in done:
                    continue
                if path.is_relative_to(root / FOLDER) or path.is_symlink() or not path.is_file():
                    continue
                done.add(path)
                split = split_of(path.relative_to(root / folder).as_posix()) if kind == "gold" else ""
                yield _File(kind, path.relative_to(root).as_posix(), path.name, path, _state(path), split)


def _state(path: Path) -> str:
    """A name for a file of the work tree as it is now, by which the index knows it."""
    told = path.stat()
    return short_digest([str(path), told.st_size, told.st_mtime_ns, told.st_ino])


def _old_files(project: Project) -> tuple[list[_File], int]:
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
        for name, path in sorted(files.items()):
            oid = path.parent.name + path.name
            found.append(
                _File("version", f"{version.name}/{name}", name, path, oid, split_of(name), version.name)
            )
    return found, absent


def rows_in(path: Path, sought: Sequence[Wanted], name: str = "") -> list[str]:
    """Ids of the rows of a file that hold what is sought, or its line numbers; none if it holds nothing.

    Parameters
    ----------
    name
        What the file is called, where its path is a digest.
    """
    table = _table(path, name)
    if table is not None:
        return _table_rows(table, sought)
    ending = (name or path.name).lower()
    lines = pl.LazyFrame({"line": pl.Series(list(_lines(path, ending)), dtype=pl.String)}).with_row_index(
        "row", 1
    )
    found = lines.filter(line_hits(pl.col("line"), sought)).select(pl.col("row").cast(pl.String)).collect()
    return found["row"].to_list()


def _table(path: Path, name: str) -> pl.LazyFrame | None:
    ending = (name or path.name).lower()
    if ending.endswith(".parquet"):
        return pl.scan_parquet(path, glob=False)
    if ending.endswith((".arrow", ".feather", ".ipc")):
        return pl.scan_ipc(path)
    return None


def _table_rows(table: pl.LazyFrame, sought: Sequence[Wanted]) -> list[str]:
    schema = table.collect_schema()
    mine = [one for one in (own(schema, sought),) if one is not None]
    near = [*mine, *(one for one in (may_speak(schema, sought),) if one is not None)]
    held = [*mine, *(one for one in (speaks(schema, sought),) if one is not None)]
    return _names(table, schema, near, held) if near else []


def _id_rows(table: pl.LazyFrame, sought: Sequence[Wanted]) -> list[str]:
    """Rows that columns of ids say are the person's; the others are not read."""
    schema = table.collect_schema()
    keyed = sorted({value for one in sought for value in one.keyed})
    asked = [one for one in (own(schema, sought), named(schema, keyed)) if one is not None]
    return _names(table, schema, asked, asked) if asked else []


def _rows_named(table: pl.LazyFrame, ids: Sequence[str]) -> list[str]:
    """Rows that a column of ids says are one of `ids`, or speak of one."""
    schema = table.collect_schema()
    asked = named(schema, ids)
    return _names(table, schema, [asked], [asked]) if asked is not None else []


def _names(
    table: pl.LazyFrame, schema: pl.Schema, near: Sequence[pl.Expr], held: Sequence[pl.Expr]
) -> list[str]:
    """Ids of the rows for which any of `held` is true, or their numbers; asked where any of `near` is."""
    name = pl.col(ID) if ID in schema else pl.int_range(pl.len()).cast(pl.String)
    few = table.with_columns(name.cast(pl.String).alias(_ROW)).filter(pl.any_horizontal(*near))
    found = few.filter(pl.any_horizontal(*held)).select(_ROW).drop_nulls().collect()
    return sorted(set(found[_ROW].to_list()))


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
    text = data.decode(encoding, "replace")
    yield from lines_of_page(text) if is_page(text) else text.split("\n")
