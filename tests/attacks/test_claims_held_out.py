"""No row leaves the held-out set unseen, whatever `split.lock` says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from curate.errors import AssayError, GateFailed
from curate.keys import find_key
from curate.project import Project
from curate.split import SplitLock, run
from curate.split.lock import held_out_digests, read_lock
from tests.attacks.project import commit, edit_json, edit_yaml, gates, git, red, repro, rows, write_rows


def held_out(root: Path) -> set[str]:
    return set(pl.read_parquet(root / "gold" / "test.parquet")["example_id"])


def lower(lock: dict[str, Any]) -> dict[str, Any]:
    """The lock with thresholds that leave next to nothing held out."""
    strata = {name: {**limits, "test": 0.02} for name, limits in lock["strata"].items()}
    return {**lock, "strata": strata}


def test_the_project_as_left_passes(victim: Path) -> None:
    assert red(victim) == set()
    assert len(held_out(victim)) == 36


def test_an_edited_threshold_is_refused_and_not_obeyed(victim: Path) -> None:
    lock = victim / "split.lock"
    lock.write_text(json.dumps(lower(json.loads(lock.read_text()))))
    with pytest.raises(GateFailed, match="changed afterwards") as caught:
        repro(victim, "split")
    assert "git checkout" in caught.value.fix
    assert "held-out" in red(victim)


@pytest.mark.parametrize(
    "forge",
    [
        lambda lock: {**lock, "seal": {}},
        lambda lock: {**lock, "seal": {**lock["seal"], "key_id": "00000000"}},
        lambda lock: {**lock, "held_out": lock["held_out"][1:]},
        lambda lock: {**lock, "refrozen": [{"reason": "x", "replaced": lock["frozen_test"]["digest"]}]},
    ],
    ids=["no seal", "the seal of another key", "a frozen row taken out", "a refreeze made up"],
)
def test_a_lock_changed_in_any_other_part_is_refused(victim: Path, forge: Any) -> None:
    path = victim / "split.lock"
    path.write_text(json.dumps(forge(lower(json.loads(path.read_text())))))
    with pytest.raises(GateFailed):
        repro(victim, "split")
    assert "held-out" in red(victim)


def test_frozen_rows_stay_held_out_even_under_thresholds_that_the_key_has_sealed(victim: Path) -> None:
    before, key = held_out(victim), find_key(victim)
    lock = read_lock(victim)
    assert lock is not None
    forged = SplitLock.model_validate(lower(lock.model_dump(mode="json"))).sealed(key)
    (victim / "split.lock").write_text(forged.model_dump_json())
    repro(victim, "split")
    assert held_out(victim) == before and "held-out" not in red(victim)


def test_a_row_that_is_published_in_training_fails_although_the_lock_is_true(victim: Path) -> None:
    gold = victim / "gold"
    test, train = (pl.read_parquet(gold / f"{name}.parquet") for name in ("test", "train"))
    test[1:].write_parquet(gold / "test.parquet")
    pl.concat([train, test[:1]]).write_parquet(gold / "train.parquet")
    gate = gates(victim)["held-out"]
    assert gate.failed and "1 row frozen as held out left the held-out set: 1 in train" in gate.message


def test_a_lock_deleted_and_drawn_anew_is_seen_in_git(victim: Path) -> None:
    (victim / "split.lock").unlink()
    edit_yaml(victim / "params.yaml", split={"train": 0.75, "validation": 0.2, "test": 0.05, "seed": 4})
    repro(victim, "split")
    commit(victim, "tidy up")
    gate = gates(victim)["held-out"]
    assert gate.failed and "earlier split.lock in git" in gate.message


def test_a_split_drawn_anew_on_purpose_says_so_and_passes(victim: Path) -> None:
    edit_yaml(victim / "params.yaml", split={"train": 0.4, "validation": 0.2, "test": 0.4, "seed": 4})
    with pytest.raises(AssayError, match="froze another split"):
        run(Project(victim))
    run(Project(victim), refreeze="more held-out rows")
    repro(victim, "split")
    commit(victim, "refreeze")
    gate = gates(victim)["held-out"]
    assert gate.passed and "drawn anew on purpose: more held-out rows" in gate.message


def test_a_held_out_row_whose_label_is_corrected_stays_held_out(victim: Path) -> None:
    before = held_out(victim)
    made = rows()
    for row in made:
        if row["id"] in before:
            row["queue"] = "billing" if row["queue"] != "billing" else "returns"
    write_rows(victim, made)
    repro(victim)
    assert before <= held_out(victim)


def test_a_held_out_set_that_shrank_fails_until_somebody_decides(victim: Path) -> None:
    gone = sorted(held_out(victim))[:2]
    write_rows(victim, [row for row in rows() if row["id"] not in gone])
    repro(victim)
    gate = gates(victim)["held-out"]
    assert gate.failed and "shrank: 2 of the 36 rows frozen are gone" in gate.message
    decided = {"rows": 2, "reason": "erased on request", "date": "2026-01-31"}
    edit_yaml(victim / "params.yaml", check={"held_out_gone": decided})
    gate = gates(victim)["held-out"]
    assert gate.passed and "2 gone as check.held_out_gone allows" in gate.message
    edit_yaml(victim / "params.yaml", check={"held_out_gone": {**decided, "rows": 1}})
    assert "held-out" in red(victim)


def test_without_the_key_nothing_is_called_frozen(victim: Path) -> None:
    (victim / ".assay" / "key").unlink()
    gate = gates(victim)["held-out"]
    assert gate.failed and "NOT AUTHENTICATED" in gate.message and "ASSAY_KEY" in gate.fix


def as_before(root: Path) -> None:
    """The lock in the form of earlier releases."""
    lock = json.loads((root / "split.lock").read_text())
    old = {name: value for name, value in lock.items() if name not in ("seal", "held_out", "refrozen")}
    (root / "split.lock").write_text(json.dumps({**old, "format": "assay.split/1"}))


def test_a_lock_of_the_old_form_is_sealed_where_its_held_out_rows_are_those_frozen(victim: Path) -> None:
    as_before(victim)
    assert "held-out" in red(victim)
    repro(victim, "split")
    lock = read_lock(victim)
    assert lock is not None and set(lock.held_out) == set(
        held_out_digests(held_out(victim), find_key(victim))
    )
    assert red(victim) == set()


def test_a_lock_of_the_old_form_that_was_edited_names_the_command_that_migrates_it(victim: Path) -> None:
    as_before(victim)
    path = victim / "split.lock"
    path.write_text(json.dumps(lower(json.loads(path.read_text()))))
    with pytest.raises(AssayError, match="old form") as caught:
        run(Project(victim))
    assert "assay split --migrate" in caught.value.fix
    run(Project(victim), migrate=True)
    lock = read_lock(victim)
    assert lock is not None and lock.format == "assay.split/2"


def test_history_that_cannot_be_read_is_said(victim: Path) -> None:
    import shutil

    shutil.rmtree(victim / ".git")
    assert "no git history here" in gates(victim)["held-out"].message


def test_the_lock_in_git_holds_no_id(victim: Path) -> None:
    text = git(victim, "show", "HEAD:split.lock")
    assert not any(row["id"] in text for row in rows())
    assert yaml.safe_load(text)["format"] == "assay.split/2"


def test_another_seed_in_the_lock_is_seen(victim: Path) -> None:
    edit_json(victim / "split.lock", seed=4)
    assert "held-out" in red(victim)
