"""The room of differences: two versions, filters that stand in the address, edits word by word, comments.

What is searched for may itself be a value, and an address is kept by a browser for long: words are sent in a
form's body, and stand in the address only if nothing in them looks like personal data. Such words would find
nothing anyway, since texts are searched as they are shown, masked.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from curate.diff.show.privacy import masks
from curate.errors import AssayError
from curate.journal import holds_raw
from curate.show.blocks import Block, Heading, Notice
from curate.text import neutral, visible
from governance.desk.app import Desk, Form, Handler, go
from governance.desk.web import NotHere

if TYPE_CHECKING:
    from curate.diff import Difference
    from governance.desk.diff_room import DiffRoom

# Changes on one page; characters shown of an edit.
PAGE, WIDTH = 50, 1_200
# Characters of a filter and of what is searched for.
ASKED = 200
_FORM = ("before", "after", "change", "cause", "field", "label", "split", "q")
_NAMES = {
    "change": "kind of change",
    "cause": "cause",
    "field": "field",
    "label": "label",
    "split": "split",
}
# Tag and words for who does not see it, of each stretch of an edit.
_STRETCH = {
    "delete": Markup('<del><span class="unseen">taken out: </span>{}</del>'),
    "insert": Markup('<ins><span class="unseen">put in: </span>{}</ins>'),
    "equal": Markup("{}"),
}
_making = threading.Lock()


def difference(desk: Desk, request: Request, _: Form) -> Response:
    """What changed between two versions, and why: the changes that are asked for, a page at a time."""
    asked = {name: request.query_params.get(name, "")[:ASKED] for name in _FORM}
    if _personal(asked["q"]):
        return _draw(desk, {**asked, "q": ""}, 1, hidden=True)
    page = request.query_params.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1
    return _draw(desk, asked, max(1, number))


def ask(desk: Desk, request: Request, form: Form) -> Response:
    """The filters of a form, put in an address."""
    asked = {name: form.get(name, "")[:ASKED] for name in _FORM}
    if _personal(asked["q"]):
        return _draw(desk, {**asked, "q": ""}, 1, hidden=True)
    return RedirectResponse(_address(asked), 303)


def comment(desk: Desk, request: Request, form: Form) -> Response:
    """A comment on a changed row, or on the whole."""
    room, asked = room_of(desk), _asked(form)
    found = room.compared(asked["before"], asked["after"])
    row = _row_of(desk, found, form.get("row", ""))
    try:
        room.say(found, form.get("text", ""), row)
    except AssayError as error:
        if isinstance(error.__cause__, OSError):
            raise
        return _draw(
            desk, asked, 1, typed=(row, form.get("text", "")), problem=f"{error.problem}: {error.fix}"
        )
    return go(desk, request, _address(asked), "The comment is kept in decisions/comments.jsonl.")


def take_back(desk: Desk, request: Request, form: Form) -> Response:
    """Take back one's own comment."""
    asked = _asked(form)
    room_of(desk).take_back(form.get("name", ""))
    return go(desk, request, _address(asked), "The comment is taken back.")


HANDLERS: list[tuple[str, str, Handler]] = [
    ("GET", "/diff", difference),
    ("POST", "/diff", ask),
    ("POST", "/diff/comment", comment),
    ("POST", "/diff/take-back", take_back),
]


def room_of(desk: Desk) -> DiffRoom:
    """The desk's room of differences, made when it is first entered."""
    with _making:
        if desk.diffs is None:
            from datetime import date

            from governance.desk.diff_room import DiffRoom

            desk.diffs = DiffRoom(desk.project, desk.reviewer, date.today())
        return desk.diffs


