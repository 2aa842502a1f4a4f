"""The comparison as screens. No screen names a system; the two answers stand one above the other where the
terminal is narrow."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from curate.text import neutral, plural
from governance.compare.round import Item
from governance.compare.session import Comparing

# Characters shown of a text; columns from which two answers stand side by side.
SHOWN, WIDE = 4_000, 100
HELP = (
    ("l", "left", "the answer on the left is better"),
    ("r", "right", "the answer on the right is better"),
    ("t", "tie", "both are equally good"),
    ("b", "both bad", "neither is usable"),
    ("s", "skip", "not in this session"),
    ("z", "undo", "takes the last verdict back"),
    ("q", "quit", "everything said is kept"),
)
KEYS = "l left is better   r right is better   t tie   b both bad   s skip   z undo   ? help   q quit"
HELD_OUT = "held out: this verdict measures, and never becomes a training pair"


def screen(session: Comparing, item: Item | None) -> RenderableType:
    """What the session shows now; `item` is the one at its place."""
    head = Text(f"compare: {plural(len(session.queue) - session.at, 'item')} to go", style="bold")
    if session.mode == "help":
        table = Table.grid(padding=(0, 2))
        for key, name, what in HELP:
            table.add_row(Text(key, style="bold"), name, Text(what, style="dim"))
        return Group(head, Text(), table, Text(), Text("any key goes back", style="dim"))
    if item is None:
        counts = ", ".join(f"{count:,} {word}" for word, count in session.tally.items() if count)
        return Group(head, Text(), Text("The end."), Text(counts), Text("z undo   q quit", style="dim"))
    answers = Table(show_header=Console().width >= WIDE, box=None, padding=(0, 2, 0, 0), expand=True)
    left, right = Text(_cut(item.left)), Text(_cut(item.right))
    if Console().width >= WIDE:
        answers.add_column("left", ratio=1)
        answers.add_column("right", ratio=1)
        answers.add_row(left, right)
    else:
        answers.add_column()
        for name, text in (("left", left), ("right", right)):
            answers.add_row(Text(name, style="bold"))
            answers.add_row(text)
            answers.add_row(Text())
    parts: list[RenderableType] = [
        head,
        Text(),
        Text(_cut(item.prompt), style="cyan"),
        Text(),
        answers,
        Text(),
    ]
    if item.held_out:
        parts.append(Text(HELD_OUT, style="dim"))
    return Group(*parts, Text(session.message, style="green"), Text(KEYS, style="dim"))


def _cut(text: str) -> str:
    shown = neutral(text)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
