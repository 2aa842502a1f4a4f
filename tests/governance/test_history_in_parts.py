"""Old versions whose tables lie in parts are read from DVC's cache as those in files are."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from curate.project import Project
from curate.publish.digest import PUBLISHED
from curate.shards import folder_files, part_name, table_files
from curate.versions.revisions import gold_files, revision
from curate.versions.sources import open_both
from governance.erasure.past import is_gold
from governance.lineage.exports.croissant import _column, _file, _parts, _records
from governance.lineage.exports.version import Version
from governance.lineage.trace import trace
from governance.lineage.versions import checkout, versions
from governance.past import look_back
from governance.records.events import digests_of
from governance.records.store import read_journal
from governance.subjects.places import _old_files
from tests.curate.versions.test_revisions import git, store
from tests.governance.versioned import digest_of

ROWS = {
    "v1": {"train": ["a", "b", "gone"], "validation": ["v-1"], "test": ["t-1", "t-2"]},
    "v2": {"train": ["a", "b", "new"], "validation": ["v-1"], "test": ["t-1", "t-2"]},
}


def parquet(ids: list[str]) -> bytes:
    import io

    rows = {name: ids if name == "example_id" else [f"{name} of {one}" for one in ids] for name in PUBLISHED}
    buffer = io.BytesIO()
    pl.DataFrame(rows, schema=PUBLISHED).write_parquet(buffer)
    return buffer.getvalue()


def commit(root: Path, tag: str) -> None:
    """Commit a version: each row of `train` is a part, the other splits are files."""
    contents = {f"{split}.parquet": parquet(ROWS[tag][split]) for split in ("validation", "test")}
    for number, row in enumerate(ROWS[tag]["train"]):
        contents[f"train.parquet/{part_name(number)}"] = parquet([row])
    splits = {split: {"rows": len(ids)} for split, ids in ROWS[tag].items()}
    files = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    manifest = {
        "content_digest": digest_of(tag),
        "splits": splits,
        "digests": "sha256",
        "files": files,
        "task": {"kind": "rewriting"},
    }
    contents["manifest.json"] = json.dumps(manifest).encode()
    cache = root / ".dvc" / "cache"
    listing = [{"md5": store(cache, content), "relpath": name} for name, content in contents.items()]
    gold = {"path": "gold", "hash": "md5", "md5": store(cache, json.dumps(listing).encode(), ".dir")}
    stages = {"publish": {"cmd": "x", "outs": [gold]}}
    (root / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))
    git(root, "add", "-A", ".")
    git(root, "commit", "-m", tag)
    git(root, "tag", tag)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    card = {"assay": 1, "name": "desk", "kind": "rewriting", "behaviour": "x", "owner": "Ann"}
    (tmp_path / "task.yaml").write_text(yaml.safe_dump({**card, "metric": {"name": "chrf", "target": 1}}))
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".assay").mkdir()
    (tmp_path / ".gitignore").write_text("/.dvc/cache\n/.assay\n")
    git(tmp_path, "init", "-b", "main")
    for tag in ROWS:
        commit(tmp_path, tag)
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


def files_at(project: Project, tag: str) -> dict[str, Path]:
    at = revision(project.root, tag)
    assert at is not None
    return gold_files(project.root, at)


def test_a_diff_of_two_revisions_finds_the_row_that_came_and_the_one_that_went(project: Project) -> None:
    from curate.diff import compare

    before, after = open_both("v1", "v2")
    assert before.table.height == after.table.height == 6
    found = {(one["change"], one["row"]) for one in compare(before, after).changes.to_dicts()}
    assert found == {("added", "new"), ("removed", "gone")}
    assert before.changed() == after.changed() == ()


def test_lineage_and_the_past_know_rows_of_parts(project: Project) -> None:
    assert [version.rows["train"] for version in versions(project)] == [3, 3]
    assert next(node.name for node in trace(project, "b").nodes) == "b"
    assert len([node for node in trace(project, "b").nodes if node.kind == "version"]) == 2
    assert len([node for node in trace(project, "gone").nodes if node.kind == "version"]) == 1
    (sighting,) = look_back(project, "gone").sightings
    assert sighting.split == "train" and sighting.version.startswith("v1")


def test_a_search_knows_the_split_of_a_part_and_an_erasure_knows_a_version_in_parts(project: Project) -> None:
    old, absent = _old_files(project)
    splits = {file.name: file.split for file in old}
    assert not absent and splits["train.parquet/part-00001.parquet"] == "train"
    assert splits["test.parquet"] == "test" and splits["manifest.json"] == ""
    assert is_gold(dict.fromkeys(files_at(project, "v1"), ""))
    assert not is_gold({"manifest.json": "", "other.parquet/part-00000.parquet": ""})


def test_a_checkout_has_the_parts_and_one_digest_a_split(project: Project, tmp_path: Path) -> None:
    checkout(project, "v1", tmp_path / "gold")
    files = folder_files(tmp_path / "gold")
    assert len(table_files(files, "train")) == 3
    digest = digests_of(project, tmp_path / "gold" / "train.parquet")["gold/train.parquet"]
    listed = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted((tmp_path / "gold" / "train.parquet").iterdir())
    )
    assert digest == hashlib.sha256(listed.encode()).hexdigest()


def test_croissant_names_every_part_and_reads_them_as_a_set(project: Project) -> None:
    version = Version({"content_digest": "0" * 64}, files_at(project, "v1"), read_journal(project.root))
    assert _column(version, "licence").to_list()[:3] == ["licence of a", "licence of b", "licence of gone"]
    assert _file(version, "train.parquet/part-00001.parquet")["contentUrl"].endswith("part-00001.parquet")
    assert _parts("train")["includes"] == "gold/train.parquet/*.parquet"
    assert _records("train", "fileSet")["field"][0]["source"]["fileSet"] == {"@id": "train.parquet"}
