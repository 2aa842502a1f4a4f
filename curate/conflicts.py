"""Merge conflicts that git left in a file: said as such, before a parser stumbles over them."""

from __future__ import annotations

from pathlib import Path

from curate.errors import AssayError

# The lines that git writes around the two sides (`merge.conflictStyle` adds |||||||).
_OPENS, _CLOSES = "<<<<<<< ", ">>>>>>> "
# Files that a person edits: both sides may hold work, so the fix is to choose; the rest is written by a
# command.
_FIXES = {
    "dvc.lock": "git checkout --ours dvc.lock && dvc repro && git add dvc.lock   (`--theirs` to "
    "start from the other side)",
    "split.lock": "git checkout --ours split.lock && git add split.lock   (the side whose held-out "
    "set stays frozen)",
}


def conflict_line(text: str) -> int | None:
    """The number of the first line of an unresolved conflict in `text`, from 1; None if there is none."""
    opened = None
    for number, line in enumerate(text.splitlines(), 1):
        if opened is None and line.startswith(_OPENS):
            opened = number
        elif opened is not None and line.startswith(_CLOSES):
            return opened
    return None


def refuse_conflict(path: Path) -> None:
    """Fail if the file holds an unresolved merge conflict.

    Raises
    ------
    AssayError
        Naming the file and the line where it begins.
    """
    number = conflict_line(path.read_text(encoding="utf-8", errors="replace"))
    if number is not None:
        raise AssayError(
            f"{path} holds an unresolved merge conflict, from line {number} on",
            fix=_FIXES.get(
                path.name,
                f"edit {path.name}: keep one side of each <<<<<<< ======= >>>>>>>, then: git add {path.name}",
            ),
        )


def conflicts(root: Path) -> list[AssayError]:
    """The conflicts in the files that the commands of a project read."""
    files = [root / name for name in ("task.yaml", "params.yaml", "dvc.yaml", "dvc.lock", "split.lock")]
    files += sorted((root / "data" / "raw").glob("*.dvc"))
    files += sorted([*(root / "decisions").glob("*.jsonl"), *(root / "records").rglob("*.json*")])
    conflicted = []
    for path in files:
        try:
            if path.is_file():
                refuse_conflict(path)
        except AssayError as error:
            conflicted.append(error)
    return conflicted
