"""The desk as a Starlette application: who asks, what he sent, and how an answer leaves.

A handler is a plain function of the desk, the request and its form; it runs in a thread, so that a slow file
holds nobody up. Here stand the checks that are the same for all: the session, the form's token, conflicts and
errors as pages (or as JSON for the page's own script).

The door answers before the rooms are loaded: these need polars and the tables of the detectors, a second of
work that is done while the browser opens.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from curate.errors import AssayError
from curate.project import Project
from governance.desk.guard import DOOR, Guard, cookie_of
from governance.desk.seat import Seat
from governance.desk.web import NotHere, page, static

if TYPE_CHECKING:  # a room is loaded when it is entered
    from starlette.types import ASGIApp, Receive, Scope, Send

    from governance.desk.compare_room import CompareRoom
    from governance.desk.diff_room import DiffRoom
    from governance.desk.groups import Groups
    from governance.desk.row_room import RowRoom
    from governance.desk.values import ValueRoom

Form = Mapping[str, str]
# Fields of a form: those of an edit and a few hidden ones.
FIELDS = 20
# Sent by the page's own script, which wants JSON, or the items of a page alone.
SCRIPT = "x-desk"
_BY_SCRIPT: ContextVar[bool] = ContextVar("_BY_SCRIPT", default=False)


@dataclass
class Desk:
    """All that the handlers share.

    Parameters
    ----------
    values, rows, compare
        Make the rooms when they are first entered; an `AssayError` says which stage has not run.
    said
        What the last action did, for the next page.
    """

    project: Project
    reviewer: str
    seat: Seat
    cookie: str
    make_values: Callable[[], ValueRoom]
    make_rows: Callable[[], RowRoom]
    make_compare: Callable[[], CompareRoom]
    said: str = ""
    listed: dict[str, set[int]] = field(default_factory=dict)
    diffs: DiffRoom | None = None
    _values: ValueRoom | None = None
    _groups: Groups | None = None
    _rows: RowRoom | None = None
    _compare: CompareRoom | None = None
    # One each, so that a room that takes long to make keeps nobody out of another.
    _making_values: threading.RLock = field(default_factory=threading.RLock)
    _making_rows: threading.RLock = field(default_factory=threading.RLock)
    _making_compare: threading.RLock = field(default_factory=threading.RLock)

    @property
    def values(self) -> ValueRoom:
        """The queue of values."""
        with self._making_values:
            self._values = self._values or self.make_values()
            return self._values

    def values_within(self, seconds: float) -> ValueRoom | None:
        """The queue of values; None while somebody else takes longer than that to build it."""
        if not self._making_values.acquire(timeout=seconds):
            return None
        try:
            return self.values
        finally:
            self._making_values.release()

    @property
    def groups(self) -> Groups:
        """The groups of that queue."""
        from governance.desk.groups import Groups

        self._groups = self._groups or Groups(self.values)
        return self._groups

    @property
    def rows(self) -> RowRoom:
        """The queue of rows."""
        with self._making_rows:
            self._rows = self._rows or self.make_rows()
            return self._rows

    @property
    def compare(self) -> CompareRoom:
        """The comparison of outputs."""
        with self._making_compare:
            self._compare = self._compare or self.make_compare()
            return self._compare

    @property
    def wrote(self) -> bool:
        """Whether anything was written since the start."""
        rooms = (self._values, self._rows, self._compare, self.diffs)
        return any(room is not None and room.written for room in rooms)

    def draw(self, template: str, title: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page with the frame that all have."""
        said = ""
        if not _BY_SCRIPT.get():  # which shows the item alone: what was said is for the next whole page
            said, self.said = self.said, ""
        frame = {
            "title": title,
            "task": self.project.task.name,
            "reviewer": self.reviewer,
            "form_token": self.seat.form_token(),
            "said": said,
            "room": template,
        }
        return HTMLResponse(page(template, **frame, **values), status)


Handler = Callable[[Desk, Request, Form], Response]


def go(desk: Desk, request: Request, to: str, said: str, **more: Any) -> Response:
    """After an action: to the next page, or for the script what it did."""
    if SCRIPT in request.headers:
        return JSONResponse({"said": said, "to": to, **more})
    desk.said = said
    return RedirectResponse(to, 303)


def refuse(
    desk: Desk, request: Request, status: int, problem: str, fix: str = "", back: str = "/"
) -> Response:
    """Nothing was done, and why."""
    if SCRIPT in request.headers:
        return JSONResponse({"problem": problem, "fix": fix, "to": back}, status)
    return desk.draw("refused", "Not done", status, problem=problem, fix=fix, back=back)


