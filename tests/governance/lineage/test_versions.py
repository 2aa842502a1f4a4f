"""Versions in git's history, what hangs on a row, and an old version taken out: nothing checked out for
any of it.
"""

from __future__ import annotations

import json
import shutil

import polars as pl
import pytest

from curate.errors import AssayError
from curate.project import Project
from governance.cli.main import main
from governance.lineage.history import INDEX, history
from governance.lineage.trace import trace
from governance.lineage.versions import checkout, named, versions
from governance.records.kinds import Publication
from governance.records.store import append
from tests.governance.versioned import TRAIN, commit_version, digest_of


def test_versions_are_told_newest_first_each_content_once(versioned: Project) -> None:
    second, first = versions(versioned)
    assert (second.digest, first.digest) == (digest_of("v2"), digest_of("v1"))
    assert len(second.commits) == 2 and first.commits[0].tags == ("first",)
    assert second.rows == {"train": 2, "validation": 1, "test": 2}
    assert second.systems == ("lora", "probe") and second.openings == 2
    assert first.systems == () and first.openings == 0


def test_what_was_read_once_is_looked_up_and_a_damaged_index_read_anew(versioned: Project) -> None:
    told = history(versioned.root)
    index = versioned.root / INDEX
    assert len(json.loads(index.read_text())["locks"]) == 3
    index.write_text('{"schema": "assay.lineage-index/1", "locks": [1]}')
    assert history(versioned.root) == told
    index.write_text("{")
    assert history(versioned.root) == told


def test_a_version_that_the_cache_lacks_is_named_by_dvc_and_counted(versioned: Project) -> None:
    shutil.rmtree(versioned.root / ".dvc" / "cache")
    found = versions(versioned)
    assert len(found) == 3 and not any(version.here for version in found)
    assert all(version.name == version.stored[:12] for version in found)


@pytest.mark.parametrize("name", ["first", digest_of("v1")[:8]])
def test_an_old_version_is_taken_out_and_the_work_tree_left(versioned: Project, name: str) -> None:
    before = (versioned.root / "dvc.lock").read_text()
    checkout(versioned, name, versioned.root / "old")
    assert pl.read_parquet(versioned.root / "old" / "train.parquet")["example_id"].to_list() == TRAIN["v1"]
    assert (versioned.root / "dvc.lock").read_text() == before
    with pytest.raises(AssayError, match="not an empty folder"):
        checkout(versioned, name, versioned.root / "old")
    with pytest.raises(AssayError, match="no gold version is called"):
        checkout(versioned, "zebra", versioned.root / "other")


def test_a_name_that_means_several_is_refused(versioned: Project) -> None:
    found = versions(versioned)
    assert named(found, found[0].commits[1].commit[:9]) is found[0]
    assert named(found, "abc") is None
    with pytest.raises(AssayError, match="means 2 versions"):
        named([found[0], found[0]], found[0].digest[:6])


def test_a_row_is_followed_to_versions_models_and_reports(versioned: Project) -> None:
    gone = trace(versioned, "gone")
    assert [node.name for node in gone.nodes if node.kind == "version"] == [digest_of("v1")[:12]]
    assert not [node for node in gone.nodes if node.kind == "model"]
    stays = trace(versioned, "stays")
    models = [node.name for node in stays.nodes if node.kind == "model"]
    assert models == [f"{name}@{digest_of('v2')[:12]}" for name in ("lora", "probe")]
    assert any(one in models and other.startswith("evaluation") for one, other in stays.links)
    held = trace(versioned, "held-1")  # nothing has learned from it
    assert not [node for node in held.nodes if node.kind == "model"]
    assert len(trace(versioned, "lora").nodes) == 3
    with pytest.raises(AssayError, match="means 2 rows"):
        trace(versioned, "held")
    with pytest.raises(AssayError, match="no row, version or model"):
        trace(versioned, "nobody")


def test_the_commands(versioned: Project, capsys: pytest.CaptureFixture[str]) -> None:
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


def test_what_was_fetched_is_called_by_its_own_digest_and_counted(
    versioned: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, away = versioned.root / ".dvc" / "cache", versioned.root.parent / "away"
    cache.rename(away)
    monkeypatch.setattr(
        "curate.versions.fetch.fetch_output", lambda root, commit, output: shutil.copytree(away, cache)
    )
    with pytest.raises(SystemExit) as stop:
        main(["checkout-gold", "first", "old", "--fetch"])
    assert not stop.value.code
    assert f"version {digest_of('v1')[:12]}, 5 rows" in capsys.readouterr().err


def test_a_version_that_the_cache_lacks_is_called_as_the_record_of_its_commit_says(
    versioned: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = versioned.root
    for tag in ("v3", "v4"):
        monkeypatch.setitem(TRAIN, tag, [tag])
        rows = dict.fromkeys(("train", "validation", "test"), 1)
        said = {"version_digest": digest_of(tag), "rows": rows, "previous": None}
        append(root, Publication, {}, said, project="desk", by="Ann")
        if tag == "v3":
            commit_version(root, tag)  # the commit brings the gold version and the record of it
    append(root, Publication, {}, {**said, "version_digest": digest_of("v5")}, project="desk", by="Ann")
    commit_version(root, "v4")  # two records: which is it?
    shutil.rmtree(root / ".dvc" / "cache")
    newest, third, *older = versions(versioned)
    assert (third.name, third.digest, third.here) == (digest_of("v3")[:12], "", False)
    assert all(version.name == version.stored[:12] for version in (newest, *older))
    assert named(versions(versioned), digest_of("v3")[:8]) == third
    with pytest.raises(SystemExit):
        main(["versions"])
    shown = capsys.readouterr().out
    assert f"{digest_of('v3')[:12]}" in shown and "not in DVC's cache" in shown
