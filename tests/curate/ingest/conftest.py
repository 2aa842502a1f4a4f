"""What ingest makes of a file in a project, and `assay init` and `assay ingest` of one of a known format."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
import yaml

from curate.engine import using
from curate.ingest import run
from curate.project import Project
from governance.cli.main import main
from governance.scaffold import setup

METRIC = {
    "classification": "macro_f1",
    "extraction": "field_f1",
    "rewriting": "chrf",
    "summary": "chrf",
    "preference": "reward_accuracy",
}
FLAT = {"input": "text", "output": "label"}
CALL = {"type": "function", "id": "c1", "function": {"name": "find", "arguments": '{"id": 7}'}}
IMAGE = [{"type": "image_url", "image_url": {"url": "x"}}, {"type": "text", "text": "What is it?"}]


class Case(NamedTuple):
    """A file of a known format, the pairs kept of it, the reasons of what is dropped, and what is said."""

    name: str
    kind: str
    file: str
    content: str | pl.DataFrame
    pairs: list[tuple[str, str]]
    reasons: dict[str, int]
    words: str


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder to start from, with neither a key nor git and DVC."""
    monkeypatch.delenv("ASSAY_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(setup, "start_git_and_dvc", lambda root: [])


def assay(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return int(stop.value.code or 0)


def jsonl(*rows: Any) -> str:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return "".join(line + "\n" for line in lines)


def to_csv(rows: list[dict[str, Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    for row in rows:
        cells = {n: json.dumps(cell) if isinstance(cell, (dict, list)) else cell for n, cell in row.items()}
        writer.writerow(cells)
    return buffer.getvalue()


def made(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    name: str,
    content: str | pl.DataFrame,
    *options: str,
) -> tuple[pl.DataFrame, Counter[str], str, int]:
    """What init and ingest make of a file: kept rows, reasons of the dropped, what was said, rows that came
    in.
    """
    if isinstance(content, pl.DataFrame):
        content.write_parquet(tmp_path / name)
    else:
        (tmp_path / name).write_text(content)
    assert assay("init", "p", "--kind", kind, "--data", name, *options) == 0, capsys.readouterr().err
    said = capsys.readouterr().err
    assert assay("-C", str(tmp_path / "p"), "ingest") in (0, 1)  # 1: most rows of a small file are bad ones
    said += capsys.readouterr().err
    folder = tmp_path / "p/data/ingest"
    report = json.loads((folder / "report.json").read_text())
    kept, drops = (pl.read_parquet(folder / f"{part}.parquet") for part in ("examples", "drops"))
    assert drops["reason"].is_in(["", None]).sum() == 0
    rows = sum(one["rows"] + one["unreadable"] for one in report["files"])
    assert report["funnel"]["in"] == kept.height + drops.height
    return kept, Counter(drops["reason"]), said, rows


def turn(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def gpt(*said: str) -> list[dict[str, str]]:
    return [{"from": ("human", "gpt")[at % 2], "value": text} for at, text in enumerate(said)]


def check(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is read whole: each row is kept or dropped with its reason, and the format is said."""
    kept, dropped, said, rows = made(tmp_path, capsys, case.kind, case.file, case.content)
    assert sorted(kept.select("input", "output").rows()) == sorted(case.pairs)
    assert dropped == Counter(case.reasons)
    assert rows == kept.height + dropped.total()
    assert said.count(f" as {case.words}") >= 1


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret key."""
    monkeypatch.setenv("ASSAY_KEY", "ab" * 32)


def project(root: Path, ingest: dict[str, Any], *, kind: str = "classification", **card: Any) -> Project:
    root.mkdir(parents=True, exist_ok=True)
    sources = {"desk": {"licence": "CC-BY-4.0", "lawful_basis": "contract"}}
    task = {
        "name": "t",
        "kind": kind,
        "behaviour": "b",
        "metric": {"name": METRIC[kind], "target": 0.5},
        "sources": sources,
        **card,
    }
    (root / "task.yaml").write_text(yaml.safe_dump(task))
    (root / "params.yaml").write_text(yaml.safe_dump({"ingest": ingest}))
    return Project(root)


def same_in_parts(here: Project) -> None:
    """Read three rows at a time, the project gives the same bytes."""
    before = written(here)
    for rows in (1, 3):
        with using("stream", here.root / ".assay" / f".engine.{os.getpid()}-{rows}.new", rows=rows):
            run(here)
        assert written(here) == before


def written(here: Project) -> dict[str, bytes]:
    """What ingest wrote."""
    files = [*(here.root / "data" / "ingest").iterdir(), here.root / ".assay" / "rejects.parquet"]
    return {path.name: path.read_bytes() for path in files}


def ingested(
    root: Path,
    name: str,
    content: str | bytes,
    columns: dict[str, Any] | None = None,
    *,
    kind: str = "classification",
    card: dict[str, Any] | None = None,
    **ingest: Any,
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, Any]]:
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(content.encode() if isinstance(content, str) else content)
    here = project(
        root, {"path": name, "columns": columns or {}, "max_dropped": 1, **ingest}, kind=kind, **(card or {})
    )
    report = run(here)
    same_in_parts(here)
    return (
        pl.read_parquet(root / "data/ingest/examples.parquet"),
        pl.read_parquet(root / "data/ingest/drops.parquet"),
        report,
    )
