"""`assay why` answers for rows that are gone from old versions, and says where unreadable rows stood."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest

from curate.examples import LEDGER, conform
from curate.project import Project
from governance.cli.main import main
from governance.life import life, resolve
from tests.chain import sample_project
from tests.curate.versions.test_revisions import git, store

# version -> rows of train, rows of the ledger
VERSIONS = {
    "v1": (["gone-1", "gone-2", "stays"], []),
    "v2": (["gone-2", "stays"], []),
    "v3": (["stays"], [("gone-2", "dedup", "near_duplicate", "similarity 0.91")]),
}


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = sample_project(tmp_path)
    git(root, "init", "-b", "main")
    (root / ".dvc").mkdir()
    (root / ".gitignore").write_text("/.dvc/cache\n/data\n")
    cache = root / ".dvc" / "cache"
    for tag, (train, drops) in VERSIONS.items():
        rows = pl.DataFrame({"example_id": train, "input": ["x"] * len(train), "output": ["y"] * len(train)})
        ledger = pl.DataFrame(
            drops,
            schema=dict.fromkeys(("example_id", "stage", "reason", "evidence"), pl.String),
            orient="row",
        )
        contents = {
            "train.parquet": _parquet(rows),
            "validation.parquet": _parquet(rows.clear()),
            "test.parquet": _parquet(rows.clear()),
            "ledger.parquet": _parquet(conform(ledger, LEDGER)),
            "manifest.json": json.dumps({"version": tag}).encode(),
        }
        listing = [{"md5": store(cache, content), "relpath": name} for name, content in contents.items()]
        digest = store(cache, json.dumps(listing).encode(), ".dir")
        out = f"    - path: gold\n      hash: md5\n      md5: {digest}\n"
        (root / "dvc.lock").write_text(f"schema: '2.0'\nstages:\n  publish:\n    cmd: x\n    outs:\n{out}")
        git(root, "add", "-A", ".")
        git(root, "commit", "-m", tag)
        git(root, "tag", tag)
    folder = root / "data" / "ingest"
    folder.mkdir(parents=True)
    pl.DataFrame({"example_id": ["stays"]}).write_parquet(folder / "examples.parquet")
    return Project(root)


def test_a_removed_row_is_told_from_the_version_that_last_had_it(project: Project) -> None:
    assert resolve(project, "gone-1") == "gone-1"
    told = [(event.stage, event.what) for event in life(project, "gone-1")]
    assert told[0][1].startswith("in gold/train.parquet of v1 (")
    assert told[1][1].startswith("not in v2 (")


def test_an_id_that_is_gone_goes_before_those_that_begin_so(project: Project) -> None:
    pl.DataFrame({"example_id": ["gone-10", "gone-11"]}).write_parquet(
        project.stage("ingest") / "examples.parquet"
    )
    assert resolve(project, "gone-1") == "gone-1"
    assert life(project, "gone-1")[0].what.startswith("in gold/train.parquet of v1 (")


def test_a_row_that_a_version_dropped_is_told_with_the_reason(project: Project) -> None:
    told = life(project, resolve(project, "gone-2"))
    assert told[0].what.startswith("in gold/train.parquet of v2 (")
    assert told[1].stage == "dedup" and told[1].what.startswith("dropped: near_duplicate in v3 (")
    assert told[1].evidence == "similarity 0.91"


def test_an_id_that_nobody_knows_is_said_with_the_versions_that_could_not_be_looked_at(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.root)
    with pytest.raises(SystemExit) as stopped:
        main(["why", "nobody"])
    assert stopped.value.code == 2
    assert "or its old versions" in capsys.readouterr().err
    assert resolve(project, "gone") == "gone-2"  # the newest version that knows such an id knows one only
    for held in (project.root / ".dvc" / "cache").rglob("*.dir"):
        held.unlink()
    with pytest.raises(SystemExit):
        main(["why", "gone-1"])
    said = capsys.readouterr().err
    assert "3 old versions are not in DVC's cache" in said and "dvc fetch" in said


def test_a_row_that_could_not_be_read_is_told_with_file_and_line(tmp_path: Path) -> None:
    raw = (Path(__file__).resolve().parents[2] / "data" / "raw" / "tickets.csv").read_bytes()
    head, _, body = raw.partition(b"\n")
    root = sample_project(tmp_path, head + b"\nbroken,row\n" + body)
    from curate.ingest.stage import run

    run(Project(root))
    drops = pl.read_parquet(root / "data" / "ingest" / "drops.parquet").filter(reason="unreadable")
    lines = {
        event.evidence.rpartition("tickets.csv ")[2]
        for row in drops["example_id"]
        for event in life(Project(root), row)
        if event.what == "dropped: unreadable"
    }
    assert "line 2" in lines
