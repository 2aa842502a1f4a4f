"""The desk answers before it has loaded what only its rooms need."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from curate.project import Project
from governance.desk.values import ValueRoom
from tests.governance.desk.conftest import Browser

# What the first page needs and the door does not, the heaviest first: together a second of processor time.
LATER = (
    *("polars", "numpy", "pandera", "rich", "presidio_analyzer", "dvc", "torch"),
    *("curate.files", "curate.pii", "curate.dedup", "curate.diff", "governance.compare"),
    *("governance.desk.board", "governance.desk.value_pages", "governance.desk.row_pages"),
)
# Runs the command; once the server says that it answers, opens the one-time address and tells what is loaded.
CODE = f"""
import os, sys, threading, urllib.request
from governance.cli.main import main
from governance.desk import serve

announced = []
make_desk = serve.make_desk

def made(project, reviewer, announce, **more):
    desk = make_desk(project, reviewer, announced.append, **more)
    desk.port = more["port"]
    return desk

def ask(rooms):
    address = f"http://127.0.0.1:{{rooms.desk.port}}/enter?token={{announced[0]}}"
    status = urllib.request.urlopen(address).status
    print(status, [name for name in {LATER!r} if name in sys.modules], flush=True)
    os._exit(0)

serve.make_desk = made
serve._open = lambda rooms: threading.Thread(target=ask, args=(rooms,)).start()
main(["review", "--no-browser", "--reviewer", "Ada", "--port", "0"])
"""


def test_the_door_answers_before_anything_heavy_is_loaded(project: Project) -> None:
    words = [sys.executable, "-c", CODE]
    done = subprocess.run(words, cwd=project.root, capture_output=True, text=True, check=False)
    assert done.stdout == "200 []\n", done.stdout + done.stderr


def test_the_desk_is_shown_while_a_large_queue_is_still_built(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.desk.desk_pages.PATIENCE", 0.01)
    begun, built, make = threading.Event(), threading.Event(), browser.desk.make_values

    def slowly() -> ValueRoom:
        begun.set()
        built.wait()
        return make()

    browser.desk.make_values = slowly
    builder = threading.Thread(target=lambda: browser.desk.values)
    builder.start()
    begun.wait()
    text = browser.get("/").text
    built.set()
    builder.join()
    assert "still being built" in text and "rows that contradict each other" in text
    text = browser.get("/").text
    assert "still being built" not in text and "values found as personal data" in text
