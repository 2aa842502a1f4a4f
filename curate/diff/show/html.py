"""A difference as one HTML file: every table, and the changes with search, filters and keys. It opens from
disk.

Nothing is loaded: style and script are inside, allowed by their digests alone (Content Security Policy), so
that no text of the data set could run even if it became markup, which it cannot: it travels as JSON and is
drawn as text nodes.

Size is kept under `LIMIT` by shortening texts first and, only when even ids and causes do not fit, by listing
fewer changes; the page says how many it lists. 25,000 edits of tickets take about 4.7 MB; masking is most of
the time (docs/measurements.md).
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curate.diff.difference import Difference
from curate.diff.show.excerpt import stretches
from curate.diff.show.sections import HIDDEN, PERSONAL, GateLine, sections, shown_changes, verdict
from curate.text import plain

# Five megabytes: what a browser searches through without a pause, and mail still carries.
LIMIT = 5_000_000
# Changes listed at most.
MOST = 25_000
# Characters of an edit, tried in turn until the page fits; a sample tells which are not worth trying on all.
WIDTHS = (1200, 480, 240, 120, 60, 0)
SAMPLE = 500
# As the page's script knows them.
OPS = {"equal": "=", "delete": "-", "insert": "+"}


def page(
    difference: Difference,
    *,
    show_values: bool = False,
    most: int = MOST,
    limit: int = LIMIT,
    gates: Sequence[GateLine] = (),
) -> str:
    """The page, at most `limit` bytes in UTF-8 (100,000 at least)."""
    template = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
    names = [plain(side.name, 80) for side in (difference.before, difference.after)]
    head = {
        "before": names[0],
        "after": names[1],
        "verdict": verdict(difference),
        "bad": bool(difference.summary.unexplained) or not all(gate.passed for gate in gates),
        "notes": [plain(note, 400) for note in difference.summary.notes[:20]],
        "sections": [
            {
                "title": section.title,
                "columns": section.columns,
                "numbers": section.numbers,
                "rows": [[plain(cell, 300) for cell in row] for row in section.rows],
                "left_out": section.left_out,
            }
            for section in sections(difference, samples=0, show_values=show_values, most=40, gates=gates)
        ],
        "total": difference.changes.height,
    }
    frame = template.replace("@POLICY@", policy(template)).replace(
        "@TITLE@", html.escape(f"{names[0]} → {names[1]} · assay diff")
    )
    room = limit - len(frame.encode()) - len(_json(head).encode())
    rows = shown_changes(difference, most, show_values=show_values).to_dicts()
    listed = _fitting(rows, show_values, room)
    return frame.replace("@DATA@", _json({**head, **listed}))


def policy(template: str) -> str:
    """The page's Content Security Policy: its own style and its own script, and nothing from anywhere."""
    style = _digest(re.search(r"<style>(.*?)</style>", template, re.DOTALL))
    script = _digest(re.search(r"<script>(.*?)</script>", template, re.DOTALL))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'"
    )


def _digest(found: re.Match[str] | None) -> str:
    assert found is not None, "the template has one style and one script"
    return "sha256-" + base64.b64encode(hashlib.sha256(found.group(1).encode()).digest()).decode()


def _json(value: Any) -> str:
    """JSON that stands in a script element: `<` could end it or begin a comment, U+2028 and U+2029 end lines
    in old parsers.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _fitting(rows: list[dict[str, Any]], show_values: bool, room: int) -> dict[str, Any]:
    """The longest texts, and failing that the most changes, that fit into `room` bytes."""
    sample = rows[:: max(1, len(rows) // SAMPLE)]
    for width in WIDTHS:
        if (
            width
            and len(_json(_changes(sample, show_values, width)["changes"]).encode()) * len(rows)
            > room * len(sample) * 1.1
        ):
            continue
        listed = _changes(rows, show_values, width)
        size = len(_json(listed).encode())
        if size <= room:
            return listed
    while size > room and rows:
        rows = rows[: min(len(rows) - 1, int(len(rows) * room / size))] if room > 0 else []
        listed = _changes(rows, show_values, 0)
        size = len(_json(listed).encode())
    return listed


def _changes(rows: list[dict[str, Any]], show_values: bool, width: int) -> dict[str, Any]:
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
            plain(row["row"], 80),
            place(row["field"]),
            place(row["cause"]),
        ]
        text = _text(row, show_values, width)
        listed.append([*line, text] if text else line)
    return {"names": list(names), "changes": listed}


def _text(row: dict[str, Any], show_values: bool, width: int) -> list[tuple[str, str]] | None:
    if row["reason"] in PERSONAL and show_values:
        return [("=", HIDDEN)]
    before, after = row["before"], row["after"]
    if (before is None and after is None) or not width:
        return None
    parts = stretches(before or "", after or "", width)
    return [(OPS[op], plain_part(part)) for op, part in parts]


def plain_part(text: str) -> str:
    """Controls shown as code points, as `plain` does, but with spaces and line breaks kept: these may be what
    differs.
    """
    return re.sub(
        r"[^\S\n ]|\S+", lambda word: plain(word.group(), 2000) or f"<U+{ord(word.group()[0]):04X}>", text
    )
