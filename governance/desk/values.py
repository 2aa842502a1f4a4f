"""The queue of values behind the desk: what is open, what a verdict needs to be taken, and what undoes it.

Optimistic concurrency: a page carries the *version* of each value that it shows, a digest of the last line on
it in `decisions/pii.jsonl`. A verdict is written under the file's lock and only if that line is still the
last; else it is a `Conflict`, which names what somebody decided meanwhile, and nothing is written. To send
the same verdict again (an answer that was lost on the way) is not a conflict and writes nothing.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np

from curate.errors import AssayError
from curate.files import canonical_json
from curate.pii.decisions import CLEARING, FILE, Verdict, Word, append_verdicts, read_verdicts
from governance.desk.board import Board
from governance.triage.queue import TAKEN_BACK, Item
from governance.triage.reveals import append_reveals
from governance.triage.reviewer import Reviewer

# The version of what nobody has decided on.
UNTOUCHED = "0"
# Values looked at at once for the next that waits.
STRETCH = 1024


class Conflict(Exception):
    """Somebody decided meanwhile: by value id, what stands now."""

    def __init__(self, standing: Mapping[str, Verdict | None]) -> None:
        super().__init__("decided meanwhile")
        self.standing = standing


@dataclass(frozen=True)
class Action:
    """What one verdict (of one value or of many) wrote, for undo."""

    lines: tuple[Verdict, ...]
    scope: str


class Journal:
    """The last line on each value, read again when the file has changed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._mark: tuple[int, int, int] | None = None
        self._last: dict[str, Verdict] = {}

    def last(self) -> dict[str, Verdict]:
        """The last line on each value; lines on a single finding are not looked at."""
        try:
            stat = (self.root / FILE).stat()
            mark = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        except FileNotFoundError:
            mark = (0, 0, 0)
        if mark != self._mark:
            self._last = {one.value_id: one for one in read_verdicts(self.root) if one.finding_id is None}
            self._mark = mark
        return self._last


def version(verdict: Verdict | None) -> str:
    """Digest of a line; `UNTOUCHED` where there is none."""
    if verdict is None:
        return UNTOUCHED
    return hashlib.blake2b(canonical_json(asdict(verdict)).encode(), digest_size=8).hexdigest()


