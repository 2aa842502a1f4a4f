"""The queue of rows as a state machine: a session and a key give the next session and what is to be written.

    k keep   d drop   1-9 give it the output of that number   u unsure   s skip   z undo   ? help   q quit
    o keep it and drop its twin, the row that says the same beside it

To keep a row or give it another output settles its contradiction: the other rows of it are not asked about in
this session, since they leave (or are repeats) once the stages have run. Every decision goes to the file at
once; an undo writes `unsure`, with the reason "taken back", over what it takes back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from curate.text import plain
from curate.verdicts.journal import Word
from governance.triage.queue import TAKEN_BACK
from governance.triage.row_verdicts import Wish
from governance.triage.rows import RowItem

KEYS: Mapping[str, Word] = {"k": "keep", "d": "drop", "u": "unsure"}


@dataclass(frozen=True)
class Step:
    """What one key did: the rows that it closed, the word (None: skipped), where the session stood, and the
    twin that was dropped with it.
    """

    places: tuple[int, ...]
    word: Word | None
    at: int
    twin: str = ""


@dataclass(frozen=True)
class RowSession:
    """A queue being worked through; `at` is the place of the row shown."""

    queue: tuple[RowItem, ...]
    at: int = 0
    closed: frozenset[int] = frozenset()
    history: tuple[Step, ...] = ()
    mode: Literal["judge", "help", "quit"] = "judge"
    message: str = ""
    tally: Mapping[str, int] = field(default_factory=dict)

    @property
    def item(self) -> RowItem | None:
        """The row shown; None at the end."""
        return self.queue[self.at] if self.at < len(self.queue) else None

    @property
    def left(self) -> int:
        """How many rows are open in this session."""
        return len(self.queue) - len(self.closed)

    @property
    def waiting(self) -> int:
        """How many wait for another session: open, skipped or unsure."""
        skipped = sum(step.word is None for step in self.history)
        return self.left + skipped + self.tally.get("unsure", 0)


def press(session: RowSession, key: str) -> tuple[RowSession, list[Wish]]:
    """The session after `key`, and what is to be written. A key that means nothing changes nothing."""
    item = session.item
    if session.mode == "help":
        return replace(session, mode="judge", message=""), []
    if key == "q":
        return replace(session, mode="quit", message=""), []
    if key == "?":
        return replace(session, mode="help", message=""), []
    if key == "z":
        return _undo(session)
    if item is None:
        return session, []
    if key in KEYS:
        return _decide(session, item, Wish(item.example_id, KEYS[key], {}))
    if key == "o" and item.twin:
        return _drop_twin(session, item)
    if key == "s":
        return _forward(session, Step((session.at,), None, session.at), f"{named(item)}: skipped"), []
    if key.isdigit() and 0 < int(key) <= len(item.choices):
        wish = Wish(item.example_id, "relabel", {"output": item.choices[int(key) - 1]})
        return _decide(session, item, wish)
    return replace(session, message="? lists the keys"), []


def named(item: RowItem) -> str:
    """The row's id, fit to be shown."""
    return plain(item.example_id, 60)


def _decide(session: RowSession, item: RowItem, wish: Wish) -> tuple[RowSession, list[Wish]]:
    settles = item.cluster != "" and wish.verdict in ("keep", "relabel")
    alike = [
        at
        for at, other in enumerate(session.queue)
        if settles and other.cluster == item.cluster and other.kind == "contradiction"
    ]
    others = {at for at in alike if at not in session.closed and at != session.at}
    places = (session.at, *sorted(others))
    tally = Counter(session.tally) + Counter({wish.verdict: 1})
    said = f"{named(item)}: {wish.verdict}" + (
        f"; {len(others)} more of its contradiction settled with it" if others else ""
    )
    return replace(_forward(session, Step(places, wish.verdict, session.at), said), tally=dict(tally)), [wish]


def twin_wishes(item: RowItem) -> list[Wish]:
    """What `o` writes: the row is right as it is, and its twin leaves."""
    return [Wish(item.example_id, "keep", {}), Wish(item.twin, "drop", {})]


def _drop_twin(session: RowSession, item: RowItem) -> tuple[RowSession, list[Wish]]:
    twins = {at for at, other in enumerate(session.queue) if other.example_id == item.twin}
    places = (session.at, *sorted(twins - session.closed - {session.at}))
    tally = dict(Counter(session.tally) + Counter({"keep": 1, "drop": 1}))
    step = Step(places, "keep", session.at, item.twin)
    return replace(
        _forward(session, step, f"{named(item)}: kept; its twin dropped"), tally=tally
    ), twin_wishes(item)


def _forward(session: RowSession, step: Step, message: str) -> RowSession:
    closed = session.closed | set(step.places)
    places: Sequence[int] = range(session.at + 1, len(session.queue))
    at = next((place for place in places if place not in closed), len(session.queue))
    return replace(session, at=at, closed=closed, history=(*session.history, step), message=message)


def _undo(session: RowSession) -> tuple[RowSession, list[Wish]]:
    if not session.history:
        return replace(session, message="nothing to undo"), []
    *before, step = session.history
    wishes, tally = [], dict(session.tally)
    if step.word is not None:
        names = [session.queue[step.at].example_id, *([step.twin] if step.twin else [])]
        wishes = [Wish(name, "unsure", {}, TAKEN_BACK) for name in names]
        tally[step.word] -= 1
        tally["drop"] = tally.get("drop", 0) - (1 if step.twin else 0)
    back = replace(
        session,
        at=step.at,
        closed=session.closed - set(step.places),
        history=tuple(before),
        tally=tally,
        message=f"{named(session.queue[step.at])}: {step.word or 'skip'} taken back",
    )
    return back, wishes
