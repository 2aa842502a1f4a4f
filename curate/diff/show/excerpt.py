"""Where two texts differ, with a little of what stands around it: the part of an edit that a reviewer reads
first.
"""

from __future__ import annotations

from curate.diff.show.words import Op, word_diff
from curate.show.blocks import DELETED, INSERTED, without_marks

# Characters of unchanged text shown before and after the change.
CONTEXT = 24


def stretches(before: str, after: str, limit: int = 240) -> list[tuple[Op, str]]:
    """The word diff of two texts with unchanged stretches cut to the ends that touch a change; `…` stands for
    what is left out.

    About `limit` characters at most; a change too long for it is cut, and changes behind the limit are left
    out.
    """
    shown: list[tuple[Op, str]] = []
    whole, room = word_diff(before, after), limit
    for at, (op, text) in enumerate(whole):
        if room <= 0:
            return [*shown, ("equal", "…")]
        cut = (
            _context(text, at == 0, at == len(whole) - 1)
            if op == "equal"
            else short(text, max(room // 2, CONTEXT))
        )
        room -= len(cut)
        shown.append((op, cut))
    return shown


def marked(before: str, after: str, limit: int = 240) -> str:
    """`stretches` in one line, deleted and inserted words between their marks; every mark that is opened is
    closed.
    """
    return "".join(
        _between(op, text.replace("\n", " "))
        for op, text in stretches(without_marks(before), without_marks(after), limit)
    )


def _between(op: Op, text: str) -> str:
    opened, closed = {"delete": DELETED, "insert": INSERTED, "equal": ("", "")}[op]
    return f"{opened}{text}{closed}"


def _context(text: str, first: bool, last: bool) -> str:
    """The ends of an unchanged stretch that touch a change."""
    if first and last:
        return short(text, 4 * CONTEXT)
    if first:
        return text if len(text) <= CONTEXT else "…" + text[-CONTEXT:]
    if last:
        return text if len(text) <= CONTEXT else text[:CONTEXT] + "…"
    return text if len(text) <= 2 * CONTEXT else f"{text[:CONTEXT]}…{text[-CONTEXT:]}"


def short(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, `…` for what is cut off."""
    return text if len(text) <= limit else text[:limit] + "…"
