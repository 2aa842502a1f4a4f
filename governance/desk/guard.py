"""What every request passes before the desk looks at it, and what every answer carries.

A page of another site must reach nothing: not by a link or form (Origin, Sec-Fetch-Site, SameSite cookie,
form token), not by a name that resolves to this machine (DNS rebinding: the Host header must be ours), not in
a frame, and a text of the data set must run nothing (Content-Security-Policy without inline script or style).
The log holds the route, never the address, which may name a row, nor what was sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: a form would then be sent with `Origin: null`, which is also what others send.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), clipboard-read=()",
    # Values were on the screen: no cache, and no page kept for the way back.
    "Cache-Control": "no-store",
}
# An edit of three fields of 100,000 characters, each of up to nine bytes when a form encodes it.
BODY = 3_000_000
ADDRESS = 2_000
# The one address that may be opened from elsewhere (a terminal in a browser, a file): it shows nothing.
DOOR = "/enter"


class Guard:
    """ASGI middleware.

    Parameters
    ----------
    hosts
        Values of the Host header that are this desk.
    log
        Is given one line a request.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], log: Callable[[str], None]) -> None:
        self.app, self.hosts, self.log = app, frozenset(hosts), log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or hand it on with its body bounded and its answer's headers set."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # no websockets here
        start, status = time.perf_counter(), 0

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        try:
            wrong = refusal(scope, self.hosts)
            if wrong:
                await PlainTextResponse(f"refused: {wrong}\n", 403)(scope, receive, answered)
            else:
                await self.app(scope, _bounded(receive), answered)
        except Exception as error:  # its message may hold a value: where it arose is told, not what it says
            self.log(f"{type(error).__name__} {_arose(error)}")
            if not status:
                await PlainTextResponse("an error of the desk itself\n", 500)(scope, receive, answered)
        finally:
            route = scope.get("route")
            name = getattr(route, "path", "-")
            took = 1000 * (time.perf_counter() - start)
            self.log(f"{scope['method'][:7]} {name} {status} {took:.0f} ms")


def _arose(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""


def refusal(scope: Scope, hosts: Collection[str]) -> str:
    """Why a request is not looked at, or an empty string."""
    headers = Headers(scope=scope)
    given = headers.getlist("host")
    if len(given) != 1 or given[0] not in hosts:
        return "this is not the address of the desk"
    if scope["method"] not in ("GET", "HEAD", "POST"):
        return "no such method"
    if len(scope["path"]) + len(scope["query_string"]) > ADDRESS:
        return "the address is too long"
    site = headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none") and scope["path"] != DOOR:
        return "asked for by another site"
    origin = headers.get("origin")
    ours = f"{scope['scheme']}://{headers['host']}"
    if scope["method"] == "POST" and origin != ours:
        return "sent by another site, or by a program that names none"
    if origin is not None and origin != ours:
        return "asked for by another site"
    return ""


def _bounded(receive: Receive) -> Receive:
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > BODY:
            raise HTTPException(413, "too large")
        return message

    return bounded


def cookie_of(scope: Scope, name: str) -> str:
    """A cookie's value; empty where there is none, or several."""
    found = []
    for header in Headers(scope=scope).getlist("cookie"):
        try:
            jar = SimpleCookie(header)
        except CookieError:
            continue
        if name in jar:
            found.append(jar[name].value)
    return found[0] if len(found) == 1 else ""
