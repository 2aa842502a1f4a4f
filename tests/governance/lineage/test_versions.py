"""Versions in git's history, what hangs on a row, and an old version taken out: nothing checked out for
any of it.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from curate.errors import AssayError
from curate.project import Project
from governance.cli.main import main
from governance.lineage.history import INDEX, history
from governance.lineage.trace import trace
from governance.lineage.versions import checkout, named, versions
from governance.records.kinds import Opening, Training
from governance.records.store import append
from tests.curate.versions.test_revisions import git, store
from tests.governance.records.test_events import CARD

TRAIN = {"v1": ["gone", "stays"], "v2": ["new", "stays"]}


def parquet(ids: list[str]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"example_id": ids}, schema={"example_id": pl.String}).write_parquet(buffer)
    return buffer.getvalue()


def digest_of(tag: str) -> str:
    return hashlib.sha256(tag.encode()).hexdigest()


def commit_version(root: Path, tag: str, code: str = "1") -> None:
    """Commit a dvc.lock of a version, models and an evaluation, with gold's objects in the cache."""
    cache = root / ".dvc" / "cache"
    rows = {"train": TRAIN[tag], "validation": ["kept-1"], "test": ["held-1", "held-2"]}
    splits = {split: {"rows": len(ids)} for split, ids in rows.items()}
    contents = {f"{split}.parquet": parquet(ids) for split, ids in rows.items()}
    manifest = {"content_digest": digest_of(tag), "splits": splits, "code": code}
    contents["manifest.json"] = json.dumps(manifest).encode()
    listing = [{"md5": store(cache, content), "relpath": name} for name, content in contents.items()]
    outs = {
        "gold": store(cache, json.dumps(listing).encode(), ".dir"),
        "models": hashlib.md5(f"m{tag}".encode()).hexdigest() + ".dir",
        "reports/evaluation": hashlib.md5(f"r{tag}".encode()).hexdigest() + ".dir",
    }
    stage = {"cmd": "x", "outs": [{"path": path, "hash": "md5", "md5": md5} for path, md5 in outs.items()]}
    (root / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": {"publish": stage}}))
    git(root, "add", "-A", ".")
    git(root, "commit", "-m", f"{tag} {code}")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two versions, the second twice with other code; a training and two looks recorded of it."""
    root = tmp_path / "deep" / "project"
    root.mkdir(parents=True)
    (root / "task.yaml").write_text(yaml.safe_dump(CARD))
    (root / ".dvc").mkdir()
    (root / ".gitignore").write_text("/.dvc/cache\n/.assay\n")
    git(tmp_path, "init", "-b", "main")
    commit_version(root, "v1")
    git(root, "tag", "first")
    commit_version(root, "v2")
    commit_version(root, "v2", code="2")
    (root / ".assay").mkdir()
    said: dict[str, Any] = {"version_digest": digest_of("v2"), "systems": ["lora", "probe"]}
    append(root, Training, {}, {**said, "rows": 2}, project="desk", by="Ann")
    for number in range(2):
        fields = {**said, "metric": "macro_f1", "outcome": "fine_tune"}
        append(root, Opening, {"models": f"{number:064x}"}, fields, project="desk", by="Ann")
    monkeypatch.chdir(root)
    return Project(root)


def test_versions_are_told_newest_first_each_content_once(project: Project) -> None:
    second, first = versions(project)
    assert (second.digest, first.digest) == (digest_of("v2"), digest_of("v1"))
    assert len(second.commits) == 2 and first.commits[0].tags == ("first",)
    assert second.rows == {"train": 2, "validation": 1, "test": 2}
    assert second.systems == ("lora", "probe") and second.openings == 2
    assert first.systems == () and first.openings == 0


def test_what_was_read_once_is_looked_up_and_a_damaged_index_read_anew(project: Project) -> None:
    told = history(project.root)
    index = project.root / INDEX
    assert len(json.loads(index.read_text())["locks"]) == 3
    index.write_text('{"schema": "assay.lineage-index/1", "locks": [1]}')
    assert history(project.root) == told
    index.write_text("{")
    assert history(project.root) == told


def test_a_version_that_the_cache_lacks_is_named_by_dvc_and_counted(project: Project) -> None:
    shutil.rmtree(project.root / ".dvc" / "cache")
    found = versions(project)
    assert len(found) == 3 and not any(version.here for version in found)
    assert all(version.name == version.stored[:12] for version in found)


@pytest.mark.parametrize("name", ["first", digest_of("v1")[:8]])
def test_an_old_version_is_taken_out_and_the_work_tree_left(project: Project, name: str) -> None:
    before = (project.root / "dvc.lock").read_text()
    checkout(project, name, project.root / "old")
    assert pl.read_parquet(project.root / "old" / "train.parquet")["example_id"].to_list() == TRAIN["v1"]
    assert (project.root / "dvc.lock").read_text() == before
    with pytest.raises(AssayError, match="not an empty folder"):
        checkout(project, name, project.root / "old")
    with pytest.raises(AssayError, match="no gold version is called"):
        checkout(project, "zebra", project.root / "other")


def test_a_name_that_means_several_is_refused(project: Project) -> None:
    found = versions(project)
    assert named(found, found[0].commits[1].commit[:9]) is found[0]
    assert named(found, "abc") is None
    with pytest.raises(AssayError, match="means 2 versions"):
        named([found[0], found[0]], found[0].digest[:6])


def test_a_row_is_followed_to_versions_models_and_reports(project: Project) -> None:
    gone = trace(project, "gone")
    assert [node.name for node in gone.nodes if node.kind == "version"] == [digest_of("v1")[:12]]
    assert not [node for node in gone.nodes if node.kind == "model"]
    stays = trace(project, "stays")
    models = [node.name for node in stays.nodes if node.kind == "model"]
    assert models == [f"{name}@{digest_of('v2')[:12]}" for name in ("lora", "probe")]
    assert any(one in models and other.startswith("evaluation") for one, other in stays.links)
    held = trace(project, "held-1")  # nothing has learned from it
    assert not [node for node in held.nodes if node.kind == "model"]
    assert len(trace(project, "lora").nodes) == 3
    with pytest.raises(AssayError, match="means 2 rows"):
        trace(project, "held")
    with pytest.raises(AssayError, match="no row, version or model"):
        trace(project, "nobody")


def test_the_commands(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, what in (
        (["versions"], digest_of("v2")[:12]),
        (["versions", "--format", "json"], '"openings": 2'),
        (["lineage", "stays"], "learned from"),
        (["lineage", "stays", "--format", "json"], "assay.lineage/1"),
        (["lineage", "stays", "--format", "html"], "<svg"),
    ):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert not stop.value.code and what in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        main(["checkout-gold", "first", "old"])
    assert not stop.value.code and "5 rows" in capsys.readouterr().err
