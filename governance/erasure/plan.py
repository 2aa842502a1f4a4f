"""What an erasure would do: rows by version, objects, files, models, and what it could not reach.

Nothing is changed here. What the plan is made of is looked up once and kept in memory; what is written of it
(`journal.py`) holds ids of rows, digests, and no value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from curate.errors import AssayError
from curate.ingest.params import IngestParams, RawFile
from curate.outside import inside
from curate.project import Project
from curate.read.hub import is_hub_name
from curate.splits import SPLITS
from curate.stage import Progress
from curate.text import plain, plural
from curate.versions.locked import file_md5, folder_md5
from curate.versions.published import folder_files
from curate.versions.revisions import cache_folder, git
from curate.versions.twins import row_digests_of
from governance.erasure.caches import caches
from governance.erasure.params import ErasureParams
from governance.erasure.past import Past, content_digest_of, look_back, tracked
from governance.erasure.person import Person, Rows, private_ids_of, rows_of
from governance.erasure.places import Traces, chosen_texts, listed, objects, readable, rows_in, table_of
from governance.erasure.pointers import Pointer, pointers
from governance.erasure.raw import Also, Theirs, without_person
from governance.erasure.tracked import RawPlan, track
from governance.erasure.worktree import Found, here
from governance.records.kinds import Training
from governance.records.statement import canonical
from governance.records.store import read_journal

# Where a run keeps its plan and what it has made ready.
FOLDER = ".assay/erasure"


@dataclass(frozen=True)
class Touched:
    """A gold version that holds the person.

    Parameters
    ----------
    stored
        What DVC calls it; empty for a gold folder that no commit names.
    name
        Its short content digest, else DVC's.
    content
        Its content digest.
    files
        Name -> path of each of its files.
    commits
        How many commits name it.
    dropped, mentions
        Rows by split: those that go, and those that stay without the value.
    """

    stored: str
    name: str
    content: str
    files: Mapping[str, Path]
    commits: int
    dropped: Mapping[str, int]
    mentions: Mapping[str, int]

    @property
    def learned(self) -> bool:
        """Whether a system that was trained on it has seen the person."""
        return any(part.get(split) for part in (self.dropped, self.mentions) for split in SPLITS[:2])


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

    @property
    def rows(self) -> frozenset[str]:
        """Ids of the rows that go."""
        return self.traces.rows

    @property
    def anything(self) -> bool:
        """Whether there is anything to take out."""
        edits = [raw for raw in self.raw if raw.edited is not None]
        return bool(self.versions or self.objects or self.found.anything or edits)

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
    progress: Progress | None = None,
) -> Plan:
    """Look everything up.

    Raises
    ------
    AssayError
        If the project has no git history, or `params.yaml` is not valid.
    """
    params, root = project.params("erasure", ErasureParams), project.root
    past = look_back(root)
    cache = cache_folder(root)
    stored = dict(objects(cache))
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
    texts = chosen_texts(drop, _readable_tables([*_gold_paths(past), *_tables(root)]))
    traces = Traces(person, drop, texts)
    answers = _Answers(traces, looked)
    versions = list(_touched(project, past, answers, params))
    gone = _objects(stored, answers, versions, past, progress, len(tables), unread, root)
    by_dvc = pointers(root)
    raw = tuple(_raw(project, person, drop, params, aged, by_dvc, answers))
    with suppress(OSError):
        (root / FOLDER).rmdir()  # what raw files were tried in
    tracked = track(root, by_dvc, raw, gone, stored, answers.of)
    raw = (*raw, *(RawPlan(path, None, why) for path, why in tracked.by_hand))
    kept = {file_md5(root / one.path) for one in raw if one.edited is None and (root / one.path).is_file()}
    kept |= tracked.kept
    here_too = bool(versions and not versions[-1].stored) or _here(project, versions)
    found = here(project, traces, here_too, by_dvc)
    learned = tuple(sorted({version.content for version in versions if version.learned and version.content}))
    return Plan(
        person,
        params,
        traces,
        tuple(versions),
        tuple(sorted(gone - kept)),
        tuple(sorted(gone & kept)),
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
    )


@dataclass
class _Answers:
    """Whether files hold the person, each asked once."""

    traces: Traces
    looked: Mapping[Path, Rows]
    known: dict[Path, bool | None] = field(default_factory=dict)

    def of(self, path: Path) -> bool | None:
        """True, False, or None where the file cannot be read."""
        if path not in self.known:
            self.known[path] = readable(path, self.traces, self.looked.get(path))
        return self.known[path]


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
    names = {f"{split}.parquet" for split in SPLITS}
    return [path for _, files in past.gold.values() for name, path in sorted(files.items()) if name in names]


def _readable_tables(paths: Sequence[Path]) -> Iterator[pl.LazyFrame]:
    for path in dict.fromkeys(paths):
        try:
            table = table_of(path)
            if table is not None:
                table.collect_schema()
                yield table
        except (OSError, pl.exceptions.PolarsError):
            continue


def _touched(project: Project, past: Past, answers: _Answers, params: ErasureParams) -> Iterator[Touched]:
    """Versions of git's history, newest first, then the gold folder here if no commit names it."""
    for stored, (commits, files) in past.gold.items():
        version = _version(stored, commits, files, answers, params)
        if version is not None:
            yield version
    if project.gold.is_dir() and folder_md5(project.gold) not in past.gold:
        version = _version("", 0, folder_files(project.gold), answers, params)
        if version is not None:
            yield version


