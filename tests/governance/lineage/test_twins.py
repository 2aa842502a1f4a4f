"""Readers of old versions follow an erasure's map from the digest that a commit names to the twin's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.errors import AssayError
from curate.keys import Key
from curate.project import Project
from curate.versions.revisions import gold_files, revision
from curate.versions.twins import FOLDER, Erasures, Gone, document_of, read_erasures, row_digests_of
from governance.lineage.history import stored_files
from governance.lineage.trace import trace
from governance.lineage.versions import checkout, named, versions
from tests.curate.versions.test_revisions import store
from tests.governance.versioned import digest_of, parquet

KEY = Key(b"k" * 32, "environment")


def write(root: Path, twins: dict[str, str], **more: Any) -> Path:
    """Leave an erasure's file."""
    given = {"contents": {}, "learned": [], "rows": [], "changed": []} | more
    name, content = document_of(twins, **given)
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    path = root / FOLDER / f"{name}.json"
    path.write_bytes(content)
    return path


def twin_in_cache(root: Path, rows: list[str], content: str) -> str:
    """DVC's digest of a gold folder with `rows` as its training rows."""
    cache = root / ".dvc" / "cache"
    files = {"train.parquet": parquet(rows), "validation.parquet": parquet([]), "test.parquet": parquet([])}
    splits = {split: {"rows": 0} for split in ("train", "validation", "test")}
    files["manifest.json"] = json.dumps({"content_digest": content, "splits": splits}).encode()
    listing = [{"md5": store(cache, data), "relpath": name} for name, data in files.items()]
    return store(cache, json.dumps(listing).encode(), ".dir")


def test_old_versions_are_read_from_their_twins(versioned: Project) -> None:
    root = versioned.root
    old = versions(versioned)[1]
    twin = twin_in_cache(root, ["stays"], "f" * 64)
    write(root, {old.stored: twin}, contents={digest_of("v1"): "f" * 64})
    found = named(versions(versioned), digest_of("v1")[:12])
    assert found is not None and found.digest == "f" * 64 and found.before == (digest_of("v1"),)
    at = revision(root, "first")
    assert at is not None
    for files in (stored_files(root, old.stored), gold_files(root, at)):
        assert files is not None
        assert pl.read_parquet(files["train.parquet"])["example_id"].to_list() == ["stays"]
    checkout(versioned, "first", root / "out")
    assert pl.read_parquet(root / "out" / "train.parquet")["example_id"].to_list() == ["stays"]
    untouched = versions(versioned)[0]
    assert untouched.before == () and untouched.digest == digest_of("v2")


def test_what_was_said_of_a_version_is_said_of_its_twin(versioned: Project) -> None:
    old = versions(versioned)[0]
    write(
        versioned.root,
        {old.stored: twin_in_cache(versioned.root, ["stays"], "e" * 64)},
        contents={old.digest: "e" * 64},
    )
    twin = versions(versioned)[0]
    assert twin.digest == "e" * 64 and twin.systems == ("lora", "probe") and twin.openings == 2


def test_maps_are_followed_to_their_end_and_partings_are_told() -> None:
    a, b, c, d = (letter * 32 + ".dir" for letter in "abcd")
    chained = Erasures(twins={a: (b,), b: (c,)})
    assert chained.ends(a) == chained.ends(b) == (c,) and chained.ends(d) == (d,) and not chained.parted
    parted = Erasures(twins={a: (b, c)})
    assert parted.ends(a) == (b, c) and parted.parted == (a,)
    assert Erasures(twins={a: (b, c), b: (d,), c: (d,)}).parted == ()
    assert Erasures(twins={a: (b,), b: (a,)}).ends(a) == (a,)  # a circle that nobody writes ends all the same


def test_two_erasures_are_united_and_an_equal_one_is_the_same_file(tmp_path: Path) -> None:
    a, b, c = (letter * 32 + ".dir" for letter in "abc")
    first = write(tmp_path, {a: b}, rows=["1"], learned=["x"])
    assert write(tmp_path, {a: b}, rows=["1"], learned=["x"]) == first
    write(tmp_path, {a: c}, rows=["2"])
    found = read_erasures(tmp_path)
    assert len(found.names) == 2 and found.twins == {a: (b, c)}
    assert found.rows == {"1", "2"} and found.learned == {"x"}


@pytest.mark.parametrize("damage", ["edited", "renamed", "linked", "strange", "outside"])
def test_a_file_that_is_not_an_erasure_is_refused(tmp_path: Path, damage: str) -> None:
    path = write(tmp_path, {"a" * 32 + ".dir": "b" * 32 + ".dir"})
    if damage == "edited":
        path.write_text(path.read_text() + " ")
    elif damage == "renamed":
        path.rename(path.with_name("0" * 64 + ".json"))
    elif damage == "linked":
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    elif damage == "outside":
        path.unlink()
        write(tmp_path, {"a" * 32 + ".dir": "../" * 10 + ".dir"})
    else:
        import hashlib

        path.unlink()
        content = b'{"schema": "assay.erasure/9"}'
        (path.parent / f"{hashlib.sha256(content).hexdigest()}.json").write_bytes(content)
    with pytest.raises(AssayError) as caught:
        read_erasures(tmp_path)
    assert FOLDER in str(caught.value) and caught.value.fix


def test_erased_rows_are_known_by_the_key_alone() -> None:
    erasures = Erasures(
        rows=frozenset(row_digests_of(["r1"], KEY)), changed=frozenset(row_digests_of(["r2"], KEY))
    )
    assert Gone(erasures, KEY).out(["r1", "r2"]) == ["r1"] and Gone(erasures, KEY).changed(["r1", "r2"]) == [
        "r2"
    ]
    assert Gone(erasures, None).out(["r1"]) == [] and Gone().out(["r1"]) == []
    assert Gone(erasures, Key(b"o" * 32, "environment")).out(["r1"]) == []


def test_a_row_that_was_erased_is_told_from_one_that_never_was(
    versioned: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_KEY", "0123456789abcdef" * 4)
    with pytest.raises(AssayError, match=r"is called T-9\n"):
        trace(versioned, "T-9")
    old = versions(versioned)[0].stored
    twin = twin_in_cache(versioned.root, ["stays"], "e" * 64)
    write(versioned.root, {old: twin}, rows=row_digests_of(["T-000123"], versioned.key))
    with pytest.raises(AssayError, match="T-000123 was taken out by an erasure: 1 version"):
        trace(versioned, "T-000123")
    with pytest.raises(AssayError, match="1 row was taken out of 1 version by erasures: no erased row"):
        trace(versioned, "T-9")
    monkeypatch.delenv("ASSAY_KEY")
    with pytest.raises(AssayError, match="it may be one of them"):
        trace(Project(versioned.root), "T-000123")
    assert trace(versioned, "stays").nodes
