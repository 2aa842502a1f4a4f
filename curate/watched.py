"""A file that a stage begins to depend on: `dvc.yaml` is told of it.

DVC knows no dependency on a file that may not exist, and one that stands in `dvc.yaml` from the beginning
would make every project carry an empty file. So the line is written when the file first is, into the text of
`dvc.yaml`, and what it then says is compared with what it said before: nothing else may have changed.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.files import write_text
from curate.strict_yaml import NotYaml, parse_yaml

_INDENT = re.compile(r" *")


def watch(root: Path, stage: str, file: str) -> bool:
    """Make a stage of the project's dvc.yaml depend on a file; returns whether dvc.yaml changed.

    A project without a dvc.yaml, or whose dvc.yaml lacks the stage, runs its stages by hand: nothing to do.

    Raises
    ------
    AssayError
        If dvc.yaml is not written in a way in which a line can be added to it.
    """
    path = root / "dvc.yaml"
    if not path.exists():
        return False
    text = path.read_text(encoding="utf-8")
    try:
        before = parse_yaml(text)
    except NotYaml as error:
        raise _by_hand(stage, file) from error
    entry = before.get("stages", {}).get(stage) if isinstance(before, dict) else None
    if not isinstance(entry, dict):
        return False
    deps = entry.get("deps") or []
    if file in deps:
        return False
    wanted: Any = copy.deepcopy(before)
    wanted["stages"][stage]["deps"] = [*deps, file]
    after = _with_line(text, stage, file)
    try:
        if after is None or parse_yaml(after) != wanted:
            raise _by_hand(stage, file)
    except NotYaml as error:
        raise _by_hand(stage, file) from error
    write_text(path, after)
    return True


def _by_hand(stage: str, file: str) -> AssayError:
    return AssayError(
        f"dvc.yaml cannot be made to watch {file} from here: stage `{stage}` is written in an unusual way",
        fix=f"add `- {file}` to the `deps` of stage `{stage}` in dvc.yaml, then the same command again",
    )


def _with_line(text: str, stage: str, file: str) -> str | None:
    """The text with the file as the last dependency of the stage."""
    lines = text.splitlines(keepends=True)
    first = next(
        (at for at, line in enumerate(lines) if re.match(rf" +{re.escape(stage)}:\s*(#.*)?$", line)), None
    )
    if first is None:
        return None
    depth = _depth(lines[first])
    last = first + 1
    while last < len(lines) and (not lines[last].strip() or _depth(lines[last]) > depth):
        last += 1
    end = "\r\n" if lines[first].endswith("\r\n") else "\n"
    inner = next((_depth(line) for line in lines[first + 1 : last] if line.strip()), depth + 2)
    for at in range(first + 1, last):
        flow = re.match(r"( +deps: *\[)(.*)(\]\s*(?:#.*)?)$", lines[at].rstrip("\r\n"))
        if flow:
            listed = f"{flow[2]}, {file}" if flow[2].strip() else file
            lines[at] = f"{flow[1]}{listed}{flow[3]}{end}"
            return "".join(lines)
        if re.match(r" +deps:\s*(#.*)?$", lines[at]):
            entries = _entries(lines, at, last)
            place = entries[-1] if entries else at
            indent = " " * _depth(lines[place]) if entries else " " * (inner + 2)
            lines.insert(place + 1, f"{indent}- {file}{end}")
            return "".join(lines)
    lines.insert(first + 1, f"{' ' * inner}deps: [{file}]{end}")
    return "".join(lines)


def _entries(lines: list[str], at: int, last: int) -> list[int]:
    """Numbers of the lines of the list that begins after line `at`."""
    found = []
    for number in range(at + 1, last):
        line = lines[number]
        if line.strip().startswith("- ") and _depth(line) >= _depth(lines[at]):
            found.append(number)
        elif line.strip() and not line.strip().startswith("#"):
            break
    return found


def _depth(line: str) -> int:
    return len(_INDENT.match(line)[0])  # type: ignore[index]  # matches any line
