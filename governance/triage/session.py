"""The queue as a state machine: a session and a key give the next session and the verdicts to be written. No
terminal here.

    r real   n not personal   p public figure or business   u unsure   s skip   z undo   v see the value
    a the whole pattern: its values are listed, space turns the page, r n p u judge them all

A verdict that leaves a whole pattern in the text (n, p) is taken only after its last page. Every verdict goes
to the file at once, so that a killed session loses nothing. The file is only ever appended to: an undo writes
`unsure`, with the reason "taken back", over what it takes back, and the value is open again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from curate.pii.decisions import CLEARING, Verdict, Word
from governance.triage.queue import TAKEN_BACK, Item
from governance.triage.reviewer import Reviewer

WORDS: Mapping[str, Word] = {"r": "real", "n": "not_personal", "p": "public", "u": "unsure"}
SPOKEN: Mapping[Word, str] = {
    "real": "real",
    "not_personal": "not personal",
    "public": "public figure or business",
    "unsure": "unsure",
}

Mode = Literal["judge", "group", "help", "quit"]
# Values of a pattern listed on one page.
PAGE = 15


@dataclass(frozen=True)
class Step:
    """What one key did: the places in the queue, the word (None: skipped), and where the session stood."""

    places: tuple[int, ...]
    word: Word | None
    at: int


@dataclass(frozen=True)
class Session:
    """A queue being worked through; `at` is the place of the value shown, the queue's length at the end.

    `revealed` holds the ids of the values that the screen shows unmasked, until the next key; `may_reveal`
    says whether the screen is one that forgets.
    """

    queue: tuple[Item, ...]
    reviewer: Reviewer
    at: int = 0
    closed: frozenset[int] = frozenset()
    history: tuple[Step, ...] = ()
    mode: Mode = "judge"
    page: int = 0
    may_reveal: bool = False
    revealed: tuple[str, ...] = ()
    message: str = ""
    tally: Mapping[Word, int] = field(default_factory=lambda: dict.fromkeys(SPOKEN, 0))

    @property
    def item(self) -> Item | None:
        """The value shown; None at the end."""
        return self.queue[self.at] if self.at < len(self.queue) else None

    @property
    def group(self) -> tuple[int, ...]:
        """Places of the open values that share the shown one's pattern."""
        if self.item is None:
            return ()
        return tuple(
            at
            for at, item in enumerate(self.queue)
            if item.group == self.item.group and at not in self.closed
        )

    @property
    def pages(self) -> int:
        """How many pages the list of the pattern's values has."""
        return max(1, -(-len(self.group) // PAGE))

    @property
    def listed(self) -> tuple[Item, ...]:
        """The values on the screen: the one that is judged, or a page of its pattern."""
        if self.item is None:
            return ()
        if self.mode != "group":
            return (self.item,)
        return tuple(self.queue[at] for at in self.group[self.page * PAGE : (self.page + 1) * PAGE])

    @property
    def left(self) -> int:
        """How many values are open in this session."""
        return len(self.queue) - len(self.closed)

    @property
    def skipped(self) -> int:
        """How many were skipped."""
        return sum(len(step.places) for step in self.history if step.word is None)

    @property
    def waiting(self) -> int:
        """How many wait for another session: open, skipped or unsure."""
        return self.left + self.skipped + self.tally["unsure"]


def start(queue: Sequence[Item], reviewer: Reviewer, *, may_reveal: bool = False) -> Session:
    """A session at the head of `queue`."""
    return Session(tuple(queue), reviewer, may_reveal=may_reveal)


def press(session: Session, key: str) -> tuple[Session, list[Verdict]]:
    """The session after `key`, and the verdicts to append to the project's file. A key that means nothing
    changes nothing.
    """
    if session.mode == "help":
        return replace(session, mode="judge", message=""), []
    if key == "v" and session.item is not None and not session.revealed:
        return _reveal(session), []
    session = replace(session, revealed=())
    if session.mode == "group":
        return _pattern(session, key)
    if key == "q":
        return replace(session, mode="quit", message=""), []
    if key == "?":
        return replace(session, mode="help", message=""), []
    if key == "z":
        return _undo(session)
    if session.item is None:
        return session, []
    if key in WORDS:
        return _decide(session, WORDS[key], (session.at,))
    if key == "s":
        return _forward(session, Step((session.at,), None, session.at), "skipped"), []
    if key == "a":
        return replace(session, mode="group", page=0, message=""), []
    return replace(session, message="? lists the keys"), []


def _reveal(session: Session) -> Session:
    """The values on the screen unmasked, where the screen forgets them."""
    if not session.may_reveal:
        return replace(session, message="values are shown on a terminal's own screen only, never with --keys")
    return replace(session, revealed=tuple(item.value_id for item in session.listed), message="")


def _pattern(session: Session, key: str) -> tuple[Session, list[Verdict]]:
    """A key pressed on the list of a pattern's values."""
    last = session.page + 1 >= session.pages
    if key == " " and not last:
        return replace(session, page=session.page + 1, message=""), []
    if key in WORDS and (last or WORDS[key] not in CLEARING):
        return _decide(session, WORDS[key], session.group)
    if key in WORDS:
        return replace(session, message="see all of its values first: space turns the page"), []
    return replace(session, mode="judge", message="nothing applied"), []


def _decide(session: Session, word: Word, places: tuple[int, ...]) -> tuple[Session, list[Verdict]]:
    verdicts = [session.reviewer.verdict(session.queue[at], word) for at in places]
    tally = {**session.tally, word: session.tally[word] + len(places)}
    what = f"{len(places)} values of this pattern: {SPOKEN[word]}" if len(places) > 1 else SPOKEN[word]
    return replace(_forward(session, Step(places, word, session.at), what), tally=tally), verdicts


def _forward(session: Session, step: Step, message: str) -> Session:
    """To the next open value; skipped ones are not asked about again in this session."""
    closed = session.closed | set(step.places)
    at = next(
        (place for place in range(session.at + 1, len(session.queue)) if place not in closed),
        len(session.queue),
    )
    return replace(
        session, at=at, closed=closed, history=(*session.history, step), mode="judge", message=message
    )


def _undo(session: Session) -> tuple[Session, list[Verdict]]:
    if not session.history:
        return replace(session, message="nothing to undo"), []
    *before, step = session.history
    tally, verdicts = session.tally, []
    if step.word is not None:
        verdicts = [session.reviewer.verdict(session.queue[at], "unsure", TAKEN_BACK) for at in step.places]
        tally = {**tally, step.word: tally[step.word] - len(step.places)}
    what = "skip" if step.word is None else SPOKEN[step.word]
    return (
        replace(
            session,
            at=step.at,
            closed=session.closed - set(step.places),
            history=tuple(before),
            tally=tally,
            message=f"taken back: {what}",
        ),
        verdicts,
    )