def _version(
    stored: str, commits: int, files: Mapping[str, Path], answers: _Answers, params: ErasureParams
) -> Touched | None:
    if not any(answers.of(path) for path in files.values()):
        return None
    traces = answers.traces
    dropped, mentions = {}, {}
    for split in SPLITS:
        if f"{split}.parquet" not in files:
            continue
        table = pl.scan_parquet(files[f"{split}.parquet"], glob=False)
        gone = table.filter(pl.col("example_id").is_in(sorted(traces.rows))).select(pl.len()).collect().item()
        dropped[split] = int(gone)
        if params.mentions == "redact":
            mentions[split] = len(rows_of(table, traces.person).mentions - traces.rows)
    content = content_digest_of(files)
    return Touched(stored, (content or stored)[:12], content, files, commits, dropped, mentions)


def _here(project: Project, versions: Sequence[Touched]) -> bool:
    """Whether the gold folder of the work tree is one of `versions`."""
    return project.gold.is_dir() and folder_md5(project.gold) in {version.stored for version in versions}


def _objects(
    stored: Mapping[str, Path],
    answers: _Answers,
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


def _raw(
    project: Project,
    person: Person,
    rows: frozenset[str],
    params: ErasureParams,
    aged: Aged | None,
    by_dvc: Sequence[Pointer],
    answers: _Answers,
) -> Iterator[RawPlan]:
    """Raw files that hold the person, each once."""
    ingest = project.params("ingest", IngestParams)
    files = [*ingest.raw_files()]
    if project.task.held_out is not None:
        files.append(RawFile(path=project.task.held_out.path))
    theirs = Theirs(
        person,
        private_ids_of(rows, person.key),
        ingest.columns,
        params.mentions == "redact",
        aged.raw if aged else None,
    )
    work = project.root / FOLDER
    for file in {file.path: file for file in files}.values():
        if is_hub_name(file.path):
            yield RawPlan(file.path, None, "it lies on a hub")
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


def unreachable(plan: Plan, project: Project) -> list[tuple[str, str]]:
    """Where the person stays, whatever this erasure does: the place and why."""
    told = list(plan.out_of_reach)
    told += [
        (raw.path, f"raw file to be edited by hand: {raw.why_not}") for raw in plan.raw if raw.edited is None
    ]
    told += [(path, "committed file to be edited by hand") for path in plan.found.by_hand]
    raw = [one.path for one in plan.raw if (project.root / one.path).exists()]
    for path in tracked(project.root, raw):
        commits = len((git(project.root, "log", "--all", "--format=%H", "--", path) or "").split())
        told.append(
            (
                f"git history of {path}",
                f"as it was in {plural(commits, 'commit')}: git filter-repo, in every clone",
            )
        )
    told += [
        (path, f"version {digest[:12]} is neither in DVC's cache nor in a remote, and not looked into")
        for digest, path in sorted(plan.past.absent_raw.items())
    ]
    if plan.absent:
        named = ", ".join(name[:12] for name in plan.absent)
        place = plural(len(plan.absent), "old gold version")
        told.append((place, f"neither in DVC's cache nor in a remote, and not looked into: {named}"))
    told += [(name, "the file could not be read") for name in plan.unread]
    told += [
        ("clones of the repository", "each has a git history and a cache of its own"),
        ("backups and snapshots", "of this machine, of remotes and of the git server"),
    ]
    return told
