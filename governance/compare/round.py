"""One person's round: which items wait, on which side each answer stands, and the line that a word makes.

Everybody is asked in one order, so that two people who stop early judged the same items. The side is
drawn for each item and person by the project's key: nobody can tell a system by its side, and two people
see an item both ways about half of the time. Texts are masked once more before they are shown, as rows
are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from curate.diff.show.privacy import masks
from curate.keys import Key
from curate.text import plain
from governance.compare.journal import Preference, Word, speaking
from governance.triage.queue import TAKEN_BACK
from governance.triage.row_verdicts import Judge

Said = Literal["left", "right", "tie", "both_bad"]
Side = Literal["first", "second"]
SPOKEN: Mapping[Said, str] = {
    "left": "left is better",
    "right": "right is better",
    "tie": "equally good",
    "both_bad": "neither is usable",
}


@dataclass(frozen=True)
class Item:
    """Two answers to one prompt, as one person sees them; which system stands where is for the line alone."""

    item: str
    prompt: str
    left: str
    right: str
    held_out: bool


@dataclass(frozen=True)
class Choice:
    """What somebody said of an item; None takes it back."""

    item: str
    said: Said | None


class Round:
    """The items of a project for one person.

    Parameters
    ----------
    items
        From `governance.compare.items.read_items`.
    """

    def __init__(self, items: pl.DataFrame, key: Key, judge: Judge) -> None:
        self.items, self.key = items, key
        self.judge = Judge(plain(judge.name), judge.reason, judge.today, judge.days)
        self.order: tuple[str, ...] = tuple(items["item"].to_list())
        self._at = {name: at for at, name in enumerate(self.order)}

    def __contains__(self, item: str) -> bool:
        return item in self._at

    def waiting(self, lines: Iterable[Preference]) -> list[str]:
        """The items that this person has not judged, in order."""
        mine = self.said(lines)
        return [item for item in self.order if item not in mine]

    def said(self, lines: Iterable[Preference]) -> dict[str, Preference]:
        """This person's verdicts that stand, by item."""
        last = speaking([line for line in lines if line.reviewer == self.judge.name])
        return {item: line for (item, _), line in last.items() if item in self and line.verdict != "unsure"}

    def left(self, item: str) -> Side:
        """Which system of an item stands on the left before this person."""
        drawn = self.key.digest("compare side", item, self.judge.name, length=1)
        return "first" if int(drawn, 16) % 2 else "second"

    def show(self, item: str) -> Item:
        """An item as it is shown: masked, and without a name of a system."""
        return self.shown([item])[0]

    def shown(self, names: Collection[str]) -> list[Item]:
        """Several items, of which all texts are masked at once."""
        rows = [self.items.row(self._at[name], named=True) for name in names]
        texts = [row[field] for row in rows for field in ("input", "first_answer", "second_answer")]
        hidden = masks([], named=texts)
        items = []
        for row in rows:
            answers = (row["first_answer"], row["second_answer"])
            left, right = answers if self.left(row["item"]) == "first" else answers[::-1]
            prompt, left, right = (hidden.get(text, text) for text in (row["input"], left, right))
            items.append(Item(row["item"], prompt, left, right, row["held_out"]))
        return items

    def line(self, choice: Choice) -> Preference:
        """The line that a word makes."""
        row = self.items.row(self._at[choice.item], named=True)
        left = self.left(choice.item)
        return Preference(
            item=choice.item,
            row=row["row"],
            first=row["first"],
            second=row["second"],
            verdict=_word(choice.said, left),
            left=left,
            held_out=row["held_out"],
            run=row["run"],
            reviewer=self.judge.name,
            reason=TAKEN_BACK if choice.said is None else self.judge.reason,
            date=self.judge.today.isoformat(),
            key_id=self.key.key_id,
        )


def spoken(line: Preference) -> str:
    """A verdict in the words of the person who gave it, which name sides and no system."""
    if line.verdict in ("first", "second"):
        return SPOKEN["left" if line.verdict == line.left else "right"]
    return SPOKEN[line.verdict] if line.verdict in ("tie", "both_bad") else "taken back"


def _word(said: Said | None, left: Side) -> Word:
    if said is None:
        return "unsure"
    if said in ("tie", "both_bad"):
        return said
    return left if said == "left" else ("second" if left == "first" else "first")
