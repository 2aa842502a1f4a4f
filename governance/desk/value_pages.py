"""Rooms of values: groups, one value in its context, a verdict, a reveal, undo."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from curate.pii.decisions import CLEARING, Verdict, Word
from curate.text import plural
from governance.desk.app import Desk, Form, Handler, go, refuse
from governance.desk.board import PLACES
from governance.desk.values import Conflict, ValueRoom, may_clear
from governance.desk.web import NotHere
from governance.triage.queue import TAKEN_BACK, Item
from governance.triage.session import SPOKEN

# Values of a group on one page.
PAGE = 50
# Values handed out ahead of the one on the screen, and values whose texts are read along with theirs.
AHEAD, READ = 24, 480
# Groups listed.
GROUPS = 500


def overview(desk: Desk, request: Request, _: Form) -> Response:
    """The queue by entity, shape and source."""
    room = desk.values
    found = desk.groups.listed()
    first = room.after(-1, None)
    return desk.draw(
        "values",
        "Values",
        groups=found[:GROUPS],
        more=max(0, len(found) - GROUPS),
        left=room.left(),
        first=None if first is None else room.board.item(first).value_id,
    )


def group(desk: Desk, request: Request, _: Form) -> Response:
    """A group: its values masked, and what a verdict on all of them reaches."""
    room, name = desk.values, request.path_params["group"]
    entity, pattern, source = desk.groups.of(name)
    members = _open_members(desk, name)
    pages = max(1, -(-len(members) // PAGE))
    number = min(_number(request, "page", 1), pages)
    shown = members[(number - 1) * PAGE : number * PAGE]
    version = _group_version(room, members)
    seen = desk.listed.setdefault(version, set())
    seen.add(number)
    window = room.board.window(shown.tolist())
    entries = []
    for at in shown.tolist():
        item = room.board.item(at)
        place = window.places(item.value_id, 1)
        entries.append((item, window.masked_value(item.value_id), place[0] if place else {}))
    findings, rows = room.board.reach(members)
    here = next((each for key, each in desk.groups.listed() if key == name), None)
    return desk.draw(
        "group",
        f"{entity} {pattern}",
        code=name,
        entity=entity,
        pattern=pattern,
        source=source,
        entries=entries,
        values=len(members),
        findings=findings,
        rows=rows,
        elsewhere=findings - (here.findings if here else findings),
        number=number,
        pages=pages,
        version=version,
        complete=seen >= set(range(1, pages + 1)),
        words=SPOKEN,
        clearing=CLEARING,
    )


def decide_group(desk: Desk, request: Request, form: Form) -> Response:
    """One verdict on all open values of a group."""
    room, name = desk.values, request.path_params["group"]
    word = _word(form)
    desk.groups.of(name)
    members = _open_members(desk, name)
    back = f"/values/group/{name}"
    version = _group_version(room, members)
    if form.get("version") != version:
        return refuse(
            desk, request, 409, "the group has changed since this page was loaded", "look at it again", back
        )
    pages = max(1, -(-len(members) // PAGE))
    may_clear(word, desk.listed.get(version, set()) >= set(range(1, pages + 1)))
    items = [room.board.item(at) for at in members.tolist()]
    try:
        room.decide([(item, room.version(item.value_id)) for item in items], word, name)
    except Conflict as conflict:
        return _conflict(desk, request, conflict, back)
    said = f"{plural(len(items), 'value')}: {SPOKEN[word]}. z takes it back."
    return go(desk, request, "/values", said, left=room.left())


def item(desk: Desk, request: Request, _: Form) -> Response:
    """One value in its context."""
    at = _place(desk, request)
    scope = _scope(desk, request)
    return desk.draw("value", "A value", items=_entries(desk, [at], scope), scope=scope, ahead=False)


def ahead(desk: Desk, request: Request, _: Form) -> Response:
    """The values after one, for the script that shows them without waiting."""
    scope = _scope(desk, request)
    members = desk.groups.members(scope)
    places = desk.values.ahead(_place(desk, request), members, READ)
    entries = _entries(desk, places[:AHEAD], scope, upcoming=places[AHEAD:])
    return desk.draw("value", "Ahead", items=entries, scope=scope, ahead=True)


def decide(desk: Desk, request: Request, form: Form) -> Response:
    """A verdict on one value."""
    room, at, scope = desk.values, _place(desk, request), _scope(desk, request)
    word, entry = _word(form), desk.values.board.item(at)
    try:
        room.decide([(entry, form.get("version", ""))], word, scope)
    except Conflict as conflict:
        return _conflict(desk, request, conflict, _address(entry.value_id, scope))
    return go(desk, request, _next(desk, at, scope), f"{SPOKEN[word]}. z takes it back.", left=room.left())


def reveal(desk: Desk, request: Request, _: Form) -> Response:
    """The value as it stands, once, after the line that records who saw it."""
    at, scope = _place(desk, request), _scope(desk, request)
    entry = desk.values.board.item(at)
    raw = desk.values.reveal(entry)
    return desk.draw("value", "A value", items=_entries(desk, [at], scope, raw), scope=scope, ahead=False)


def undo(desk: Desk, request: Request, _: Form) -> Response:
    """Take back the last verdict of this session."""
    room = desk.values
    try:
        action = room.undo()
    except Conflict as conflict:
        return _conflict(desk, request, conflict, "/decided")
    if action is None:
        return go(desk, request, "/decided", "Nothing of this session is left to take back.")
    first = action.lines[0]
    words = f"taken back: {SPOKEN[first.verdict]}"
    if len(action.lines) > 1:
        return go(desk, request, f"/values/group/{action.scope}", f"{words}, {len(action.lines):,} values")
    return go(desk, request, _address(first.value_id, action.scope), words, left=room.left())


HANDLERS: list[tuple[str, str, Handler]] = [
    ("GET", "/values", overview),
    ("GET", "/values/group/{group}", group),
    ("POST", "/values/group/{group}", decide_group),
    ("GET", "/values/item/{value_id}", item),
    ("POST", "/values/item/{value_id}", decide),
    ("GET", "/values/ahead/{value_id}", ahead),
    ("POST", "/values/reveal/{value_id}", reveal),
    ("POST", "/values/undo", undo),
]


def _entries(
    desk: Desk, places: list[int], scope: str, raw: str | None = None, upcoming: Sequence[int] = ()
) -> list[dict[str, Any]]:
    room, board = desk.values, desk.values.board
    members = desk.groups.members(scope)
    window = board.window(places, upcoming)
    waiting, left = room.is_open(), room.left(members)
    entries = []
    for at in places:
        entry = board.item(at)
        found = window.places(entry.value_id, PLACES)
        before, then = room.after(at, members, -1), room.after(at, members)
        entries.append(
            {
                "item": entry,
                "version": room.version(entry.value_id),
                "standing": room.standing(entry.value_id),
                "taken_back": TAKEN_BACK,
                "open": bool(waiting[at]),
                "masked": window.masked_value(entry.value_id),
                "raw": raw,
                "places": [(place, window.context(place)) for place in found],
                "before": None if before is None else _address(board.item(before).value_id, scope),
                "after": None if then is None else _address(board.item(then).value_id, scope),
                "left": left,
                "group": _group_of(desk, entry, found),
                "words": SPOKEN,
            }
        )
    return entries


def _group_of(desk: Desk, entry: Item, found: list[dict[str, Any]]) -> str:
    source = str(found[0].get("source", "")) if found else ""
    return desk.groups.name(entry.entity, entry.pattern, source)


def _address(value_id: str, scope: str) -> str:
    return f"/values/item/{value_id}" + (f"?group={scope}" if scope else "")


def _next(desk: Desk, at: int, scope: str) -> str:
    place = desk.values.after(at, desk.groups.members(scope))
    if place is None:
        return f"/values/group/{scope}" if scope else "/values"
    return _address(desk.values.board.item(place).value_id, scope)


def _open_members(desk: Desk, name: str) -> np.ndarray:
    members = desk.groups.members(name)
    assert members is not None
    waiting: np.ndarray = members[desk.values.is_open()[members]]
    return waiting


def _group_version(room: ValueRoom, members: np.ndarray) -> str:
    """Digest of the values of a group, and of what stands of them."""
    digest = hashlib.blake2b(room.board.digest(members), digest_size=8)
    digest.update(room.versions(members).encode())
    return digest.hexdigest()


def _place(desk: Desk, request: Request) -> int:
    at = desk.values.board.find(request.path_params["value_id"])
    if at is None:
        raise NotHere
    return at


def _scope(desk: Desk, request: Request) -> str:
    name = request.query_params.get("group", "")
    if name:
        desk.groups.of(name)
    return name


def _word(form: Form) -> Word:
    word = next((each for each in SPOKEN if each == form.get("word")), None)
    if word is None:
        raise NotHere
    return word


def _number(request: Request, name: str, otherwise: int) -> int:
    text = request.query_params.get(name, "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else otherwise


def _conflict(desk: Desk, request: Request, conflict: Conflict, back: str) -> Response:
    words = []
    for verdict in list(conflict.standing.values())[:3]:
        words.append(_stands(verdict))
    more = len(conflict.standing) - len(words)
    said = "; ".join(words) + (f"; and {more:,} more" if more > 0 else "")
    return refuse(
        desk,
        request,
        409,
        f"Conflict: nothing was written. Since this page was loaded {said}.",
        "look at it again; a verdict given then is over theirs",
        back,
    )


def _stands(verdict: Verdict | None) -> str:
    if verdict is None:
        return "the verdict that stood was taken out of the file"
    if verdict.reason == TAKEN_BACK:
        return f"{verdict.reviewer} took a verdict back on {verdict.date}"
    return f"{verdict.reviewer} decided “{SPOKEN[verdict.verdict]}” on {verdict.date}"
