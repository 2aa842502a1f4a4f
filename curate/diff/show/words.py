"""What changed between two texts, word by word, with the unchanged words around it.

Common beginning and end are cut off first; what is left is compared word by word by rapidfuzz's shortest edit
script (bit-parallel longest common subsequence, Hyyrö 2004). Its cost is the product of the two lengths, so
two long texts made to disagree could stall a page of edits: where the product is beyond `CELLS` the texts are
compared sentence by sentence, then as a whole; never by the clock, since the result must not depend on the
machine. Myers' greedy algorithm (1986) in Python, as of earlier versions, gave scripts of the same length,
took 3 to 8 times as long for a script of 60 to 600 words, and gave up on two texts that share little; for a
ticket with a few edits the whole word diff takes the same 0.1 ms.

Figures stand in docs/measurements.md; never more than about 40 ms for one pair of any length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from rapidfuzz.distance import Indel

from curate.text import common_beginning

Op = Literal["equal", "delete", "insert"]

# Words of one text times words of the other: 25 ms and 20 MB at most.
CELLS = 150_000_000
# A changed stretch longer than this is cut into sentences at once, and one five times so long is not cut at
# all: even to tokenise it takes its time.
MOST_CHARACTERS = 40_000
# How far the end of a common stretch goes back to find the beginning of its word.
LONGEST_WORD = 64

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_SENTENCES = re.compile(r"[^.!?\n]*[.!?\n]*\s*", re.DOTALL)


def word_diff(before: str, after: str) -> list[tuple[Op, str]]:
    """The way from one text to another in stretches.

    Returns
    -------
    list
        (`equal` | `delete` | `insert`, text), neighbours of different kind, deletions before insertions.
        `equal` and `delete` make up `before`, `equal` and `insert` make up `after`.

    Examples
    --------
    >>> word_diff("pay by card", "pay with card")
    [('equal', 'pay '), ('delete', 'by'), ('insert', 'with'), ('equal', ' card')]
    """
    if before == after:
        return [("equal", before)] if before else []
    start = _boundary(before, after, common_beginning(before, after))
    end = _ending(before, after, start)
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    head: list[tuple[Op, str]] = [("equal", before[:start])]
    return _tidied([*head, *_middle(old, new), ("equal", before[len(before) - end :])])


def _middle(old: str, new: str) -> list[tuple[Op, str]]:
    longest = max(len(old), len(new))
    if old and new:
        for unit, most in ((_WORDS, MOST_CHARACTERS), (_SENTENCES, 5 * MOST_CHARACTERS)):
            if longest <= most and (opcodes := _opcodes(unit.findall(old), unit.findall(new))) is not None:
                return opcodes
    return [("delete", old), ("insert", new)]


def _boundary(before: str, after: str, place: int) -> int:
    """`place`, or where the word that it cuts begins."""
    for back in range(place, max(-1, place - LONGEST_WORD), -1):
        if not any(_cuts(text, back) for text in (before, after)):
            return back
    return place


def _ending(before: str, after: str, start: int) -> int:
    """Length of the common end beyond `start`, without a cut word."""
    old, new = before[start:][::-1], after[start:][::-1]
    return _boundary(old, new, common_beginning(old, new))


def _cuts(text: str, place: int) -> bool:
    if not 0 < place < len(text):
        return False
    left, right = text[place - 1], text[place]
    return (_inside(left) and _inside(right)) or (left.isspace() and right.isspace())


def _inside(character: str) -> bool:
    return character.isalnum() or character == "_"


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[tuple[Op, str]] | None:
    """A shortest edit script, or None if the table of the two is beyond what its cells may cost."""
    if len(old) * len(new) > CELLS:
        return None
    numbers: dict[str, int] = {}  # so that rapidfuzz compares the words themselves, not their hashes
    sides = [[numbers.setdefault(word, len(numbers)) for word in words] for words in (old, new)]
    script: list[tuple[Op, str]] = []
    for step in Indel.opcodes(*sides):
        if step.tag in ("equal", "delete", "replace"):
            op: Op = "equal" if step.tag == "equal" else "delete"
            script.append((op, "".join(old[step.src_start : step.src_end])))
        if step.tag in ("insert", "replace"):
            script.append(("insert", "".join(new[step.dest_start : step.dest_end])))
    return script


def _tidied(stretches: list[tuple[Op, str]]) -> list[tuple[Op, str]]:
    """Neighbours of a kind as one; deletions before insertions; white space alone between two changes joins
    them.
    """
    parts = [(op, text) for op, text in stretches if text]
    changed = [op != "equal" for op, _ in parts]
    joined: list[tuple[bool, Op, str]] = []
    position = 0
    while position < len(parts):
        op, text = parts[position]
        stop = position + 1
        while op == "equal" and stop < len(parts) and parts[stop][0] == "equal":
            text += parts[stop][1]
            stop += 1
        inner = position > 0 and stop < len(parts)
        if op == "equal" and text.isspace() and inner and changed[position - 1] and changed[stop]:
            joined += [(True, "delete", text), (True, "insert", text)]
        else:
            joined.append((op != "equal", op, text))
        position = stop
    tidy: list[tuple[Op, str]] = []
    for is_change, group in groupby(joined, key=lambda part: part[0]):
        members = list(group)
        ops: tuple[Op, ...] = ("delete", "insert") if is_change else ("equal",)
        tidy += [
            (op, text) for op in ops if (text := "".join(text for _, kind, text in members if kind == op))
        ]
    return tidy
