"""The one session of a desk: a one-time address in, a cookie while it lasts, a lock when nobody is there.

The terminal prints an address with a token that works once. Whoever opens it gets a cookie that no script can
read and no other site can send; after so many idle minutes (or by the button) the session is over and the
terminal prints a new address. Tokens are compared in constant time and live in memory alone.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from hashlib import blake2b


class Seat:
    """Who may see the desk.

    Parameters
    ----------
    idle
        Seconds without a request after which the session is over.
    announce
        Is given each new one-time token, to print its address.
    """

    def __init__(
        self, idle: float, announce: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.idle, self._announce, self._clock = idle, announce, clock
        self._lock = threading.Lock()
        self._token = ""
        self._session = ""
        self._last = 0.0

    def offer(self) -> str:
        """A new one-time token; an earlier one and the session are over."""
        with self._lock:
            self._session, self._token = "", secrets.token_urlsafe(32)
            token = self._token
        self._announce(token)
        return token

    def enter(self, token: str) -> str | None:
        """The cookie's value for the token, which is used up; None where it is not the one."""
        with self._lock:
            if not self._token or not _same(token, self._token):
                return None
            self._token, self._session = "", secrets.token_urlsafe(32)
            self._last = self._clock()
            return self._session

    def sits(self, cookie: str) -> bool:
        """Whether a request's cookie is that of the session, which goes on with it."""
        with self._lock:
            if not self._session or not _same(cookie, self._session):
                return False
            if self._clock() - self._last <= self.idle:
                self._last = self._clock()
                return True
        self.offer()  # it was the session, and too long ago
        return False

    def form_token(self) -> str:
        """What each form must send back (CSRF)."""
        return blake2b(b"form", key=self._session.encode()[:64], digest_size=24).hexdigest()

    def fits(self, form_token: str) -> bool:
        """Whether a form is one of this session's."""
        return bool(self._session) and _same(form_token, self.form_token())


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
