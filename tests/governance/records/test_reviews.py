"""Reviews are signed and have consequences; incidents are noted; `assay status` says who approved what."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from securesystemslib.dsse import Envelope

from curate.errors import AssayError
from curate.project import Project
from governance.gate import GATES
from governance.records.approvals import approve
from governance.records.kinds import Incident, Review
from governance.records.ledger import verify
from governance.records.reviews import add_incident, add_review, review_words, reviews
from governance.records.statement import Record, pae
from governance.records.store import path_of, read_journal, write_record
from governance.status import recorded

from .signed import commit, line, write_policy
from .test_events import assay, write_version

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH")
TODAY = date(2026, 11, 29)
GUIDE = "label guide"


def test_a_review_counts_once_signed_by_somebody_allowed(project: Project, keys: dict[str, Path]) -> None:
    (project.root / "risk.json").write_text("{}")
    evidence = [project.root / "risk.json"]
    record = add_review(project, GUIDE, "passed", evidence=evidence, key=keys["ann"])
    names = {subject.name for subject in record.subjects}
    assert {"risk.json", "task.yaml", "gold/train.parquet"} <= names
    assert review_words(project) == (
        True,
        f"{GUIDE} passed on {record.predicate.at[:10]}, by ann@example.org",
    )
    assert verify(project.root, project="desk").sound
    with pytest.raises(AssayError, match="not by an allowed signer"):
        add_review(project, GUIDE, "passed", key=keys["eve"])
    with pytest.raises(AssayError, match="outside the project"):
        add_review(project, GUIDE, "passed", evidence=[Path("/dev/null")], key=keys["ann"])
    assert len(reviews(project)) == 1


def test_a_failed_review_fails_the_gate_until_the_same_is_passed(
    project: Project, keys: dict[str, Path]
) -> None:
    def gate() -> tuple[bool, str]:
        (found,) = GATES["review"](project, TODAY)
        return found.passed, found.message

    add_review(project, GUIDE, "failed", key=keys["ann"])
    passed, words = gate()
    assert not passed and f"a review failed; {GUIDE} failed" in words
    add_review(project, "task card", "passed", key=keys["bob"])
    assert "a review failed" in gate()[1]
    (newest,) = (one.record for one in reviews(project) if one.said.of == "task card")
    later = newest.predicate.model_copy(update={"of": GUIDE})
    write_record(project.root, replace(newest, predicate=later))  # a signature over another record
    assert "a review failed" in gate()[1] and "does not count: the signature is not over this" in gate()[1]
    (failed,) = (one.record for one in reviews(project) if one.said.outcome == "failed")
    path_of(project.root, failed.id).unlink()
    assert "a review failed" not in gate()[1]


def test_a_review_by_a_key_revoked_since_no_longer_counts(project: Project, keys: dict[str, Path]) -> None:
    add_review(project, GUIDE, "passed", key=keys["ann"])
    write_policy(
        project.root, "".join(line(keys, name) for name in ("ann", "bob", "cat")), revoked="governance/gone"
    )
    (project.root / "governance" / "gone").write_text(keys["ann"].with_suffix(".pub").read_text())
    commit(project.root)
    (only,) = reviews(project)
    assert only.who == "" and "revoked key" in only.why_not
    assert verify(project.root).sound  # the journal is: history does not change when a key is lost


def test_an_unsigned_review_is_a_fault_of_the_journal(project: Project, keys: dict[str, Path]) -> None:
    record = add_review(project, GUIDE, "passed", key=keys["ann"])
    path_of(project.root, record.id).unlink()
    write_record(project.root, Record(record.predicate, record.subjects))
    assert [fault.what for fault in verify(project.root).faults] == [
        "is not signed: a record of kind review must be"
    ]


def test_the_envelope_is_one_that_other_tools_read(project: Project, keys: dict[str, Path]) -> None:
    for record in (
        add_review(project, GUIDE, "open", key=keys["ann"]),
        approve(project, "gold", key=keys["ann"]),
        add_incident(project, "a disk was lost", "low", key=keys["eve"]),
    ):
        envelope = Envelope.from_dict(json.loads(record.content))
        assert envelope.payload == record.statement and envelope.pae() == pae(record.statement)
        assert [one.keyid for one in envelope.signatures.values()] == [record.signatures[0].keyid]


def test_an_incident_is_noted_and_needs_no_signature(project: Project) -> None:
    add_incident(project, "sent to the wrong team", "low", note="called back within the hour")
    add_incident(project, "sent to the wrong team", "low", note="called back within the hour")
    assert len(read_journal(project.root).of(Incident)) == 2  # it may happen twice
    assert verify(project.root, project="desk").sound


def test_on_the_command_line(
    project: Project,
    keys: dict[str, Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASSAY_SIGNING_KEY", str(keys["ann"]))
    assert assay("ledger", "add", "review", GUIDE, "--outcome", "passed", "--evidence", "task.yaml") == 0
    assert assay("ledger", "add", "incident", "a disk was lost", "--severity", "high") == 0
    assert "recorded: incident, record" in capsys.readouterr().err
    journal = read_journal(project.root)
    assert len(journal.of(Review)) == len(journal.of(Incident)) == 1
    for wrong in (
        ("review", "x"),
        ("review", "x", "--outcome", "passed", "--severity", "low"),
        ("incident", "x", "--outcome", "passed"),
        ("incident", "mail of jo.miller@example.org was sent", "--severity", "low"),
        ("review", "x", "--outcome", "passed", "--note", "call 07911 123456"),
    ):
        assert assay("ledger", "add", *wrong) == 2
        assert "07911" not in capsys.readouterr().err
    assert len(read_journal(project.root).records) == 2
    assert assay("ledger", "log") == 0
    assert GUIDE in capsys.readouterr().out


def test_the_status_says_who_approved_what_what_is_stale_and_the_last_review(
    project: Project, keys: dict[str, Path]
) -> None:
    def told(name: str) -> tuple[str, str]:
        return next((one.message, one.due) for one in recorded(project, TODAY) if one.name == name)

    assert "1 by role steward of gold, 0 given" in told("approvals")[0]
    approve(project, "gold", key=keys["ann"])
    approve(project, "gold", key=keys["bob"])
    add_review(project, GUIDE, "passed", key=keys["ann"])
    message, due = told("approvals")
    assert "approved: gold by ann@example.org (steward); gold by bob@example.org (reviewer)" in message
    assert due == "" and f"{GUIDE} passed" in told("review")[0]
    write_version(project.root, 8)
    message, due = told("approvals")
    assert "bob@example.org's approval of gold is stale: gold/train.parquet changed" in message
    assert due == "assay approve --list"
