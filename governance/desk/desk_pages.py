"""The desk itself: what waits by kind, what this reviewer decided, the keys, the lock."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from curate.errors import AssayError
from governance.desk.app import Desk, Form, Handler, go, refuse
from governance.desk.compare_room import items_path
from governance.desk.values import Action, Conflict
from governance.desk.web import NotHere
from governance.triage.rows import KINDS
from governance.triage.session import SPOKEN

# Seconds that the first page waits for the queue of values; of a million findings it takes some ten to build.
PATIENCE = 0.5
# Decisions listed to be taken back.
LISTED = 100
# Each kind of rows in words.
NAMES = {
    "dispute": "rows that two people decided on differently",
    "stale": "decisions whose row has changed since",
    "benchmark": "rows that stand in a benchmark",
    "contradiction": "rows that contradict each other",
    "suspect": "rows whose label looks wrong",
    "warning": "rows with a warning",
    "meaning": "rows that say the same",
}
# What each kind holds up while it waits.
COSTS = {
    "values": "redacted as the policy says until somebody clears them; the audit counts them as open",
    "dispute": "the later of two decisions holds, whoever was right",
    "stale": "the decision made does nothing",
    "contradiction": "rows leave, or teach two things, as dedup.on_conflict says",
    "suspect": "a model learns the label as it stands",
    "warning": "the row reaches gold with its warning",
    "benchmark": "a model may learn what it is measured by",
    "compare": "which system people prefer is not known, and no preference pairs are made",
    "meaning": "two rows teach one thing, and count twice",
}


def home(desk: Desk, request: Request, _: Form) -> Response:
    """What waits for a person, the kinds that hold up most first."""
    waiting: list[dict[str, Any]] = []
    missing: list[tuple[str, str]] = []
    building = False
    try:
        values = desk.values_within(PATIENCE)
        building = values is None
        if values is not None:
            name = "values found as personal data"
            waiting.append({"name": name, "count": values.left(), "to": "/values", "cost": COSTS["values"]})
    except AssayError as error:
        missing.append((error.problem, error.fix))
    try:
        for kind in KINDS:
            count = len(desk.rows.waiting(kind))
            waiting.append(
                {"name": NAMES[kind], "count": count, "to": f"/rows?kind={kind}", "cost": COSTS[kind]}
            )
    except AssayError as error:
        missing.append((error.problem, error.fix))
    if items_path(desk.project).exists():
        try:
            left = desk.compare.progress().left
            name = "outputs of systems to compare"
            waiting.append({"name": name, "count": left, "to": "/compare", "cost": COSTS["compare"]})
        except AssayError as error:
            missing.append((error.problem, error.fix))
    from governance.status import recorded

    records = [(line.name, line.message, line.due) for line in recorded(desk.project, date.today())]
    return desk.draw("desk", "Desk", waiting=waiting, missing=missing, records=records, building=building)


def decided(desk: Desk, request: Request, _: Form) -> Response:
    """The reviewer's own verdicts on values that still speak, newest first, each to be taken back."""
    return desk.draw("decided", "Decided", lines=desk.values.mine(LISTED), words=SPOKEN, limit=LISTED)


def take_back(desk: Desk, request: Request, form: Form) -> Response:
    """Take back one verdict on a value, of this session or an earlier one."""
    line = next((one for one in desk.values.mine(LISTED) if one.value_id == form.get("value_id")), None)
    if line is None:
        raise NotHere
    try:
        desk.values.take_back(Action((line,), ""))
    except Conflict:
        return refuse(
            desk, request, 409, "Conflict: somebody decided on this value meanwhile", back="/decided"
        )
    return go(desk, request, "/decided", f"taken back: {SPOKEN[line.verdict]}")


def keys(desk: Desk, request: Request, _: Form) -> Response:
    """The keys, to be read, changed or turned off."""
    return desk.draw("keys", "Keys")


def lock(desk: Desk, request: Request, _: Form) -> Response:
    """End the session; the terminal has the next address."""
    desk.seat.offer()
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(desk.cookie, path="/", httponly=True, samesite="strict")
    return answer


HANDLERS: list[tuple[str, str, Handler]] = [
    ("GET", "/", home),
    ("GET", "/decided", decided),
    ("POST", "/decided", take_back),
    ("GET", "/keys", keys),
    ("POST", "/lock", lock),
]
