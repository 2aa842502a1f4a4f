"""A project whose gold lies in parts is the same to every command as one whose gold lies in files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.project import Project
from curate.publish.digest import content_of, marks
from curate.publish.gold import verify_gold
from curate.shards import folder_files, table_files, table_names
from curate.splits import SPLITS
from curate.versions.revisions import gold_files, revision
from governance.cli.main import main
from governance.erasure.bytes import scan_bytes
from governance.lineage.versions import checkout, versions
from tests.governance.erasure import tiny as tiny_project
from tests.governance.erasure.tiny import KEY, MENTIONS, THEIRS, VALUES
from tests.governance.lineage.test_exports import read_croissant

pytestmark = pytest.mark.slow
TAGS = ("v1", "v2", "v3")
GONE = {*THEIRS, MENTIONS}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Project]:
    """The project of `tests.governance.erasure.tiny` as it is, and with parts of a few rows."""
    patch = pytest.MonkeyPatch()
    patch.setenv("ASSAY_KEY", KEY)
    made = {}
    for name, megabytes in (("whole", 512.0), ("parts", 0.0004)):
        patch.setitem(tiny_project.PARAMS, "publish", {"shard_mb": megabytes})
        base = tmp_path_factory.mktemp(name)
        tiny_project.build(base / "project", base / "remote")
        made[name] = Project(base / "project")
    patch.undo()
    return made


@pytest.fixture(autouse=True)
def with_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_KEY", KEY)


def said(project: Project, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and stdout of `assay ARGUMENTS` in a project."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main(["-C", str(project.root), *arguments])
    return int(stop.value.code or 0), capsys.readouterr().out


def files_at(project: Project, tag: str) -> dict[str, Path]:
    at = revision(project.root, tag)
    assert at is not None
    return gold_files(project.root, at)


def rows_at(project: Project, tag: str) -> dict[str, pl.DataFrame]:
    files = files_at(project, tag)
    return {split: pl.read_parquet(table_files(files, split), glob=False) for split in SPLITS}


def test_versions_diff_why_lineage_and_search_say_the_same(
    both: dict[str, Project], capsys: pytest.CaptureFixture[str]
) -> None:
    parts, whole = both["parts"], both["whole"]
    assert (parts.gold / "train.parquet").is_dir() and (whole.gold / "train.parquet").is_file()
    assert len(list((parts.gold / "train.parquet").iterdir())) > 3
    assert [one.digest for one in versions(parts)] == [one.digest for one in versions(whole)]
    ids = [str(rows_at(whole, "v1")[split]["example_id"][0]) for split in SPLITS]
    for arguments in (
        ("diff", "v1", "v2", "--format", "json"),
        ("diff", "v2..v3", "--format", "json"),
        ("diff", "v1", "--format", "markdown"),
        *(("why", row) for row in ids),
        ("why", "K-0003"),
    ):
        assert said(parts, capsys, *arguments) == said(whole, capsys, *arguments), arguments
    assert said(parts, capsys, "diff", str(parts.gold), str(whole.gold))[0] == 0

    def links(project: Project) -> Any:
        code, text = said(project, capsys, "lineage", ids[0], "--format", "json")
        assert code == 0
        return [
            (node["kind"], node["name"]) for node in json.loads(text)["nodes"] if node["kind"] != "report"
        ]

    assert links(parts) == links(whole) and len(links(parts)) > 3

    def found(project: Project) -> Any:
        _, text = said(project, capsys, "subject", "find", *VALUES, "--format", "json")
        places = [one for one in json.loads(text)["places"] if one["split"]]
        rows: dict[Any, set[str]] = {}
        for one in places:
            rows.setdefault((one["kind"], one["version"], one["split"]), set()).update(one["rows"])
        return rows

    assert found(parts) == found(whole) and len(found(parts)) > 3


def test_an_old_version_is_checked_out_and_croissant_loads_its_parts(
    both: dict[str, Project], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = both["parts"]
    checkout(project, "v1", tmp_path / "gold")
    gold = verify_gold(tmp_path / "gold", project.key)
    code, text = said(project, capsys, "lineage", "v1", "--format", "croissant")
    assert code == 0
    _, splits = read_croissant(text, tmp_path)
    for name, frame in gold.splits.items():
        assert sorted(row[f"{name}/input"].decode() for row in splits[name]) == sorted(frame["input"])


def test_sheets_checks_and_records_read_parts(
    both: dict[str, Project], capsys: pytest.CaptureFixture[str]
) -> None:
    for project in both.values():
        assert said(project, capsys, "ledger", "verify")[0] == 0
    for arguments in (("records", "ai-act"), ("records", "dpia"), ("status",), ("risk",), ("verify", "gold")):
        codes = [said(project, capsys, *arguments)[0] for project in both.values()]
        assert codes[0] == codes[1], arguments


def test_an_erasure_rewrites_the_parts_that_hold_the_person_and_ends_at_the_digest_without_them(
    both: dict[str, Project], capsys: pytest.CaptureFixture[str]
) -> None:
    before = {tag: files_at(both["parts"], tag) for tag in TAGS}
    left = {
        tag: {split: rows.filter(~pl.col("example_id").is_in(sorted(GONE))) for split, rows in splits.items()}
        for tag, splits in ((tag, rows_at(both["parts"], tag)) for tag in TAGS)
    }
    held = {
        tag: {
            name
            for split in SPLITS
            for name in table_names(files, split)
            if pl.read_parquet(files[name])["example_id"].is_in(sorted(GONE)).any()
        }
        for tag, files in before.items()
    }
    for project in both.values():
        assert said(project, capsys, "erase", *VALUES, "--yes")[0] == 0
        assert {hit.place for hit in scan_bytes(project.root, [*VALUES])} <= {"git objects"}
    digests = [[one.digest for one in versions(project)] for project in both.values()]
    assert digests[0] == digests[1]
    for tag in TAGS:
        after = files_at(both["parts"], tag)
        assert set(after) == set(before[tag])
        changed = {name for name in after if after[name].name != before[tag][name].name}
        rewritten = {name for split in SPLITS for name in table_names(changed, split)}
        assert rewritten == held[tag] and len(rewritten) < len(table_names(after, "train"))
        rows = rows_at(both["parts"], tag)
        assert all(rows[split].equals(left[tag][split]) for split in SPLITS)
        wanted = content_of(marks(left[tag]))["content_digest"]
        assert json.loads(after["manifest.json"].read_text())["content_digest"] == wanted
    gold = both["parts"].gold
    assert verify_gold(gold, both["parts"].key).train.equals(left["v3"]["train"])
    assert any("/" in name for name in folder_files(gold))
