"""The queue of rows as screens, and as a list for scripts. Texts are those after redaction; what the policy
keeps in them is masked all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from curate.diff.show.apart import Stretches, apart
from curate.diff.show.privacy import masks
from curate.examples import TEXT_FIELDS
from curate.text import plain, plural
from governance.triage.row_session import RowSession
from governance.triage.rows import RowItem, RowQueue

# Characters shown of a text, and rows of a contradiction.
SHOWN, OTHERS = 600, 8
HELP = (
    ("k", "keep", "the row is right as it is: it stays, and settles a contradiction"),
    ("d", "drop", "the row leaves"),
    ("1-9", "relabel", "the row gets the output of that number"),
    ("o", "drop the other", "the row stays, and its twin beside it leaves"),
    ("u", "unsure", "left to the pipeline, asked about again later"),
    ("s", "skip", "not in this session"),
    ("z", "undo", "takes the last decision back"),
    ("q", "quit", "everything decided is kept"),
)


def screen(session: RowSession, queue: RowQueue) -> RenderableType:
    """What the session shows now."""
    head = Text(f"rows: {session.left:,} of {plural(len(session.queue), 'row')} open", style="bold")
    if session.mode == "help":
        table = Table.grid(padding=(0, 2))
        for key, name, what in HELP:
            table.add_row(Text(key, style="bold"), name, Text(what, style="dim"))
        edit = "to edit a text: assay triage --row ID --set input='...'"
        return Group(
            head, Text(), table, Text(), Text(edit, style="dim"), Text("any key goes back", style="dim")
        )
    item = session.item
    if item is None:
        done = "Nothing is left in this queue." if not session.left else "The end of the queue."
        counts = ", ".join(f"{count:,} {word}" for word, count in session.tally.items() if count)
        keys = Text("z undo   q quit", style="dim")
        return Group(head, *_said(session), Text(), Text(done), Text(counts), keys)
    return Group(
        head,
        *_said(session),
        Text(),
        *_row(item, queue.texts[item.example_id]),
        *_twin(item, queue),
        Text(),
        _keys(item),
    )


def _said(session: RowSession) -> list[Text]:
    """What the last key did, above the row that is asked about now: it is mostly about another one."""
    return [Text(session.message, style="green")] if session.message else []


def _row(item: RowItem, texts: Mapping[str, str | None]) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(plain(item.example_id, 80), style="cyan bold")]
    parts += [Text(f"  {plain(why, 200)}") for why in item.why]
    parts.append(Text())
    given = {field: text for field in TEXT_FIELDS if (text := texts[field])}
    hidden = masks([], named=[*given.values(), *item.choices])
    shown = Table.grid(padding=(0, 2))
    for field, text in given.items():
        shown.add_row(Text(field, style="bold"), Text(plain(hidden.get(text, text), SHOWN)))
    parts += [shown, Text()]
    for name, output in item.others[:OTHERS]:
        text = plain(hidden.get(output, output), SHOWN)
        parts.append(Text(f"  {plain(name, 40)} says: {text}", style="dim"))
    if len(item.others) > OTHERS:
        parts.append(Text(f"  and {plural(len(item.others) - OTHERS, 'more row')}", style="dim"))
    for number, choice in enumerate(item.choices[:9], 1):
        mark = "   (as it is)" if choice == texts["output"] else ""
        parts.append(Text(f"  {number}  {plain(hidden.get(choice, choice), SHOWN)}{mark}"))
    return parts


def _twin(item: RowItem, queue: RowQueue) -> list[RenderableType]:
    """The row that says the same, and in both the words that the other lacks, in brackets."""
    if item.twin not in queue.texts:
        return []
    pair = (queue.texts[item.example_id], queue.texts[item.twin])
    hidden = masks([], named=[text for texts in pair for text in texts.values() if text])
    parts: list[RenderableType] = [
        Text(f"beside it {plain(item.twin, 60)}; [words] the other lacks", style="bold")
    ]
    for field in TEXT_FIELDS:
        here, there = (texts[field] or "" for texts in pair)
        if not (here or there):
            continue
        shown = apart(hidden.get(here, here), hidden.get(there, there))
        table = Table.grid(padding=(0, 2))
        for name, stretches in zip(("this", "other"), shown, strict=True):
            table.add_row(Text(f"{field}, {name}", style="bold"), _bracketed(stretches))
        parts.append(table)
    return [*parts, Text()]


def _bracketed(stretches: Stretches) -> Text:
    told = [f"[{text}]" if lacks and text.strip() else text for text, lacks in stretches]
    return Text(plain("".join(told), SHOWN))


def _keys(item: RowItem) -> Text:
    number = f"   1-{min(9, len(item.choices))} give it that output" if item.choices else ""
    twin = "   o drop the other" if item.twin else ""
    return Text(f"k keep   d drop{number}{twin}   u unsure   s skip   z undo   ? help   q quit", style="dim")


def listed(queue: RowQueue) -> dict[str, Any]:
    """The queue for scripts: why each row waits, without its text."""
    rows = [
        {
            "row": item.example_id,
            "kind": item.kind,
            "why": list(item.why),
            "cluster": item.cluster or None,
            "unsure": item.unsure,
        }
        for item in queue.items
    ]
    return {"schema": "assay.triage-rows/1", "rows": rows}


def table(queue: RowQueue, limit: int = 40) -> RenderableType:
    """The queue in the terminal, without texts."""
    drawn = Table("row", "why", box=None, pad_edge=False, header_style="bold")
    for item in queue.items[:limit]:
        drawn.add_row(Text(plain(item.example_id, 40), style="cyan"), Text(plain("; ".join(item.why), 160)))
    more = len(queue.items) - limit
    said = f"{plural(len(queue.items), 'row')} waiting" + (f", {more:,} not listed" if more > 0 else "")
    return Group(Text(said), drawn)
