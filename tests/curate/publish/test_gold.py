"""Reading a version back, and noticing that it was changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.errors import AssayError, GateFailed
from curate.files import write_parquet
from curate.publish import stage
from curate.publish.digest import content_of, marks
from curate.publish.gold import load_gold, verify_gold
from curate.publish.stage import run


@pytest.fixture
def gold(project: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(stage, "effective_params", lambda project: {})
    run(project)
    return project.gold


def edit(path: Path, **change: Any) -> None:
    write_parquet(pl.read_parquet(path).with_columns(**change), path)


def test_a_published_version_verifies(gold: Any) -> None:
    found = verify_gold(gold)
    assert [frame.height for frame in found.splits.values()] == [3, 1, 2]
    assert found.train.equals(load_gold(gold).train)


def test_rows_in_another_order_have_the_digest_of_the_manifest_but_are_another_file(gold: Any) -> None:
    write_parquet(pl.read_parquet(gold / "train.parquet").reverse(), gold / "train.parquet")
    found = load_gold(gold)
    assert content_of(marks(found.splits))["content_digest"] == found.manifest["content_digest"]
    with pytest.raises(GateFailed, match=r"train\.parquet is not what the manifest says"):
        verify_gold(gold)


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_changed_cell_fails_and_names_the_split(gold: Any, split: str) -> None:
    edit(gold / f"{split}.parquet", licence=pl.lit("MIT"))
    with pytest.raises(GateFailed, match=rf"{split}.parquet is not what the manifest says"):
        verify_gold(gold)


def test_a_row_taken_away_fails(gold: Any) -> None:
    write_parquet(pl.read_parquet(gold / "test.parquet")[1:], gold / "test.parquet")
    with pytest.raises(GateFailed, match=r"test\.parquet"):
        verify_gold(gold)


def test_a_changed_content_digest_fails(gold: Any) -> None:
    manifest = json.loads((gold / "manifest.json").read_text()) | {"content_digest": "0" * 64}
    (gold / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(GateFailed, match="another content digest"):
        verify_gold(gold)


def test_file_digests_are_those_of_the_files(gold: Any) -> None:
    import hashlib

    files = load_gold(gold).manifest["files"]
    assert set(files) == {path.name for path in gold.iterdir()} - {"manifest.json"}
    assert {"ledger.parquet", "fingerprints.parquet", "edits.parquet", "README.md"} <= set(files)
    assert all(hashlib.sha256((gold / name).read_bytes()).hexdigest() == files[name] for name in files)


def test_a_manifest_of_an_older_release_is_still_checked(gold: Any) -> None:
    """It states BLAKE2b, and does not say so."""
    import hashlib

    manifest = json.loads((gold / "manifest.json").read_text())
    assert manifest.pop("digests") == "sha256"
    manifest["files"] = {
        name: hashlib.blake2b((gold / name).read_bytes(), digest_size=32).hexdigest()
        for name in manifest["files"]
    }
    (gold / "manifest.json").write_text(json.dumps(manifest))
    verify_gold(gold)
    (gold / "ledger.parquet").write_bytes((gold / "ledger.parquet").read_bytes() + b" ")
    with pytest.raises(GateFailed, match=r"ledger\.parquet is not what the manifest says"):
        verify_gold(gold)


@pytest.mark.parametrize("stated", ["sha256 ", "md5", None, 5])
def test_a_manifest_of_an_unknown_algorithm_fits_no_file(gold: Any, stated: Any) -> None:
    manifest = json.loads((gold / "manifest.json").read_text())
    (gold / "manifest.json").write_text(json.dumps({**manifest, "digests": stated}))
    with pytest.raises(GateFailed, match="is not what the manifest says"):
        verify_gold(gold)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda gold: gold.rename(gold.parent / "elsewhere"), "no gold version has been published"),
        (lambda gold: (gold / "manifest.json").unlink(), "holds no manifest.json"),
        (lambda gold: (gold / "manifest.json").write_text("{"), "is not valid JSON"),
        (lambda gold: (gold / "manifest.json").write_text("[]"), "not a JSON object"),
        (
            lambda gold: (gold / "manifest.json").write_text('{"schema": "assay.manifest/9"}'),
            "not of schema assay.manifest/1",
        ),
        (lambda gold: (gold / "test.parquet").unlink(), "test.parquet does not exist"),
        (
            lambda gold: (gold / "test.parquet").write_text("no parquet"),
            "test.parquet is not a readable Parquet file",
        ),
        (
            lambda gold: (gold / "test.parquet").write_bytes(b""),
            "test.parquet is not a readable Parquet file",
        ),
        (lambda gold: edit(gold / "test.parquet", more=pl.lit(1)), "test.parquet has other columns"),
    ],
)
def test_what_is_no_gold_version_is_an_error_that_says_what_to_run(gold: Any, spoil: Any, words: str) -> None:
    spoil(gold)
    with pytest.raises(AssayError, match=words) as error:
        load_gold(gold)
    assert "assay publish" in error.value.fix and error.value.exit_code == 2
