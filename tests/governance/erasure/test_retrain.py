"""A model that learned from somebody who was taken out since does not answer, pass or leave the project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from curate.project import Project
from curate.versions.twins import FOLDER, document_of
from governance.cli.main import main
from governance.erasure.retrain import all_that_must, must_retrain
from governance.record_gates import retrain
from governance.standing import model_standing
from tests.governance.records.test_events import CARD
from train.erased import erasure_line, note_erasures

LEARNED, TWIN = "a" * 64, "b" * 64


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    (tmp_path / "task.yaml").write_text(yaml.safe_dump(CARD))
    for name, gold in (("lora", LEARNED), ("seeds/lora-1", LEARNED), ("probe", TWIN)):
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "model.json").write_text(json.dumps({"name": name, "gold": gold}))
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


def erased(root: Path, twins: dict[str, str]) -> None:
    name, content = document_of(twins, {LEARNED: TWIN}, [LEARNED], [], [])
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    (root / FOLDER / f"{name}.json").write_bytes(content)


def test_only_models_of_a_version_that_held_them_must(project: Project) -> None:
    assert retrain(project)[:2] == (True, "nobody was taken out") and not all_that_must(project)
    erased(project.root, {"1" * 32 + ".dir": "2" * 32 + ".dir"})
    assert all_that_must(project) == ["lora", "seeds/lora-1"]
    passed, words, fix = retrain(project)
    assert not passed and "2 models" in words and "dvc repro" in fix
    assert must_retrain(project, project.models / "probe") == ""
    codes = {
        name: [one.code for one in model_standing(project, name).objections] for name in ("lora", "probe")
    }
    assert "must_retrain" in codes["lora"] and "must_retrain" not in codes["probe"]


def test_such_a_model_is_not_exported(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    erased(project.root, {})
    with pytest.raises(SystemExit) as stop:
        main(["export", "lora", "out"])
    assert stop.value.code == 1 and "not exported" in capsys.readouterr().err


def test_versions_rewritten_apart_fail_the_gate(project: Project) -> None:
    for name in ("lora", "seeds/lora-1"):
        (project.models / name / "model.json").write_text(json.dumps({"gold": TWIN}))
    for end in "23":
        erased(project.root, {"1" * 32 + ".dir": end * 32 + ".dir"})
    passed, _, fix = retrain(project)
    assert not passed and "--again" in fix


def test_the_card_of_a_model_trained_after_says_so(project: Project) -> None:
    card = project.models / "probe" / "model.json"
    before = card.read_bytes()
    note_erasures(project.models, project.root)
    assert card.read_bytes() == before
    erased(project.root, {})
    note_erasures(project.models, project.root)
    said = json.loads(card.read_text())
    assert erasure_line(said) == ["- trained without the rows taken out by 1 erasure"]
    assert erasure_line(json.loads(before)) == []
