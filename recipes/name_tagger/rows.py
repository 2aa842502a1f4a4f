"""A text with its spans, and what typing does to it: tidied, slips of the finger, letter case; spans stay
where the values are.
"""

from __future__ import annotations

import random
import re
from typing import NamedTuple


class Row(NamedTuple):
    """A text with its spans (start, end, type); types PER, LOC, ORG, ADR."""

    text: str
    spans: list[tuple[int, int, str]]


# A part of a row with the type that it is a value of, if any.
Piece = tuple[str, str | None]
_INITIAL = re.compile(r"(?<!\w)\w[. ]+$")
_WORD = re.compile(r"\b[a-z]{4,}\b")
_MARKS = ".,!?:;'’()\""


def join(pieces: list[Piece]) -> Row:
    """The pieces as one text, tidied, with the spans of those that carry a type."""
    text, spans = "", list[tuple[int, int, str]]()
    for part, kind in pieces:
        if not text or text[-1] in " \n":
            part = part.lstrip(" ")
        if kind:
            part = part.strip()
        if kind and part:
            # An initial and what follows it are one name.
            joined = (
                kind == "PER"
                and spans
                and spans[-1][2] == "PER"
                and text[spans[-1][1] :] in (". ", ".", " ")
                and _INITIAL.search(text)
            )
            start = spans.pop()[0] if joined else len(text)
            spans.append((start, len(text) + len(part), kind))
        text += part
    # Choices left empty leave spaces doubled or before a mark.
    return tidy(Row(text.rstrip(), spans))


def tidy(row: Row) -> Row:
    """Without doubled spaces and spaces before marks, spans moved along."""
    if not row.text:
        return row
    keep = [
        not (letter == " " and (after in " ,.?!;" or at == 0))
        for at, (letter, after) in enumerate(zip(row.text, row.text[1:] + "\0", strict=True))
    ]
    moved, count = [], 0
    for one in keep:
        moved.append(count)
        count += one
    moved.append(count)
    return Row(
        "".join(letter for letter, one in zip(row.text, keep, strict=True) if one),
        [(moved[a], moved[b], kind) for a, b, kind in row.spans],
    )


def spaced(row: Row) -> Row:
    """With a space before and behind each mark, as tokenised sets have them ("Where ' s Ann ?"); spans stay
    on their values.
    """
    text, moved = "", []
    for at, letter in enumerate(row.text):
        apart = letter in _MARKS
        if (apart or (at and row.text[at - 1] in _MARKS)) and text[-1:] not in ("", " ") and letter != " ":
            text += " "
        moved.append(len(text))
        text += letter
    return Row(text, [(moved[start], moved[end - 1] + 1, kind) for start, end, kind in row.spans])


def typed(row: Row, rng: random.Random) -> Row:
    """One row in eight with slips of the finger in words that are nobody's name, of the same length: two
    letters swapped, or one wrong.
    """
    if rng.random() > 0.12:
        return row
    text = row.text
    words = [
        found
        for found in _WORD.finditer(text)
        if not any(start < found.end() and found.start() < end for start, end, _ in row.spans)
    ]
    for found in rng.sample(words, min(len(words), rng.randint(1, 3))):
        at = rng.randrange(found.start(), found.end() - 1)
        slip = text[at + 1] + text[at] if rng.random() < 0.6 else text[at] + rng.choice("aeiounrtsld")
        text = text[:at] + slip + text[at + 2 :]
    return Row(text, row.spans)


def cased(row: Row, rng: random.Random) -> Row:
    """As typed: a third in lower case, some in capitals, some names alone in lower case, some without full
    stops.
    """
    roll, text = rng.random(), row.text
    if roll < 0.33:
        changed = text.lower()
    elif roll < 0.39:
        changed = text.upper()
    elif roll < 0.43:
        changed = text.title()
    elif roll < 0.75:
        changed = text[:1].upper() + text[1:]
        changed = re.sub(r"([.!?]\s+)([a-z])", lambda found: found.group(1) + found.group(2).upper(), changed)
    else:
        changed = text
    if len(changed) != len(text):  # ß and some ligatures grow
        changed = text
    if rng.random() < 0.1 and changed and changed[-1] not in ".?!":
        changed += rng.choice([".", "!", "..", " ?", " :)"])
    return Row(changed, row.spans)
