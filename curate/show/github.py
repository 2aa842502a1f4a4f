"""What GitHub Actions shows of a step: annotations on the pull request, and a summary in Markdown.

GitHub shows 10 errors, 10 warnings and 10 notices of a step and drops the rest without a word, and it takes a
summary of at most 1 MiB a step (docs.github.com, "Workflow commands for GitHub Actions"; limits:
actions/toolkit `problem-matchers.md`). So annotations are counts, never one a row, and say when some were
left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from curate.show.blocks import Level, Notice
from curate.text import plain

# Of each level, for one step.
MOST = 10
# Bytes of one annotation with its title: GitHub cuts longer ones; 4 KB in all is safely below.
LONGEST = 4_000
# Bytes of a step's summary, over everything that the step writes to it.
SUMMARY_LIMIT = 1024 * 1024
VARIABLE = "GITHUB_STEP_SUMMARY"
LEVELS: tuple[Level, ...] = ("error", "warning", "notice")


def workflow_commands(notices: Sequence[Notice], *, about: str, file: str = "", rest: str = "") -> str:
    """Workflow commands, one a line, errors first; empty without notices.

    Parameters
    ----------
    about
        Title of a notice that has none, and of the one that counts what is left out.
    file
        On whose first line the annotations stand; none: on the run.
    rest
        Where the ones left out are to be found, such as "in the step's summary".
    """
    location = f"file={_property(file)},line=1," if file else ""
    lines = []
    for level in LEVELS:
        mine = [notice for notice in notices if notice.level == level]
        if len(mine) > MOST:
            count = len(mine) - MOST + 1
            where = f" {rest}" if rest else ""
            mine = [*mine[: MOST - 1], Notice(f"{count:,} more are{where or ' not shown'}", about, level)]
        lines += [
            f"::{level} {location}title={_property(notice.title or about)}::{_message(notice)}\n"
            for notice in mine
        ]
    return "".join(lines)


def summary_room() -> int | None:
    """Bytes left in the step's summary; None where GitHub names no file for one."""
    path = summary_file()
    if path is None:
        return None
    return SUMMARY_LIMIT - (path.stat().st_size if path.exists() else 0)


def summary_file() -> Path | None:
    """The file that GitHub names in the environment."""
    name = os.environ.get(VARIABLE)
    return Path(name) if name else None


def write_summary(text: str, path: Path) -> bool:
    """Add a Markdown text to the step's summary if it fits beside what stands there; whether it did."""
    standing = path.stat().st_size if path.exists() else 0
    added = text.encode()
    if standing + len(added) > SUMMARY_LIMIT:
        return False
    with path.open("ab") as file:
        file.write(added)
    return True


def _message(notice: Notice) -> str:
    """The notice's line with what GitHub decodes encoded, cut to `LONGEST` bytes; the fix on a line of its
    own.
    """
    fix = f"%0Afix: {_encoded(notice.fix, 300)}" if notice.fix else ""
    shown = _encoded(notice.text, 1_000)
    while len((shown + fix).encode()) > LONGEST - 400:
        shown = re.sub(r"%2?$", "", shown[: len(shown) // 2]) + "…"
    return shown + fix


def _encoded(text: str, limit: int) -> str:
    return plain(text, limit).replace("%", "%25")


def _property(text: str) -> str:
    """A property's value: `:` and `,` would end it."""
    return plain(text, 80).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
