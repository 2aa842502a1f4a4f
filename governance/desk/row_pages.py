"""Rooms of rows: the list, one row beside the rows that contradict it, a decision, an edit, undo."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from curate.diff.show.apart import apart
from curate.diff.show.privacy import masks
from curate.errors import AssayError
from curate.examples import TEXT_FIELDS
from curate.text import UNSEEN, code_point
from curate.verdicts.journal import Said, Word
from governance.desk.app import Desk, Form, Handler, go, refuse
from governance.desk.row_room import RowConflict, RowRoom
from governance.desk.web import NotHere, long, told_apart
from governance.triage.queue import TAKEN_BACK
from governance.triage.row_view import OTHERS
from governance.triage.rows import KINDS, NEAR, RowItem

SPOKEN: Mapping[Word, str] = {
    "keep": "kept",
    "drop": "dropped",
    "relabel": "given another output",
    "edit": "edited",
    "unsure": "unsure",
}
MEANS = {
    "dispute": "two people decided otherwise; the later line holds until somebody decides over both",
    "stale": "decided on another text than the row has now: the decision does nothing",
    "contradiction": "rows of the same text teach different things",
    "suspect": "the label or a field looks wrong",
    "warning": "a rule of quality warns",
    "benchmark": "the row holds text of a benchmark file",
    "meaning": "another row says the same in other words",
    NEAR: "left as nearly the same as a row that stays; nobody need look",
}
# Rows handed out ahead, rows listed, outputs to choose from.
AHEAD, LISTED, CHOICES = 12, 300, 9
_UNSEEN = re.compile(f"[{UNSEEN}]")
_CODE = re.compile(r"<U\+([0-9A-F]{4,6})>")


def overview(desk: Desk, request: Request, _: Form) -> Response:
    """The rows that wait, by why."""
    room, kind = desk.rows, _kind(request)
    waiting = room.waiting(kind)
    counts = [(each, len(room.waiting(each)), MEANS[each]) for each in (*KINDS, NEAR)]
    return desk.draw(
        "rows",
        "Rows",
        kind=kind,
        counts=counts,
        rows=[(room.key(item.example_id), item) for item in waiting[:LISTED]],
        more=max(0, len(waiting) - LISTED),
        total=len(waiting),
    )


def item(desk: Desk, request: Request, _: Form) -> Response:
    """One row."""
    entry, kind = _find(desk, request), _kind(request)
    return desk.draw("row", "A row", items=[_entry(desk.rows, entry, kind)], kind=kind, ahead=False)


def ahead(desk: Desk, request: Request, _: Form) -> Response:
    """The rows after one, for the script."""
    entry, kind, room = _find(desk, request), _kind(request), desk.rows
    entries: list[dict[str, Any]] = []
    following = room.after(entry, kind)
    while following is not None and len(entries) < AHEAD:
        entries.append(_entry(room, following, kind))
        following = room.after(following, kind)
    return desk.draw("row", "Ahead", items=entries, kind=kind, ahead=True)


def decide(desk: Desk, request: Request, form: Form) -> Response:
    """A decision on a row."""
    room, entry, kind = desk.rows, _find(desk, request), _kind(request)
    word, _, number = form.get("word", "").partition("-")
    changes: dict[str, str] = {}
    if word == "relabel":
        changes = {"output": _choice(entry, number)}
    elif word == "edit":
        changes = _changes(room.row(entry.example_id), form)
        if not changes:
            return refuse(desk, request, 422, "nothing was changed", back=f"{_address(room, entry, kind)}")
    elif word not in ("keep", "drop", "unsure") and not (word == "other" and entry.twin):
        raise NotHere
    known: Word = "keep" if word == "other" else next(each for each in SPOKEN if each == word)
    twin = (entry.twin, form.get("twin_version", "")) if word == "other" else None
    try:
        room.decide(entry.example_id, known, changes, form.get("version", ""), twin)
    except AssayError as error:
        if word != "edit" or isinstance(error.__cause__, OSError):
            raise
        return _editor(desk, entry, kind, form, f"{error.problem}. {error.fix}")
    except RowConflict as conflict:
        problem = f"Conflict: nothing was written. Since this page was loaded {_stands(conflict.standing)}."
        back = _address(room, entry, kind)
        return refuse(desk, request, 409, problem, "look at it again; a decision then is over theirs", back)
    following = room.after(entry, kind)
    to = "/rows" if following is None else _address(room, following, kind)
    said = f"{SPOKEN[known]}{', the other dropped' if twin else ''}. z takes it back."
    return go(desk, request, to, said, left=len(room.waiting(kind)))


def edit(desk: Desk, request: Request, _: Form) -> Response:
    """The texts of a row, to be rewritten."""
    return _editor(desk, _find(desk, request), _kind(request))


def _editor(desk: Desk, entry: RowItem, kind: str, typed: Form | None = None, problem: str = "") -> Response:
    """The boxes with the row's texts, or with what was typed and is refused."""
    room, typed = desk.rows, typed or {}
    texts = {name: text for name in TEXT_FIELDS if (text := room.row(entry.example_id)[name]) is not None}
    hidden = masks([], named=texts.values())
    fields = [
        (name, hidden[text] if text in hidden else editable(typed.get(name, text)), text in hidden)
        for name, text in texts.items()
    ]
    return desk.draw(
        "edit",
        "Edit a row",
        422 if problem else 200,
        item=entry,
        version=room.version(entry.example_id),
        address=_address(room, entry, kind),
        fields=fields,
        problem=problem,
    )


