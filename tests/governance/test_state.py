"""A working copy that is not what it seems, and what `status`, `check` and `doctor` say of it."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import yaml

from curate.conflicts import conflict_line
from curate.project import Project
from curate.provenance import begin
from curate.publish import stage as publishing
from curate.publish.upstream import Upstream
from curate.versions.locked import folder_md5
from governance.doctor import examine, tracker
from governance.gate import _held_out, _leakage, _version, _written_alike
from governance.state import faults
from governance.status import overview
from tests.curate.publish.conftest import card, key, project, upstream, write_upstream

__all__ = ["card", "key", "project", "upstream"]  # fixtures
TODAY = date(2026, 11, 29)
CONFLICT = "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n"


def git(root: Path, *arguments: str) -> None:
    name = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *name, *arguments], cwd=root, check=True, capture_output=True)


def lock(here: Project) -> None:
    """Write the `dvc.lock` that DVC would write now."""
    stages = {
        "ingest": {"outs": [{"path": "data/ingest", "md5": folder_md5(here.stage("ingest"))}]},
        "publish": {"outs": [{"path": "gold", "md5": folder_md5(here.gold)}]},
    }
    (here.root / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))


@pytest.fixture
def published(project: Project) -> Project:
    publishing.run(project)
    lock(project)
    git(project.root, "init", "-q")
    git(project.root, "add", "dvc.lock", "task.yaml", "params.yaml")
    git(project.root, "commit", "-qm", "one")
    return Project(project.root)


def said(here: Project) -> str:
    """What all three say, in one text."""
    lines = [f"{line.name}: {line.message} {line.due}" for line in overview(here, TODAY)]
    lines += [f"{found.level} {found.name}: {found.message} {found.fix}" for found in examine(here.root)]
    try:
        gates = [*_version(here, TODAY), *_held_out(here, TODAY)]
    except Exception as error:
        return "\n".join([*lines, f"gate: {error}"])
    return "\n".join(lines + [f"{gate.name} {gate.passed}: {gate.message} {gate.fix}" for gate in gates])


def test_all_is_well_where_nothing_changed(published: Project) -> None:
    assert faults(published) == []
    [gate] = _version(published, TODAY)
    assert gate.passed and "made with this card" in gate.message


@pytest.mark.parametrize(
    "name", ["dvc.lock", "decisions/pii.jsonl", "data/raw/x.csv.dvc", "split.lock", "params.yaml"]
)
def test_a_merge_conflict_is_said_as_such_with_its_line_and_fix(published: Project, name: str) -> None:
    path = published.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CONFLICT)
    [fault] = faults(published)
    assert f"{name} holds an unresolved merge conflict, from line 2 on" in fault.problem
    assert "git add" in fault.fix
    if name != "params.yaml":
        [gate] = _version(published, TODAY)
        assert not gate.passed and "merge conflict" in gate.message
        assert said(published).count("unresolved merge conflict") >= 3
    else:
        with pytest.raises(Exception, match="unresolved merge conflict"):
            begin(published, "split")


@pytest.mark.parametrize(
    "text", ["a\n=======\nb\n", "<<<<<<< HEAD\nno end\n", "x <<<<<<< y\n>>>>>>> z\n", ""]
)
def test_what_is_no_conflict_is_not_taken_for_one(text: str) -> None:
    assert conflict_line(text) is None


def test_gold_of_another_commit_is_named_with_that_commit(published: Project, upstream: Upstream) -> None:
    first = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=published.root, check=True, capture_output=True, text=True
    ).stdout[:10]
    before = (published.root / "dvc.lock").read_text()
    (published.root / "dvc.lock").write_text(before.replace(folder_md5(published.gold), "0" * 32 + ".dir"))
    git(published.root, "commit", "-qam", "two")  # as `git checkout` without `dvc checkout`
    [fault] = faults(published)
    assert f"gold/ is the version of commit {first}" in fault.problem and "dvc checkout" in fault.fix
    assert said(published).count("gold/ is the version of commit") >= 3
    # Made by hand since: no commit knows it.
    (published.gold / "README.md").write_text("changed")
    [fault] = faults(published)
    assert fault.problem == "gold/ is not the version that dvc.lock names"


def test_stale_stages_and_a_gold_of_other_data_are_seen(published: Project, upstream: Upstream) -> None:
    text = (published.root / "params.yaml").read_text()
    (published.root / "params.yaml").write_text(text + "redact: {scope: dataset}\n")
    assert any("redact.scope" in fault.problem for fault in faults(published))
    assert said(published).count("redact.scope") >= 2
    (published.root / "params.yaml").write_text(text)
    relabelled = upstream.examples.with_columns(output=pl.lit("other"))
    write_upstream(Upstream(**{**vars(upstream), "examples": relabelled}), published)
    [fault] = faults(published)
    assert fault.problem == "gold/ was published from other data than stands in data/split"


def test_a_fresh_clone_without_data_is_told_to_fetch_it(published: Project) -> None:
    import shutil

    shutil.rmtree(published.root / "data")
    [gate] = _version(published, TODAY)
    assert gate.passed and "data/ is not in this working copy" in gate.message
    shutil.rmtree(published.gold)
    text = said(published)
    assert "does not exist" not in text.replace("split.lock does not exist", "")
    assert text.count("dvc pull") >= 3 and "no gold version has been published" not in text


def test_rows_that_lost_different_values_are_no_leak_of_each_other() -> None:
    pairs = pl.DataFrame(
        {"train_id": ["a", "a", "b"], "test_id": ["x", "y", "y"], "similarity": [1.0, 1.0, 1.0]}
    )
    edits = pl.DataFrame(
        {
            "example_id": ["a", "x", "y", "b"],
            "field": ["input", "input", "input", "output"],
            "value_id": ["1", "1", "2", "9"],
            "action": ["replace", "replace", "replace", "replace"],
        }
    )
    assert _written_alike(pairs, edits).rows() == [("a", "x", 1.0)]


def test_the_leakage_gate_judges_what_people_wrote(published: Project) -> None:
    [gate] = _leakage(published, TODAY)
    written = pl.read_parquet(published.stage("ingest") / "examples.parquet")
    # "..., row a" to "..., row f" are alike in letters, and twins by both texts.
    assert not gate.passed and written.height == 9


@pytest.mark.parametrize("how", ["DVC", "git", ""])
def test_doctor_says_what_keeps_the_raw_files(tmp_path: Path, how: str) -> None:
    git(tmp_path, "init", "-q")
    raw = tmp_path / "raw.csv"
    raw.write_text("id\n")
    if how == "DVC":
        (tmp_path / "raw.csv.dvc").write_text("outs: []\n")
    if how == "git":
        git(tmp_path, "add", "raw.csv")
    assert tracker(tmp_path, raw) == how


@pytest.mark.parametrize(("value", "told"), [("2027-01-01", True), ('"2027-01-01"', False)])
def test_doctor_says_that_dvc_takes_no_bare_date(tmp_path: Path, value: str, told: bool) -> None:
    (tmp_path / "task.yaml").write_text(
        "name: t\nkind: classification\nbehaviour: b\nmetric: {name: accuracy, target: 0.9}\n"
    )
    (tmp_path / "params.yaml").write_text(f"redact: {{as_of: {value}}}\n")
    dates = [finding for finding in examine(tmp_path) if finding.name == "dates"]
    assert [finding.level for finding in dates] == ["fail"] * told
    assert all("redact.as_of" in finding.message for finding in dates)


def test_a_date_without_quotes_on_the_card_says_so_and_nothing_of_the_key(
    published: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from governance.cli.main import main

    path = published.root / "task.yaml"
    document = yaml.safe_load(path.read_text())
    document["sources"] = {"desk": {"retention": date(2027, 6, 1)}}
    path.write_text(yaml.safe_dump(document))
    monkeypatch.chdir(published.root)
    words = 'put it in quotes in task.yaml: retention: "2027-06-01"'
    found = {finding.name: finding for finding in examine(published.root)}
    assert found["task"].level == "fail" and found["task"].fix == words
    assert "no key" not in f"{found['key'].message} {found['gold'].message}"
    assert "cannot be read" in found["key"].message and found["gold"].level == "warn"
    for command in ("check", "status"):
        with pytest.raises(SystemExit) as stop:
            main([command])
        assert stop.value.code == 2 and words in capsys.readouterr().err


def test_a_long_message_of_a_gate_is_shown_whole() -> None:
    from governance.cli.rim import in_cells

    message = "; ".join(f"word{number} of a gate" for number in range(100))
    parts = in_cells(message)
    assert [first for first, _ in parts] == [True] + [False] * (len(parts) - 1)
    assert " ".join(part for _, part in parts) == message and max(len(part) for _, part in parts) < 400
