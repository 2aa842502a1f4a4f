"""Room of comparisons: two answers to one prompt, blind; once the last is judged, who wrote them and who
won."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from curate.errors import AssayError
from governance.compare.round import SPOKEN, Said, spoken
from governance.desk.app import Desk, Form, Handler, go, refuse
from governance.desk.compare_room import CompareConflict, CompareRoom
from governance.desk.web import NotHere
from governance.triage.queue import TAKEN_BACK

# Items handed out ahead, and verdicts listed.
AHEAD, LISTED = 12, 100


def overview(desk: Desk, request: Request, _: Form) -> Response:
    """How far the reviewer is; at the end the figures."""
    try:
        room = desk.compare
        progress = room.progress()
    except AssayError as error:
        return desk.draw("compare", "Compare", missing=error)
    judged = room.judged(LISTED)
    return desk.draw(
        "compare",
        "Compare",
        missing=None,
        progress=progress,
        first=room.after(None),
        judged=[
            (line, spoken(line), shown.prompt)
            for line, shown in zip(judged, room.round.shown([line.item for line in judged]), strict=True)
        ],
        figures=_figures(desk) if not progress.left else "",
    )


def item(desk: Desk, request: Request, _: Form) -> Response:
    """One item."""
    room, name = _find(desk, request)
    return desk.draw("comparison", "Two answers", items=_entries(room, [name]), ahead=False)


def ahead(desk: Desk, request: Request, _: Form) -> Response:
    """The items after one, for the script."""
    room, name = _find(desk, request)
    names: list[str] = []
    following = room.after(name)
    while following is not None and len(names) < AHEAD:
        names.append(following)
        following = room.after(following)
    return desk.draw("comparison", "Ahead", items=_entries(room, names), ahead=True)


def decide(desk: Desk, request: Request, form: Form) -> Response:
    """A verdict on an item."""
    room, name = _find(desk, request)
    said = _said(form)
    try:
        room.decide(name, said, form.get("version", ""))
    except CompareConflict as conflict:
        problem = f"Conflict: nothing was written. {_stands(conflict)}."
        return refuse(desk, request, 409, problem, "look at it again", _address(name))
    following = room.after(name)
    to = "/compare" if following is None else _address(following)
    return go(desk, request, to, f"{SPOKEN[said]}. z takes it back.", left=room.progress().left)


def undo(desk: Desk, request: Request, _: Form) -> Response:
    """Take back the last verdict of this session."""
    room = desk.compare
    try:
        line = room.undo()
    except CompareConflict as conflict:
        return refuse(desk, request, 409, f"Conflict: {_stands(conflict)}.", back="/compare")
    if line is None:
        return go(desk, request, "/compare", "Nothing of this session is left to take back.")
    to = _address(line.item) if line.item in room.round else "/compare"
    return go(desk, request, to, f"taken back: {spoken(line)}", left=room.progress().left)


HANDLERS: list[tuple[str, str, Handler]] = [
    ("GET", "/compare", overview),
    ("GET", "/compare/item/{item}", item),
    ("POST", "/compare/item/{item}", decide),
    ("GET", "/compare/ahead/{item}", ahead),
    ("POST", "/compare/undo", undo),
]


def _entries(room: CompareRoom, names: list[str]) -> list[dict[str, Any]]:
    left = room.progress().left
    entries = []
    for entry in room.round.shown(names):
        before, then = room.after(entry.item, -1), room.after(entry.item)
        said = room.said(entry.item)
        entries.append(
            {
                "item": entry,
                "version": room.version(entry.item),
                "said": spoken(said) if said else "",
                "on": said.date if said else "",
                "before": None if before is None else _address(before),
                "after": None if then is None else _address(then),
                "address": _address(entry.item),
                "left": left,
                "words": SPOKEN,
            }
        )
    return entries


def _figures(desk: Desk) -> Markup:
    from curate.show.html import blocks_html
    from governance.compare.journal import project_preferences
    from governance.compare.results import blocks, results_of

    found = results_of(desk.compare.round.items, project_preferences(desk.project))
    return Markup(blocks_html(blocks(found)))


def _address(name: str) -> str:
    return f"/compare/item/{name}"


def _find(desk: Desk, request: Request) -> tuple[CompareRoom, str]:
    room, name = desk.compare, request.path_params["item"]
    room.refresh()
    if name not in room.round:
        raise NotHere
    return room, name


def _said(form: Form) -> Said:
    said = next((each for each in SPOKEN if each == form.get("word")), None)
    if said is None:
        raise NotHere
    return said


def _stands(conflict: CompareConflict) -> str:
    line = conflict.standing
    if line is None or line.verdict == "unsure" or line.reason == TAKEN_BACK:
        return "Your verdict on this item was taken back elsewhere meanwhile"
    return f"You judged it elsewhere meanwhile: “{spoken(line)}”"
