"""`assay review`: the desk served on this machine until control-C.

The address has a port of its own for each project, the same every time, so that what a browser kept for it
(keys, verdicts that a killed server had not written yet) is found again.
"""

from __future__ import annotations

import hashlib
import socket
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from curate.errors import AssayError
from curate.project import Project
from curate.text import plain
from governance.desk.app import Desk, Handler, Rooms, application
from governance.desk.guard import DOOR, Guard
from governance.desk.seat import Seat
from governance.triage.reviewer import Reviewer

if TYPE_CHECKING:
    from governance.desk.compare_room import CompareRoom
    from governance.desk.row_room import RowRoom
    from governance.desk.values import ValueRoom

LOCAL = "127.0.0.1"
LOG = Path(".assay") / "desk.log"
# Ports that IANA leaves to nobody in particular and Linux does not hand out by itself.
_PORTS = range(20_000, 30_000)
_REASON = 500


def make_desk(
    project: Project, reviewer: Reviewer, announce: Callable[[str], None], *, idle: float = 900, port: int = 0
) -> Desk:
    """A desk for a project; the rooms are made when they are first entered."""
    who = Reviewer(
        plain(reviewer.name), plain(reviewer.reason, _REASON), reviewer.today, reviewer.days, reviewer.key_id
    )

    def values() -> ValueRoom:
        from curate.pii.redact.params import RedactParams
        from governance.desk.board import load_board
        from governance.desk.values import Journal, ValueRoom

        journal = Journal(project.root)
        journal.last()
        people = project.task.people if project.params("redact", RedactParams).reviewers == "named" else None
        return ValueRoom(project.root, load_board(project, who.today), who, journal, people)

    def rows() -> RowRoom:
        from governance.desk.row_room import RowRoom
        from governance.triage.row_verdicts import Judge

        return RowRoom(project, Judge(who.name, who.reason, who.today, who.days))

    def compare() -> CompareRoom:
        from governance.desk.compare_room import CompareRoom
        from governance.triage.row_verdicts import Judge

        return CompareRoom(project, Judge(who.name, who.reason, who.today))

    seat, cookie = Seat(idle, announce), f"assay_desk_{port}"
    return Desk(project, who.name, seat, cookie, values, rows, compare)


def handlers() -> list[tuple[str, str, Handler]]:
    """The pages of all rooms, with polars and all that they need: a second's work."""
    from governance.desk import (
        compare_pages,
        desk_pages,
        diff_pages,
        record_pages,
        row_pages,
        search,
        value_pages,
    )

    modules = (desk_pages, value_pages, row_pages, compare_pages, record_pages, diff_pages, search)
    return [each for module in modules for each in module.HANDLERS]


def app_of(
    desk: Desk,
    hosts: list[str],
    log: Callable[[str], None] = lambda line: None,
    rooms: Rooms | None = None,
) -> Guard:
    """The application of a desk."""
    return application(desk, hosts, log, rooms or Rooms(desk, handlers))


def port_of(project: Project) -> int:
    """The project's own port."""
    digest = hashlib.blake2b(str(project.root).encode(), digest_size=4).digest()
    return _PORTS[int.from_bytes(digest, "big") % len(_PORTS)]


def serve(
    project: Project,
    reviewer: Reviewer,
    *,
    host: str,
    port: int | None,
    browser: bool,
    idle: float,
    say: Callable[[str], None],
) -> None:
    """Serve until control-C; then leave the record of what was decided, as the terminal queue does.

    Raises
    ------
    AssayError
        If the address cannot be had.
    """
    if host in ("", "0.0.0.0", "::", "*"):
        raise AssayError(
            f"--host {host or '(empty)'} would answer on every network this machine is in",
            fix="name the one address that is meant, such as --host 10.0.0.5",
        )
    listener = _listen(host, port_of(project) if port is None else port, may_move=port is None)
    number = listener.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    base = f"http://{shown}:{number}"
    hosts = [f"{shown}:{number}"] + ([f"localhost:{number}"] if host == LOCAL else [])
    opened = threading.Event()

    def announce(token: str) -> None:
        address = f"{base}{DOOR}?token={token}"
        say(f"open once: {address}")
        if browser and not opened.is_set():
            opened.set()
            threading.Timer(0.3, lambda: webbrowser.open(address)).start()

    desk = make_desk(project, reviewer, announce, idle=idle, port=number)
    desk.seat.offer()
    rooms = Rooms(desk, handlers)
    log = project.root / LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as written:

        def note(line: str) -> None:
            with suppress(OSError):  # a full disk must not cost a verdict
                written.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {line}\n")
                written.flush()

        server = server_of(app_of(desk, hosts, note, rooms), lambda: _open(rooms))
        server.run(sockets=[listener])
    leave_record(desk)


def _open(rooms: Rooms) -> None:
    """Load the rooms and build the queue of values while the browser opens; the page that needs them says
    what goes wrong.
    """

    def load() -> None:
        with suppress(Exception):
            rooms.loaded()
            _ = rooms.desk.values

    threading.Thread(target=load, daemon=True).start()


def leave_record(desk: Desk) -> None:
    """The record that the terminal queue leaves at its end, if anything was written."""
    if desk.wrote:
        from governance.records.events import decided

        decided(desk.project, by=desk.reviewer)


class Server(uvicorn.Server):
    """A server that does something more once it answers."""

    def __init__(self, config: uvicorn.Config, then: Callable[[], None]) -> None:
        super().__init__(config)
        self._then = then

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer from now on."""
        await super().startup(sockets)
        self._then()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Control-C ends the serving and no more. uvicorn would raise it again once it has shut down, and the
        record of the session would not be left.
        """
        with super().capture_signals():
            yield
            self._captured_signals.clear()


def server_of(app: Any, then: Callable[[], None] = lambda: None) -> Server:
    """The server, which names neither itself nor the day and logs nothing of its own; `then` is done once it
    answers.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
        loop="asyncio",
        http="h11",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=2,
        limit_concurrency=64,
        h11_max_incomplete_event_size=16_384,
    )
    return Server(config, then)


def _listen(host: str, port: int, *, may_move: bool) -> socket.socket:
    """A socket on the port, or on a free one where that is taken and nobody asked for it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in (port, 0) if may_move else (port,):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
            listener.listen(128)  # who opens the address before the server runs waits for it
        except OSError as error:
            listener.close()
            last = error
        else:
            return listener
    raise AssayError(
        f"cannot listen on {plain(host, 60)} port {port}: {last.strerror}",
        fix="assay review --port 0   (any free port)",
    ) from last
