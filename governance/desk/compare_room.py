"""The comparison behind the desk: each verdict and undo is the line of `assay compare`.

A page carries the version of the reviewer's own last line on its item: what another person says of it is no
conflict, since each speaks for himself. Where the same person judged in another tab or terminal meanwhile,
nothing is written (`CompareConflict`); the same verdict sent twice is one line.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from curate.project import Project
from governance.compare.items import FILE as ITEMS_FILE
from governance.compare.items import read_items
from governance.compare.journal import (
    FILE,
    Preference,
    append_preferences,
    line_version,
    read_preferences,
    speaking,
)
from governance.compare.round import Choice, Round, Said
from governance.desk.marks import mark_of
from governance.triage.row_verdicts import Judge


class CompareConflict(Exception):
    """The reviewer judged the item elsewhere meanwhile: what stands."""

    def __init__(self, standing: Preference | None) -> None:
        super().__init__("judged meanwhile")
        self.standing = standing


@dataclass(frozen=True)
class Progress:
    """How far the reviewer is."""

    items: int
    left: int
    held_out: int


class CompareRoom:
    """Items and verdicts of one project, for one reviewer. Every method may be called from any thread."""

    def __init__(self, project: Project, judge: Judge) -> None:
        self.project, self.judge = project, judge
        self.history: list[Preference] = []
        self.written = 0
        self._lock = threading.RLock()
        self._load()

    def _load(self) -> None:
        self._stamp = mark_of(self.project.root / ITEMS_FILE)
        self.round = Round(read_items(self.project), self.project.key, self.judge)
        self._mark: object = None
        self._mine: dict[str, Preference] = {}

    def refresh(self) -> None:
        """Take in what the journal and the items say now."""
        with self._lock:
            if mark_of(self.project.root / ITEMS_FILE) != self._stamp:
                self._load()
            mark = mark_of(self.project.root / FILE)
            if mark == self._mark:
                return
            self._mark = mark
            key_id, name = self.project.key.key_id, self.round.judge.name
            lines = [each for each in read_preferences(self.project.root) if each.key_id == key_id]
            last = speaking([line for line in lines if line.reviewer == name])
            self._mine = {item: line for (item, _), line in last.items()}

    # What stands

    def said(self, item: str) -> Preference | None:
        """The reviewer's verdict on an item; None where none stands."""
        self.refresh()
        return self._stands(item)

    def _stands(self, item: str) -> Preference | None:
        line = self._mine.get(item)
        return None if line is None or line.verdict == "unsure" else line

    def progress(self) -> Progress:
        """How many items there are, and are left."""
        self.refresh()
        left = sum(self._stands(item) is None for item in self.round.order)
        return Progress(len(self.round.order), left, int(self.round.items["held_out"].sum()))

    def judged(self, limit: int) -> list[Preference]:
        """The reviewer's verdicts on these items, in the order of the items."""
        self.refresh()
        found = (self._stands(item) for item in self.round.order)
        return [line for line in found if line is not None][:limit]

    def after(self, item: str | None, step: int = 1) -> str | None:
        """The next item that waits, after one or (None) of all."""
        self.refresh()
        order = self.round.order if step > 0 else self.round.order[::-1]
        start = 0 if item is None else order.index(item) + 1
        return next((other for other in order[start:] if self._stands(other) is None), None)

    def version(self, item: str) -> str:
        """The version of an item for this reviewer."""
        self.refresh()
        return line_version(self._mine.get(item))

    # What is written

    def decide(self, item: str, said: Said, seen: str) -> Preference:
        """Write a verdict, with the version that was on the screen.

        Raises
        ------
        CompareConflict
            If the reviewer judged it elsewhere meanwhile; nothing is written.
        """
        with self._lock:
            line = self._write(Choice(item, said), seen)
            if line not in self.history:  # it was sent twice
                self.history.append(line)
            return line

    def undo(self) -> Preference | None:
        """Take back the last verdict of this session; None where there is none."""
        with self._lock:
            if not self.history:
                return None
            last = self.history[-1]
            self.refresh()
            if last.item in self.round and self._mine.get(last.item) != last:
                raise CompareConflict(self._mine.get(last.item))
            if last.item in self.round:  # else other items were prepared since
                self._write(Choice(last.item, None), line_version(last))
            return self.history.pop()

    def _write(self, choice: Choice, seen: str) -> Preference:
        line = self.round.line(choice)

        def unchanged() -> None:
            if self.version(choice.item) != seen:
                raise CompareConflict(self._mine.get(choice.item))

        try:
            append_preferences(self.project.root, [line], unchanged)
        except CompareConflict as conflict:
            if conflict.standing != line:
                raise
            return line
        self.written += 1
        return line


def items_path(project: Project) -> Path:
    """Where the items lie, if somebody prepared any."""
    return project.root / ITEMS_FILE