def _draw(
    desk: Desk,
    asked: Mapping[str, str],
    number: int,
    *,
    hidden: bool = False,
    typed: tuple[str, str] = ("", ""),
    problem: str = "",
) -> Response:
    from curate.diff.show.document import as_document
    from curate.diff.show.narrow import choices, narrowed

    empty: dict[str, Any] = {
        "asked": asked,
        "hidden": hidden,
        "filters": [],
        "entries": [],
        "overall": [],
        "problem": problem,
        "typed": typed,
        "open": bool(asked["before"]),
        "keep": [(name, text) for name, text in asked.items() if text],
        "me": room_of(desk).commenter.reviewer,
        "last": next(iter(room_of(desk).session[-1:]), ""),
    }
    if not asked["before"]:
        return desk.draw("diff", "Difference", body=Markup(""), **empty)
    try:
        found = room_of(desk).compared(asked["before"], asked["after"])
    except AssayError as error:
        blocks: list[Block] = [Notice(error.problem, "", "error", error.fix)]
        return desk.draw("diff", "Difference", body=_markup(blocks), **{**empty, "open": False})
    blocks = list(as_document(_without_comments(found), samples=0, show_values=True).blocks)
    first = next((at for at, block in enumerate(blocks) if isinstance(block, Heading)), len(blocks))
    part = narrowed(found, asked, asked["q"])
    changes = part.difference.changes
    pages = max(1, -(-changes.height // PAGE))
    number = min(number, pages)
    shown = choices(found)
    words = _masked([value for values in shown.values() for value, _ in values])
    filters = [
        (name, _NAMES[name], [(value, words.get(value, value), count) for value, count in values])
        for name, values in shown.items()
        if len(values) > 1 or asked[name]
    ]
    return desk.draw(
        "diff",
        "Difference",
        422 if problem else 200,
        body=_markup(blocks[:first]),
        tables=_markup(blocks[first:]),
        **{
            **empty,
            "filters": filters,
            "entries": _entries(desk, part.difference, (number - 1) * PAGE),
            "overall": [_said(told) for told in found.comments if not told.row],
            "total": found.changes.height,
            "found": changes.height,
            "complete": part.complete,
            "number": number,
            "pages": pages,
            "address": _address(asked),
            "next": _address({**asked, "page": str(number + 1)}),
            "back": _address({**asked, "page": str(number - 1)}),
        },
    )


def _entries(desk: Desk, found: Difference, start: int) -> list[dict[str, Any]]:
    """The changes of a page, each with what was said of its row (once a row)."""
    from dataclasses import replace

    from curate.diff.commented import said_of
    from curate.diff.show.examples import shown_changes, told_apart
    from curate.diff.show.excerpt import short, stretches
    from curate.read import shown_name

    here = replace(found, changes=found.changes[start : start + PAGE])
    raw = here.changes["row"].to_list()
    said = said_of(found.comments)
    names = desk.project.key.digests("verdict row", [row or "" for row in raw])
    entries: list[dict[str, Any]] = []
    seen: set[str] = set()
    for at, line in enumerate(shown_changes(here, PAGE, show_values=True).iter_rows(named=True)):
        before, after = told_apart(line["change"], line["before"], line["after"])
        edit = stretches(before, after, WIDTH) if before or after else []
        parts = [_STRETCH[op].format(neutral(text)) for op, text in edit]
        first = names[at] not in seen
        seen.add(names[at])
        entries.append(
            {
                "at": start + at,
                "change": line["change"],
                "row": visible(line["row"] or "", 80),
                "name": names[at],
                "field": shown_name(line["field"] or ""),
                "cause": line["cause"] or "",
                "edit": Markup("").join(parts),
                "text": short(line["text"] or "", WIDTH),
                "first": first,
                "said": [_said(told) for told in said.get(raw[at], [])] if first else [],
            }
        )
    return entries


def _said(told: Any) -> dict[str, Any]:
    comment = told.comment
    words = _masked([comment.text])
    return {
        "name": told.name,
        "text": words.get(comment.text, comment.text),
        "reviewer": comment.reviewer,
        "date": comment.date,
        "current": told.current,
    }


def _without_comments(found: Difference) -> Difference:
    from dataclasses import replace

    return replace(found, comments=())


def _row_of(desk: Desk, found: Difference, name: str) -> str:
    """The row that a form names by its keyed digest; empty where it names none."""
    if not name:
        return ""
    rows = found.changes["row"].drop_nulls().unique(maintain_order=True).to_list()
    names = dict(zip(desk.project.key.digests("verdict row", rows), rows, strict=True))
    if name not in names:
        raise NotHere
    return str(names[name])


def _asked(form: Form) -> dict[str, str]:
    return {name: form.get(name, "")[:ASKED] for name in _FORM}


def _address(asked: Mapping[str, str]) -> str:
    return "/diff?" + urlencode({name: text for name, text in asked.items() if text})


def _personal(words: str) -> bool:
    return bool(words) and (holds_raw(words) or words in masks([words], named=[words]))


def _masked(texts: list[str]) -> dict[str, str]:
    return masks(texts)


def _markup(blocks: list[Block]) -> Markup:
    """Blocks as markup: made by the one place that makes it, which escapes every text."""
    from curate.show.html import blocks_html

    return Markup(blocks_html(blocks))
