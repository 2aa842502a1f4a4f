"""Blocks on a terminal, by rich: colours where there are any, every text neutralised."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from curate.show.blocks import (
    DELETED,
    INSERTED,
    STATES,
    Answer,
    Block,
    Chart,
    Details,
    Figures,
    Heading,
    Inline,
    Kind,
    Listing,
    Notice,
    Paragraph,
    Table,
    Tone,
    drawn,
)
from curate.text import for_rich, plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

CELL = 400
SENTENCE = 1_200
_COLOURS: dict[Tone, str] = {
    "plain": "default",
    "soft": "dim",
    "good": "green",
    "bad": "red",
    "note": "yellow",
}
# As `git diff --word-diff` writes them, so that they are read without colour too.
_SIGNS = {
    DELETED[0]: ("[-", "red"),
    DELETED[1]: ("-]", ""),
    INSERTED[0]: ("{+", "green"),
    INSERTED[1]: ("+}", ""),
}


def draw(blocks: Sequence[Block], console: Console) -> None:
    """Print the blocks."""
    for at, block in enumerate(blocks):
        if at and isinstance(block, Heading | Answer):
            console.print()
        _draw(block, console)


def as_text(blocks: Sequence[Block], width: int = 160) -> str:
    """What `draw` prints, without colours."""
    from rich.console import Console

    written = io.StringIO()
    draw(
        blocks,
        Console(file=written, highlight=False, emoji=False, soft_wrap=True, width=width, no_color=True),
    )
    return written.getvalue()


def _draw(block: Block, console: Console) -> None:
    if isinstance(block, Heading):
        console.print(f"[bold]{for_rich(block.text)}[/]")
    elif isinstance(block, Paragraph):
        console.print(f"[{_COLOURS[block.tone]}]{_inline(block.text)}[/]")
    elif isinstance(block, Answer):
        label = _label(block.label) if block.label else ""
        console.print(f"[bold]{label}[{_COLOURS[block.tone]}]{for_rich(block.title, SENTENCE)}[/][/]")
        for reason in block.reasons:
            console.print(f"  • {_inline(reason)}")
    elif isinstance(block, Notice):
        colour = {"error": "red", "warning": "yellow", "notice": "yellow"}[block.level]
        fix = f"\n  fix: [bold]{for_rich(block.fix, SENTENCE)}[/]" if block.fix else ""
        console.print(f"[{colour}]{_label(block.title or 'note')}[/]{for_rich(block.text, SENTENCE)}{fix}")
    elif isinstance(block, Figures):
        console.print(" · ".join(f"{for_rich(one.value)} {for_rich(one.words)}" for one in block.items))
    elif isinstance(block, Listing):
        bullet = r"\[ ]" if block.tasks else "•"
        for item in block.items:
            name = f"[dim]{for_rich(item.code)}[/] " if item.code else ""
            console.print(f"  {bullet} {name}{_inline(item.text)}")
    elif isinstance(block, Table):
        _table(block, console)
    else:
        assert isinstance(block, Chart | Details)  # a page has them; their figures stand in tables


def _table(table: Table, console: Console) -> None:
    from rich.table import Table as Grid

    grid = Grid(box=None, pad_edge=False, show_header=any(table.columns))
    for place, column in enumerate(table.columns):
        number = table.kind(place) == "number"
        grid.add_column(
            for_rich(column),
            justify="right" if number else "left",
            no_wrap=number,
            overflow="fold",
            header_style="dim",
        )
    for place, row in enumerate(table.rows):
        style = "red" if place in table.bad else "bold" if place in table.strong else None
        grid.add_row(*(_cell(cell, table.kind(at)) for at, cell in enumerate(row)), style=style)
    console.print(grid)
    if table.left_out:
        console.print(f"[dim]… and {table.left_out:,} more[/]")
    if table.note:
        console.print(f"[dim]{for_rich(table.note, SENTENCE)}[/]")


def _cell(text: str, kind: Kind) -> str | Text:
    if kind == "edit":
        return _edit(text)
    if kind == "state":
        return f"[{_COLOURS[STATES.get(text, 'plain')]}]{for_rich(text)}[/]"
    return for_rich(text, CELL)


def _label(text: str) -> str:
    """`text: `; one that begins with a colon would, at the head of a line, begin a workflow command."""
    shown = for_rich(text)
    return f"{' ' if shown.startswith(':') else ''}{shown}: "


def _inline(text: Inline) -> str:
    return drawn(
        text, lambda words: for_rich(words, SENTENCE), lambda code: f"[bold]{for_rich(code, SENTENCE)}[/]"
    )


def _edit(text: str) -> Text:
    """A word diff in colours; built without markup, so that no text can break it."""
    from rich.text import Text

    edit, style = Text(), ""
    for part in re.split(f"([{''.join(_SIGNS)}])", plain(text, 4_000)):
        sign, colour = _SIGNS.get(part, (part, style))
        edit.append(sign, style=colour or style)
        style = colour
    return edit