def undo(desk: Desk, request: Request, _: Form) -> Response:
    """Take back the last decision of this session."""
    room = desk.rows
    try:
        written = room.undo()
    except RowConflict as conflict:
        return refuse(desk, request, 409, f"Conflict: {_stands(conflict.standing)}.", back="/rows")
    if written is None:
        return go(desk, request, "/rows", "Nothing of this session is left to take back.")
    near = room.find(written.line.row, NEAR) is not None
    to = f"/rows/item/{written.line.row}" + (f"?kind={NEAR}" if near else "")
    said = f"taken back: {SPOKEN[written.line.verdict]}"
    return go(desk, request, to, said, left=len(room.waiting()))


HANDLERS: list[tuple[str, str, Handler]] = [
    ("GET", "/rows", overview),
    ("GET", "/rows/item/{row}", item),
    ("POST", "/rows/item/{row}", decide),
    ("GET", "/rows/ahead/{row}", ahead),
    ("GET", "/rows/edit/{row}", edit),
    ("POST", "/rows/undo", undo),
]


def editable(text: str) -> Markup:
    """A text for a box to write in, to the letter but for signs that cannot be seen: those as code points."""
    return Markup.escape(_UNSEEN.sub(lambda found: code_point(found[0]), text))


def restored(written: str, before: str) -> str:
    """What somebody wrote in the box, with the code points of signs that `before` holds made signs again."""
    lines = written.replace("\r\n", "\n").replace("\r", "\n")

    def sign(found: re.Match[str]) -> str:
        number = int(found[1], 16)
        return chr(number) if number < 0x110000 and chr(number) in before else found[0]

    return _CODE.sub(sign, lines)


def _changes(texts: Mapping[str, str | None], form: Form) -> dict[str, str]:
    changes = {}
    for name in TEXT_FIELDS:
        before = texts[name]
        if name not in form or before is None:
            continue
        after = restored(form[name], before)
        if after != before.replace("\r\n", "\n") and after != before:
            changes[name] = after
    return changes


def _entry(room: RowRoom, entry: RowItem, kind: str) -> dict[str, Any]:
    texts = room.row(entry.example_id)
    given = {name: text for name in TEXT_FIELDS if (text := texts[name])}
    others = [(name, output, room.row(name)["input"] or "") for name, output in entry.others[:OTHERS]]
    twin = room.row(entry.twin) if entry.twin else {}
    beside = {name: text for name in TEXT_FIELDS if (text := twin.get(name))}
    shown = [
        *given.values(),
        *entry.choices,
        *(text for _, *pair in others for text in pair),
        *beside.values(),
    ]
    hidden = masks([], named=shown)

    def seen(text: str) -> str:
        return hidden.get(text, text)

    before, then = room.after(entry, kind, -1), room.after(entry, kind)
    here = seen(given.get("input", ""))
    pair = {
        name: apart(seen(given.get(name, "")), seen(beside.get(name, "")))
        for name in TEXT_FIELDS
        if entry.twin and (name in given or name in beside)
    }
    return {
        "item": entry,
        "key": room.key(entry.example_id),
        "version": room.version(entry.example_id),
        "open": room.is_open(entry),
        "texts": [
            (name, told_apart(pair[name][0]) if name in pair else long(seen(text)))
            for name, text in given.items()
        ],
        "twin": [(name, told_apart(there)) for name, (_, there) in pair.items() if name in beside],
        "twin_version": room.version(entry.twin) if entry.twin else "",
        "others": [
            (name, long(seen(output)), told_apart(apart(here, seen(given_input))[1]))
            for name, output, given_input in others
        ],
        "more": len(entry.others) - len(others),
        "choices": [(seen(choice), choice == texts["output"]) for choice in entry.choices[:CHOICES]],
        "said": _stands(room.said(entry.example_id), nobody=""),
        "before": None if before is None else _address(room, before, kind),
        "after": None if then is None else _address(room, then, kind),
        "address": _address(room, entry, kind),
        "left": len(room.waiting(kind)),
    }


def _address(room: RowRoom, entry: RowItem, kind: str) -> str:
    return f"/rows/item/{room.key(entry.example_id)}" + (f"?kind={kind}" if kind else "")


def _find(desk: Desk, request: Request) -> RowItem:
    entry = desk.rows.find(request.path_params["row"], _kind(request))
    if entry is None:
        raise NotHere
    return entry


def _kind(request: Request) -> str:
    kind = request.query_params.get("kind", "")
    if kind and kind not in (*KINDS, NEAR):
        raise NotHere
    return kind


def _choice(entry: RowItem, number: str) -> str:
    if not (number.isascii() and number.isdigit() and 0 < int(number) <= min(CHOICES, len(entry.choices))):
        raise NotHere
    return entry.choices[int(number) - 1]


def _stands(said: Said | None, nobody: str = "the row’s text or its decision has changed") -> str:
    if said is None:
        return nobody
    lines = [*said.against, said.verdict]
    words = [
        f"{line.reviewer} took a decision back on {line.date}"
        if line.reason == TAKEN_BACK
        else f"{line.reviewer} decided “{line.verdict}” on {line.date}"
        for line in lines
    ]
    return "; ".join(words)
