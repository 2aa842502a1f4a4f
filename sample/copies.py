"""How tickets come twice: the row of the export, and the seeded edits that make copies of it.

A row keeps its text in pieces, the customer's own words apart from the values in the slots, so that
an edit never touches a value and the values' offsets are known whatever was edited around them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

#: A near-duplicate must still be one (char-4-gram Jaccard) without being the same text.
NEAR_JACCARD = (0.72, 0.97)

Piece = tuple[str, str | None]
"""A stretch of text and the slot it fills (None: the customer's own words)."""


@dataclass(frozen=True)
class Row:
    """One ticket on its way into the export; `origin` is the place of the ticket that it copies."""

    pieces: tuple[Piece, ...]
    queue: str
    received: date
    channel: str
    customer: int
    true_queue: str
    copy: str | None = None
    origin: int | None = None

    @property
    def text(self) -> str:
        """The ticket as the export holds it."""
        return "".join(text for text, _ in self.pieces)


def shingles(text: str) -> set[str]:
    """Give the set of character 4-grams of the text, case and runs of white space set aside."""
    plain = " ".join(text.lower().split())
    return {plain[i : i + 4] for i in range(max(1, len(plain) - 3))}


def jaccard(a: str, b: str) -> float:
    """Give the Jaccard similarity of two texts' character 4-grams."""
    left, right = shingles(a), shingles(b)
    return len(left & right) / len(left | right)


def own_words(row: Row, edit: Callable[[str], str]) -> Row:
    """Apply an edit to the customer's words, leaving the slots' values as they are."""
    pieces = [(text if slot else edit(text), slot) for text, slot in row.pieces]
    return replace(row, pieces=tuple(pieces))


def exact_copy(row: Row, rng: random.Random) -> tuple[str, Row]:
    """Copy a ticket word for word; two in three differ in case or white space, which normalising undoes."""
    change = rng.choice(["verbatim", "case", "whitespace"])
    if change == "case":
        recase = rng.choice([recase for recase in (str.upper, str.lower) if recase(row.text) != row.text])
        return change, replace(row, pieces=tuple((recase(text), slot) for text, slot in row.pieces))
    if change == "whitespace":
        wide = own_words(row, lambda text: re.sub(r"(?<=[.!?,]) ", "  ", text))
        return change, replace(wide, pieces=(("  ", None), *wide.pieces, ("\n", None)))
    return change, row


def _typo(text: str, rng: random.Random) -> str:
    words = list(re.finditer(r"[a-z]{5,}", text))
    if not words:
        return text
    word = rng.choice(words)
    at = rng.randrange(word.start() + 1, word.end() - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _respell(text: str, rng: random.Random) -> str:
    swaps = [
        ("I'm", "I am"),
        ("I've", "I have"),
        ("please", "pls"),
        ("don't", "do not"),
        ("can't", "cannot"),
        ("it's", "it is"),
        (" and ", " & "),
        ("Order ", "Order no. "),
        ("you've", "you have"),
        ("isn't", "is not"),
        ("I'd", "I would"),
    ]
    fitting = [(old, new) for old, new in swaps if old in text]
    return text.replace(*rng.choice(fitting), 1) if fitting else text


def near_copy(row: Row, rng: random.Random) -> Row:
    """Copy a ticket with two or three words changed: sent again, a little differently."""
    while True:
        pieces = list(row.pieces)
        for edit in rng.sample(["greet", "close", "typo", "respell", "drop"], 2):
            words = [i for i, (text, slot) in enumerate(pieces) if not slot and len(text) > 20]
            if edit == "greet":
                pieces.insert(
                    0,
                    (
                        rng.choice(
                            ["Hello again. ", "Hi, ", "Second try: ", "Morning! ", "Sorry, resending. "]
                        ),
                        None,
                    ),
                )
            elif edit == "close":
                pieces.append(
                    (rng.choice([" Thanks", " Please answer.", "\n\nMany thanks", " Ta", " Cheers"]), None)
                )
            elif words:
                at = rng.choice(words)
                text = pieces[at][0]
                if edit == "typo":
                    pieces[at] = (_typo(text, rng), None)
                elif edit == "respell":
                    pieces[at] = (_respell(text, rng), None)
                elif at == len(pieces) - 1:
                    pieces[at] = (re.sub(r"(?<=[.!?]) [^.!?]{1,60}[.!?]*$", "", text), None)
        copy = replace(row, pieces=tuple(pieces))
        if NEAR_JACCARD[0] <= jaccard(row.text, copy.text) <= NEAR_JACCARD[1]:
            return copy
