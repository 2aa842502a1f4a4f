"""`assay export`: what is asked for is found in the project, and what it cannot do it says with the fix."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from curate.errors import AssayError, GateFailed
from governance.cli.export import export
from train.export.verify import Compared

CARD = (
    "assay: 1\nname: t\nkind: extraction\nbehaviour: read\nmetric: {name: field_f1, target: 0.9}\n"
    "output_schema: {type: object}\n"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a model's card and nothing else."""
    (tmp_path / "task.yaml").write_text(CARD)
    (tmp_path / "params.yaml").write_text("{}\n")
    folder = tmp_path / "models" / "lm_lora"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text('{"schema": "assay.model/1", "name": "lm_lora"}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Any:
    return CliRunner().invoke(export, list(arguments))


def test_a_system_is_named_or_its_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from train.export import run as room

    asked: list[Any] = []

    def write(source: Any, out: Path, form: str, **knobs: Any) -> Any:
        asked.append((source.folder.resolve(), source.models, form, knobs["numbers"]))
        return room.Exported(out, "merged", {"a": "b"}, Compared(4, 1e-7, 4), False)

    monkeypatch.setattr("train.export.run.export", write)
    done = run("lm_lora", "out", "--form", "merged", "--numbers", "bfloat16")
    assert done.exit_code == 0, done.output
    assert "NOT AUTHENTICATED" in done.output and "4 answered alike" in done.output
    assert run("models/lm_lora", "out", "--format", "json").exit_code == 0
    folder = project / "models" / "lm_lora"
    models = project / "models"
    assert asked == [(folder, models, "merged", "bfloat16"), (folder, models, "adapter", "float32")]
    said = json.loads(run("lm_lora", "out", "--format", "json").stdout)
    assert said["schema"] == "assay.export/1" and said["compared"]["same_answers"] == 4


def test_faults_are_errors_with_a_fix(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    absent = run("lm_dpo", "out").exception
    assert isinstance(absent, AssayError) and "assay train" in absent.fix
    unsealed = run("lm_lora", "out").exception
    assert isinstance(unsealed, GateFailed) and "seal.json" in unsealed.problem
    evaluation = project / "reports" / "evaluation"
    evaluation.mkdir(parents=True)
    (evaluation / "comparison.json").write_text("{}")
    forged = run("lm_lora", "out").exception
    assert isinstance(forged, GateFailed) and "model card" in forged.problem
    assert run("lm_lora").exit_code == 2 and not (project / "out").exists()


def test_outside_a_project_there_is_only_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outside = run("lm_lora", "out").exception
    assert isinstance(outside, AssayError) and "task.yaml" in outside.problem
