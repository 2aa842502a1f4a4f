"""`assay select`: rows chosen of a plain file and of a project, and the files that say why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from curate.errors import AssayError
from curate.project import Project
from governance.cli.select import COLUMNS, select

TOPICS = {
    "billing": [
        "refund the invoice",
        "charged twice on my card",
        "a receipt for the payment",
        "my card was refused",
    ],
    "delivery": [
        "where is my parcel",
        "the driver never came",
        "my parcel is late",
        "parcel left in the rain",
    ],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = [
        {
            "key": f"{label[0]}{at}",
            "text": f"{text} number {at}",
            "queue": label,
            "lang": "en" if at % 4 else "cy",
        }
        for label, said in TOPICS.items()
        for at, text in enumerate(said * 3)
    ]
    path = tmp_path / "export.csv"
    pl.DataFrame(rows).write_csv(path)
    return path


def call(*arguments: Any) -> Any:
    return CliRunner().invoke(select, [str(argument) for argument in arguments])


def test_rows_of_a_file_are_chosen_evenly_and_both_files_are_written(file: Path, tmp_path: Path) -> None:
    out, subset = tmp_path / "chosen.parquet", tmp_path / "few.csv"
    columns = ("--input", "text", "--output", "queue", "--id", "key", "--vectors", "words")
    done = call(
        file, *columns, "--budget", 6, "--by", "lang", "-o", out, "--subset", subset, "--format", "json"
    )
    assert done.exit_code == 0, done.output
    chosen, rows = pl.read_parquet(out), pl.read_csv(subset)
    assert ", ".join(chosen.columns) == COLUMNS
    assert sorted(rows["key"]) == sorted(chosen["row"]) and rows["queue"].to_list().count("billing") == 3
    said = json.loads(done.stdout)
    assert said["chosen"] == 6 and said["rows"] == 24 and said["vectors"] == "words"
    spread = {(one["by"], one["value"]): one["chosen"] for one in said["spread"]}
    assert spread["queue", "billing"] == spread["queue", "delivery"] == 3
    assert spread["lang", "en"] + spread["lang", "cy"] == 6
    shuffled = tmp_path / "shuffled.csv"
    pl.read_csv(file).sample(fraction=1, shuffle=True, seed=3).write_csv(shuffled)
    again = tmp_path / "again.parquet"
    assert call(shuffled, *columns, "--budget", 6, "-o", again).exit_code == 0
    assert pl.read_parquet(again).equals(chosen)
    shown = call(file, *columns, "--budget", 6)
    assert "6 of 24 rows chosen" in shown.output and "parcel" not in shown.output


def test_a_wrong_label_is_not_chosen(file: Path) -> None:
    pytest.importorskip("sklearn")
    from train.plain_selection import select as choose

    frame = pl.read_csv(file)
    wrong = frame.with_columns(
        pl.when(pl.col("key") == "d1").then(pl.lit("billing")).otherwise("queue").alias("queue")
    )
    result = choose(wrong, "text", "queue", budget=18, vectors="words", id="key")
    assert result.judged and "d1" not in result.chosen["row"].to_list()
    assert result.passed_over.filter(pl.col("row") == "d1")["quality"][0] < 0.5


def test_rows_that_the_schema_of_the_kind_refuses_come_last() -> None:
    from train.plain_selection import select as choose

    texts = [f"where is my card {at}" for at in range(12)]
    long = pl.DataFrame({"text": ["x " * 20_000, *texts], "label": ["lost", *["lost", "found"] * 6]})
    result = choose(long, "text", "label", budget=4, vectors="words")
    assert 0 not in result.chosen["row"].to_list() and result.passed_over["quality"][0] == 0
    forms = pl.DataFrame({"text": texts, "form": ["not JSON", *['{"card": "my"}'] * 11]})
    result = choose(forms, "text", "form", budget=4, kind="extraction", vectors="words")
    assert 0 not in result.chosen["row"].to_list()


def test_columns_and_budgets_are_checked(file: Path) -> None:
    with pytest.raises(AssayError, match="needs a column of texts"):
        select.main([str(file), "--budget", "3"], standalone_mode=False)
    with pytest.raises(AssayError, match="nope"):
        select.main([str(file), "--budget", "3", "--input", "nope"], standalone_mode=False)
    with pytest.raises(AssayError, match="with --balance"):
        asked = [str(file), "--budget", "3", "--input", "text", "--balance", "nope"]
        select.main(asked, standalone_mode=False)
    with pytest.raises(AssayError, match="does not name each row once"):
        asked = [str(file), "--budget", "3", "--input", "text", "--id", "queue"]
        select.main(asked, standalone_mode=False)
    all_of_them = call(file, "--input", "text", "--budget", 500, "--vectors", "words")
    assert all_of_them.exit_code == 0 and "24 of 24" in all_of_them.output
    assert "the budget is 500, and all there is to choose from is 24 rows" in all_of_them.output
    one = call(file, "--input", "text", "--output", "queue", "--budget", 1, "--vectors", "words")
    assert "queue has 2 values, more than the budget of 1: only the commonest get a row" in one.output
    fits = call(file, "--input", "text", "--output", "queue", "--budget", 2, "--vectors", "words")
    assert "budget" not in fits.output


def test_of_a_project_the_training_rows_are_chosen(desk: Project, tmp_path: Path) -> None:
    out, subset = tmp_path / "chosen.parquet", tmp_path / "few.parquet"
    done = call("--budget", 4, "--vectors", "words", "-o", out, "--subset", subset)
    assert done.exit_code == 0, done.output
    train = pl.read_parquet(desk.gold / "train.parquet")
    rows = pl.read_parquet(subset)
    assert rows.height == 4 and rows.schema == train.schema
    assert set(rows["example_id"]) <= set(train["example_id"])
    assert "output" in done.output and "source" in done.output
    with pytest.raises(AssayError, match="for a plain FILE"):
        select.main(["--budget", "4", "--input", "text"], standalone_mode=False)
