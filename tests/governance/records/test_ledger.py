"""The journal: branches merge by union, and what can be told of tampering is told."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from curate.errors import AssayError
from governance.records.kinds import Approval, Checkpoint, Incident, Opening, Publication
from governance.records.ledger import faults_between, make_checkpoint, tips_of, verify
from governance.records.statement import Record, subjects_of
from governance.records.store import Line, append, path_of, read_journal, write_record

NOW = datetime(2026, 11, 29, 7, 30, tzinfo=UTC)
A = "a" * 64


def note(root: Path, number: int, at: datetime = NOW) -> Record:
    fields = {"what": f"event {number}", "severity": "none"}
    return append(root, Incident, {"gold": A}, fields, project="p", by="Ann", at=at)


def check(root: Path, **asked: Any) -> list[str]:
    findings = verify(root, project="p", now=NOW + timedelta(hours=1), **asked)
    return [f"{fault.path} {fault.what}" for fault in findings.faults]


@pytest.fixture
def branched(tmp_path: Path) -> Path:
    """Three records, then two branches of two that git has merged, then one that has seen both."""
    trunk, branch = tmp_path / "trunk", tmp_path / "branch"
    trunk.mkdir()
    for number in range(3):
        note(trunk, number)
    shutil.copytree(trunk, branch)
    for root, numbers in ((trunk, (3, 4)), (branch, (5, 6))):
        for number in numbers:
            note(root, number)
    shutil.copytree(branch / "records", trunk / "records", dirs_exist_ok=True)
    note(trunk, 7)
    return trunk


def test_two_branches_merge_by_union_and_the_next_record_has_seen_both(branched: Path) -> None:
    journal = read_journal(branched)
    assert len(journal.records) == 8 and len(journal.tips) == 1
    last = journal.records[journal.tips[0]]
    assert len(last.predicate.parents) == 2
    assert check(branched) == []


def test_saying_the_same_again_writes_nothing(tmp_path: Path) -> None:
    fields = {"version_digest": A, "systems": ["lora"], "metric": "macro_f1", "outcome": "fine_tune"}
    one = append(tmp_path, Opening, {"gold": A}, fields, project="p", by="Ann", at=NOW)
    again = append(tmp_path, Opening, {"gold": A}, fields, project="p", by="Bob", at=NOW + timedelta(1))
    other = append(tmp_path, Opening, {"gold": "b" * 64}, fields, project="p", by="Bob", at=NOW)
    assert one == again and other.predicate.parents == [one.id]
    assert note(tmp_path, 1).id != note(tmp_path, 1).id  # an incident may happen twice


def test_a_checkpoint_shows_that_a_newest_record_was_dropped(branched: Path) -> None:
    kept = make_checkpoint(branched, "p", by="Ann")
    assert isinstance(kept.predicate, Checkpoint) and kept.predicate.records == 8
    newest = note(branched, 8)
    assert check(branched, checkpoint=kept.id[:12]) == []
    assert verify(branched, checkpoint=kept.id, now=NOW).newer == 1
    path_of(branched, newest.id).unlink()
    assert check(branched, checkpoint=kept.id) == []  # not to be told: nothing has seen it
    path_of(branched, kept.id).unlink()
    assert check(branched) == []
    assert "no checkpoint" in check(branched, checkpoint=kept.id)[0]


Tampering = Callable[[random.Random, Path, list[Path]], bool]


def edit(dice: random.Random, root: Path, files: list[Path]) -> bool:
    path = dice.choice(files)
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(7)
    path.write_bytes(bytes(content))
    return True


def drop(dice: random.Random, root: Path, files: list[Path]) -> bool:
    dice.choice(files).unlink()
    return True


def swap(dice: random.Random, root: Path, files: list[Path]) -> bool:
    one, other = dice.sample(files, 2)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    return True


def rename(dice: random.Random, root: Path, files: list[Path]) -> bool:
    path = dice.choice(files)
    path.rename(path.with_name("0" * 62 + ".json"))
    return True


def forge(dice: random.Random, root: Path, files: list[Path]) -> bool:
    said = {
        "project": "p",
        "at": "2026-11-29T07:30:00Z",
        "by": "Mallory",
        "parents": [],
        "of": "gold",
        "role": "owner",
    }
    write_record(root, Record(Approval(**said), subjects_of({"gold": A})))
    return True


def replay(dice: random.Random, root: Path, files: list[Path]) -> bool:
    said = {"project": "another", "at": "2026-11-29T07:30:00Z", "by": "Ann", "parents": []}
    write_record(root, Record(Publication(**said, version_digest=A, rows={}), ()))
    return True


def reparent(dice: random.Random, root: Path, files: list[Path]) -> bool:
    """A record rewritten to have seen less, under its own new name, in place of the old one."""
    path = dice.choice(files)
    journal = read_journal(root)
    record = journal.records[path.parent.name + path.stem]
    path.unlink()
    fewer = record.predicate.model_copy(update={"parents": record.predicate.parents[:-1], "note": "x"})
    write_record(root, Record(fewer, record.subjects))
    return True


def link(dice: random.Random, root: Path, files: list[Path]) -> bool:
    path = dice.choice(files)
    elsewhere = root / "elsewhere.json"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    return True


def later(dice: random.Random, root: Path, files: list[Path]) -> bool:
    note(root, dice.randrange(10**9), at=NOW + timedelta(days=dice.randrange(3, 3000)))
    return True


def earlier(dice: random.Random, root: Path, files: list[Path]) -> bool:
    note(root, dice.randrange(10**9), at=NOW - timedelta(days=dice.randrange(3, 3000)))
    return True


TAMPERINGS: list[Tampering] = [edit, drop, swap, rename, forge, replay, reparent, link, later, earlier]
ROUNDS = [(seed, 30) for seed in range(2)] + [
    pytest.param(seed, 1000, marks=pytest.mark.slow) for seed in range(2, 12)
]


@pytest.mark.parametrize(("seed", "times"), ROUNDS)
def test_tampering_is_told_given_a_checkpoint(branched: Path, seed: int, times: int) -> None:
    make = make_checkpoint(branched, "p", by="Ann")
    note(branched, 9)  # what has seen the checkpoint
    files = sorted((branched / "records").rglob("*.json"))
    before = {path: path.read_bytes() for path in files}
    tips = {path_of(branched, tip) for tip in read_journal(branched).tips}
    assert check(branched, checkpoint=make.id) == []
    dice = random.Random(seed)
    for _ in range(times):
        how = TAMPERINGS[dice.randrange(len(TAMPERINGS))]
        # A newest record that is dropped or seen by nobody cannot be told: see the test above.
        how(dice, branched, [path for path in files if path not in tips])
        assert check(branched, checkpoint=make.id), how.__name__
        shutil.rmtree(branched / "records")
        (branched / "elsewhere.json").unlink(missing_ok=True)
        for path, content in before.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    assert check(branched, checkpoint=make.id) == []


def test_strange_files_are_named_and_nothing_is_built_on_damage(branched: Path) -> None:
    folder = branched / "records"
    (folder / "README.md").write_text("what this is")
    (folder / "notes.txt").write_text("x")
    os.mkfifo(folder / "ab.json")
    (folder / "ff").mkdir(exist_ok=True)
    (folder / "ff" / "x.json").write_text("{}")
    assert check(branched) == [
        "ab.json is not named by a digest, as records are",
        "ff/x.json is not named by a digest, as records are",
        "notes.txt is not named by a digest, as records are",
    ]
    with pytest.raises(AssayError, match=r"records/ab.json is not named by a digest.*and 2 more") as caught:
        note(branched, 1)
    assert caught.value.fix
    with pytest.raises(AssayError):
        make_checkpoint(branched, "p")


def test_an_empty_project_has_a_sound_journal_and_nothing_to_vouch_for(tmp_path: Path) -> None:
    assert check(tmp_path) == []
    with pytest.raises(AssayError, match="no records yet"):
        make_checkpoint(tmp_path, "p")
    (tmp_path / "records").write_text("")
    assert check(tmp_path) == [" is a link or a file, not a folder"]


@pytest.mark.parametrize("wanted", ["", "abc", "not hex at all", "../../etc"])
def test_a_checkpoint_is_named_by_digits(branched: Path, wanted: str) -> None:
    with pytest.raises(AssayError, match="8 digits"):
        verify(branched, checkpoint=wanted)


def line_of(record: Record) -> Line:
    said = record.predicate
    return Line(record.id, said.kind, False, said.project, said.at, tuple(said.parents))


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_legal_merges_raise_no_alarm(seed: int) -> None:
    """Branches that append and merge by union in any order: 10,000 merges where slow tests run, 300
    elsewhere.
    """
    dice, merges = random.Random(seed), 0
    while merges < (10_000 if seed else 300):
        branches: list[dict[str, Line]] = [{} for _ in range(4)]
        for step in range(60):
            one, other = dice.sample(branches, 2)
            if dice.random() < 0.5:
                at = (NOW + timedelta(minutes=step - dice.randrange(600))).strftime("%Y-%m-%dT%H:%M:%SZ")
                said = {"project": "p", "at": at, "by": "Ann", "parents": tips_of(one), "severity": "none"}
                record = Record(Incident(**said, what=f"event {dice.random()}"), ())
                one[record.id] = line_of(record)
            else:
                one |= other
                merges += 1
                assert not faults_between(one, [], "p", NOW + timedelta(days=1))
