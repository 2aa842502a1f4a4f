"""Label Studio and doccano as `benchmarks/desk_peers.py` drives them: how they start, where their keys are.

Each is served from an empty folder on 127.0.0.1 with SQLite and its telemetry off, and gets one task a
finding and a choice of three with keys of its own.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, Page

MAIL, PASSWORD, TOKEN = "ada@example.org", "a-long-password-1", "0123456789abcdef0123456789abcdef01234567"
CHOICES = {"real": "y", "not personal": "n", "public": "p"}
LOCAL = "127.0.0.1"
# Seconds that a tool may take to answer for the first time: its tables are made meanwhile.
STARTS = 600
# Ours has packages of the names of theirs.
NOT_THEIRS = ("PYTHONPATH", "PYTHONHOME")


@dataclass(frozen=True)
class Tool(ABC):
    """A tool that is served: how a task is told, what says that it is judged, and how to go on."""

    name: str
    base: str
    item: str
    ticked: str
    go_key: str
    # Whether the last task has to be sent, too, or is written once it is ticked.
    sends: bool = True

    @abstractmethod
    def enter(self, page: Page) -> None:
        """Sign in."""

    @abstractmethod
    def make(self, page: Page, texts: list[str], suggested: str = "") -> int:
        """A project with these tasks; `suggested` is a choice that each brings along."""

    @abstractmethod
    def open(self, page: Page, project: int) -> None:
        """Its first task."""

    @abstractmethod
    def click_on(self, page: Page) -> None:
        """The button that goes on."""

    @abstractmethod
    def stored(self, page: Page, project: int) -> list[str]:
        """The choice that is written for each task, in their order; none for a task that has none."""


class LabelStudio(Tool):
    """Tasks in the order of their import; a choice and Submit for each."""

    def _ask(self, page: Page, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Token {TOKEN}"}
        if body is None:
            return answered(page.request.get(self.base + path, headers=headers))
        return answered(page.request.post(self.base + path, headers=headers, data=body))

    def enter(self, page: Page) -> None:
        """Sign in."""
        page.goto(self.base + "/user/login")
        page.fill("input[name=email]", MAIL)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(self.base + "/")

    def make(self, page: Page, texts: list[str], suggested: str = "") -> int:
        """A project with these tasks."""
        choices = "".join(f'<Choice value="{value}" hotkey="{key}"/>' for value, key in CHOICES.items())
        config = (
            '<View><Text name="text" value="$text"/><Choices name="verdict" toName="text" choice="single" '
            f'required="true">{choices}</Choices></View>'
        )
        settings = {"title": "sixty", "label_config": config, "model_version": "given" if suggested else ""}
        project = self._ask(page, "/api/projects", settings)["id"]
        value = {"choices": [suggested]}
        choice = {"from_name": "verdict", "to_name": "text", "type": "choices", "value": value}
        given = {"predictions": [{"model_version": "given", "result": [choice]}]} if suggested else {}
        tasks = [{"data": {"text": text}, **given} for text in texts]
        self._ask(page, f"/api/projects/{project}/import", tasks)
        return int(project)

    def open(self, page: Page, project: int) -> None:
        """Its first task."""
        page.goto(f"{self.base}/projects/{project}/data?labeling=1")
        page.get_by_text("not personal").wait_for()

    def click_on(self, page: Page) -> None:
        """Submit."""
        page.get_by_role("button", name="Submit").first.click()

    def stored(self, page: Page, project: int) -> list[str]:
        """From its export, which has the tasks that are done alone."""
        done = self._ask(page, f"/api/projects/{project}/export?exportType=JSON_MIN")
        return [str(one["verdict"]) for one in done]


class Doccano(Tool):
    """A label and the next page for each; a label is written as it is given. Driven by keys alone."""

    def _ask(self, page: Page, path: str, body: Any = None) -> Any:
        if body is None:
            return answered(page.request.get(self.base + path))
        (token,) = (one["value"] for one in page.context.cookies() if one["name"] == "csrftoken")
        return answered(page.request.post(self.base + path, headers={"X-CSRFToken": token}, data=body))

    def enter(self, page: Page) -> None:
        """Sign in."""
        page.goto(self.base + "/auth", wait_until="networkidle")
        page.fill("input[name=username]", "ada")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/projects*")

    def make(self, page: Page, texts: list[str], suggested: str = "") -> int:
        """A project with these tasks; it has no suggestions."""
        about = {
            "name": "sixty",
            "description": "sixty",
            "guideline": "",
            "project_type": "DocumentClassification",
            "resourcetype": "TextClassificationProject",
            "single_class_classification": True,
            "random_order": False,
            "tags": [],
        }
        project = self._ask(page, "/v1/projects", about)["id"]
        for value, key in CHOICES.items():
            colours = {"background_color": "#209cee", "text_color": "#ffffff"}
            label = {"text": value, "suffix_key": key, **colours}
            self._ask(page, f"/v1/projects/{project}/category-types", label)
        for text in texts:
            self._ask(page, f"/v1/projects/{project}/examples", {"text": text, "meta": {}})
        return int(project)

    def open(self, page: Page, project: int) -> None:
        """Its first task."""
        page.goto(f"{self.base}/projects/{project}/text-classification?page=1")
        page.get_by_text("not personal").wait_for()

    def stored(self, page: Page, project: int) -> list[str]:
        """The labels of each example."""
        names = {one["id"]: one["text"] for one in self._ask(page, f"/v1/projects/{project}/category-types")}
        examples = self._ask(page, f"/v1/projects/{project}/examples?limit=100&offset=0")["results"]
        given = [
            self._ask(page, f"/v1/projects/{project}/examples/{one['id']}/categories") for one in examples
        ]
        return [names[label["label"]] for labels in given for label in labels]


def answered(answer: APIResponse) -> Any:
    """What an API answered, or what it held against the request."""
    if not answer.ok:
        raise RuntimeError(f"{answer.url}: {answer.status} {answer.text()[:500]}")
    return answer.json()


def surroundings(variables: dict[str, str]) -> dict[str, str]:
    """The environment of a tool."""
    return {name: value for name, value in os.environ.items() if name not in NOT_THEIRS} | variables


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind((LOCAL, 0))
        return int(free.getsockname()[1])


@contextmanager
def served(command: list[str], address: str, folder: Path, variables: dict[str, str]) -> Iterator[None]:
    """A server that answers at `address`; ended with all that it started."""
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            env=surroundings(variables),
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            until = time.monotonic() + STARTS
            while True:
                try:
                    urllib.request.urlopen(address, timeout=5).close()
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() > until:
                        raise RuntimeError((folder / "log").read_text()[-2000:]) from None
                    time.sleep(1)
            yield
        finally:
            process.terminate()
            process.wait()


@contextmanager
def label_studio(command: str, folder: Path) -> Iterator[Tool]:
    """Label Studio in an empty folder."""
    port = free_port()
    base = f"http://{LOCAL}:{port}"
    silent = {"COLLECT_ANALYTICS": "false", "LATEST_VERSION_CHECK": "false", "DO_NOT_TRACK": "1"}
    silent |= {"SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "", "HOME": str(folder)}
    words = f"start desk --init --no-browser --data-dir {folder} --username {MAIL} --password {PASSWORD} "
    words += f"--user-token {TOKEN} --enable-legacy-api-token --internal-host {LOCAL} --port {port}"
    with served([command, *words.split()], base + "/health", folder, silent):
        yield LabelStudio(
            "Label Studio", base, ".lsf-richtext__line", "input[type=checkbox]:checked", "Control+Enter"
        )


@contextmanager
def doccano(command: str, folder: Path) -> Iterator[Tool]:
    """doccano in an empty folder; its worker for uploads is not needed."""
    port = free_port()
    base = f"http://{LOCAL}:{port}"
    own = {"HOME": str(folder), "DOCCANO_HOME": str(folder / "doccano"), "DO_NOT_TRACK": "1"}
    for words in ("init", f"createuser --username ada --password {PASSWORD}"):
        subprocess.run(
            [command, *words.split()],
            env=surroundings(own),
            cwd=folder,
            check=True,
            capture_output=True,
        )
    with served([command, "webserver", "--port", str(port)], base + "/auth", folder, own):
        yield Doccano("doccano", base, ".v-card__text.title", ".v-chip--active", "ArrowRight", sends=False)
