"""Each example is what its truth says it is, and all of them run to a verdict."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from curate.project import Project
from curate.task import read_task
from examples import run as runner
from examples.run import HERE, Run, chosen, copy_example, main, make_subset, names
from examples.table import Figure, Result, show
from examples.truth import differences, planted_rows, raw_rows, read_truth, spans, with_offsets
from tests.chain import run_stages
from train.judge.params import EvaluateParams
from train.params import TrainParams

NAMES = names()
every_example = pytest.mark.parametrize("name", NAMES)
RESULT = Result(
    "classification", "macro_f1", 0.8, 50, (Figure("prompt", 0.5, 0.4, 0.6, None, 12.0),), "fine_tune", "+0.2"
)


@every_example
def test_truth_speaks_of_rows_that_are_there_and_places_every_value(name: str) -> None:
    truth, rows = read_truth(HERE / name), raw_rows(HERE / name)
    assert set(planted_rows(truth)) <= set(rows)
    assert set(truth["outcomes"]) <= set(rows)
    for row, _, span in spans(truth):
        assert rows[row]["text"][span["start"] : span["end"]] == span["value"], (row, span)
    for kind in ("exact_duplicates", "near_duplicates", "leaks"):
        assert all(entry["of"] in rows for entry in truth.get(kind, {}).values())


@every_example
def test_an_example_is_whole_and_large_enough(name: str) -> None:
    folder = HERE / name
    assert len(raw_rows(folder)) >= 150
    assert read_task(folder).demo_key and read_task(folder).blanks() == []
    assert (folder / "README.md").exists() and (folder / "decisions" / ".gitkeep").exists()
    pipeline = yaml.safe_load((folder / "dvc.yaml").read_text())
    own = yaml.safe_load((HERE.parent / "dvc.yaml").read_text())
    assert [stage["cmd"] for stage in pipeline["stages"].values()] == [
        stage["cmd"] for stage in own["stages"].values()
    ]


@every_example
def test_every_parameter_that_the_pipeline_watches_is_written_down(name: str) -> None:
    """DVC refuses a stage, after minutes of training, whose parameter a file leaves to its default."""
    folder = HERE / name
    for stage in yaml.safe_load((folder / "dvc.yaml").read_text())["stages"].values():
        for watched in stage["params"]:
            files = watched if isinstance(watched, dict) else {"params.yaml": [watched]}
            for file, keys in files.items():
                values = yaml.safe_load((folder / file).read_text())
                for key in keys:
                    part = values
                    for step in key.split("."):
                        assert step in part, f"{file}: {key} is watched by `{stage['cmd']}` and not there"
                        part = part[step]


@every_example
def test_a_subset_s_parameters_are_such_as_the_stages_take(name: str, tmp_path: Path) -> None:
    make_subset(HERE / name, tmp_path / name)
    project = Project(tmp_path / name)
    assert project.params("train", TrainParams).suited(project.task.kind).systems
    assert project.params("evaluate", EvaluateParams).forgetting is None


@pytest.mark.slow
@every_example
def test_the_stages_make_of_what_was_planted_what_the_truth_says(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    copy_example(HERE / name, folder)
    run_stages(folder)
    assert differences(folder) == []


@pytest.mark.slow
def test_every_example_runs_to_a_verdict_on_a_few_rows(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    assert main(["--subset", "--json", str(figures)]) == 0
    told = {row["example"]: row["result"] for row in json.loads(figures.read_text())}
    assert sorted(told) == NAMES
    assert all(result["verdict"] and result["figures"] for result in told.values())


def test_the_repository_s_own_pipeline_does_not_look_into_examples() -> None:
    """An example is ignored by the DVC project above it, and git ignores what a run writes."""
    written = [f"examples/x/{name}" for name in ("dvc.lock", "split.lock", "gold", "models", "data/ingest")]
    ignored = subprocess.run(
        ["git", "check-ignore", *written, "examples/.dvc/cache"],
        cwd=HERE.parent,
        capture_output=True,
        text=True,
    )
    if ignored.returncode == 128:
        pytest.skip("not a git checkout")
    assert ignored.stdout.split() == [*written, "examples/.dvc/cache"]
    kept = ["examples/x/data/raw/data.jsonl", "examples/x/truth.json", "examples/.dvc/config"]
    assert subprocess.run(["git", "check-ignore", *kept], cwd=HERE.parent, check=False).returncode == 1


def test_a_failed_example_stops_no_other_and_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def run(name: str, *, subset: bool) -> Run:
        asked.append(name)
        return Run(name, None if name == "a" else RESULT, 1.0)

    monkeypatch.setattr(runner, "names", lambda: ["a", "b"])
    monkeypatch.setattr(runner, "run", run)
    assert main([]) == 1
    assert asked == ["a", "b"]
    printed = capsys.readouterr().out
    assert "failed" in printed and "fine_tune" in printed
    assert main(["--only", "b"]) == 0
    with pytest.raises(SystemExit) as stop:
        main(["--only", "c"])
    assert stop.value.code == 2
    assert "no example is called c; there are: a, b" in capsys.readouterr().err


def test_the_table_has_a_line_a_system_with_its_interval(capsys: pytest.CaptureFixture[str]) -> None:
    show([("hr", RESULT, 61.0), ("late", None, 3.0)], Console(width=140))
    printed = capsys.readouterr().out
    assert "0.500" in printed and "0.400 to 0.600" in printed and "50 rows, 61 s" in printed
    assert "hr: +0.2" in printed


def test_only_names_examples() -> None:
    assert chosen(None, ["a", "b"]) == ["a", "b"]
    assert chosen("b", ["a", "b"]) == ["b"]
    assert chosen("b, a", ["a", "b"]) == ["b", "a"]


def test_a_value_must_stand_once_in_its_row() -> None:
    rows = {"1": {"text": "call 020 or 020"}}
    with pytest.raises(ValueError, match="2 times"):
        with_offsets({"entities": {"1": [{"value": "020"}]}}, rows, "text")


def test_a_subset_is_small_and_leaves_the_example_alone(tmp_path: Path) -> None:
    example = tmp_path / "example"
    (example / "data" / "raw").mkdir(parents=True)
    (example / "data" / "raw" / "data.jsonl").write_text('{"id": 1}\n' * 200)
    (example / "data" / "raw" / "held_out.jsonl").write_text('{"id": 2}\n' * 60)
    for name in ("task.yaml", "dvc.yaml", "names.txt", "dvc.lock", "decisions/pii.jsonl"):
        (example / name).parent.mkdir(exist_ok=True)
        (example / name).write_text("{}")
    (example / "params.yaml").write_text("train: {systems: [prompt, retrieved, lm_lora]}\nscan: {}\n")
    make_subset(example, tmp_path / "few")
    assert len((tmp_path / "few" / "data" / "raw" / "data.jsonl").read_text().splitlines()) == 45
    assert len((tmp_path / "few" / "data" / "raw" / "held_out.jsonl").read_text().splitlines()) == 8
    params = yaml.safe_load((tmp_path / "few" / "params.yaml").read_text())
    assert params["train"]["systems"] == ["prompt", "lm_lora"] and params["train"]["lm_lora"]["epochs"] == 1
    assert (tmp_path / "few" / "names.txt").exists() and (
        tmp_path / "few" / "decisions" / "pii.jsonl"
    ).exists()
    assert not (tmp_path / "few" / "dvc.lock").exists()
    assert (tmp_path / "few" / ".dvc").is_dir() and not (example / ".dvc").exists()
