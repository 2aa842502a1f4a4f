"""What the steward sees: one screen a value, drawn by rich from a session.

Everything from the data goes into `Text`, which reads no markup, and has passed `curate.text.plain` or
`mask`.
"""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from curate.text import plain, plural
from governance.triage.context import Rows, Segments
from governance.triage.queue import Item
from governance.triage.session import SPOKEN, Session

STYLES = {"plain": "", "masked": "dim", "shown": "bold reverse", "suspect": "underline"}
KEYS = "r real  n not personal  p public  u unsure  s skip  a pattern  v see it  z undo  ? help  q quit"
HELP = (
    ("r", "real", "personal data; the policy of params.redact applies"),
    ("n", "not personal", "no personal data (a part number, a sample): kept as it stands"),
    ("p", "public", "a public figure's or a business's: kept as it stands"),
    ("u", "unsure", "recorded; the policy applies, and it is asked again at the end of the next session"),
    ("s", "skip", "not now; nothing is recorded"),
    ("a", "pattern", "lists every open value of this entity and shape; then r, n, p or u judges all"),
    (
        "v",
        "see it",
        "the value unmasked until the next key; recorded in decisions/reveals.jsonl, without the value",
    ),
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
        f"assay triage   {session.left:,} of {plural(len(session.queue), 'value')} open   "
        f"{plain(session.reviewer.name, 40)}",
        style="bold",
    )
    if session.mode == "help":
        return Group(head, Text(), keys_help(), Text(), Text("any key goes back", style="dim"))
    item = session.item
    if session.mode == "group" and item is not None:
        return pattern_screen(session, rows, head)
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
        facts(item, shown_value(session, rows, item), len(session.group)),
        Text(),
    ]
    for place in rows.places(item.value_id, PLACES):
        where = Text(f"{plain(str(place['example_id']), 40)} {place['field']}  ", style="cyan")
        parts += [where + line(rows.context(place)), Text()]
    if item.rows > PLACES:
        parts += [Text(f"and {plural(item.rows - PLACES, 'more row')}", style="dim"), Text()]
    parts.append(said(session))
    return Group(*parts, Text(KEYS, style="dim"))


def said(session: Session) -> Text:
    """What the last key did."""
    if session.revealed:
        return Text("unmasked until the next key; recorded", style="bold yellow")
    return Text(session.message, style="green")


def shown_value(session: Session, rows: Rows, item: Item) -> str:
    """The value masked, or as it stands where it was revealed."""
    return (
        rows.raw_value(item.value_id)
        if item.value_id in session.revealed
        else rows.masked_value(item.value_id)
    )


def pattern_screen(session: Session, rows: Rows, head: Text) -> RenderableType:
    """A page of the values of a pattern, each with where it first stands."""
    assert session.item is not None
    count, pages = len(session.group), session.pages
    table = Table("value", "score", "found", "first in", box=None, pad_edge=False, header_style="bold")
    for item in session.listed:
        (place,) = rows.places(item.value_id, 1)
        table.add_row(
            Text(shown_value(session, rows, item), style=STYLES["shown"]),
            f"{item.score:.2f}",
            f"{item.findings:,} in {item.rows:,} row{'s' * (item.rows != 1)}",
            Text(f"{plain(str(place['example_id']), 40)} {place['field']}", style="cyan"),
        )
    title = f"{count:,} open values like {session.item.entity} {plain(session.item.pattern, 60)}"
    where = f", page {session.page + 1:,} of {pages:,}" if pages > 1 else ""
    keys = "r real   n not personal   p public   u unsure: all of them"
    turn = "   space next page" if session.page + 1 < pages else ""
    return Group(
        head,
        Text(),
        Text(title + where, style="bold yellow"),
        Text(),
        table,
        Text(),
        said(session),
        Text(f"{keys}{turn}   v see them   any other key: none", style="dim"),
    )


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
