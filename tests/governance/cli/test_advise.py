"""`assay advise` on plain files and in projects."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import polars as pl

from benchmarks.advise_tasks.tuning import tuning
from tests.chain import assay as _assay
from tests.chain import sample_project


def assay(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _assay(folder, *arguments, check=False)


TASKS = {task.name: task for task in tuning()}


def _written(name: str, folder: Path) -> Path:
    path = folder / f"{name}.csv"
    TASKS[name].rows.write_csv(path)
    return path


def test_a_plain_file_of_facts_is_advised_retrieval_with_masked_rows(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    pl.DataFrame(
        {
            "q": [f"What is the e-mail of client {at * 37}?" for at in range(60)],
            "a": [f"Write to mara.quill{at}@inbox.example, or ring 07700 900{at:03d}." for at in range(60)],
        }
    ).write_csv(path)
    done = assay(tmp_path, "advise", path.name, "--kind", "rewriting", "--input", "q", "--output", "a")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("\nretrieval") or done.stdout.startswith("retrieval")
    assert "mara.quill" not in done.stdout and "900011" not in done.stdout


def test_json_and_annotations_say_the_same_and_the_exit_code_follows(tmp_path: Path) -> None:
    path = _written("larkhill-replies", tmp_path)
    asked = (
        "advise",
        path.name,
        "--kind",
        "rewriting",
        "--input",
        "input",
        "--output",
        "output",
        "--held-out",
        "held_out",
    )
    done = assay(tmp_path, *asked, "--format", "json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["verdict"], document["schema"]) == (0, "fine-tune", "assay.advise/1")
    assert {"facts", "simple", "resolve"} <= {signal["name"] for signal in document["signals"]}
    noted = assay(tmp_path, *asked, "--format", "github")
    assert noted.stdout.startswith("::notice title=assay advise::fine-tune")


def test_a_date_column_shows_answers_that_change(tmp_path: Path) -> None:
    path = _written("stock-states", tmp_path)
    asked = ("advise", path.name, "--input", "input", "--output", "output", "--format", "json")
    dated = assay(tmp_path, *asked, "--date", "collected_at")
    assert json.loads(dated.stdout)["rule"] == "changes-with-date"
    assert json.loads(assay(tmp_path, *asked).stdout)["rule"] != "changes-with-date"


def test_columns_are_asked_for(tmp_path: Path) -> None:
    path = _written("stock-states", tmp_path)
    done = assay(tmp_path, "advise", path.name)
    assert done.returncode == 2 and "--input" in done.stderr


def test_a_card_without_a_metric_is_told_to_define_the_task(tmp_path: Path) -> None:
    root = sample_project(tmp_path / "project")
    assert assay(root, "ingest").returncode == 0
    card = root / "task.yaml"
    whole = card.read_text(encoding="utf-8")
    card.write_text(
        "\n".join(line for line in whole.splitlines() if not line.startswith("metric:")), encoding="utf-8"
    )
    done = assay(root, "advise", "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["rule"] == "no-metric"
    card.write_text(whole.replace("fresh_facts: false", "fresh_facts: true"), encoding="utf-8")
    assert json.loads(assay(root, "advise", "--format", "json").stdout)["verdict"] == "retrieval"
