"""A difference for the terminal: rich tables, every cell neutralised."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from curate.diff.difference import Difference
from curate.diff.show.excerpt import DELETED, INSERTED
from curate.diff.show.sections import GateLine, sections, verdict
from curate.text import for_rich, plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


# As `git diff --word-diff` writes them, so that they are read without colour too.
_SIGNS = {
    DELETED[0]: ("[-", "red"),
    DELETED[1]: ("-]", ""),
    INSERTED[0]: ("{+", "green"),
    INSERTED[1]: ("+}", ""),
}


def draw(
    difference: Difference,
    console: Console,
    *,
    samples: int = 5,
    show_values: bool = False,
    gates: Sequence[GateLine] = (),
) -> None:
    """Print a difference."""
    from rich.table import Table

    colour = "red" if difference.summary.unexplained or not all(gate.passed for gate in gates) else "green"
    console.print(
        f"[bold]{for_rich(difference.before.name)} → {for_rich(difference.after.name)}[/]: "
        f"[{colour}]{for_rich(verdict(difference), 400)}[/]"
    )
    for note in difference.summary.notes:
        console.print(f"[yellow]note:[/] {for_rich(note, 400)}")
    for section in sections(difference, samples=samples, show_values=show_values, gates=gates):
        table = Table(title=section.title, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for column in section.columns:
            table.add_column(
                column,
                justify="right" if column in section.numbers else "left",
                no_wrap=column in section.numbers,
                header_style="dim",
            )
        for row in section.rows:
            table.add_row(*(_cell(cell, name) for cell, name in zip(row, section.columns, strict=True)))
        console.print()
        console.print(table)
        if section.left_out:
            console.print(f"[dim]… and {section.left_out:,} more[/]")


def _cell(text: str, column: str) -> str | Text:
    return _edit(text) if column == "edit" else for_rich(text)


def _edit(text: str) -> Text:
    """A word diff in colours; built without markup, so that no text can break it."""
    from rich.text import Text

    drawn, style = Text(), ""
    for part in re.split(f"([{''.join(_SIGNS)}])", plain(text, 4_000)):
        sign, colour = _SIGNS.get(part, (part, style))
        drawn.append(sign, style=colour or style)
        style = colour
    return drawn
