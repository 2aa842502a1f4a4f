"""Blocks as GitHub-flavoured Markdown: every text neutralised, and on request never longer than a limit.

Within a limit blocks are written in order; a table that does not fit loses rows, which are counted, and the
first block of which nothing fits ends the document. Charts are left out: their figures stand in tables.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from curate.show.blocks import (
    DELETED,
    INSERTED,
    Answer,
    Block,
    Details,
    Document,
    Figures,
    Heading,
    Inline,
    Kind,
    Listing,
    Notice,
    Paragraph,
    Table,
    drawn,
)
from curate.text import for_markdown, plain

CELL = 400
# A word diff keeps its cells well below this; a longer one would lose a closing mark.
EDIT = 4_000
SENTENCE = 1_200
# A folded table shows its first rows only.
FOLDED_ROWS = 10
# Characters kept free for the line that counts what a table leaves out.
_COUNT = 40
# Deleted and inserted words as HTML elements that GitHub and GitLab let through: `~~` and `**` fail beside
# spaces and marks.
_TAGS = str.maketrans(dict(zip((*DELETED, *INSERTED), ("<del>", "</del>", "<ins>", "</ins>"), strict=True)))


def as_markdown(
    document: Document, *, level: int = 1, limit: int | None = None, marker: str = "", cut: str = ""
) -> str:
    """The document.

    Parameters
    ----------
    level
        Of the title's heading; those inside lie below it.
    limit
        Characters at most (1,000 at least); None: no limit.
    marker
        A line of ours before everything, by which a program finds the text again.
    cut
        A line of ours at the end where the limit left something out.
    """
    head = [*([marker] if marker else []), f"{'#' * level} {for_markdown(document.title, 300)}", ""]
    if document.subtitle:
        head += [_inline(document.subtitle), ""]
    text = "\n".join(head)
    tail = f"\n{cut}\n" if cut else ""
    room = None if limit is None else limit - len(tail)
    for block in document.blocks:
        part = block_text(block, level, None if room is None else room - len(text))
        if part is None:
            return text[:room] + tail
        text += part
    return text


def block_text(block: Block, level: int = 1, room: int | None = None) -> str | None:
    """A block with the empty line behind it, in at most `room` characters; None if it does not fit."""
    if isinstance(block, Table):
        return _table(block, room)
    if isinstance(block, Details):
        return _details(block, level, room)
    text = "\n".join(_lines(block, level))
    return text if room is None or len(text) <= room else None


def _lines(block: Block, level: int) -> list[str]:
    if isinstance(block, Heading):
        return [f"{'#' * (level + block.level - 1)} {for_markdown(block.text)}", "", ""]
    if isinstance(block, Paragraph):
        return [_inline(block.text), "", ""]
    if isinstance(block, Answer):
        label = f"{for_markdown(block.label)}: " if block.label else ""
        reasons = [f"- {_inline(reason)}" for reason in block.reasons]
        return [
            f"**{label}{for_markdown(block.title, SENTENCE)}**",
            "",
            *reasons,
            *([""] if reasons else []),
            "",
        ]
    if isinstance(block, Notice):
        title = f"**{for_markdown(block.title)}**: " if block.title else ""
        fix = f" Fix: {_code(block.fix)}" if block.fix else ""
        return [f"> {title}{for_markdown(block.text, CELL)}{fix}", "", ""]
    if isinstance(block, Figures):
        return [
            " · ".join(f"**{for_markdown(one.value)}** {for_markdown(one.words)}" for one in block.items),
            "",
            "",
        ]
    if isinstance(block, Listing):
        box = "- [ ] " if block.tasks else "- "
        items = [
            box + (f"{_code(item.code)} " if item.code else "") + _inline(item.text) for item in block.items
        ]
        return [*items, "", ""]
    return []  # a chart


def _table(table: Table, room: int | None) -> str | None:
    rule = ["---:" if table.kind(at) == "number" else "---" for at in range(len(table.columns))]
    lines = [row_text([for_markdown(column) for column in table.columns]), row_text(rule)]
    note = f"\n{for_markdown(table.note, CELL)}\n" if table.note else ""
    used, kept = sum(len(line) + 1 for line in lines) + len(note), 0
    for row in table.rows:
        line = row_text([_cell(cell, table.kind(at)) for at, cell in enumerate(row)])
        if room is not None and used + len(line) + 1 + _COUNT > room:
            break
        lines.append(line)
        used += len(line) + 1
        kept += 1
    if room is not None and not kept:
        return None
    left_out = table.left_out + len(table.rows) - kept
    if left_out:
        lines += ["", f"… and {left_out:,} more"]
    return "\n".join(lines) + f"\n{note}\n"


def _details(details: Details, level: int, room: int | None) -> str | None:
    """The summary as a line, and of each table its first rows."""
    text = f"{for_markdown(details.summary, CELL)}\n\n"
    for block in details.blocks:
        if isinstance(block, Table) and len(block.rows) > FOLDED_ROWS:
            rest = len(block.rows) - FOLDED_ROWS + block.left_out
            block = Table(
                block.columns,
                block.rows[:FOLDED_ROWS],
                block.numeric,
                block.strong,
                block.kinds,
                left_out=rest,
                note=block.note,
            )
        part = block_text(block, level, None if room is None else room - len(text))
        if part is None:
            return None
        text += part
    return text


def row_text(cells: Sequence[str]) -> str:
    """A row of a table from cells that are Markdown already."""
    return "| " + " | ".join(cells) + " |"


def _cell(text: str, kind: Kind) -> str:
    if kind == "edit":
        return for_markdown(text, EDIT).translate(_TAGS)
    if kind == "code":
        return _code(text) if text else ""
    if kind == "state" and text in ("FAIL", "SKIPPED"):
        return f"**{text}**"
    return for_markdown(text, CELL)


def _inline(text: Inline) -> str:
    return drawn(text, lambda words: for_markdown(words, SENTENCE), _code)


def _code(text: str) -> str:
    """A code span whose fence is longer than any run of backticks inside; `|` would end a cell even there."""
    shown = plain(text, SENTENCE).replace("|", "¦")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    pad = " " if longest else ""
    return f"{'`' * (longest + 1)}{pad}{shown}{pad}{'`' * (longest + 1)}"
