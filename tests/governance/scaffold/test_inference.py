"""`assay init`: what is inferred from the rows, and what of it is a guess."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from curate.task import BLANK, read_task
from governance.scaffold import infer
from tests.governance.scaffold.conftest import ROWS, assay, to_csv, to_jsonl


def test_schema_inference_fits_every_document_it_saw() -> None:
    from jsonschema import Draft202012Validator

    documents: list[Any] = [
        {"a": 1, "b": [1, "x", None]},
        {"a": 1.5, "c": {"d": True}},
        {"a": None, "b": []},
        [{"e": 1}],
        {str(n): n for n in range(100)},
    ]
    schema = infer.output_schema(pl.Series([*map(json.dumps, documents), "not json", "7"]))
    assert schema is not None
    Draft202012Validator.check_schema(schema)
    for document in documents:
        Draft202012Validator(schema).validate(document)
    assert infer.output_schema(pl.Series(["text"])) is None


def test_headings_are_sections_only_if_nearly_all_outputs_have_them() -> None:
    same = [f"## Background\nText {n}: more.\n\n**Outcome**\nDone {n}" for n in range(30)]
    assert infer.sections(pl.Series(same)) == ["Background", "Outcome"]
    assert infer.sections(pl.Series([*same[:15], *["## Other\nText"] * 15])) == []
    assert infer.sections(pl.Series(["Facts: one"])) == []


def test_blank_marks_are_what_the_card_counts_as_blank(tmp_path: Path) -> None:
    to_csv(ROWS["rewriting"], tmp_path / "d.csv")
    assert (
        assay(
            "init",
            "p",
            "--kind",
            "rewriting",
            "--data",
            "d.csv",
            "--input",
            "text",
            "--output",
            "label",
            "--target",
            "0.6",
            "--metric",
            "chrf",
        )
        == 0
    )
    card = read_task(tmp_path / "p")
    assert card.owner == BLANK and card.sources["d"].licence == BLANK
    assert card.metric.target == 0.6
    assert card.guessed == () and "metric.target" not in card.blanks()
    assert "guess of `assay init`" not in (tmp_path / "p/task.yaml").read_text()


def test_a_target_that_nobody_named_is_marked_as_a_guess_until_it_is_confirmed(tmp_path: Path) -> None:
    to_csv(ROWS["rewriting"], tmp_path / "d.csv")
    columns = ["--input", "text", "--output", "label"]
    assert assay("init", "p", "--kind", "rewriting", "--data", "d.csv", *columns) == 0
    card = read_task(tmp_path / "p")
    assert "metric.target" in card.blanks() and card.target_said() == "0.8 (a guess of `assay init`)"
    page = tmp_path / "p/task.yaml"
    page.write_text(page.read_text().replace("guessed: [metric.target]", "guessed: []"))
    assert "metric.target" not in read_task(tmp_path / "p").blanks()


def test_a_summary_without_sections_is_refused_unless_they_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to_csv([{"text": f"case {n}", "label": f"All went well, {n}."} for n in range(4)], tmp_path / "d.csv")
    command = ["init", "p", "--kind", "summary", "--data", "d.csv", "--input", "text", "--output", "label"]
    assert assay(*command) == 2
    assert "kind summary needs sections" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()
    assert assay(*command, "--section", "Facts", "--section", "Outcome") == 0
    assert read_task(tmp_path / "p").sections == ("Facts", "Outcome")


def test_several_inputs_are_joined_by_the_template_and_columns_left_out_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"ask": "Translate.", "given": "pump", "answer": "pompe", "author": "x"},
        {"ask": "Name a fruit.", "given": "", "answer": "Pear", "author": "y"},
    ]
    to_csv(rows, tmp_path / "d.csv")
    command = ["--kind", "rewriting", "--data", "d.csv", "--output", "answer"]
    assert assay("init", "a", *command, "--input", "ask", "--input", "given") == 0
    assert "note: columns of d.csv that are not used: author" in capsys.readouterr().err
    assert assay("init", "b", *command, "--input-template", "{ask}\\nText: {given}") == 0
    for name, joined in (("a", "Translate.\n\npump"), ("b", "Translate.\nText: pump")):
        monkeypatch.chdir(tmp_path / name)
        assert assay("ingest") == 0
        assert "columns not used: author" in capsys.readouterr().err
        kept = pl.read_parquet("data/ingest/examples.parquet")
        assert set(kept["input"]) == {joined, "Name a fruit."}
    monkeypatch.chdir(tmp_path)
    assert assay("init", "c", *command, "--input", "ask", "--input-template", "{given}") == 2
    assert assay("init", "c", *command, "--input-template", "{nothing}") == 2
    assert assay("init", "c", *command, "--input-template", "no column") == 2
    assert assay("init", "c", *command, "--input-template", "{ask") == 2
    assert not (tmp_path / "c").exists()


def test_a_known_format_is_said_kept_in_params_and_can_be_overruled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"instruction": "Translate.", "input": "pump", "output": "pompe"},
        {"instruction": "Name a fruit.", "input": "", "output": "Pear"},
    ]
    (tmp_path / "d.json").write_text(json.dumps(rows))
    command = ["--kind", "rewriting", "--data", "d.json"]
    assert assay("init", "a", *command) == 0
    assert "read d.json as Alpaca: instruction + input -> output" in capsys.readouterr().err
    assert yaml.safe_load((tmp_path / "a/params.yaml").read_text())["ingest"]["layout"] == "alpaca"
    assert assay("init", "b", *command, "--layout", "flat") == 0
    assert "columns of d.json that are not used: instruction" in capsys.readouterr().err
    assert assay("init", "c", *command, "--input", "input", "--output", "output") == 0
    assert "d.json looks like Alpaca, but other columns are named" in capsys.readouterr().err
    assert assay("init", "d", *command, "--layout", "label_studio") == 2
    assert "d.json is not label_studio: that needs a column `data`" in capsys.readouterr().err
    assert assay("init", "d", *command, "--layout", "sharegpt") == 2
    assert "correct --layout" in capsys.readouterr().err
    assert assay("init", "d", "--kind", "preference", "--data", "d.json") == 2
    assert "holds Alpaca, which gives no examples of kind preference" in capsys.readouterr().err


def test_a_fix_for_a_nested_column_names_paths_that_exist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"text": f"t{n}", "topic": {"choices": ["x", "y"]}, "user": {"name": {"first": "A"}}}
        for n in range(3)
    ]
    to_jsonl([*rows, {"text": "t", "topic": "x", "user": None}], tmp_path / "d.jsonl")
    command = ["init", "p", "--kind", "classification", "--data", "d.jsonl"]
    assert assay(*command, "--input", "text", "--output", "first") == 2
    assert "name its path with --input or --output: user.name.first" in capsys.readouterr().err
    assert assay(*command, "--input", "user", "--output", "topic") == 2
    assert "name a path into it with --input or --output: user.name.first" in capsys.readouterr().err
    assert assay(*command, "--input", "user.name.first", "--output", "topic.choices.1") == 0


def test_a_column_of_truth_that_is_the_label_is_the_label(tmp_path: Path) -> None:
    rows = [{"prompt": f"q {n}", "completion": f"a {n}", "label": bool(n % 2)} for n in range(4)]
    to_jsonl(rows, tmp_path / "d.jsonl")
    command = ["init", "p", "--kind", "classification", "--data", "d.jsonl"]
    assert assay(*command, "--input", "prompt", "--output", "label") == 0
    assert assay("-C", str(tmp_path / "p"), "ingest") == 0
    assert pl.read_parquet(tmp_path / "p/data/ingest/examples.parquet").height == 4


def test_the_layouts_of_the_command_are_those_of_the_parameters() -> None:
    from typing import get_args

    from curate.ingest.params import LayoutName
    from governance.cli.init import LAYOUTS

    assert get_args(LayoutName) == LAYOUTS
