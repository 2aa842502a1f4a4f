"""The desk answers before it has loaded what only its rooms need."""

from __future__ import annotations

import subprocess
import sys

from curate.project import Project

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