class ValueRoom:
    """Values and verdicts of one project, for one reviewer. Every method may be called from any thread.

    Parameters
    ----------
    journal
        Read before the board was: what is decided after that closes a value of the board.
    people
        Whose verdicts count; None: everybody's (`redact.reviewers`).
    """

    def __init__(
        self,
        root: Path,
        board: Board,
        reviewer: Reviewer,
        journal: Journal,
        people: Collection[str] | None = None,
    ) -> None:
        self.root, self.board, self.reviewer, self.journal = root, board, reviewer, journal
        self.people = people
        self.history: list[Action] = []
        self.written = 0
        self._mine: set[Verdict] = set()
        self._lock = threading.RLock()
        self._open = np.ones(len(board), dtype=bool)
        self._known = dict(journal.last())

    # What stands

    def is_open(self) -> np.ndarray:
        """For each value of the board, whether it waits."""
        with self._lock:
            last = self.journal.last()
            if last is not self._known:
                for value_id, verdict in last.items():
                    if verdict != self._known.get(value_id):
                        at = self.board.find(value_id)
                        if at is not None:
                            self._open[at] = self._waits(verdict)
                self._known = last
            return self._open

    def _waits(self, verdict: Verdict) -> bool:
        """Unsure of another session is asked again, unsure of this one is not; what was taken back is."""
        if verdict.reason == TAKEN_BACK:
            return True
        if verdict in self._mine:
            return False
        counts = self.people is None or verdict.reviewer in self.people
        return verdict.verdict == "unsure" or not counts

    def version(self, value_id: str) -> str:
        """The version of a value."""
        with self._lock:
            return version(self.journal.last().get(value_id))

    def versions(self, places: np.ndarray) -> str:
        """The versions of the values at some places of the board, of those that anybody decided on."""
        wanted = np.zeros(len(self.board), dtype=bool)
        wanted[places] = True
        decided = []
        with self._lock:
            for name, line in self.journal.last().items():
                at = self.board.find(name)
                if at is not None and wanted[at]:
                    decided.append(f"{name}:{version(line)}")
        return "\n".join(sorted(decided))

    def standing(self, value_id: str) -> Verdict | None:
        """The last line on a value."""
        with self._lock:
            return self.journal.last().get(value_id)

    def after(self, at: int, members: np.ndarray | None, step: int = 1) -> int | None:
        """The next open value after a place (before it with `step` -1), of a group or of all."""
        return next(self._waiting(at, members, step), None)

    def ahead(self, at: int, members: np.ndarray | None, count: int) -> list[int]:
        """Up to `count` open values after a place."""
        return list(islice(self._waiting(at, members, 1), count))

    def left(self, members: np.ndarray | None = None) -> int:
        """How many values wait, of a group or of all."""
        waiting = self.is_open()
        return int(np.count_nonzero(waiting if members is None else waiting[members]))

    def _waiting(self, at: int, members: np.ndarray | None, step: int) -> Iterator[int]:
        """Open values from a place on, the nearest first, looked for in stretches: it is mostly near."""
        waiting = self.is_open()
        if members is None:
            low, high = (at + 1, len(waiting)) if step > 0 else (0, max(0, at))
        else:
            side: Literal["left", "right"] = "right" if step > 0 else "left"
            cut = int(np.searchsorted(members, at, side=side)) if at >= 0 else 0
            low, high = (cut, len(members)) if step > 0 else (0, cut)
        while low < high:
            start, stop = (low, min(low + STRETCH, high)) if step > 0 else (max(low, high - STRETCH), high)
            places = np.arange(start, stop) if members is None else members[start:stop]
            yield from places[waiting[places]][::step].tolist()
            low, high = (stop, high) if step > 0 else (low, start)

    # What is written

    def decide(self, asked: Sequence[tuple[Item, str]], word: Word, scope: str = "") -> Action:
        """Write `word` on values, each with the version that was on the screen.

        Raises
        ------
        Conflict
            If somebody decided on one of them meanwhile; nothing is written.
        AssayError
            If the lines cannot be written.
        """
        lines = [self.reviewer.verdict(item, word) for item, _ in asked]
        seen = {item.value_id: shown for item, shown in asked}
        return self._write(lines, seen, scope, keep=True)

    def undo(self) -> Action | None:
        """Take back the last action that stands; None where there is none."""
        with self._lock:
            if not self.history:
                return None
            action = self.history[-1]
            self.take_back(action)
            self.history.pop()
            return action

    def take_back(self, action: Action) -> None:
        """Write `unsure`, taken back, over the lines of an action, if they still are the last."""
        seen = {line.value_id: version(line) for line in action.lines}
        lines = [self.reviewer.verdict(_named(line), "unsure", TAKEN_BACK) for line in action.lines]
        self._write(lines, seen, action.scope, keep=False)

    def reveal(self, item: Item) -> str:
        """The value as it stands; the line that says who saw it is written first."""
        with self._lock:
            append_reveals(self.root, [self.reviewer.reveal(item)])
            self.written += 1
        at = self.board.find(item.value_id)
        return "" if at is None else self.board.window([at]).raw_value(item.value_id)

    def mine(self, limit: int) -> list[Verdict]:
        """The last lines of this reviewer that still speak, newest first: what can be taken back."""
        with self._lock:
            last = self.journal.last()
            ours = [one for one in last.values() if one.reviewer == self.reviewer.name]
            return [one for one in reversed(ours) if one.reason != TAKEN_BACK][:limit]

    def _write(self, lines: list[Verdict], seen: Mapping[str, str], scope: str, *, keep: bool) -> Action:
        action = Action(tuple(lines), scope)
        with self._lock:
            repeated = False

            def unchanged() -> None:
                nonlocal repeated
                last = self.journal.last()
                moved = {
                    line.value_id: last.get(line.value_id)
                    for line in lines
                    if version(last.get(line.value_id)) != seen[line.value_id]
                }
                repeated = len(moved) == len(lines) and all(last.get(one.value_id) == one for one in lines)
                if moved:
                    raise Conflict(moved)

            try:
                append_verdicts(self.root, lines, unchanged)
            except Conflict:
                if not repeated:
                    raise
                return action
            self.written += 1
            if keep:
                self._mine.update(lines)
                # What was decided over by the same person is not taken back once more beneath it.
                over = {line.value_id for line in lines}
                self.history = [
                    each for each in self.history if any(line.value_id not in over for line in each.lines)
                ]
                self.history.append(action)
                self.is_open()  # takes in the new lines, but for one that stood already: unsure, of earlier
                for line in lines:
                    at = self.board.find(line.value_id)
                    if at is not None:
                        self._open[at] = False
            return action


def _named(line: Verdict) -> Item:
    """Enough of an item for a line on the same value."""
    return Item(line.value_id, line.entity, "", 0.0, 0.0, False, 0, 0)


def may_clear(word: Word, seen_all: bool) -> None:
    """Fail on a word that leaves many values in the text before all of them were listed."""
    if word in CLEARING and not seen_all:
        raise AssayError("see all of its values first", fix="turn to the last page of the list")
