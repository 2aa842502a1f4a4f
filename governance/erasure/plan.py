"""What an erasure would do: rows by version, objects, files, models, and what it could not reach.

Nothing is changed here. What the plan is made of is looked up once and kept in memory; what is written of it
(`journal.py`) holds ids of rows, digests, and no value.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from curate.errors import AssayError
from curate.project import Project
from curate.shards import split_of
from curate.stage import Progress
from curate.versions.locked import file_md5
from curate.versions.revisions import cache_folder
from curate.versions.twins import Erasures, row_digests_of
from governance.erasure.everywhere import all_erasures, erasures_elsewhere
from governance.erasure.known import bring, planned
from governance.erasure.params import ErasureParams
from governance.erasure.past import Past, look_back
from governance.erasure.person import Person, Rows
from governance.erasure.places import (
    Answers,
    Traces,
    chosen_texts,
    listed,
    objects,
    rows_in,
    table_of,
)
from governance.erasure.pointers import Pointer, pointers
from governance.erasure.raw import Also
from governance.erasure.raw_plan import RawPlan, plan_raw
from governance.erasure.touched import Touched, is_here, touched
from governance.erasure.tracked import track
from governance.erasure.worktree import Found, here
from governance.records.kinds import Training
from governance.records.statement import canonical
from governance.records.store import read_journal

# Where a run keeps its plan and what it has made ready.
FOLDER = ".assay/erasure"
# What remotes alone have, while it is looked into.
_BROUGHT = f"{FOLDER}/brought"


@dataclass(frozen=True)
class Plan:
    """See the module.

    Parameters
    ----------
    rows
        Ids of all rows that go, wherever they stand.
    objects
        DVC's digests of objects that are removed from cache and remotes.
    kept
        Those of raw files that somebody has to edit by hand.
    found
        What is removed from the work tree.
    models
        `system@version` that must be trained again.
    absent
        Gold versions that could not be looked into.
    pointers
        `.dvc` files that are written anew, each with the files that it keeps.
    unknown
        Objects that hold the person and are left, for it is not known that there is another copy.
    erasures
        Those of all branches.
    adopted
        Files of those that the work tree lacks.
    """

    person: Person
    params: ErasureParams
    traces: Traces
    versions: tuple[Touched, ...]
    objects: tuple[str, ...]
    kept: tuple[str, ...]
    found: Found
    raw: tuple[RawPlan, ...]
    models: tuple[str, ...]
    absent: tuple[str, ...]
    past: Past
    out_of_reach: tuple[tuple[str, str], ...]
    unread: tuple[str, ...] = ()
    why: str = "request"
    learned: tuple[str, ...] = ()
    pointers: tuple[tuple[Pointer, tuple[str, ...]], ...] = ()
    unknown: tuple[str, ...] = ()
    erasures: Erasures = field(default_factory=Erasures)
    adopted: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def rows(self) -> frozenset[str]:
        """Ids of the rows that go."""
        return self.traces.rows

    @property
    def anything(self) -> bool:
        """Whether there is anything to take out."""
        edits = [raw for raw in self.raw if raw.edited is not None]
        taken_over = self.why == "again" and self.adopted
        return bool(self.versions or self.objects or self.found.anything or edits or taken_over)

    @property
    def digest(self) -> str:
        """SHA-256 of what an approval of the plan signs: whom, how, and which rows of which versions."""
        said = {
            "person": list(self.person.names),
            "why": self.why,
            "params": self.params.model_dump(mode="json"),
            "rows": sorted(row_digests_of(sorted(self.rows), self.person.key)),
            "versions": sorted(version.content or version.stored for version in self.versions),
        }
        return hashlib.sha256(canonical(said)).hexdigest()


@dataclass(frozen=True)
class Aged:
    """Rows that go for their age: their ids as gold and stages have them, and the raw rows they came from."""

    rows: frozenset[str] = frozenset()
    raw: Also | None = None


def make_plan(
    project: Project,
    person: Person,
    *,
    aged: Aged | None = None,
    why: str = "request",
    texts: frozenset[str] = frozenset(),
    progress: Progress | None = None,
) -> Plan:
    """Look everything up.

    Parameters
    ----------
    texts
        Texts of rows that went already.

    Raises
    ------
    AssayError
        If the project has no git history, or `params.yaml` is not valid.
    """
    try:
        return _plan(project, person, aged, why, texts, progress)
    finally:
        shutil.rmtree(project.root / _BROUGHT, ignore_errors=True)
        with suppress(OSError):
            (project.root / FOLDER).rmdir()  # what raw files were tried in


def _plan(
    project: Project,
    person: Person,
    aged: Aged | None,
    why: str,
    known_texts: frozenset[str],
    progress: Progress | None,
) -> Plan:
    params, root = project.params("erasure", ErasureParams), project.root
    adopted = erasures_elsewhere(root)
    erasures = all_erasures(root, adopted)
    past = look_back(root, erasures)
    stored = dict(objects(cache_folder(root)))
    brought = bring(root, erasures, stored, root / _BROUGHT) if why == "again" else {}
    stored |= brought
    looked: dict[Path, Rows] = {}
    unread: list[str] = []
    places = [path for digest, path in sorted(stored.items()) if not digest.endswith(".dir")]
    tables = [*places, *_tables(root)]
    for number, path in enumerate(tables):
        if progress:
            progress(number, 2 * len(tables))
        try:
            looked[path] = rows_in(path, person)
        except (AssayError, OSError, pl.exceptions.PolarsError, ValueError, EOFError):
            unread.append(_shown(root, path))
    every = Rows(aged.rows if aged else frozenset())
    for rows in looked.values():
        every |= rows
    drop = every.own | every.mentions if params.mentions == "drop" else every.own
    places = [*_gold_paths(past), *_tables(root), *(path for _, path in sorted(brought.items()))]
    traces = Traces(person, drop, known_texts | chosen_texts(drop, _readable_tables(places)))
    answers = Answers(traces, looked)
    versions = list(touched(project, past, answers, params))
    by_dvc = pointers(root)
    held = _objects(stored, answers, versions, past, progress, len(tables), unread, root)
    known = planned(root, erasures, past, stored, {version.stored for version in versions}, by_dvc)
    gone = {digest for digest in held if known.may_go(digest)}
    # A list of files holds nobody.
    unknown = {digest for digest in held - gone if not digest.endswith(".dir")}
    raw = tuple(
        plan_raw(project, person, drop, params, aged.raw if aged else None, by_dvc, answers, root / FOLDER)
    )
    tracked = track(root, by_dvc, raw, gone, stored, answers.of)
    raw = (*raw, *(RawPlan(path, None, why) for path, why in tracked.by_hand))
    kept = {file_md5(root / one.path) for one in raw if one.edited is None and (root / one.path).is_file()}
    kept |= tracked.kept
    here_too = bool(versions and not versions[-1].stored) or is_here(project, versions)
    found = here(project, traces, here_too, by_dvc)
    learned = tuple(sorted({version.content for version in versions if version.learned and version.content}))
    return Plan(
        person,
        params,
        traces,
        tuple(versions),
        tuple(sorted(gone - kept)),
        tuple(sorted((gone & kept) | unknown)),
        found,
        raw,
        tuple(_models(project, learned)),
        tuple(past.absent),
        past,
        tuple(_out_of_reach(root)),
        tuple(dict.fromkeys([*unread, *found.unread])),
        why,
        learned,
        tracked.rewritten,
        tuple(sorted(unknown - kept)),
        erasures,
        adopted,
    )


def _shown(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _tables(root: Path) -> list[Path]:
    """Tables of rows in the work tree."""
    folders = [root / "data", root / "gold", root / "reports", root / "models", root / ".assay"]
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".parquet", ".arrow")
        and path.is_file()
        and "raw" not in path.relative_to(root).parts[:2]
        and "erasure" not in path.relative_to(root).parts[:2]
    ]


def _gold_paths(past: Past) -> list[Path]:
    return [path for _, files in past.gold.values() for name, path in sorted(files.items()) if split_of(name)]


def _readable_tables(paths: Sequence[Path]) -> Iterator[pl.LazyFrame]:
    for path in dict.fromkeys(paths):
        try:
            table = table_of(path)
            if table is not None:
                table.collect_schema()
                yield table
        except (OSError, pl.exceptions.PolarsError):
            continue


def _objects(
    stored: Mapping[str, Path],
    answers: Answers,
    versions: Sequence[Touched],
    past: Past,
    progress: Progress | None,
    done: int,
    unread: list[str],
    root: Path,
) -> set[str]:
    """Objects that hold the person; folders that list one; reports on versions that held them."""
    gone: set[str] = set()
    for number, (digest, path) in enumerate(stored.items()):
        if progress:
            progress(done + number, done + len(stored))
        if digest.endswith(".dir"):
            continue
        answer = answers.of(path)
        if answer is None:
            unread.append(_shown(root, path))
        elif answer:
            gone.add(digest)
    for digest in past.reports_on({version.stored for version in versions}):
        gone.add(digest)
        if digest.endswith(".dir") and digest in stored:
            gone.update(listed(stored[digest]).values())
    gone.update(version.stored for version in versions if version.stored)
    for digest, path in stored.items():
        if digest.endswith(".dir") and gone.intersection(listed(path).values()):
            gone.add(digest)
    return gone


def _models(project: Project, learned: Sequence[str]) -> Iterator[str]:
    """Systems that records or their own cards say were trained on these versions."""
    import json

    names: dict[str, None] = {}
    for _, record in read_journal(project.root).of(Training):
        said = record.predicate
        if isinstance(said, Training) and said.version_digest in learned:
            names.update(dict.fromkeys(f"{system}@{said.version_digest[:12]}" for system in said.systems))
    for path in sorted(project.models.rglob("model.json")):
        try:
            gold = str(json.loads(path.read_text(encoding="utf-8")).get("gold", ""))
        except (OSError, ValueError, AttributeError, RecursionError):
            continue
        if gold in learned:
            names[f"{path.parent.relative_to(project.models).as_posix()}@{gold[:12]}"] = None
    yield from sorted(names)


def _out_of_reach(root: Path) -> list[tuple[str, str]]:
    """Remotes that cannot be reached now, with the reason."""
    from governance.erasure.stores import open_stores

    with open_stores(root) as stores:
        return list(stores.unreachable)
