"""Records on disk: `records/ab/cdef….json`, two digits of the digest as the folder, as git keeps its
objects.
"""

from __future__ import annotations

import errno
import gc
import getpass
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from curate.errors import AssayError
from curate.files import locked, replacing_file
from governance.records.kinds import Predicate
from governance.records.statement import LARGEST, NotARecord, Record, read_record, read_said, subjects_of

FOLDER = "records"
Kind = TypeVar("Kind", bound=Predicate)
Read = TypeVar("Read")

_NAME = re.compile(r"[0-9a-f]{62}\.json")
_FOLDER = re.compile(r"[0-9a-f]{2}")
Shard = tuple[str, list[str]]

# Beside the records themselves: what git and people put there.
_BESIDE = frozenset({"README.md", ".gitattributes", ".gitkeep"})
# Bytes to ask for at first: nearly every record has fewer, and one call reads it.
_USUAL = 2**14


@dataclass(frozen=True)
class Fault:
    """A file under `records/` that is not the record it should be: its path there, and what is wrong."""

    path: str
    what: str


@dataclass(frozen=True)
class Journal:
    """All records of a project, by id, and the files that are none."""

    records: Mapping[str, Record]
    faults: tuple[Fault, ...] = ()

    @property
    def tips(self) -> list[str]:
        """Records that no other has seen, sorted: what the next one names as its parents."""
        seen = {parent for record in self.records.values() for parent in record.predicate.parents}
        return sorted(set(self.records) - seen)

    def of(self, kind: type[Kind]) -> list[tuple[str, Record]]:
        """Records of a kind with their ids, oldest first."""
        found = [(name, record) for name, record in self.records.items() if type(record.predicate) is kind]
        return sorted(found, key=lambda one: (one[1].predicate.at, one[0]))


class Line(NamedTuple):
    """What the graph needs to know of a record."""

    id: str
    kind: str
    signed: bool
    project: str
    at: str
    parents: tuple[str, ...]


def path_of(root: Path, record_id: str) -> Path:
    """Where a record lies."""
    return root / FOLDER / record_id[:2] / f"{record_id[2:]}.json"


def is_record_path(path: str) -> bool:
    """Whether `path`, relative to the project, is where a record may lie: `records/ab/cdef….json`."""
    home, *parts = path.split("/")
    return (
        home == FOLDER
        and len(parts) == 2
        and bool(_FOLDER.fullmatch(parts[0]))
        and bool(_NAME.fullmatch(parts[1]))
    )


def read_journal(root: Path) -> Journal:
    """Every record of the project in `root`, and every file that is not one; none if there is no folder.

    Nothing is followed: a link, wherever it points, is a fault.
    """
    records, faults = _read(root / FOLDER, _record)
    return Journal({record.id: record for record in records}, tuple(faults))


def read_lines(root: Path) -> tuple[dict[str, Line], list[Fault]]:
    """The same, of each record what the graph needs to know: what many thousand records are verified by."""
    lines, faults = _read(root / FOLDER, _line)
    return {line.id: line for line in lines}, faults


def _record(record_id: str, content: bytes) -> Record:
    record = read_record(content)
    record.__dict__["id"] = record_id  # which was just compared with the file's SHA-256
    return record


def _line(record_id: str, content: bytes) -> Line:
    said, signed = read_said(content)
    return Line(record_id, said.kind, signed, said.project, said.at, tuple(said.parents))


def _listed(folder: Path) -> tuple[list[Shard], list[Fault]]:
    """Folders with the names of the files in them, and what does not belong there."""
    shards: list[Shard] = []
    faults: list[Fault] = []
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        return [], [Fault("", "is a link or a file, not a folder")]
    if not folder.exists():
        return [], []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name in _BESIDE:
            continue
        if not entry.is_dir(follow_symlinks=False) or not _FOLDER.fullmatch(entry.name):
            faults.append(Fault(entry.name, _strange(entry)))
            continue
        names = []
        for inner in os.scandir(entry.path):
            if inner.is_file(follow_symlinks=False) and _NAME.fullmatch(inner.name):
                names.append(inner.name)
            else:
                faults.append(Fault(f"{entry.name}/{inner.name}", _strange(inner)))
        shards.append((entry.name, sorted(names)))
    return shards, faults


def _strange(entry: os.DirEntry[str]) -> str:
    return "is a link" if entry.is_symlink() else "is not named by a digest, as records are"


