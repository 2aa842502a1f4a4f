"""The desk answers before it has loaded what only its rooms need."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading

import httpx
import pytest

from curate.project import Project
from governance.desk.values import ValueRoom
from governance.records.kinds import VerdictBatch
from governance.records.store import read_journal
from tests.governance.desk.conftest import Browser, links

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


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_control_c_leaves_the_record_of_what_was_decided(project: Project, sign: signal.Signals) -> None:
    code = "from governance.cli.main import main; main()"
    words = [sys.executable, "-c", code, "review", "--no-browser", "--reviewer", "Ada", "--port", "0"]
    with subprocess.Popen(words, cwd=project.root, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = process.stderr.readline().removeprefix("open once: ").strip()
        base = address[: address.index("/enter")]
        with httpx.Client(base_url=base, headers={"origin": base}, timeout=300) as client:
            assert client.get(address).status_code == 200
            item = links(client.get("/values").text, r"/values/item/\w+")[0]
            shown = dict(re.findall(r'name="(form_token|version)" value="(\w+)"', client.get(item).text))
            assert client.post(item, data={**shown, "word": "real"}).status_code == 303
        process.send_signal(sign)
        assert process.wait(300) == 0
    ((_, record),) = read_journal(project.root).of(VerdictBatch)
    assert isinstance(record.predicate, VerdictBatch) and record.predicate.values == {"real": 1}
