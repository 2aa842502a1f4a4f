"""Whether a model may answer: changed, unrecorded, revoked and overdue ones may not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from curate.errors import AssayError
from curate.project import Project
from curate.sealed_folder import seal_folder
from governance.cli.main import main
from governance.records.events import trained
from governance.records.store import path_of
from governance.standing import MayNotAnswer, model_standing
from tests.governance.records.test_events import CARD, write_version

TODAY = date(2026, 11, 29)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with two trained systems, sealed and recorded."""
    card = {**CARD, "demo_key": "a key for tests only, of some length", "review": {"next": "2026-11-29"}}
    (tmp_path / "task.yaml").write_text(yaml.safe_dump(card))
    write_version(tmp_path, 5)
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    seal_folder(project.models, project.key, "models")
    trained(project)
    return project


def codes(project: Project, system: str = "lora", today: date = TODAY) -> list[str]:
    return [objection.code for objection in model_standing(Project(project.root), system, today).objections]


def test_a_model_as_it_was_trained_and_recorded_may_answer(project: Project) -> None:
    found = model_standing(project, "lora", TODAY)
    assert found.good and found.authenticated
    found.require()


def test_one_that_was_changed_or_that_no_record_names_may_not(project: Project) -> None:
    (project.models / "probe" / "model.json").write_text("other")
    assert codes(project) == ["changed"]  # the sealed folder is one
    assert codes(project, "probe") == ["changed", "unrecorded"]
    seal_folder(project.models, project.key, "models")
    assert codes(project) == [] and codes(project, "probe") == ["unrecorded"]
    with pytest.raises(MayNotAnswer, match="not the one that its training record names") as refused:
        model_standing(project, "probe", TODAY).require()
    assert refused.value.exit_code == 2 and "assay train" in refused.value.fix


def test_a_revoked_one_may_not_until_it_is_trained_to_other_bytes(project: Project) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["revoke", "lora", "--reason", "routes privacy requests to billing"])
    assert not stop.value.code
    assert codes(project) == ["revoked"] and codes(project, "probe") == []
    assert "privacy requests" in model_standing(project, "lora", TODAY).objections[0].problem
    write_version(project.root, 5, model="b")
    seal_folder(project.models, project.key, "models")
    trained(project)
    assert codes(project) == []


def test_a_review_that_is_overdue_stops_every_model(project: Project) -> None:
    assert codes(project, today=date(2026, 11, 30)) == ["review_overdue"]


def test_one_that_learned_from_somebody_who_was_erased_may_not(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.standing.must_retrain", lambda project, folder: f"{folder.name} saw rows")
    assert codes(project) == ["must_retrain"]


def test_without_the_key_the_standing_says_that_nothing_was_authenticated(project: Project) -> None:
    card = {**CARD, "review": {"next": "2026-11-29"}}
    (project.root / "task.yaml").write_text(yaml.safe_dump(card))
    found = model_standing(Project(project.root), "lora", TODAY)
    assert found.good and not found.authenticated


def test_a_damaged_journal_and_an_unknown_system_are_errors(project: Project) -> None:
    with pytest.raises(AssayError, match="there are: lora, probe"):
        model_standing(project, "lm_lora", TODAY)
    record = next(iter((project.root / "records").glob("*/*.json")))
    record.write_text("{}")
    with pytest.raises(AssayError, match="ledger verify") as damaged:
        model_standing(project, "lora", TODAY)
    assert damaged.value.exit_code == 2
    assert path_of(project.root, record.parent.name + record.stem) == record
