"""Code that comes with a clone: a file of rules runs where the person here agreed, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from curate.errors import AssayError
from curate.outside import agreed_code
from curate.project import Project
from curate.validate.stage import run
from tests.attacks.project import edit_yaml, gates, repro

RULES = """import polars as pl
from pathlib import Path
from assay import rule

Path({mark!r}).write_text("it ran")

@rule
def about_lamps() -> pl.Expr:
    "speaks of a lamp"
    return pl.col("input").str.contains("lamp")
"""


@pytest.fixture
def mark(victim: Path, tmp_path: Path) -> Path:
    """What the file writes when it runs."""
    place = tmp_path / "mark"
    (victim / "rules.py").write_text(RULES.format(mark=str(place)))
    edit_yaml(victim / "params.yaml", validate={"rules_file": "rules.py"})
    return place


def test_a_file_of_rules_is_not_run_without_consent(victim: Path, mark: Path) -> None:
    with pytest.raises(AssayError, match="nobody here has agreed") as caught:
        run(Project(victim))
    assert f"export ASSAY_RUN={victim / 'rules.py'}" in caught.value.fix
    assert any(gate.failed for gate in gates(victim).values())
    assert not mark.exists()


@pytest.mark.parametrize("consent", [".", "rules.py", "/elsewhere", "victim-2"])
def test_consent_names_the_place_whole(
    victim: Path, mark: Path, consent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_RUN", consent)
    with pytest.raises(AssayError, match="nobody here has agreed"):
        run(Project(victim))
    assert not mark.exists()


def test_a_link_out_of_the_project_is_refused_whatever_was_agreed(
    victim: Path, mark: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (victim / "rules.py").rename(tmp_path / "theirs.py")
    (victim / "rules.py").symlink_to(tmp_path / "theirs.py")
    monkeypatch.setenv("ASSAY_RUN", str(victim))
    with pytest.raises(AssayError, match="leads out of the project"):
        run(Project(victim))
    with pytest.raises(AssayError, match="leads out of the project"):
        agreed_code(victim, "../theirs.py", by="x")
    assert not mark.exists()


def test_with_consent_it_runs_and_a_change_of_it_is_noticed(
    victim: Path, mark: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_RUN", str(victim / "rules.py"))
    repro(victim, "validate")
    assert mark.exists()
    manifest = yaml.safe_load((victim / "gold" / "manifest.json").read_text())
    assert len(manifest["params"]["validate"]["rules_file_digest"]) == 64
    assert not gates(victim)["version"].failed and not gates(victim)["schema"].failed
    (victim / "rules.py").write_text((victim / "rules.py").read_text().replace("lamp", "sofa"))
    assert gates(victim)["version"].failed
    with pytest.raises(AssayError, match="split refuses to go on"):
        repro(victim, "split")


def test_dvc_must_know_the_file(victim: Path, mark: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_RUN", str(victim))
    stage = {"cmd": "assay validate", "deps": ["data/dedup"], "outs": ["data/validate"]}
    edit = victim / "dvc.yaml"
    edit.write_text(yaml.safe_dump({"stages": {"validate": stage}}))
    with pytest.raises(AssayError, match="dvc would not notice"):
        run(Project(victim))
    stage["deps"] = ["data/dedup", "./rules.py"]
    edit.write_text(yaml.safe_dump({"stages": {"validate": stage}}))
    run(Project(victim))
