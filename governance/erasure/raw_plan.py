"""Which raw files hold a person, and what becomes of each: edited, or named with why it is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from curate.errors import AssayError
from curate.ingest.params import IngestParams, RawFile
from curate.outside import inside
from curate.project import Project
from curate.read.address import is_address, is_remote
from curate.read.shards import find_shards
from curate.text import plain
from governance.erasure.caches import caches
from governance.erasure.params import ErasureParams
from governance.erasure.person import Person, private_ids_of
from governance.erasure.places import Answers
from governance.erasure.pointers import Pointer
from governance.erasure.raw import Also, Edited, Theirs, without_person


@dataclass(frozen=True)
class RawPlan:
    """A raw file that holds the person: what becomes of it, and why it is not edited if it is not."""

    path: str
    edited: Edited | None
    why_not: str = ""


def plan_raw(
    project: Project,
    person: Person,
    rows: frozenset[str],
    params: ErasureParams,
    also: Also | None,
    by_dvc: Sequence[Pointer],
    answers: Answers,
    work: Path,
) -> Iterator[RawPlan]:
    """Raw files that hold the person, each once.

    Parameters
    ----------
    rows
        Ids of the rows that go.
    also
        Raw rows that go for a reason of their own.
    by_dvc
        What `.dvc` files keep.
    work
        A folder in which edited files are tried; made if there is need.
    """
    ingest = project.params("ingest", IngestParams)
    files = [*_each_file(project, ingest.raw_files())]
    if project.task.held_out is not None:
        files += _each_file(project, [RawFile(path=project.task.held_out.path)])
    theirs = Theirs(
        person,
        private_ids_of(rows, person.key),
        ingest.columns,
        params.mentions == "redact",
        also,
    )
    for file in {file.path: file for file in files}.values():
        if is_remote(file.path):
            lies = "at an address" if is_address(file.path) else "on a hub"
            yield RawPlan(file.path, None, f"it lies {lies}")
            continue
        path = project.root / file.path
        if not path.exists():
            continue
        try:
            place = inside(project.root, file.path, by="a path of params.yaml or task.yaml")
            work.mkdir(parents=True, exist_ok=True)
            edited = without_person(place, file, theirs, work, ingest.delimiter, ingest.encoding)
        except AssayError as error:
            yield RawPlan(file.path, None, plain(error.problem, 200))
            continue
        if edited is None:
            continue
        keeps = [one for one in by_dvc if one.covers(file.path)]
        outside = not path.resolve().is_relative_to(project.root.resolve()) and not keeps
        brought = next((one.file for one in keeps if one.imported), "")
        why_not = (
            "it lies outside the project"
            if outside
            else f"DVC imports it: take them out at its source, then: dvc update {brought}"
            if brought
            else "params.yaml says erasure.raw: ask"
            if params.raw == "ask"
            else ""
        )
        yield RawPlan(file.path, None if why_not else edited, why_not)
    read = {file.path for file in files}
    spared = set(caches(project.root))
    for path in sorted((project.root / "data" / "raw").rglob("*")):
        name = path.relative_to(project.root).as_posix()
        ours = name in read or any(name.startswith(f"{one}/") for one in read) or path.suffix == ".dvc"
        if path.is_file() and path not in spared and not ours and answers.of(path):
            yield RawPlan(name, None, "ingest does not read it")


def _each_file(project: Project, named: Iterable[RawFile]) -> Iterator[RawFile]:
    """The files that hold the raw rows: of a folder or glob each of its shards."""
    for file in named:
        try:
            shards = None if is_remote(file.path) else find_shards(project.root / file.path, file.format)
        except AssayError:  # said when it is read
            shards = None
        if shards is None:
            yield file
            continue
        for shard in shards.each:
            path = Path(shard.place)
            name = path.relative_to(project.root) if path.is_relative_to(project.root) else path
            yield file.model_copy(update={"path": name.as_posix(), "format": shards.format})
