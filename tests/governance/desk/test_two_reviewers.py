"""Two reviewers, at their desks and at the terminal queue, in any order, with stale tabs, answers lost on the
way, undo, and branches that git merges: no verdict is lost, none is given unseen, and the lines are those of
the terminal queue.

`ASSAY_DESK_INTERLEAVINGS=10000` runs as many, on a file system in memory (`--basetemp=/dev/shm/x`) in some
minutes; with `-s` it says what they held. In parts: 1000 with `--hypothesis-seed=1`, then 2, and so on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.pii.decisions import FILE, append_verdicts
from curate.project import Project
from curate.verdicts.journal import FILE as ROWS
from curate.verdicts.journal import append_rows
from curate.verdicts.standing import project_rows
from governance.desk.row_room import RowConflict, RowRoom
from governance.desk.serve import make_desk
from governance.desk.values import Conflict, ValueRoom
from governance.triage.queue import TAKEN_BACK
from governance.triage.row_verdicts import Desk as Terminal
from governance.triage.row_verdicts import Judge, Wish
from governance.triage.rows import RowBoard, redacted
from tests.governance.desk.conftest import TODAY, reviewer_of
from tests.governance.desk.terminal import copied

INTERLEAVINGS = int(os.environ.get("ASSAY_DESK_INTERLEAVINGS", "25"))
PEOPLE = ("Ada", "Ben")
# At least so many steps: on three values two people then meet in most runs.
STEPS = 8
# `terminal`: the same person at the terminal queue, who sees nothing of the desk.
WHAT = ("look", "look", "decide", "decide", "decide", "again", "undo", "terminal", "part", "merge")
# Who, what, on which of three values or rows, which word.
STEP = st.tuples(
    st.sampled_from(PEOPLE),
    st.sampled_from(WHAT),
    st.integers(0, 2),
    st.integers(0, 3),
)
WORDS = ("real", "not_personal", "public", "unsure")
ROW_WORDS = ("keep", "drop", "unsure", "relabel")
ANY_ORDER = settings(
    max_examples=INTERLEAVINGS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Person:
    """One reviewer: where he works, his room there, what he last saw, what he last sent."""

    name: str
    room: Any
    home: Path
    seen: dict[int, str] = field(default_factory=dict)
    sent: tuple[Any, ...] | None = None
    done: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class World:
    """Ada's checkout, Ben's (the same folder, or his own while they are apart), and for each a model:
    what the terminal's functions write.
    """

    shared: Path
    apart: Path
    twins: dict[Path, Path]
    file: Path
    parted: bool = False
    base: bytes = b""

    def part(self, ben: Person) -> None:
        """Ben goes on in a clone."""
        if self.parted:
            return
        self.parted = True
        self.base = read(self.shared / self.file)
        for source, target in ((self.shared, self.apart), (self.twins[self.shared], self.twins[self.apart])):
            write(target / self.file, read(source / self.file))
        move(ben, self.apart)

    def merge(self, ben: Person, tally: Counter[str]) -> None:
        """git merges both files by union; Ben goes on in the merged folder."""
        if not self.parted:
            return
        self.parted = False
        ours, theirs = read(self.shared / self.file), read(self.apart / self.file)
        merged = union(self.base, ours, theirs)
        for line in (*lines(ours), *lines(theirs)):
            assert line in lines(merged)
        tally["branches merged"] += 1
        tally["of them both with new lines"] += ours != self.base != theirs
        write(self.shared / self.file, merged)
        write(self.twins[self.shared] / self.file, merged)
        move(ben, self.shared)


def move(person: Person, home: Path) -> None:
    """Another folder of the same project: what a person saw he saw before."""
    person.home = home
    room = person.room
    if isinstance(room, ValueRoom):
        room.root = room.journal.root = home
    else:
        room.project = Project(home)
        room._desk.project = room.project
        room._mark = None


def read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def write(path: Path, text: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text)


def lines(text: bytes) -> list[bytes]:
    return text.splitlines()


def union(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """What git's `merge=union` makes of three versions of a file."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for path, text in zip(paths, (ours, base, theirs), strict=True):
            path.write_bytes(text)
        done = subprocess.run(
            ["git", "merge-file", "-p", "--union", *map(str, paths)], capture_output=True, check=True
        )
        return done.stdout


@pytest.fixture
def tally() -> Iterator[Counter[str]]:
    """What the interleavings held, printed at their end."""
    counted: Counter[str] = Counter()
    yield counted
    print(f"\n{INTERLEAVINGS:,} interleavings: {dict(sorted(counted.items()))}")


@pytest.fixture
def world(
    project: Project, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Path], World]]:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # no power is cut here, and it is most of the time
    folder = tmp_path_factory.mktemp("world")
    apart, twin, twin_apart = (copied(project, folder / name).root for name in ("ben", "t1", "t2"))

    def fresh(file: Path) -> World:
        for home in (project.root, apart, twin, twin_apart):
            shutil.rmtree(home / "decisions", ignore_errors=True)
        return World(project.root, apart, {project.root: twin, apart: twin_apart}, file)

    yield fresh


