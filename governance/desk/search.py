"""Search by row id, label, text (masked) or entity.

What is searched for may itself be a value, so it is sent in a form's body and stands in no address, history
or log; texts are those after redaction and are masked besides. A masked value is found by the whole of it and
by no part: else who asks for one letter more each time would read what is masked, without a reveal.
"""

from __future__ import annotations

import re

import polars as pl
from starlette.requests import Request
from starlette.responses import Response

from curate.diff.show.privacy import masks
from curate.text import plain
from governance.desk.app import Desk, Form, Handler

# Rows and groups shown, characters of a text, of what is searched for.
SHOWN, CUT, ASKED = 50, 160, 200
# Rows whose texts are masked to see whether what was asked for still stands in them: half a second.
LOOKED = 2_000


def search(desk: Desk, request: Request, form: Form) -> Response:
    """What is found; without a question the box to ask in."""
    asked = form.get("q", "")[:ASKED].strip()
    rows: list[tuple[str, str, str, str]] = []
    more, groups = False, []
    if asked:
        rows, more = _rows(desk, asked)
        groups = [
            (name, group)
            for name, group in desk.groups.listed()
            if asked.upper() in group.entity or asked == group.pattern
        ][:SHOWN]
    found, shown = len(rows), rows[:SHOWN]
    return desk.draw("search", "Search", asked=asked, rows=shown, found=found, more=more, groups=groups)


HANDLERS: list[tuple[str, str, Handler]] = [("GET", "/search", search), ("POST", "/search", search)]


def _rows(desk: Desk, asked: str) -> tuple[list[tuple[str, str, str, str]], bool]:
    """Address, id, masked text and label of the rows; whether more hold these words than were looked at."""
    room, low = desk.rows, asked.lower()
    lower = pl.lit(low)
    hit = room.board.examples.filter(
        pl.any_horizontal(
            pl.col(name).str.to_lowercase().str.contains(lower, literal=True)
            for name in ("example_id", "input", "output")
        )
    )
    looked = hit.select("example_id", "input", "output").head(LOOKED).rows()
    hidden = masks([], named=[text for _, *texts in looked for text in texts] + [asked])
    # A value, and not a part of one that is a value too (`kim@example.co`).
    whole = re.compile(rf"(?<!\w){re.escape(asked)}(?!\w)", re.IGNORECASE) if asked in hidden else None
    rows = []
    for name, *texts in looked:
        masked = [hidden.get(text or "", text or "") for text in texts]
        stands = any(low in text.lower() for text in (name, *masked))
        if stands or (whole and any(whole.search(text or "") for text in texts)):
            given, wanted = (plain(text, CUT) for text in masked)
            rows.append((room.key(name), name, given, wanted))
    return rows, hit.height > LOOKED
