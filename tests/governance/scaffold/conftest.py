"""Rows of each kind as files, and `assay init` without git, DVC or a key from outside."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from governance.cli.main import main
from governance.scaffold import setup

TURNS = [{"role": "user", "content": "Hi, where is it?"}, {"role": "assistant", "content": "On its way."}]

ROWS: dict[str, list[dict[str, Any]]] = {
    "classification": [{"text": f"question {n}", "label": "abc"[n % 3]} for n in range(9)],
    "extraction": [
        {"text": f"letter {n}", "label": json.dumps({"total": n, "date": "May"} if n else {"total": n})}
        for n in range(4)
    ],
    "rewriting": [{"text": f"plz {n}", "label": f"Please, {n}."} for n in range(4)],
    "summary": [{"text": f"case {n}", "label": f"Facts: {n}\n\nOutcome: none {n}"} for n in range(4)],
    "preference": [{"text": f"q {n}", "label": f"good {n}", "other": f"bad {n}"} for n in range(4)],
}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No key from outside, a working folder of our own, and git and DVC (seconds each) only where a test asks
    for them.
    """
    monkeypatch.delenv("ASSAY_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(setup, "start_git_and_dvc", lambda root: [])


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def assay(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return int(stop.value.code or 0)


def init(folder: str, *more: str) -> int:
    """Exit code of `assay init` over the classification `d.csv`, with its columns `text` and `label`."""
    named = ("--kind", "classification", "--data", "d.csv", "--input", "text", "--output", "label")
    return assay("init", folder, *named, *more)


def to_csv(rows: list[dict[str, Any]], path: Path, delimiter: str = ",") -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def to_jsonl(rows: list[dict[str, Any]], path: Path) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
