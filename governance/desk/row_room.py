"""The queue of rows behind the desk: keep, drop, relabel, edit, undo, each the line of `assay triage --row`.

A page carries the *version* of its row: a digest of the text that it showed and of the lines that stood then.
A decision is written under the file's lock and only if the row is still of that version; else it is a
`RowConflict`. An edit is read by the project's detectors before it is written
(`governance.triage.row_verdicts.Desk`).
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from curate.files import canonical_json
from curate.project import Project
from curate.verdicts.journal import (
    FILE,
    RowVerdict,
    Said,
    Word,
    append_rows,
    content_digest,
    latest,
    read_rows,
    row_digest,
)
from curate.verdicts.standing import project_rows
from governance.desk.marks import mark_of
from governance.triage.queue import TAKEN_BACK
from governance.triage.row_verdicts import Desk, Judge, Wish
from governance.triage.rows import NEAR, RowBoard, RowItem


class RowConflict(Exception):
    """Somebody decided meanwhile, or the text is another one now: what stands."""

    def __init__(self, standing: Said | None) -> None:
        super().__init__("decided meanwhile")
        self.standing = standing


@dataclass(frozen=True)
class Written:
    """One decision of this session: its line, and that on the twin which was dropped with it."""

    example_id: str
    line: RowVerdict
    twin: tuple[str, RowVerdict] | None = None

    @property
    def lines(self) -> list[tuple[str, RowVerdict]]:
        """Every row and line."""
        return [(self.example_id, self.line), *([self.twin] if self.twin else [])]


class RowRoom:
    """Rows and decisions of one project, for one reviewer. Every method may be called from any thread."""

    def __init__(self, project: Project, judge: Judge) -> None:
        self.project, self.judge = project, judge
        self._lock = threading.RLock()
        self.history: list[Written] = []
        self.written = 0
        self.load()

    def load(self) -> None:
        """Read the stages' files."""
        with self._lock:
            self._stamp = self._files()
            self.board = RowBoard(self.project)
            self._desk = Desk(self.project, self.board.examples, self.judge)
            self._mark: object = None
            self._lines: list[RowVerdict] = []
            self._said: dict[str, Said] = {}
            self._open: frozenset[str] = frozenset()
            self.items: list[RowItem] = []
            self.near: list[RowItem] = []
            self._open_near: frozenset[str] = frozenset()
            self._near_by_key: dict[str, RowItem] = {}
            self._by_key: dict[str, RowItem] = {}
            self.refresh()

    def refresh(self) -> None:
        """Take in what the journal and the stages say now; the order of the rows stays."""
        with self._lock:
            if self._files() != self._stamp:
                return self.load()
            mark = mark_of(self.project.root / FILE)
            if mark == self._mark:
                return None
            self._mark = mark
            key_id = self.project.key.key_id
            self._lines = [each for each in read_rows(self.project.root) if each.key_id == key_id]
            self._said = latest(self._lines)
            verdicts = project_rows(self.project)
            queue, self._near = self.board.queue(verdicts), self.board.near(verdicts)
            by_id = {item.example_id: item for item in queue.items}
            mine = {name: line for written in self.history for name, line in written.lines}
            self._open = frozenset(
                name for name, item in by_id.items() if not (item.unsure and self._left(mine.get(name)))
            )
            known = {item.example_id for item in self.items}
            self.items = [by_id.get(item.example_id, item) for item in self.items]
            self.items += [item for item in queue.items if item.example_id not in known]
            self._by_key = {self.key(item.example_id): item for item in self.items}
            nearby = {item.example_id: item for item in self._near.items}
            self._open_near = frozenset(name for name in nearby if not self._left(mine.get(name)))
            self.near = [nearby.get(item.example_id, item) for item in self.near] or list(nearby.values())
            self._near_by_key = {self.key(item.example_id): item for item in self.near}
            self.texts = {**self._near.texts, **queue.texts}
            return None

    def _left(self, line: RowVerdict | None) -> bool:
        """Whether this session was unsure of the row: it is not asked about again."""
        return line is not None and line.verdict == "unsure" and line.reason != TAKEN_BACK

    def _files(self) -> tuple[object, ...]:
        project = self.project
        return tuple(
            map(
                mark_of,
                (
                    project.stage("redact") / "examples.parquet",
                    project.stage("dedup") / "contradictions.parquet",
                    project.stage("dedup") / "drops.parquet",
                    project.stage("dedup") / "semantic.parquet",
                    project.stage("validate") / "warnings.parquet",
                    project.reports / "evaluation" / "label_suspects.parquet",
                ),
            )
        )

    # What stands

    def key(self, example_id: str) -> str:
        """The row's name in an address: the journal's keyed digest, since an id may name a person."""
        return row_digest(self.project.key, example_id)

    def find(self, key: str, kind: str = "") -> RowItem | None:
        """The row of an address; one that does not wait has no reasons."""
        self.refresh()
        if kind == NEAR:
            return self._near_by_key.get(key)
        if key in self._by_key or not re.fullmatch("[0-9a-f]{24}", key):
            return self._by_key.get(key)
        name = self.board.named(key)
        return None if name is None else RowItem(name, "", ())

    def waiting(self, kind: str = "") -> list[RowItem]:
        """The rows that wait, in order; of one kind, or all."""
        self.refresh()
        if kind == NEAR:
            return [item for item in self.near if item.example_id in self._open_near]
        return [item for item in self.items if item.example_id in self._open and kind in ("", item.kind)]

    def is_open(self, item: RowItem) -> bool:
        """Whether a row waits."""
        return item.example_id in (self._open_near if item.kind == NEAR else self._open)

    def after(self, item: RowItem, kind: str, step: int = 1) -> RowItem | None:
        """The next row that waits."""
        self.refresh()
        items = self.near if kind == NEAR else self.items
        order = items if step > 0 else items[::-1]
        passed = False
        for other in order:
            if passed and self.is_open(other) and kind in ("", other.kind):
                return other
            passed = passed or other.example_id == item.example_id
        return None

    def row(self, example_id: str) -> dict[str, str | None]:
        """The texts of a row after redaction."""
        if example_id in self.texts:
            return dict(self.texts[example_id])
        frame = self.board.examples.filter(pl.col("example_id") == example_id)
        return frame.select("example_id", "input", "output", "rejected").row(0, named=True)

    def said(self, example_id: str) -> Said | None:
        """What stands of a row in the journal."""
        self.refresh()
        return self._said.get(self.key(example_id))

    def version(self, example_id: str) -> str:
        """The version of a row."""
        self.refresh()
        said = self._said.get(self.key(example_id))
        parts = [content_digest(self.project.key, self.row(example_id)), *(said.lines if said else ())]
        return hashlib.blake2b(canonical_json(parts).encode(), digest_size=8).hexdigest()

    # What is written

    def decide(
        self,
        example_id: str,
        word: Word,
        changes: Mapping[str, str],
        seen: str,
        twin: tuple[str, str] | None = None,
    ) -> Written:
        """Write a decision on a row, with the version that was on the screen; `twin` (its id and version) is
        dropped with it.

        Raises
        ------
        RowConflict
            If the row is of another version now; nothing is written.
        AssayError
            If the change does not fit the task card, or brings personal data.
        """
        with self._lock:
            wishes, versions = [Wish(example_id, word, changes)], {example_id: seen}
            if twin is not None:
                wishes.append(Wish(twin[0], "drop", {}))
                versions[twin[0]] = twin[1]
            written = self._write(wishes, versions)
            self.history.append(written)
            self._mark = None  # what this session is unsure of is closed in it
            return written

    def undo(self) -> Written | None:
        """Take back the last decision; None where there is none."""
        with self._lock:
            if not self.history:
                return None
            last = self.history[-1]
            self.refresh()
            for _, line in last.lines:
                said = self._said.get(line.row)
                if said is None or said.verdict != line:
                    raise RowConflict(said)
            names = [name for name, _ in last.lines]
            wishes = [Wish(name, "unsure", {}, TAKEN_BACK) for name in names]
            self._write(wishes, {name: self.version(name) for name in names})
            self.history.pop()
            self._mark = None
            return last

    def _write(self, wishes: list[Wish], seen: Mapping[str, str]) -> Written:
        self.refresh()
        lines = self._desk.lines(wishes)

        def unchanged() -> None:
            self.refresh()
            for wish, line in zip(wishes, lines, strict=True):
                if self.version(wish.example_id) != seen[wish.example_id]:
                    raise RowConflict(self._said.get(line.row))

        try:
            append_rows(self.project.root, lines, unchanged)
        except RowConflict:
            standing = [self._said.get(line.row) for line in lines]
            if not all(_again(said, line) for said, line in zip(standing, lines, strict=True)):
                raise
            lines = [said.verdict for said in standing if said is not None]
        else:
            self.written += 1
        twin = (wishes[1].example_id, lines[1]) if len(lines) > 1 else None
        return Written(wishes[0].example_id, lines[0], twin)


def _again(standing: Said | None, line: RowVerdict) -> bool:
    """Whether what stands is the same decision of the same person: its answer was lost on the way."""
    if standing is None or standing.disputed:
        return False
    there = standing.verdict
    same = (there.decision, there.reviewer, there.reason, there.date, there.content)
    return same == (line.decision, line.reviewer, line.reason, line.date, line.content)
