"""What a document is made of. Texts are raw: each face neutralises what it draws.

One description, many faces: a figure cannot stand in one and be missing from another. Two things only some
faces can show: charts (their figures must stand in a table too) and fold-outs (`Details`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Tone = Literal["plain", "soft", "good", "bad", "note"]
Level = Literal["error", "warning", "notice"]
# How the cells of a column are drawn: figures to the right; `edit` holds marks of deleted and inserted words;
# a `state` is coloured by what it says; `code` is an id.
Kind = Literal["text", "number", "edit", "state", "code"]

# Stand before and after deleted and inserted words in an `edit` cell until a face draws them its own way:
# private-use characters, which `without_marks` takes out of the texts themselves.
DELETED, INSERTED = ("\ue000", "\ue001"), ("\ue002", "\ue003")
_MARKS = str.maketrans(dict.fromkeys((*DELETED, *INSERTED), "\ufffd"))
# What a `state` cell says when it is good or bad.
STATES: Mapping[str, Tone] = {
    "pass": "good",
    "FAIL": "bad",
    "warn": "note",
    "SKIPPED": "note",
    "ERROR": "bad",
}


@dataclass(frozen=True)
class Code:
    """Something typed or an identifier, inside a sentence."""

    text: str


# A sentence, or its parts in order.
Inline = str | Sequence[str | Code]


@dataclass(frozen=True)
class Heading:
    """A title; with an `anchor` a page can be opened at it."""

    text: str
    level: Literal[2, 3] = 2
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A few sentences."""

    text: Inline
    tone: Tone = "plain"


@dataclass(frozen=True)
class Answer:
    """What a reader came for: a line that stands out, and the sentences behind it."""

    title: str
    tone: Tone = "plain"
    reasons: Sequence[Inline] = ()
    label: str = ""  # what kind of answer it is, before it


@dataclass(frozen=True)
class Notice:
    """Something to know beside the main matter; in GitHub Actions an annotation of that level."""

    text: str
    title: str = ""
    level: Level = "notice"
    fix: str = ""  # what to run


@dataclass(frozen=True)
class Figure:
    """One large number with its meaning."""

    value: str
    words: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Figures:
    """Numbers side by side."""

    items: Sequence[Figure]


@dataclass(frozen=True)
class Item:
    """A line of a list; `code` is a name before it."""

    text: Inline
    code: str = ""


@dataclass(frozen=True)
class Listing:
    """A list; of `tasks`, each with a box to tick."""

    items: Sequence[Item]
    tasks: bool = False


@dataclass(frozen=True)
class Table:
    """Columns and rows of strings.

    Parameters
    ----------
    numeric
        Places of the columns that hold figures.
    strong
        Places of the rows that stand out.
    kinds
        Of the columns that are neither text nor figures, by place.
    caption
        What the table shows, for whoever cannot see the heading above it.
    left_out
        Rows that exist and are not listed; said under the table.
    note
        A sentence under the table.
    bad
        Places of the rows that say that something is wrong.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    strong: frozenset[int] = frozenset()
    kinds: Mapping[int, Kind] = field(default_factory=dict)
    caption: str = ""
    left_out: int = 0
    note: str = ""
    bad: frozenset[int] = frozenset()

    def kind(self, column: int) -> Kind:
        """How the cells of a column are drawn."""
        return "number" if column in self.numeric else self.kinds.get(column, "text")


@dataclass(frozen=True)
class Chart:
    """An SVG whose texts were escaped where it was drawn; shown in pages only.

    Parameters
    ----------
    svg
        The drawing; `series` are coloured by the classes `s0`, `s1`, ...
    key
        Names of the series in order.
    description
        What it shows, in a sentence.
    """

    svg: str
    key: Sequence[str] = ()
    description: str = ""


@dataclass(frozen=True)
class Details:
    """Blocks behind a summary: folded in a page, cut to their first rows in Markdown, left out on a
    terminal.
    """

    summary: str
    blocks: Sequence[Block]


Block = Heading | Paragraph | Answer | Notice | Figures | Listing | Table | Chart | Details


@dataclass(frozen=True)
class Document:
    """A whole document."""

    title: str
    blocks: Sequence[Block]
    subtitle: Inline = ""
    kind: str = ""  # what a browser's tab says after the title


def without_marks(text: str) -> str:
    """`text` without the signs that would be taken for marks of an `edit` cell."""
    return text.translate(_MARKS)


def drawn(text: Inline, escape: Callable[[str], str], code: Callable[[str], str]) -> str:
    """A sentence with its words and its code neutralised each its own way; spaces between them stay."""
    parts = (text,) if isinstance(text, str) else text
    neutralised = [
        code(part.text) if isinstance(part, Code) else _spaced(part, escape(part)) for part in parts
    ]
    return "".join(neutralised)


def _spaced(raw: str, escaped: str) -> str:
    """`escaped`, which lost the spaces at its ends, with one where there was one."""
    return f"{' ' if raw[:1].isspace() else ''}{escaped}{' ' if len(raw) > 1 and raw[-1].isspace() else ''}"


def only(blocks: Sequence[Block], anchors: frozenset[str]) -> list[Block]:
    """Every answer, and the blocks under headings with these anchors, up to the next heading of level 2."""
    kept: list[Block] = []
    inside = False
    for block in blocks:
        if isinstance(block, Heading) and block.level == 2:
            inside = block.anchor in anchors
        if inside or isinstance(block, Answer):
            kept.append(block)
    return kept
