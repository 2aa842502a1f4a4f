"""Reviews come due by the day and by what happens; a signed record closes them; who is late is named."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from curate.errors import AssayError
from curate.project import Project
from governance.gate import GATES
from governance.records.kinds import FirstReview, Incident, Review, type_of
from governance.records.ledger import verify
from governance.records.reviews import add_incident, reviews
from governance.records.statement import read_record
from governance.records.store import append, sound_journal
from governance.review_calendar import calendar, record_review
from governance.status import recorded
from tests.chain import assay

from .signed import commit

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH")
TODAY = date.today()
LATER = TODAY + timedelta(days=200)


def _card(project: Project, **changes: Any) -> Project:
    path = project.root / "task.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}))
    commit(project.root)
    return Project(project.root)


def _gate(project: Project, on: date = TODAY) -> tuple[bool, str]:
    (found,) = GATES["review"](project, on)
    return found.passed, found.message


def test_a_review_that_is_late_fails_the_gate_and_says_who(project: Project, keys: dict[str, Path]) -> None:
    late = TODAY - timedelta(days=1)
    project = _card(project, review={"next": late}, owner="Ada Owner", reviewers=["Bo Reader"])
    passed, words = _gate(project)
    assert not passed and f"the review was due on {late}" in words
    assert "owner: Ada Owner" in words and "Bo Reader" in words
    with pytest.raises(AssayError, match="names the day of the next one"):
        record_review(project, "passed", TODAY, key=keys["ann"])
    with pytest.raises(AssayError, match="is not to come"):
        record_review(project, "passed", TODAY, next_on=TODAY, key=keys["ann"])
    record, closed = record_review(project, "passed", TODAY, next_on=LATER, key=keys["ann"])
    assert [one.trigger for one in closed] == ["date"]
    assert isinstance(record.predicate, Review) and record.predicate.closes == ["date"]
    passed, words = _gate(project)
    assert passed and f"next review on {LATER}" in words
    assert not _gate(project, LATER + timedelta(days=1))[0]
    assert verify(project.root, project=project.task.name).sound


def test_an_incident_makes_one_due_within_days_until_a_passed_review(
    project: Project, keys: dict[str, Path]
) -> None:
    project = _card(project, review={"next": LATER})
    add_incident(project, "drill", "none")
    assert calendar(project, TODAY).due == ()
    add_incident(project, "wrong team was sent an export", "low")
    (due,) = calendar(project, TODAY).due
    assert (due.trigger, due.by - due.since) == ("incident", timedelta(days=14))
    assert _gate(project)[0]
    late, words = _gate(project, TODAY + timedelta(days=16))
    assert not late and "incident of severity low" in words
    (line,) = [one for one in recorded(project, TODAY) if one.name == "review"]
    assert "incident" in line.message and "owner" in line.due
    record_review(project, "open", TODAY, key=keys["ann"])
    assert calendar(project, TODAY).due, "an open review closes nothing"
    record_review(project, "passed", TODAY, key=keys["ann"])
    assert calendar(project, TODAY).due == ()


def test_a_stranger_closes_nothing(project: Project, keys: dict[str, Path]) -> None:
    project = _card(project, review={"next": LATER})
    add_incident(project, "x", "high")
    with pytest.raises(AssayError, match="not by an allowed signer"):
        record_review(project, "passed", TODAY, key=keys["eve"])
    assert calendar(project, TODAY).due


def test_another_licence_another_base_and_one_that_is_withdrawn(
    project: Project, keys: dict[str, Path]
) -> None:
    source = {"licence": "CC0-1.0", "description": "d", "lawful_basis": "l", "purpose": "p", "retention": "r"}
    model = project.models / "lora" / "model.json"
    model.parent.mkdir(parents=True, exist_ok=True)
    model.write_text(json.dumps({"base": {"name": "small-lm"}}))
    project = _card(project, review={"next": LATER}, sources={"desk": source})
    record_review(project, "passed", TODAY, key=keys["ann"])
    assert calendar(project, TODAY).due == ()
    model.write_text(json.dumps({"base": {"name": "other-lm"}}))
    project = _card(project, sources={"desk": {**source, "licence": "CC-BY-NC-4.0"}})
    assert {one.trigger for one in calendar(project, TODAY).due} == {"licence", "base_model"}
    record_review(project, "passed", TODAY, key=keys["ann"])
    params = project.root / "params.yaml"
    document = yaml.safe_load(params.read_text()) or {}
    params.write_text(yaml.safe_dump({**document, "review": {"withdrawn": ["other-lm"], "days": 0}}))
    (due,) = calendar(project, TODAY).due
    assert due.trigger == "base_model" and "other-lm was withdrawn" in due.words


def test_drift_is_read_from_records_of_monitoring(project: Project) -> None:
    from governance.records import kinds

    if "monitoring" not in kinds.KINDS:
        pytest.skip("this version has no records of monitoring")
    project = _card(project, review={"next": LATER})
    fields = {
        "against": "0" * 64, "rows": 9, "compared": 9, "units": 9, "spent": 1, "drift": True,
        "advice": "label", "columns": [],
    }  # fmt: skip
    append(project.root, kinds.KINDS["monitoring"], {}, fields, project=project.task.name)
    assert [one.trigger for one in calendar(project, TODAY).due] == ["drift"]


def test_reviews_of_the_first_version_are_still_read(project: Project, keys: dict[str, Path]) -> None:
    from governance.records.signing import signer

    fields = {"of": "label guide", "outcome": "failed", "note": ""}
    signed = signer(project.root, keys["ann"])
    record = append(project.root, FirstReview, {}, fields, project=project.task.name, signed=signed)
    assert type_of(type(read_record(record.content).predicate)) == "urn:assay:record:review:v1"
    assert [one.said.outcome for one in reviews(project)] == ["failed"]
    assert not _gate(project)[0]


def test_the_commands_list_and_record(project: Project, keys: dict[str, Path]) -> None:
    project = _card(project, review={"next": TODAY - timedelta(days=3)}, owner="Ada Owner")
    append(
        project.root, Incident, {}, {"what": "x", "severity": "low", "note": ""}, project=project.task.name
    )
    done = assay(project.root, "review", "list", "--format", "json", check=False)
    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert [one["trigger"] for one in document["due"]] == ["date", "incident"]
    done = assay(
        project.root,
        "review",
        "record",
        "--outcome",
        "passed",
        "--next",
        str(LATER),
        "--key",
        str(keys["ann"]),
    )
    assert done.returncode == 0 and "closes date, incident" in done.stderr
    done = assay(project.root, "review", "list")
    assert done.returncode == 0 and str(LATER) in done.stdout and "ann@example.org" in done.stdout
    assert len(sound_journal(project.root).of(Review)) == 1
