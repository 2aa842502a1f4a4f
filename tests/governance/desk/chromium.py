"""A desk on a port of this machine, and Debian's Chromium before it."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from curate.project import Project
from governance.desk.app import Desk
from governance.desk.serve import LOCAL, app_of, make_desk, server_of
from sample.desk_pictures import CHROMIUM, OPTIONS

# A loaded machine is not a failure: with 3 % of a core the detectors alone take a minute to load.
PATIENCE = 300_000


class Served:
    """One reviewer's desk, served by a thread; stopped and started again on the same port."""

    def __init__(self, project: Project, name: str = "Ada", port: int = 0, **more: Any) -> None:
        self.project, self.name, self.more = project, name, more
        self.port, self.log = port, [""]
        self.start()

    def start(self) -> None:
        """Serve; `address` is the one-time address."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOCAL, self.port))
        listener.listen()
        self.port = listener.getsockname()[1]
        self.base = f"http://{LOCAL}:{self.port}"
        from tests.governance.desk.conftest import reviewer_of

        who = reviewer_of(self.project, self.name)
        self.desk: Desk = make_desk(self.project, who, self._announce, port=self.port, **self.more)
        self.desk.seat.offer()
        self._server = server_of(app_of(self.desk, [f"{LOCAL}:{self.port}"], self.log.append))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()

    def _announce(self, token: str) -> None:
        self.address = f"http://{LOCAL}:{self.port}/enter?token={token}"

    def stop(self) -> None:
        """As a killed process: nothing answers any more."""
        self._server.force_exit = self._server.should_exit = True
        self._thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all rooms. Without one its tests are skipped; with `ASSAY_BROWSER=must`, as CI has it,
    they fail, and with `ASSAY_BROWSER=no` they are skipped whatever there is.
    """
    wish = os.environ.get("ASSAY_BROWSER", "")
    lacks = {
        "ASSAY_BROWSER=no": wish == "no",
        "playwright is not installed: pip install 'assay[dev]'": find_spec("playwright") is None,
        f"there is no browser at {CHROMIUM}: apt-get install chromium": not CHROMIUM.exists(),
    }
    why = next((why for why, lacking in lacks.items() if lacking), "")
    if why and wish == "must":
        pytest.fail(f"the pages must be tested in a browser, and {why}")
    if why:
        pytest.skip(why)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def served(project: Project) -> Iterator[Served]:
    desk = Served(project)
    yield desk
    desk.stop()


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens a desk's one-time address in a browser of its own; whatever a page asks for elsewhere, and each
    error of its script, is kept in `page.faults`.
    """
    contexts = []

    def opener(served: Served, **options: Any) -> Any:
        # Without motion: axe would hold a colour on its way to another against us.
        still = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
        context = chromium.new_context(**{**still, **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("dialog", lambda dialog: (page.faults.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on(
            "request",
            lambda request: None if request.url.startswith(served.base) else page.faults.append(request.url),
        )
        page.on(
            "console",
            lambda line: page.faults.append(line.text) if "Content Security Policy" in line.text else None,
        )
        enter(page, served)
        return page

    yield opener
    for context in contexts:
        context.close()


def enter(page: Any, served: Served) -> None:
    """Through the door to the desk."""
    page.goto(served.address)
    page.wait_for_url(served.base + "/")


def settled(page: Any) -> None:
    """Until every verdict is written."""
    page.wait_for_function(
        "() => document.getElementById('saved').textContent === 'All verdicts are written.'"
    )


def loaded_ahead(page: Any) -> Any:
    """A context after which the next items that the page asks for meanwhile have come."""
    return page.expect_event("requestfinished", lambda request: "/ahead/" in request.url)


def focused(page: Any, selector: str) -> None:
    """Until the focus is on what the selector names. Asked by a function: the policy of a page refuses a text
    that would have to be evaluated a second time.
    """
    page.wait_for_function("selector => document.activeElement.matches(selector)", arg=selector)


def violations(page: Any) -> list[str]:
    """What axe-core holds against a page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def lines(path: Path) -> list[str]:
    """Lines of a file of decisions."""
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
