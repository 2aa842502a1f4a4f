"""What the steward sees: one screen a value, drawn by rich from a session.

Everything from the data goes into `Text`, which reads no markup, and has passed `curate.text.plain` or
`mask`.
"""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from curate.text import plain
from governance.triage.context import Rows, Segments
from governance.triage.queue import Item
from governance.triage.session import SPOKEN, Session

STYLES = {"plain": "", "masked": "dim", "shown": "bold reverse", "suspect": "underline"}
KEYS = "r real   n not personal   p public   u unsure   s skip   a pattern   z undo   ? help   q quit"
HELP = (
    ("r", "real", "personal data; the policy of params.redact applies"),
    ("n", "not personal", "no personal data (a part number, a sample): kept as it stands"),
    ("p", "public", "a public figure's or a business's: kept as it stands"),
    ("u", "unsure", "recorded; the policy applies, and it is asked again at the end of the next session"),
    ("s", "skip", "not now; nothing is recorded"),
    ("a", "pattern", "then r, n, p or u: every open value of this entity and shape"),
    ("z", "undo", "take back the last verdict (of a whole pattern, if it was one) or skip"),
    ("q", "quit", "every verdict is already written; run again to go on"),
)
# Rows shown of a value: enough to see whether it always means the same.
PLACES = 3


def line(segments: Segments) -> Text:
    """Segments as one styled text."""
    return Text.assemble(*((piece, STYLES[style]) for piece, style in segments))


def screen(session: Session, rows: Rows) -> RenderableType:
    """The whole screen for a session."""
    head = Text(
        f"assay triage   {session.left:,} of {len(session.queue):,} values open   "
        f"{plain(session.reviewer.name, 40)}",
        style="bold",
    )
    if session.mode == "help":
        return Group(head, Text(), keys_help(), Text(), Text("any key goes back", style="dim"))
    item = session.item
    if item is None:
        return Group(
            head,
            Text(),
            Text("Nothing is left in this queue." if not session.left else "The end of the queue."),
            closing(session),
        )
    parts: list[RenderableType] = [
        head,
        Text(),
        facts(item, rows.masked_value(item.value_id), len(session.group)),
        Text(),
    ]
    for place in rows.places(item.value_id, PLACES):
        where = Text(f"{plain(str(place['example_id']), 40)} {place['field']}  ", style="cyan")
        parts += [where + line(rows.context(place)), Text()]
    if item.rows > PLACES:
        parts += [Text(f"and {item.rows - PLACES:,} more rows", style="dim"), Text()]
    if session.mode == "group":
        count = len(session.group)
        parts.append(
            Text(
                f"All {count:,} open values like {item.entity} {plain(item.pattern, 60)}:  r  n  p  u    "
                f"any other key: none",
                style="bold yellow",
            )
        )
    else:
        parts.append(Text(session.message, style="green") if session.message else Text())
    return Group(*parts, Text(KEYS, style="dim"))


def facts(item: Item, masked: str, alike: int) -> RenderableType:
    """Entity, masked value, score, spread and pattern of a value."""
    table = Table.grid(padding=(0, 2))
    sure = (
        "verified by its check digits or form"
        if item.verified
        else f"score {item.score:.2f}, threshold {item.threshold:.2f}"
    )
    table.add_row(Text(item.entity, style="bold"), Text(masked, style=STYLES["shown"]))
    table.add_row("how sure", sure)
    table.add_row(
        "found",
        f"{item.findings:,} time{'s' if item.findings != 1 else ''} in {item.rows:,} "
        f"row{'s' if item.rows != 1 else ''}",
    )
    table.add_row(
        "pattern", Text(plain(item.pattern, 60) + (f"   {alike:,} open values like it" if alike > 1 else ""))
    )
    if item.unsure:
        table.add_row("unsure", Text(plain(item.unsure, 40)))
    return table


def keys_help() -> RenderableType:
    """The keys and what each records."""
    table = Table.grid(padding=(0, 2))
    for key, name, what in HELP:
        table.add_row(Text(key, style="bold"), name, Text(what, style="dim"))
    return table


def closing(session: Session) -> RenderableType:
    """What this session decided, and what to run next."""
    table = Table.grid(padding=(0, 2))
    for word, name in SPOKEN.items():
        table.add_row(name, f"{session.tally[word]:,}")
    table.add_row("skipped", f"{session.skipped:,}")
    table.add_row("for another session", f"{session.waiting:,}")
    return Group(table, Text("\nz undo   q quit", style="dim"))
