"""A difference as one HTML file: every table, and the changes with search, filters and keys. It opens from
disk.

The tables are drawn as in every other page (`curate.show.html`); the changes travel as JSON and are drawn by
the page's script as text nodes, never as markup.

Size is kept under `LIMIT` by shortening texts first and, only when even ids and causes do not fit, by listing
fewer changes; the page says how many it lists. 25,000 edits of tickets take about 4.7 MB; masking is most of
the time (docs/measurements.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curate.diff.difference import Difference
from curate.diff.show.document import as_document
from curate.diff.show.examples import shown_changes, told_apart
from curate.diff.show.excerpt import short, stretches
from curate.diff.show.tables import GateRow
from curate.show import html
from curate.show.blocks import Block, Document, Heading
from curate.show.jsontext import script_json
from curate.text import plain, visible

# Five megabytes: what a browser searches through without a pause, and mail still carries.
LIMIT = 5_000_000
# Changes listed at most.
MOST = 25_000
# Characters of an edit, tried in turn until the page fits; a sample tells which are not worth trying on all.
WIDTHS = (1200, 480, 240, 120, 60, 0)
SAMPLE = 500
# As the page's script knows them.
OPS = {"equal": "=", "delete": "-", "insert": "+"}
# Of a row that only one side has; `~` is what stands beside a change.
WHOLE = {"added": "+", "removed": "-"}
_HERE = Path(__file__).parent


def page(
    difference: Difference,
    *,
    show_values: bool = False,
    most: int = MOST,
    limit: int = LIMIT,
    gates: Sequence[GateRow] = (),
) -> str:
    """The page, at most `limit` bytes in UTF-8 (100,000 at least)."""
    document = as_document(difference, samples=0, show_values=show_values, most=40, gates=gates)
    style, script, changes = (
        (_HERE / f"changes.{ending}").read_text(encoding="utf-8") for ending in ("css", "js", "html")
    )
    body = f"{_tables(document)}\n{changes}"
    title = f"{document.title} · {document.kind}"
    total = difference.changes.height
    empty = html.page(body, title=title, style=style, script=script, data=script_json({"total": total}))
    rows = shown_changes(difference, most, show_values=show_values).to_dicts()
    listed = {"total": total, **_fitting(rows, limit - len(empty.encode()))}
    return html.page(body, title=title, style=style, script=script, data=script_json(listed))


def _tables(made: Document) -> str:
    """The head of the page, and its tables side by side where there is room."""
    first = next((at for at, block in enumerate(made.blocks) if isinstance(block, Heading)), len(made.blocks))
    sections: list[list[Block]] = []
    for block in made.blocks[first:]:
        if isinstance(block, Heading):
            sections.append([])
        sections[-1].append(block)
    drawn = "\n".join(f"<section>{html.blocks_html(section)}</section>" for section in sections)
    head = f"{html.title_html(made)}\n{html.blocks_html(made.blocks[:first])}"
    return f'{head}\n<div class="tables">{drawn}</div>'


def _fitting(rows: list[dict[str, Any]], room: int) -> dict[str, Any]:
    """The longest texts, and failing that the most changes, that fit into `room` bytes."""
    sample = rows[:: max(1, len(rows) // SAMPLE)]
    for width in WIDTHS:
        if (
            width
            and len(script_json(_changes(sample, width)["changes"]).encode()) * len(rows)
            > room * len(sample) * 1.1
        ):
            continue
        listed = _changes(rows, width)
        size = len(script_json(listed).encode())
        if size <= room:
            return listed
    while size > room and rows:
        rows = rows[: min(len(rows) - 1, int(len(rows) * room / size))] if room > 0 else []
        listed = _changes(rows, 0)
        size = len(script_json(listed).encode())
    return listed


def _changes(rows: list[dict[str, Any]], width: int) -> dict[str, Any]:
    """`names` and `changes`; kinds, fields and causes are places in `names`, for they repeat. Row by row, for
    each has its own word diff.
    """
    names: dict[str, int] = {}

    def place(text: str | None) -> int:
        return names.setdefault(plain(text or "", 300), len(names))

    listed = []
    for row in rows:
        line: list[Any] = [
            place(row["change"]),
            visible(row["row"], 80),
            place(row["field"]),
            place(row["cause"]),
        ]
        text = _text(row, width)
        listed.append([*line, text] if text else line)
    return {"names": list(names), "changes": listed}


def _text(row: dict[str, Any], width: int) -> list[tuple[str, str]] | None:
    """What changed, word by word; of a whole row what it says; behind a label the input beside it."""
    before, after, text = row["before"], row["after"], row["text"]
    if not width:
        return None
    parts: list[tuple[str, str]] = []
    if before is not None or after is not None:
        old, new = told_apart(row["change"], before, after)
        parts = [(OPS[op], plain_part(part)) for op, part in stretches(old, new, width)]
    if text:
        op = WHOLE.get(row["change"], "~")
        parts.append((op, plain_part(short(text, width))))
    return parts or None


def plain_part(text: str) -> str:
    """Controls shown as code points, as `plain` does, but with spaces and line breaks kept: these may be what
    differs.
    """
    return re.sub(
        r"[^\S\n ]|\S+", lambda word: plain(word.group(), 2000) or f"<U+{ord(word.group()[0]):04X}>", text
    )