def handled(desk: Desk, handler: Handler) -> Callable[[Request], Any]:
    """A handler behind the session, the form's token and the errors."""

    async def endpoint(request: Request) -> Response:
        form = await _form(request) if request.method == "POST" else {}
        return await run_in_threadpool(_answer, desk, handler, request, form)

    return endpoint


def _answer(desk: Desk, handler: Handler, request: Request, form: Form | None) -> Response:
    _BY_SCRIPT.set(SCRIPT in request.headers)  # of this call: a thread of the pool has a copy of the context
    if not desk.seat.sits(cookie_of(request.scope, desk.cookie)):
        if SCRIPT in request.headers:
            return JSONResponse({"problem": "the desk is locked", "locked": True}, 401)
        return HTMLResponse(page("locked", task=""), 401)
    if form is None:
        return refuse(desk, request, 400, "the form could not be read")
    if request.method == "POST" and not desk.seat.fits(form.get("form_token", "")):
        return refuse(
            desk, request, 403, "the form is of another session", fix="load the page again and repeat"
        )
    try:
        return handler(desk, request, form)
    except NotHere:
        return refuse(desk, request, 404, "there is nothing at this address now", fix="go to the desk")
    except AssayError as error:
        # A full disk or a file that cannot be read is not the reviewer's doing: the script tries again.
        status = 507 if isinstance(error.__cause__, OSError) else 422
        return refuse(desk, request, status, error.problem, error.fix, request.url.path)
    except OSError:
        return refuse(desk, request, 507, "the file could not be written", fix="free some space, then repeat")


async def _form(request: Request) -> Form | None:
    """The fields of a form, each once; None where it is not one."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        return None
    body = await request.body()
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
    except ValueError:
        return None
    return dict(pairs) if len(dict(pairs)) == len(pairs) else None


class Rooms:
    """The pages of all rooms, loaded once: by the server after its start, or by whoever asks first.

    Parameters
    ----------
    desk
        Handed to each page.
    handlers
        Loads them: method, path and function of each page.
    """

    def __init__(self, desk: Desk, handlers: Callable[[], list[tuple[str, str, Handler]]]) -> None:
        self.desk, self._handlers = desk, handlers
        self._loading = threading.Lock()
        self._pages: Starlette | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, when they are there."""
        pages = self._pages
        if pages is None:
            pages = await run_in_threadpool(self.loaded)
        await pages(scope, receive, send)

    def loaded(self) -> Starlette:
        """The pages; the first to ask waits for their modules."""
        with self._loading:
            if self._pages is None:
                routes = [
                    Route(path, handled(self.desk, handler), methods=[method])
                    for method, path, handler in self._handlers()
                ]
                self._pages = Starlette(routes=routes, exception_handlers={404: _nothing})
            return self._pages


def application(desk: Desk, hosts: list[str], log: Callable[[str], None], rooms: Rooms) -> Guard:
    """The whole desk: its door, its own files and, behind the door, its rooms."""
    door = Starlette(
        routes=[
            Route(DOOR, _door(desk), methods=["GET"]),
            Route("/static/desk.css", _file("desk.css", "text/css"), methods=["GET"]),
            Route("/static/desk.js", _file("desk.js", "text/javascript"), methods=["GET"]),
            Route("/static/icon.svg", _file("icon.svg", "image/svg+xml"), methods=["GET"]),
        ]
    )
    before_it = {route.path for route in door.routes if isinstance(route, Route)}

    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp = door if scope["path"] in before_it else rooms
        await app(scope, receive, send)

    return Guard(whole, hosts, log)


def _door(desk: Desk) -> Callable[[Request], Any]:
    async def door(request: Request) -> Response:
        if desk.seat.sits(cookie_of(request.scope, desk.cookie)):
            return RedirectResponse("/", 303)
        session = desk.seat.enter(request.query_params.get("token", ""))
        if session is None:
            return HTMLResponse(page("locked", task=""), 401)
        # A page of our own that goes on by itself: after a redirect that began elsewhere (a file, a terminal
        # in a browser) a Strict cookie would not be sent.
        answer = HTMLResponse(page("enter", task=desk.project.task.name))
        answer.set_cookie(desk.cookie, session, httponly=True, samesite="strict", path="/")
        return answer

    return door


def _file(name: str, kind: str) -> Callable[[Request], Any]:
    async def serve(_: Request) -> Response:
        return Response(static(name), media_type=kind)

    return serve


async def _nothing(_: Request, __: Exception) -> Response:
    return HTMLResponse(page("locked", task="", nothing=True), 404)
