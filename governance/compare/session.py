"""The comparison as a state machine: a session and a key give the next session and what is to be written.

l the left is better   r the right   t equally good   b neither is usable   s skip   z undo   ? help   q quit
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from governance.compare.round import SPOKEN, Choice, Said

KEYS: Mapping[str, Said] = {"l": "left", "r": "right", "t": "tie", "b": "both_bad"}


@dataclass(frozen=True)
class Comparing:
    """Items being worked through; `at` is the place of the one shown.

    Parameters
    ----------
    history
        What each key did, to be undone: the place, and what was said (None: skipped).
    """

    queue: tuple[str, ...]
    at: int = 0
    history: tuple[tuple[int, Said | None], ...] = ()
    mode: Literal["judge", "help", "quit"] = "judge"
    message: str = ""
    tally: Mapping[str, int] = field(default_factory=dict)

    @property
    def item(self) -> str | None:
        """The item shown; None at the end."""
        return self.queue[self.at] if self.at < len(self.queue) else None

    @property
    def judged(self) -> int:
        """How many were judged in this session."""
        return sum(self.tally.values())


def press(session: Comparing, key: str) -> tuple[Comparing, list[Choice]]:
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
    if key == "s":
        return _forward(session, None, "skipped"), []
    if key in KEYS:
        said = KEYS[key]
        tally = dict(Counter(session.tally) + Counter({said: 1}))
        return replace(_forward(session, said, SPOKEN[said]), tally=tally), [Choice(item, said)]
    return replace(session, message="? lists the keys"), []


def _forward(session: Comparing, said: Said | None, message: str) -> Comparing:
    history = (*session.history, (session.at, said))
    return replace(session, at=session.at + 1, history=history, message=message)


def _undo(session: Comparing) -> tuple[Comparing, list[Choice]]:
    if not session.history:
        return replace(session, message="nothing to undo"), []
    *before, (at, said) = session.history
    words = "skip" if said is None else SPOKEN[said]
    back = replace(session, at=at, history=tuple(before), message=f"taken back: {words}")
    if said is None:
        return back, []
    tally = dict(session.tally)
    tally[said] -= 1
    return replace(back, tally=tally), [Choice(session.queue[at], None)]
