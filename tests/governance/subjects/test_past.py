"""What commits name beside gold is searched: objects in DVC's cache and raw files that git keeps; the rest is
counted.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from curate.keys import find_key
from curate.project import Project
from governance.subjects import places
from governance.subjects.past import objects, raw_blobs
from governance.subjects.places import search
from governance.subjects.wanted import wanted
from tests.curate.versions.test_revisions import git, store


def commit(root: Path, message: str) -> None:
    git(root, "add", "-A", ".")
    git(root, "commit", "-m", message)


@pytest.fixture
def past(versioned: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Beside two gold versions a raw file of an old .dvc file, a stage's folder, a raw file in git."""
    monkeypatch.setenv("ASSAY_KEY", "ab" * 32)
    root = versioned.root
    cache = root / ".dvc" / "cache"
    table = root.parent / "t.parquet"
    pl.DataFrame({"example_id": ["r1", "r2"], "input": ["Jo Miller", "no"]}).write_parquet(table)
    listing = [{"md5": store(cache, table.read_bytes()), "relpath": "examples.parquet"}]
    stage = {
        "cmd": "x",
        "deps": [{"path": "data/raw/big.csv.gz", "md5": store(cache, gzip.compress(b"id\nMiller, Jo\n"))}],
        "outs": [
            {"path": "data/ingest", "md5": store(cache, json.dumps(listing).encode(), ".dir")},
            {"path": "data/lost", "md5": "0" * 32},
            {"path": "data/away", "md5": "1" * 32},
        ],
    }
    (root / "data" / "raw").mkdir(parents=True)
    (root / "data" / "raw" / "small.csv").write_text("id,text\n1,nobody\n2,jo miller again\n")
    side = {"outs": [{"path": "side.csv", "md5": store(cache, b"text\nJo Miller aside\n")}]}
    (root / "data" / "raw" / "side.csv.dvc").write_text(yaml.safe_dump(side))
    (root / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": {"ingest": stage}}))
    commit(root, "with her")
    (root / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": {}}))
    (root / "data" / "raw" / "small.csv").write_text("id,text\n1,nobody\n")
    (root / "data" / "raw" / "side.csv.dvc").unlink()
    commit(root, "without her")
    away = root.parent / "remote" / "files" / "md5" / "11"
    away.mkdir(parents=True)
    (away / ("1" * 30)).write_text("x")
    (root / ".dvc" / "config").write_text("['remote \"folder\"']\n    url = ../../remote\n")
    return versioned


def test_objects_of_every_commit_and_raw_files_in_git_are_searched(past: Project) -> None:
    found = search(past, wanted(["Jo Miller"], None))
    where = {(place.kind, place.path.split("@")[0]): place.rows for place in found.places}
    assert where == {
        ("object", "data/raw/big.csv.gz"): ("2",),
        ("object", "data/ingest/examples.parquet"): ("r1",),
        ("object", "data/raw/side.csv"): ("2",),
        ("git", "data/raw/small.csv"): ("3",),
    }


def test_what_the_cache_lacks_is_counted_with_what_a_remote_folder_holds(past: Project) -> None:
    known = objects(past.root)
    gone = 4  # models and evaluations of the two versions were never stored
    assert (known.absent, known.in_remote) == (2 + gone, 1)
    found = search(past, wanted(["Zoe Quill"], None))
    assert (found.objects_absent, found.objects_in_remote) == (2 + gone, 1) and not found.places
    assert len(raw_blobs(past.root)) == 2


def test_large_tables_are_answered_from_the_index_as_from_themselves(
    past: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for values in (["Jo Miller"], ["stays", "Jo Miller"], ["held-1"], ["Zoe Quill"]):
        monkeypatch.setattr(places, "_INDEXED_FROM", 2_000_000)
        read = search(past, wanted(values, find_key(past.root)))
        monkeypatch.setattr(places, "_INDEXED_FROM", 0)
        for _ in range(2):
            asked = search(past, wanted(values, find_key(past.root)), key=find_key(past.root))
            assert asked.places == read.places and asked.indexed and not read.indexed
        assert asked.read_for == (("s••••",) if "stays" in values else ())


def test_without_git_or_dvc_there_is_no_past(tmp_path: Path) -> None:
    assert objects(tmp_path).here == () and raw_blobs(tmp_path) == []