def test_values_in_any_order(project: Project, world: Callable[[Path], World], tally: Counter[str]) -> None:
    rooms = {name: make_desk(project, reviewer_of(project, name), print).values for name in PEOPLE}
    items = [rooms["Ada"].board.item(at) for at in range(3)]

    @ANY_ORDER
    @given(st.lists(STEP, min_size=STEPS, max_size=3 * STEPS))
    def any_order(steps: list[tuple[str, str, int, int]]) -> None:
        here = world(FILE)
        people = {name: Person(name, rooms[name], here.shared) for name in PEOPLE}
        for person in people.values():
            move(person, here.shared)
            person.room.history.clear()
            person.room._mine.clear()
        for who, what, which, word in steps:
            step(here, people, people[who], what, which, WORDS[word])
        for home in {person.home for person in people.values()}:
            assert read(home / FILE) == read(here.twins[home] / FILE)
            tally["lines"] += len(lines(read(home / FILE)))
        for person in people.values():
            check_open(person)

    def step(
        here: World, people: dict[str, Person], person: Person, what: str, which: int, word: Any
    ) -> None:
        room, item = person.room, items[which]
        before = read(person.home / FILE)
        twin = here.twins[person.home]
        reviewer = reviewer_of(project, person.name)
        tally[what] += 1
        if what == "terminal":
            for root in (person.home, twin):
                append_verdicts(root, [reviewer.verdict(item, word)])
            return None
        if what == "part":
            return here.part(people["Ben"])
        if what == "merge":
            return here.merge(people["Ben"], tally)
        if what == "look":
            person.seen[which] = room.version(item.value_id)
            return None
        if what == "undo":
            history = list(room.history)
            try:
                undone = room.undo()
            except Conflict:
                assert read(person.home / FILE) == before and room.history == history
                return None
            assert (undone is None) == (not history)
            if undone is not None:
                (line,) = undone.lines
                taken = next(each for each in items if each.value_id == line.value_id)
                append_verdicts(twin, [reviewer.verdict(taken, "unsure", TAKEN_BACK)])
            return None
        if what == "again":
            if person.sent is None:
                return None
            which, word, shown = person.sent
            item = items[which]
        else:
            shown = person.seen.get(which, "0")
            person.sent = (which, word, shown)
        current = room.version(item.value_id)
        standing = room.standing(item.value_id)
        line = reviewer.verdict(item, word)
        try:
            room.decide([(item, shown)], word)
        except Conflict as conflict:
            tally["conflicts"] += 1
            assert shown != current and standing != line
            assert conflict.standing == {item.value_id: standing}
            assert read(person.home / FILE) == before
            return None
        if shown == current:
            append_verdicts(twin, [line])
        else:  # the same verdict of the same person stands already
            assert standing == line and read(person.home / FILE) == before
        return None

    def check_open(person: Person) -> None:
        waiting = person.room.is_open()
        for at, item in enumerate(items):
            standing = person.room.standing(item.value_id)
            decided = standing is not None and standing.verdict != "unsure"
            if decided:
                assert not waiting[at]
            if standing is None or standing.reason == TAKEN_BACK:
                assert waiting[at] or standing is None  # a file cut short is no verdict of anybody

    any_order()


def test_rows_in_any_order(
    project: Project,
    world: Callable[[Path], World],
    tally: Counter[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Which rows wait is other tests' (and most of the time): here it is asked once.
    waiting = RowBoard(project).queue(project_rows(project))
    monkeypatch.setattr(RowBoard, "queue", lambda *_: waiting)
    rooms = {name: make_desk(project, reviewer_of(project, name), print).rows for name in PEOPLE}
    examples = redacted(project)
    names = examples["example_id"].to_list()[:3]
    terminals = {name: Judge(name, "", TODAY) for name in PEOPLE}

    @ANY_ORDER
    @given(st.lists(STEP, min_size=STEPS, max_size=3 * STEPS))
    def any_order(steps: list[tuple[str, str, int, int]]) -> None:
        here = world(ROWS)
        people = {name: Person(name, rooms[name], here.shared) for name in PEOPLE}
        for person in people.values():
            move(person, here.shared)
            person.room.history.clear()
        for who, what, which, word in steps:
            step(here, people, people[who], what, which, ROW_WORDS[word])
        for home in {person.home for person in people.values()}:
            assert read(home / ROWS) == read(here.twins[home] / ROWS)
            tally["lines"] += len(lines(read(home / ROWS)))

    def terminal(here: World, person: Person, wish: Wish) -> None:
        twin = Project(here.twins[person.home])
        append_rows(twin.root, Terminal(twin, examples, terminals[person.name]).lines([wish]))

    def step(
        here: World, people: dict[str, Person], person: Person, what: str, which: int, word: Any
    ) -> None:
        room: RowRoom = person.room
        before = read(person.home / ROWS)
        tally[what] += 1
        if what == "terminal":
            wish = Wish(names[which], "keep" if word == "relabel" else word, {})
            home = Project(person.home)
            append_rows(home.root, Terminal(home, examples, terminals[person.name]).lines([wish]))
            return terminal(here, person, wish)
        if what == "part":
            return here.part(people["Ben"])
        if what == "merge":
            return here.merge(people["Ben"], tally)
        if what == "look":
            person.seen[which] = room.version(names[which])
            return None
        if what == "undo":
            history = list(room.history)
            try:
                undone = room.undo()
            except RowConflict:
                assert read(person.home / ROWS) == before and room.history == history
                return None
            if undone is not None:
                terminal(here, person, Wish(undone.example_id, "unsure", {}, TAKEN_BACK))
            return None
        if what == "again":
            if person.sent is None:
                return None
            which, word, shown = person.sent
        else:
            shown = person.seen.setdefault(which, room.version(names[which]))
            person.sent = (which, word, shown)
        # A new label is read by the detectors: one such step is as good as many.
        word = "keep" if word == "relabel" else word
        current = room.version(names[which])
        try:
            written = room.decide(names[which], word, {}, shown)
        except RowConflict:
            tally["conflicts"] += 1
            assert shown != current and read(person.home / ROWS) == before
            return None
        if shown == current:
            terminal(here, person, Wish(names[which], word, {}))
        else:
            assert read(person.home / ROWS) == before and written.line.verdict == word
        return None

    any_order()
