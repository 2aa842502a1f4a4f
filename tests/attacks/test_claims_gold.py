"""Gold is whole: no file of it, no stage's output, no model and no evaluation can be changed unseen, whatever
digests are recomputed along the way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.digests import sha256_of
from curate.errors import AssayError, GateFailed
from curate.keys import find_key
from curate.project import Project
from curate.provenance import file_digests
from curate.publish.digest import content_of, marks, row_digests
from curate.publish.gold import load_gold
from curate.sealed_folder import folder_problem, seal_folder
from governance.cli.main import main
from governance.doctor import examine
from governance.report.stage import run as report
from tests.attacks.project import edit_json, edit_yaml, gates, lock, red, repro

GOLD_FILES = (
    "ledger.parquet", "edits.parquet", "fingerprints.parquet", "README.md", "manifest.json", "train.parquet",
)  # fmt: skip


def recompute(root: Path) -> None:
    """Make every digest of gold that needs no key agree with its files, and `dvc.lock` with them."""
    gold = load_gold(root / "gold")
    files = {path.name: sha256_of(path) for path in (root / "gold").iterdir() if path.name != "manifest.json"}
    edit_json(root / "gold" / "manifest.json", **content_of(marks(gold.splits)), files=files)
    lock(root)


def touch(path: Path) -> None:
    """Change a file so that it can still be read."""
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
        (frame[:-1] if frame.height else frame.clear(1)).write_parquet(path)
    elif path.suffix == ".json":
        edit_json(path, warnings={"planted": 1})
    else:
        path.write_text(path.read_text() + "\nAll rights cleared.\n")


def diffs(root: Path, other: Path) -> int:
    """The exit code of `assay diff` between the project as published and as it stands."""
    with pytest.raises(SystemExit) as stopped:
        main(["diff", str(other / "gold"), str(root / "gold"), "--format", "json"])
    return int(stopped.value.code or 0)


@pytest.mark.parametrize("again", [False, True], ids=["as edited", "digests recomputed"])
@pytest.mark.parametrize("name", GOLD_FILES)
def test_a_file_of_gold_changed_after_publishing_is_seen(
    victim: Path, published: Path, name: str, again: bool
) -> None:
    touch(victim / "gold" / name)
    if again:
        recompute(victim)
    assert "version" in red(victim)
    assert any(found.level == "fail" for found in examine(victim))
    assert diffs(victim, published) == 1


@pytest.mark.parametrize("again", [False, True], ids=["as it stands", "digests recomputed"])
def test_a_file_added_to_gold_or_taken_out_is_seen(victim: Path, published: Path, again: bool) -> None:
    (victim / "gold" / "NOTICE.md").write_text("more")
    if again:
        recompute(victim)
    assert "version" in red(victim) and diffs(victim, published) == 1
    (victim / "gold" / "NOTICE.md").unlink()
    (victim / "gold" / "README.md").unlink()
    if again:
        recompute(victim)
    assert "version" in red(victim) and diffs(victim, published) == 1


def test_a_planted_row_with_all_its_records_is_seen(victim: Path, published: Path) -> None:
    gold = victim / "gold"
    train, prints, edits = (
        pl.read_parquet(gold / f"{name}.parquet") for name in ("train", "fingerprints", "edits")
    )
    planted = train[:1].with_columns(example_id=pl.lit("t999"), input=pl.lit("call Tessa on 07911 123456"))
    pl.concat([train, planted]).sort("example_id").write_parquet(gold / "train.parquet")
    mark = prints.filter(pl.col("example_id") == train["example_id"][0]).with_columns(
        example_id=pl.lit("t999"), row_digest=row_digests(planted)
    )
    pl.concat([prints, mark]).sort("example_id").write_parquet(gold / "fingerprints.parquet")
    line = edits[:1].with_columns(example_id=pl.lit("t999"), action=pl.lit("keep"))
    pl.concat([edits, line]).sort("example_id").write_parquet(gold / "edits.parquet")
    recompute(victim)
    gate = gates(victim)["version"]
    assert gate.failed and "not what was sealed" in gate.message
    assert diffs(victim, published) == 1


@pytest.mark.parametrize("change", [{"seal": None}, {"seal": {"key_id": "00000000", "digest": "0" * 32}}])
def test_a_manifest_that_lost_its_seal_or_carries_anothers_is_seen(
    victim: Path, published: Path, change: dict[str, Any]
) -> None:
    edit_json(victim / "gold" / "manifest.json", **change)
    recompute(victim)
    assert "version" in red(victim) and diffs(victim, published) == 1


@pytest.mark.parametrize("change", [{"funnel": []}, {"funnel": None}, {"rows": "many"}, {"splits": {}}])
def test_a_manifest_that_lacks_what_readers_count_on_ends_in_words(
    victim: Path, change: dict[str, Any]
) -> None:
    edit_json(victim / "gold" / "manifest.json", **change)
    with pytest.raises(AssayError):
        report(Project(victim))
    (victim / ".assay" / "key").unlink()  # without the key the digests are all there is
    with pytest.raises(AssayError, match="manifest"):
        report(Project(victim))


def test_gold_that_dvc_lock_does_not_name_is_seen(victim: Path) -> None:
    text = (victim / "dvc.lock").read_text()
    digest = next(line for line in text.splitlines() if ".dir" in line and line in text.split("gold")[1])
    (victim / "dvc.lock").write_text(text.replace(digest, digest.replace("md5: ", "md5: 0")[:-5] + ".dir"))
    assert "version" in red(victim)


def test_without_the_key_gold_is_called_not_authenticated(victim: Path, published: Path) -> None:
    (victim / ".assay" / "key").unlink()
    assert "version" in red(victim)
    found = next(found for found in examine(victim) if found.name == "gold")
    assert found.level == "warn" and "NOT AUTHENTICATED" in found.message


@pytest.mark.parametrize("stage", ["ingest", "redact", "validate", "split"])
def test_a_stages_output_with_its_digests_recomputed_is_not_published(victim: Path, stage: str) -> None:
    """As whoever may push to the DVC remote could plant it, with a `dvc.lock` that names it."""
    folder = victim / "data" / stage
    rows = pl.read_parquet(folder / "examples.parquet")
    rows.with_columns(input=pl.lit("call Tessa on 07911 123456")).write_parquet(folder / "examples.parquet")
    edit_json(folder / "report.json", outputs=file_digests(folder))
    lock(victim)
    with pytest.raises(AssayError, match="not what was sealed"):
        repro(victim, "publish")
    assert "version" in red(victim)


def test_nothing_is_not_published(victim: Path) -> None:
    before = (victim / "gold" / "manifest.json").read_bytes()
    rules = {"input": {"min_chars": 4000, "max_chars": 5000}, "max_dropped": 1.0}
    edit_yaml(victim / "params.yaml", validate=rules, check={})
    with pytest.raises(GateFailed, match="no row is left to publish"):
        repro(victim)
    assert (victim / "gold" / "manifest.json").read_bytes() == before


def evaluation(root: Path, accuracy: float = 0.9) -> Path:
    """An evaluation as the stage would leave it."""
    folder = root / "reports" / "evaluation"
    folder.mkdir(parents=True)
    digest = json.loads((root / "gold" / "manifest.json").read_text())["content_digest"]
    systems = [{"name": "probe", "accuracy": {"point": accuracy}}]
    document = {
        "gold": digest, "systems": systems, "fine_tuned": None, "best_simpler": "probe",
        "verdict": {"outcome": "simpler"},
    }  # fmt: skip
    (folder / "comparison.json").write_text(json.dumps(document))
    seal_folder(folder, find_key(root), "evaluation")
    return folder


def test_a_score_written_by_hand_does_not_pass(victim: Path) -> None:
    folder = evaluation(victim, 0.2)
    assert not gates(victim)["target"].passed
    systems = [{"name": "probe", "accuracy": {"point": 0.99}}]
    edit_json(folder / "comparison.json", systems=systems)
    assert "not the one that was sealed" in gates(victim)["target"].message
    edit_json(folder / "seal.json", files={"comparison.json": sha256_of(folder / "comparison.json")})
    assert "changed afterwards" in gates(victim)["target"].message
    seal_folder(folder, None, "evaluation")
    assert "carries no seal" in gates(victim)["target"].message


def test_an_evaluation_as_it_was_sealed_is_judged(victim: Path) -> None:
    evaluation(victim)
    assert gates(victim)["target"].passed


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: edit_json(folder / "probe" / "model.json", labels=["b", "a"]),
        lambda folder: (folder / "probe" / "weights.bin").write_bytes(b"others"),
        lambda folder: (folder / "probe" / "more.bin").write_bytes(b"more"),
        lambda folder: (folder / "probe" / "weights.bin").unlink(),
    ],
    ids=["labels swapped", "weights changed", "a file added", "a file taken out"],
)
def test_a_model_changed_after_training_is_not_evaluated(
    tmp_path: Path, change: Callable[[Path], Any]
) -> None:
    key = find_key(tmp_path, "a key for a test, of no worth to anybody")
    folder = tmp_path / "models"
    (folder / "probe").mkdir(parents=True)
    (folder / "probe" / "model.json").write_text(json.dumps({"labels": ["a", "b"]}))
    (folder / "probe" / "weights.bin").write_bytes(b"weights")
    seal_folder(folder, key, "models")
    assert folder_problem(folder, key, "models") == ""
    assert folder_problem(folder, key, "evaluation") != ""
    change(folder)
    assert "not the one that was sealed" in folder_problem(folder, key, "models")
    stated = json.loads((folder / "seal.json").read_text())["files"]
    edit_json(folder / "seal.json", files=dict.fromkeys(stated, "0"))
    assert "changed afterwards" in folder_problem(folder, key, "models")
