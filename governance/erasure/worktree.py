"""What the tool wrote into the work tree and that holds a person: stages' folders, reports, models, caches.

A stage's folder goes whole, for `dvc repro` makes it whole; of `models/` the folder of a system; of reports
and caches the file. What is committed is not removed: of the stewards' verdicts the lines on the person's
values are taken out, and anything else is named for a person to edit.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from curate.keys import KEY_FILE
from curate.project import Project
from curate.split.lock import held_out_digests, read_lock
from curate.suppress import FILE as SUPPRESSED
from curate.verdicts.journal import row_digest
from curate.versions.revisions import git
from governance.erasure.caches import caches
from governance.erasure.person import private_ids_of
from governance.erasure.places import Traces, readable
from governance.erasure.pointers import Pointer
from governance.subjects.wanted import line_hits

# Folders that the tool writes.
_WRITTEN = ("data", "models", ".models.work", "reports", ".assay")
_OWN = (KEY_FILE.as_posix(), ".assay/lock", ".assay/lineage.json")


@dataclass(frozen=True)
class Found:
    """What is removed or edited in the work tree, as paths in the project.

    Parameters
    ----------
    remove
        Files and folders that go.
    gold
        Whether the gold folder holds the person, and gives place to its twin.
    decisions
        Files of `decisions/` that lose lines.
    lock
        Whether split.lock loses digests.
    by_hand
        Committed files that somebody has to edit.
    outside
        Folders outside the project: caches of `datasets`.
    unread
        What could not be read.
    """

    remove: tuple[str, ...]
    gold: bool
    decisions: tuple[str, ...]
    lock: bool
    by_hand: tuple[str, ...]
    outside: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """Whether anything goes."""
        return bool(self.remove or self.gold or self.decisions or self.lock or self.outside)


def here(project: Project, traces: Traces, gold: bool, tracked: Sequence[Pointer] = ()) -> Found:
    """Look through the work tree; what `.dvc` files keep (`tracked`) counts as committed."""
    root = project.root
    committed = set((git(root, "ls-files", "-z") or "").split("\0"))
    remove: dict[str, None] = {}
    by_hand, unread = [], []
    for path in _files(root):
        shown = path.relative_to(root).as_posix()
        answer = readable(path, traces)
        if answer is None:
            unread.append(shown)
        elif answer and (shown in committed or any(one.covers(shown) for one in tracked)):
            by_hand.append(shown)
        elif answer:
            remove[_unit(shown)] = None
    for path in caches(root):
        shown = path.relative_to(root).as_posix()
        if shown.startswith("data/raw/") and path.is_file() and readable(path, traces) is not False:
            remove[shown] = None
    if gold:
        # What shows rows of gold speaks of the person's, though it names nobody.
        reports = [path.relative_to(root).as_posix() for path in sorted((root / "reports").glob("*"))]
        remove.update(dict.fromkeys(one for one in reports if not _holds_committed(one, committed)))
    decisions = [name for name in _journals(root) if len(_without_lines(root / name, traces)[1])]
    lock = read_lock(root)
    digests = held_out_digests(sorted(traces.rows), traces.person.key)
    return Found(
        tuple(one for one in sorted(remove) if not any(one.startswith(f"{other}/") for other in remove)),
        gold,
        tuple(decisions),
        bool(lock and set(lock.held_out) & set(digests)),
        tuple(by_hand),
        tuple(_datasets(root, traces)),
        tuple(unread),
    )


def _files(root: Path) -> Iterator[Path]:
    """Files that the tool wrote, and DVC's links to its cache; links to folders are not followed."""
    for folder in _WRITTEN:
        for path in sorted((root / folder).rglob("*")):
            shown = path.relative_to(root).as_posix()
            if not path.is_file() or shown in _OWN:
                continue
            if shown.startswith(("data/raw/", ".assay/erasure/")) or path.suffix == ".lock":
                continue
            yield path


def _unit(shown: str) -> str:
    """What goes with a file: the folder of its stage or system, its evaluation, or itself."""
    parts = shown.split("/")
    if parts[0] in ("data", ".models.work") and len(parts) > 2:
        return "/".join(parts[:2])
    if parts[0] == "models" and len(parts) > 2:
        return "/".join(parts[:-1]) if parts[1] == "seeds" else "/".join(parts[:2])
    if shown.startswith("reports/evaluation/"):
        return "reports/evaluation"
    return shown


def _holds_committed(shown: str, committed: set[str]) -> bool:
    return any(one == shown or one.startswith(f"{shown}/") for one in committed)


def _journals(root: Path) -> list[str]:
    """Journals of decisions; who is suppressed is to stay on its list."""
    paths = [path for path in sorted((root / "decisions").glob("*.jsonl")) if path.name != SUPPRESSED.name]
    return [path.relative_to(root).as_posix() for path in paths]


def _without_lines(path: Path, traces: Traces) -> tuple[str, list[str]]:
    """A journal's text without the lines on the person's values or rows, or whose words hold a value, and
    those lines.
    """
    key = traces.person.key
    rows = {row_digest(key, row) for row in private_ids_of(traces.rows, key)}
    wanted = traces.person.value_ids | traces.rows | rows
    kept: list[str] = []
    gone: list[str] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        try:
            record = json.loads(line) if line.strip() else {}
        except ValueError:
            record = {}
        named = {str(value) for value in record.values()} if isinstance(record, dict) else set()
        (gone if named & wanted else kept).append(line)
    spoken = _spoken(kept, traces)
    gone += [line for line, theirs in zip(kept, spoken, strict=True) if theirs]
    return "\n".join(line for line, theirs in zip(kept, spoken, strict=True) if not theirs), gone


def _spoken(lines: Sequence[str], traces: Traces) -> list[bool]:
    """Which lines hold a value, or a text of the person's rows: an edit holds the text of a row."""
    column = pl.col("line")
    asked = [line_hits(column, traces.person.sought)] if traces.person.sought else []
    asked += [column.str.contains_any(traces.words)] if traces.words else []
    if not asked:
        return [False] * len(lines)
    frame = pl.DataFrame({"line": pl.Series(lines, dtype=pl.String)})
    return frame.select(pl.any_horizontal(asked).fill_null(False).alias("spoken"))["spoken"].to_list()


def journal_without(path: Path, traces: Traces) -> str:
    """The text of a journal of decisions without the lines on the person."""
    return _without_lines(path, traces)[0]


def _datasets(root: Path, traces: Traces) -> Iterator[str]:
    """Caches of Hugging Face `datasets` made from files of this project that hold the person."""
    home = Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser()
    cache = Path(os.environ.get("HF_DATASETS_CACHE", home / "datasets"))
    for info in sorted(cache.glob("*/*/*/*/dataset_info.json")) if cache.is_dir() else ():
        try:
            ours = str(root.resolve()) in info.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if ours and any(readable(path, traces) for path in sorted(info.parent.glob("*.arrow"))):
            yield str(info.parent)
