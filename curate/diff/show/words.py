"""What changed between two texts, word by word, with the unchanged words around it.

Common beginning and end are cut off first; what is left is compared by the greedy algorithm of Myers (1986,
"An O(ND) difference algorithm and its variations", Algorithmica 1), first word by word. Its cost is the
length times the number of differences, so two long texts made to disagree could stall a page of edits: work
is counted, not timed (the result must not depend on the machine), and where the budget is spent the texts are
compared sentence by sentence, then as a whole.

Figures stand in docs/measurements.md; never more than about 40 ms for one pair of any length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Literal

Op = Literal["equal", "delete", "insert"]

# Steps of the inner loop for each unit, at 0.1 to 0.2 microseconds: word by word and sentence by sentence
# stay under 50 ms together.
BUDGET = 40_000
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
    start = _boundary(before, after, _common(before, after))
    end = _ending(before, after, start)
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    head: list[tuple[Op, str]] = [("equal", before[:start])]
    return _tidied([*head, *_middle(old, new), ("equal", before[len(before) - end :])])


def _middle(old: str, new: str) -> list[tuple[Op, str]]:
    longest = max(len(old), len(new))
    if old and new:
        for unit, most in ((_WORDS, MOST_CHARACTERS), (_SENTENCES, 5 * MOST_CHARACTERS)):
            if longest <= most and (found := _myers(unit.findall(old), unit.findall(new))) is not None:
                return found
    return [("delete", old), ("insert", new)]


def _common(left: str, right: str) -> int:
    """Length of the longest common beginning, by halving: slices compare at the speed of memory."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _boundary(before: str, after: str, place: int) -> int:
    """`place`, or where the word that it cuts begins."""
    for back in range(place, max(-1, place - LONGEST_WORD), -1):
        if not any(_cuts(text, back) for text in (before, after)):
            return back
    return place


def _ending(before: str, after: str, start: int) -> int:
    """Length of the common end beyond `start`, without a cut word."""
    old, new = before[start:][::-1], after[start:][::-1]
    return _boundary(old, new, _common(old, new))


def _cuts(text: str, place: int) -> bool:
    if not 0 < place < len(text):
        return False
    left, right = text[place - 1], text[place]
    return (_inside(left) and _inside(right)) or (left.isspace() and right.isspace())


def _inside(character: str) -> bool:
    return character.isalnum() or character == "_"


def _myers(old: Sequence[str], new: Sequence[str]) -> list[tuple[Op, str]] | None:
    """The shortest edit script, or None if it takes more steps than the budget has."""
    rows, columns = len(old), len(new)
    furthest = {1: 0}
    trace: list[dict[int, int]] = []
    steps = 0
    for edits in range(rows + columns + 1):
        trace.append(furthest)
        furthest = dict(furthest)
        # Diagonals that left the table lead nowhere.
        for diagonal in range(-edits + 2 * max(0, edits - columns), edits - 2 * max(0, edits - rows) + 1, 2):
            if diagonal == -edits or (
                diagonal != edits and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
            ):
                x = furthest[diagonal + 1]
            else:
                x = furthest[diagonal - 1] + 1
            y, begin = x - diagonal, x
            while x < rows and y < columns and old[x] == new[y]:
                x, y = x + 1, y + 1
            furthest[diagonal] = x
            steps += 1 + x - begin
            if x >= rows and y >= columns:
                return _path(trace, old, new)
        # Copying the frontier costs too, about a tenth of a step for each entry.
        steps += edits // 10
        if steps > BUDGET:
            return None
    raise AssertionError("an edit script of every token reaches the end")  # pragma: no cover


def _path(trace: list[dict[int, int]], old: Sequence[str], new: Sequence[str]) -> list[tuple[Op, str]]:
    x, y = len(old), len(new)
    backwards: list[tuple[Op, str]] = []
    for edits in range(len(trace) - 1, -1, -1):
        furthest, diagonal = trace[edits], x - y
        down = diagonal == -edits or (
            diagonal != edits and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
        )
        came = diagonal + 1 if down else diagonal - 1
        from_x = furthest[came]
        from_y = from_x - came
        if (common := min(x - max(from_x, 0), y - max(from_y, 0))) > 0:
            x, y = x - common, y - common
            backwards.append(("equal", "".join(old[x : x + common])))
        if edits:
            x, y = from_x, from_y
            backwards.append(("insert", new[y]) if down else ("delete", old[x]))
    return backwards[::-1]


def _tidied(stretches: list[tuple[Op, str]]) -> list[tuple[Op, str]]:
    """Neighbours of a kind as one; deletions before insertions; white space alone between two changes joins
    them.
    """
    parts = [(op, text) for op, text in stretches if text]
    changed = [op != "equal" for op, _ in parts]
    joined: list[tuple[bool, Op, str]] = []
    place = 0
    while place < len(parts):
        op, text = parts[place]
        stop = place + 1
        while op == "equal" and stop < len(parts) and parts[stop][0] == "equal":
            text += parts[stop][1]
            stop += 1
        inner = place > 0 and stop < len(parts)
        if op == "equal" and text.isspace() and inner and changed[place - 1] and changed[stop]:
            joined += [(True, "delete", text), (True, "insert", text)]
        else:
            joined.append((op != "equal", op, text))
        place = stop
    tidy: list[tuple[Op, str]] = []
    for is_change, group in groupby(joined, key=lambda part: part[0]):
        members = list(group)
        ops: tuple[Op, ...] = ("delete", "insert") if is_change else ("equal",)
        tidy += [
            (op, text) for op in ops if (text := "".join(text for _, kind, text in members if kind == op))
        ]
    return tidy