def _read(folder: Path, make: Callable[[str, bytes], Read]) -> tuple[list[Read], list[Fault]]:
    """What `make` makes of each record's digest and bytes, and every file that is not what its name says."""
    shards, faults = _listed(folder)
    made: list[Read] = []
    with _without_collection():
        for shard, names in shards:
            place = f"{folder}/{shard}/"
            for name in names:
                try:
                    content = _bytes(place + name)
                    record_id = shard + name[:62]
                    if sha256(content).hexdigest() != record_id:
                        raise NotARecord("is not what its name says: it was changed, or renamed")
                    made.append(make(record_id, content))
                except NotARecord as error:
                    faults.append(Fault(f"{shard}/{name}", str(error)))
    return made, sorted(faults, key=lambda fault: fault.path)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Without Python's collector of cycles, which would walk all records again for each few that are added
    (half the time of reading 100,000); records hold no cycles.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _bytes(path: str) -> bytes:
    """A file's bytes, no link followed, and never more than a record may have."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        raise NotARecord("is a link" if error.errno == errno.ELOOP else "cannot be read") from None
    try:
        content = os.read(handle, _USUAL)
        if len(content) < _USUAL:
            return content
        while len(content) <= LARGEST and (more := os.read(handle, LARGEST)):
            content += more
    finally:
        os.close(handle)
    if len(content) > LARGEST:
        raise NotARecord(f"is larger than a record may be ({LARGEST:,} bytes)")
    return content


def append(
    root: Path,
    kind: type[Predicate],
    subjects: Mapping[str, str],
    fields: Mapping[str, Any],
    *,
    project: str,
    by: str | None = None,
    at: datetime | None = None,
    signed: Callable[[Record], Record] | None = None,
) -> Record:
    """Write a record that has seen all there are.

    Of a kind that is said `once`, a record that says what an earlier one said of the same subjects is not
    written again: running a stage twice with the same outcome leaves the tree as it was.

    Parameters
    ----------
    root
        Folder of the project.
    subjects
        SHA-256 by name.
    fields
        What the kind asks for beside project, time, person and parents.
    by, at
        Default: the person that git names, and now.
    signed
        Signs what is about to be written; see `signing.signer`.

    Raises
    ------
    AssayError
        If records are damaged: nothing is built on them.
    """
    (root / ".assay").mkdir(parents=True, exist_ok=True)
    with locked(root / ".assay" / "records.lock"):
        journal = sound_journal(root)
        predicate = _predicate(
            kind, fields, project, by or person(root), at or datetime.now(UTC), journal.tips
        )
        record = Record(predicate, subjects_of(subjects))
        for _, earlier in journal.of(kind) if kind.once else []:
            if _said(earlier) == _said(record):
                return earlier
        return write_record(root, signed(record) if signed else record)


def _predicate(
    kind: type[Kind], fields: Mapping[str, Any], project: str, by: str, at: datetime, parents: list[str]
) -> Kind:
    when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return kind.model_validate({"project": project, "at": when, "by": by, "parents": parents, **fields})


def _said(record: Record) -> tuple[Any, ...]:
    said = record.predicate.model_dump(mode="json", exclude={"at", "by", "parents"})
    return said, record.subjects


def write_record(root: Path, record: Record) -> Record:
    """Write a record's file, whole or not at all; one that is there already stays."""
    path = path_of(root, record.id)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing_file(path) as fresh:
            fresh.write_bytes(record.content)
    return record


def sound_journal(root: Path) -> Journal:
    """The records, all of them sound.

    Raises
    ------
    AssayError
        Naming the first file that is not a record.
    """
    journal = read_journal(root)
    if journal.faults:
        first = journal.faults[0]
        more = f" (and {len(journal.faults) - 1} more)" if len(journal.faults) > 1 else ""
        raise AssayError(
            f"{FOLDER}/{first.path} {first.what}{more}".replace("/ ", " "),
            fix="assay ledger verify   names all; take the file back from git: git checkout -- records",
        )
    return journal


def person(root: Path) -> str:
    """Who is at work: as git names them here, else the user of this machine."""
    try:
        asked = subprocess.run(
            ["git", "config", "user.name"], cwd=root, capture_output=True, text=True, timeout=10, check=False
        )
        name = asked.stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        name = ""
    return (name or getpass.getuser())[:200]
