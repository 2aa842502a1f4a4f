"""The walk-through of monitoring in `docs/lifecycle.md`: gold is made of the sample's tickets up to April;
May's are compared with it, and June's, among which a seed has planted a product line that nobody knew.

    python -m sample.monitored FOLDER           # the project in FOLDER, live files beside it in FOLDER/live
    python -m sample.monitored FOLDER --docs    # and the page's outputs rewritten from it

What differs on every run (times, digests of records) is compared by its form alone. No model is trained.
"""

from __future__ import annotations

import csv
import io
import random
import re
import shutil
import sys
from pathlib import Path

from sample import governed
from sample.walkthrough import CODE, ROOT, run, walk_on_command_line

PAGE = ROOT / "docs" / "lifecycle.md"
WALK = "### A walk through two looks\n"
FIRST_LIVE = "2026-05"
SEED, PLANTED = 21, 30
# The new line: solar panels, which gold has nothing of.
TEXTS = (
    "My Solara roof panel shows no output since {day}, and the inverter light is {light}.",
    "How many Solara panels fit on a roof of {number} metres?",
    "The Solara fitter did not come on {day}. When will the panels be on the roof?",
    "Is the battery part of the Solara kit of {number} panels?",
    "The Solara app says grid fault {number}. Do I need an electrician?",
    "Can I sell power back to the grid with the Solara panels from {day}? {who}",
)
DAYS = ("Monday", "Tuesday", "Friday", "last week", "yesterday")
LIGHTS = ("red", "off", "blinking", "orange")


def make(folder: Path) -> None:
    """The project in `folder`, which must not exist."""
    raw = folder / "data" / "raw" / "tickets.csv"
    raw.parent.mkdir(parents=True)
    (folder / "decisions").mkdir()
    (folder / "decisions" / ".gitkeep").touch()
    (folder / "live").mkdir()
    for name in ("task.yaml", "params.yaml", ".gitignore", ".gitattributes"):
        shutil.copy(ROOT / name, folder / name)
    head, records = _records()
    _write(raw, head, [record for record in records if _month(record) < FIRST_LIVE])
    may, june = ([record for record in records if _month(record) == f"2026-0{month}"] for month in (5, 6))
    _write(folder / "live" / "may.csv", head, may)
    _write(folder / "live" / "june.csv", head, june + planted(head))
    lines = (ROOT / "dvc.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "dvc.yaml").write_text(
        "".join(line for line in lines if not line.lstrip().startswith(CODE)), encoding="utf-8"
    )
    run(folder, "git", "init", "--quiet", "--initial-branch", "main")
    run(folder, sys.executable, "-m", "dvc", "init", "--quiet")
    run(folder, sys.executable, "-m", "dvc", "repro", "--quiet", "publish")
    run(folder, "git", "add", "--all", ".")
    run(folder, "git", "commit", "--quiet", "--message", "Gold from the tickets up to April")


def _records() -> tuple[list[str], list[list[str]]]:
    """Header and records of the sample's export, its invalid bytes kept as they are."""
    text = (ROOT / "data" / "raw" / "tickets.csv").read_bytes().decode("latin-1")
    head, *records = list(csv.reader(io.StringIO(text)))
    return head, records


def _month(record: list[str]) -> str:
    return next((cell[:7] for cell in record if re.fullmatch(r"2026-\d\d-\d\d", cell)), "")


def _write(path: Path, head: list[str], records: list[list[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(records)
    path.write_bytes(text.getvalue().encode("latin-1"))


def planted(head: list[str], rows: int = PLANTED, seed: int = SEED) -> list[list[str]]:
    """Tickets about the new line, each by a customer of its own, without a queue: nobody has sorted them."""
    draw = random.Random(seed)
    made = []
    for number in range(rows):
        who = f"Ring me on 07700 9001{number:02d}." if number % 3 == 0 else ""
        text = TEXTS[number % len(TEXTS)].format(
            day=draw.choice(DAYS), light=draw.choice(LIGHTS), number=draw.randint(2, 16), who=who
        )
        cells = {
            "ticket_id": f"S-{number:06d}",
            "text": text.strip(),
            "received": f"2026-06-{draw.randint(1, 28):02d}",
            "channel": "form",
            "customer": f"S{number:04d}",
        }
        made.append([cells.get(name, "") for name in head])
    return made


def played(page: str, folder: Path) -> str:
    """`page` with what the commands of its walk print in `folder` now; everything else stays as it is."""
    head, walk = page.split(WALK)
    parts = re.split(r"(?m)^(?=#{2,3} )", walk, maxsplit=1)
    again = governed.played(governed.WALK + parts[0], folder).removeprefix(governed.WALK)
    return head + WALK + again + "".join(parts[1:])


def main() -> None:
    """Make the project; with `--docs` rewrite the page."""
    walk_on_command_line(__doc__, make, played, PAGE)


if __name__ == "__main__":
    main()
