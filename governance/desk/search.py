"""Search by row id, label, text (masked) or entity.

What is searched for may itself be a value, so it is sent in a form's body and stands in no address, history
or log; texts are those after redaction and are masked besides.
"""

from __future__ import annotations

import polars as pl
from starlette.requests import Request
from starlette.responses import Response

from curate.diff.show.privacy import masks
from curate.text import plain
from governance.desk.app import Desk, Form, Handler

# Rows and groups shown, characters of a text, of what is searched for.
SHOWN, CUT, ASKED = 50, 160, 200


def search(desk: Desk, request: Request, form: Form) -> Response:
    """What is found; without a question the box to ask in."""
    asked = form.get("q", "")[:ASKED].strip()
    rows: list[tuple[str, str, str, str]] = []
    found, groups = 0, []
    if asked:
        rows, found = _rows(desk, asked)
        groups = [
            (name, group)
            for name, group in desk.groups.listed()
            if asked.upper() in group.entity or asked == group.pattern
        ][:SHOWN]
    return desk.draw("search", "Search", asked=asked, rows=rows, found=found, groups=groups)


HANDLERS: list[tuple[str, str, Handler]] = [("GET", "/search", search), ("POST", "/search", search)]


def _rows(desk: Desk, asked: str) -> tuple[list[tuple[str, str, str, str]], int]:
    """Address, id, masked text and label of the first rows, and how many there are."""
    room = desk.rows
    lower = pl.lit(asked.lower())
    hit = room.board.examples.filter(
        pl.col("example_id").str.to_lowercase().str.contains(lower, literal=True)
        | (pl.col("output").str.to_lowercase() == lower)
        | pl.col("input").str.to_lowercase().str.contains(lower, literal=True)
        | pl.col("output").str.to_lowercase().str.contains(lower, literal=True)
    )
    shown = hit.select("example_id", "input", "output").head(SHOWN).rows()
    hidden = masks([], named=[text for _, *texts in shown for text in texts])

    def seen(text: str | None) -> str:
        return plain(hidden.get(text or "", text or ""), CUT)

    return [(room.key(name), name, seen(given), seen(wanted)) for name, given, wanted in shown], hit.height
