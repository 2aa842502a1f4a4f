"""`assay represent`: of a plain file and a project, with a live sample of which no text is told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from click.testing import CliRunner

from curate.errors import AssayError
from curate.project import Project
from governance.cli.represent import represent
from governance.report.looks import look
from governance.report.params import ReportParams
from tests.train.test_represent import live, sample


def call(*arguments: Any) -> Any:
    return CliRunner().invoke(represent, [str(argument) for argument in arguments])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    rows = sample(36)
    train, inputs = tmp_path / "train.csv", tmp_path / "live.csv"
    pl.DataFrame({"text": rows.texts, "label": rows.labels, "lang": rows.columns["language"]}).write_csv(
        train
    )
    pl.DataFrame({"said": live().texts}).write_csv(inputs)
    return train, inputs


def test_a_file_is_held_against_shares_and_a_live_sample(files: tuple[Path, Path]) -> None:
    train, inputs = files
    options = ("--input", "text", "--output", "label", "--vectors", "words")
    alone = call(train, *options)
    assert alone.exit_code == 0 and "Mix by length" in alone.output and "--live FILE" in alone.output
    both = (*options, "--live", inputs, "--live-input", "said", "--reference", "lang=cy:0.4", "--next", 3)
    done = call(train, *both, "--format", "json")
    assert done.exit_code == 1, done.output
    said = json.loads(done.stdout)
    assert said["reference"][0]["under"] and said["live"]["regions"][0]["inputs"] == 5
    assert len(said["live"]["candidates"]) == 3 and said["vectors"] == "words"
    shown = call(train, *both)
    assert shown.exit_code == 1 and "garden" not in shown.output and "under-represented" in shown.output
    assert "Mix by lang, length" in shown.output and "params.report" not in shown.output
    for one in said["live"]["candidates"]:
        line = f"{one['row']} +{one['stands_for']} +{one['uncertainty']:.2f}"
        assert re.search(line, shown.output), line
    with pytest.raises(AssayError, match="name a column that is there with --reference"):
        represent.main([str(train), "--input", "text", "--reference", "land=cy:0.2"], standalone_mode=False)
    with pytest.raises(AssayError, match="COLUMN=VALUE:SHARE"):
        represent.main([str(train), "--input", "text", "--reference", "lang=cy"], standalone_mode=False)


def named(done: Any) -> set[str]:
    """The rows of the live sample that a document names, of regions and candidates."""
    told = json.loads(done.stdout)["live"]
    return {str(row["row"]) for row in told["candidates"]}


def test_live_rows_are_named_by_their_column(files: tuple[Path, Path], tmp_path: Path) -> None:
    train, _ = files
    inputs = tmp_path / "named.csv"
    texts = live().texts
    ids = pl.Series("ticket", [f"L-{number}" for number in range(len(texts))])
    pl.DataFrame({"ticket": ids, "said": texts}).write_csv(inputs)
    options = ("--input", "text", "--output", "label", "--vectors", "words", "--format", "json")
    asked = (train, *options, "--live", inputs, "--live-input", "said", "--next", 3)
    numbers = named(call(*asked))
    wanted = {f"L-{number}" for number in numbers}
    assert named(call(*asked, "--live-id", "ticket")) == wanted
    pl.read_csv(train).with_columns(ticket=pl.lit("T-") + pl.col("text")).write_csv(train)
    assert named(call(*asked, "--id", "ticket")) == wanted
    # A column of the training rows alone is not asked of the live ones; one that is named for them is.
    assert named(call(*asked, "--id", "label")) == numbers
    with pytest.raises(AssayError, match="nowhere"):
        represent.main([str(one) for one in (*asked, "--live-id", "nowhere")], standalone_mode=False)


def test_live_rows_without_a_text_are_counted(files: tuple[Path, Path]) -> None:
    train, inputs = files
    pl.DataFrame({"said": [" ", "  ", *live().texts]}).write_csv(inputs)
    done = call(train, "--input", "text", "--vectors", "words", "--live", inputs, "--live-input", "said")
    assert "2 live rows without a text left out" in done.output and "Of 7 live inputs" in done.output


def test_of_a_project_the_id_is_that_of_the_live_file(desk: Project, tmp_path: Path) -> None:
    inputs = tmp_path / "named.csv"
    pl.DataFrame({"said": live().texts}).with_row_index("ticket", offset=700).write_csv(inputs)
    asked = ("--vectors", "words", "--live", inputs, "--live-input", "said", "--format", "json")
    numbers = named(call(*asked))
    assert named(call(*asked, "--id", "ticket")) == {str(int(number) + 700) for number in numbers}


def test_of_a_project_the_gold_rows_are_told(desk: Project, files: tuple[Path, Path]) -> None:
    done = call("--vectors", "words", "--live", files[1], "--live-input", "said", "--format", "json")
    assert done.exit_code == 1, done.output
    said = json.loads(done.stdout)
    assert {one["label"] for one in said["classes"]} == {"billing", "delivery"}
    assert said["live"]["far"] >= 5
    with pytest.raises(AssayError, match="--reference names town"):
        represent.main(["--vectors", "words", "--reference", "town=York:0.5"], standalone_mode=False)


def test_the_report_names_columns_that_are_not_there_and_slices_that_part_nothing(desk: Project) -> None:
    gold = pl.concat(
        pl.read_parquet(desk.gold / f"{split}.parquet").with_columns(pl.lit(split).alias("split"))
        for split in ("train", "validation", "test")
    )
    for params, words in (
        (ReportParams(slices=("annotator",)), "slices names annotator"),
        (ReportParams(reference={"town": {"York": 0.5}}), "reference names town"),
    ):
        with pytest.raises(AssayError, match=words):
            look(desk, gold, None, params)
    looked = look(desk, gold, None, ReportParams(vectors="words", slices=("language",)))
    assert looked.decisions is None and "parts the rows" in looked.why_not
    assert looked.representation is not None and looked.representation.live is None


def test_a_decision_of_one_source_stands_in_the_report(desk: Project) -> None:
    pytest.importorskip("sklearn")
    said = yaml.safe_load((desk.root / "params.yaml").read_text())
    assert "report" not in said
    topics = {"billing": "refund the invoice for the {}", "delivery": "where is the parcel with the {}"}
    things = ["lamp", "chair", "kettle", "rug", "mirror", "clock", "vase", "stool", "bowl", "tray"]
    rows = [
        {"input": topics[label].format(thing) + f" in room {n}", "true": label, "source": source}
        for n in range(6)
        for thing in things
        for label in topics
        for source in ("helpdesk", "helpdesk", "mail")
    ]
    given = [
        "billing" if row["source"] == "mail" and row["true"] == "delivery" else row["true"] for row in rows
    ]
    any_gold = pl.read_parquet(desk.gold / "train.parquet").head(1)
    gold = pl.concat([any_gold] * len(rows)).with_columns(
        pl.Series("example_id", [f"x{at:03}" for at in range(len(rows))]),
        pl.Series("input", [row["input"] for row in rows]),
        pl.Series("output", given),
        pl.Series("source", [row["source"] for row in rows]),
        pl.lit("train").alias("split"),
    )
    looked = look(desk, gold, None, ReportParams(vectors="words"))
    assert looked.decisions is not None
    found = looked.decisions.found.select("by", "slice", "gives", "where_others_give").rows()
    assert found == [("source", "mail", "billing", "delivery")]
