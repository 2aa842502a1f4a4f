"""`assay rules FILE`: columns, exit codes, and no text of the file in what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from curate.errors import AssayError
from governance.cli.rules import rules

CSV = (
    'key,text,queue\nt1,"where is my parcel, <b>please</b>",delivery\nt2,,billing\nt3,"cafÃ© refund '
    'for 07700 900123",billing\nt4,all is well here,billing\n'
)


@pytest.fixture
def file(tmp_path: Path) -> Any:
    path = tmp_path / "export.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def call(*arguments: Any) -> Any:
    return CliRunner().invoke(rules, [str(argument) for argument in arguments])


def test_broken_rows_are_written_with_their_key_rule_and_evidence(file: Any, tmp_path: Path) -> None:
    out = tmp_path / "broken.parquet"
    done = call(file, "--input", "text", "--output", "queue", "--id", "key", "-o", out)
    assert done.exit_code == 1, done.output
    broken = pl.read_parquet(out)
    assert broken.columns == ["row", "rule", "evidence"]
    assert broken.select("row", "rule").rows() == [("t1", "markup_left"), ("t2", "empty"), ("t3", "mojibake")]


def test_without_a_key_rows_are_numbered_from_zero_as_integers(file: Any, tmp_path: Path) -> None:
    out = tmp_path / "broken.parquet"
    call(file, "--input", "text", "--output", "queue", "-o", out)
    assert pl.read_parquet(out)["row"].to_list() == [0, 1, 2]
    assert pl.read_parquet(out).schema["row"] == pl.Int64


def test_text_output_counts_rules_and_shows_no_text_of_the_file(file: Any) -> None:
    done = call(file, "--input", "text", "--output", "queue")
    assert "4 rows, 3 break a rule" in done.stdout and "mojibake" in done.stdout
    assert "07700" not in done.output and "parcel" not in done.output


def test_json_output_gives_counts(file: Any) -> None:
    found = json.loads(call(file, "--input", "text", "--output", "queue", "--format", "json").stdout)
    assert found == {
        "schema": "assay.rules/1",
        "kind": "classification",
        "rows": 4,
        "rows_broken": 3,
        "rules": {"empty": 1, "markup_left": 1, "mojibake": 1},
    }


def test_a_clean_file_exits_zero(tmp_path: Path) -> None:
    path = tmp_path / "clean.csv"
    path.write_text("text,queue\nall is well,billing\n")
    done = call(path, "--input", "text", "--output", "queue")
    assert done.exit_code == 0 and "1 row, 0 break a rule" in done.stdout


def test_a_task_card_brings_its_labels(file: Any, tmp_path: Path) -> None:
    (tmp_path / "task.yaml").write_text(
        "name: t\nkind: classification\nbehaviour: b\nmetric: {name: macro_f1, target: 0.5}\nlabels: "
        "[billing]\n"
    )
    done = call(file, "--input", "text", "--output", "queue", "--task", tmp_path, "--format", "json")
    assert json.loads(done.stdout)["rules"]["unknown_label"] == 1


def test_extraction_judges_json(tmp_path: Path) -> None:
    path = tmp_path / "forms.jsonl"
    path.write_text('{"text": "some mail", "form": {"a": 1}}\n{"text": "other mail", "form": "{oops"}\n')
    done = call(path, "--input", "text", "--output", "form", "--kind", "extraction", "--format", "json")
    assert json.loads(done.stdout)["rules"] == {"invalid_json": 1}


def test_preference_needs_its_rejected_column(file: Any) -> None:
    done = call(file, "--input", "text", "--output", "queue", "--kind", "preference")
    assert done.exit_code == 2 and "--rejected" in done.output
    done = call(
        file,
        "--input",
        "text",
        "--output",
        "queue",
        "--rejected",
        "queue",
        "--kind",
        "preference",
        "--format",
        "json",
    )
    assert json.loads(done.stdout)["rules"]["same_answers"] == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--input", "txt", "--output", "queue"), "no column 'txt'"),
        (("--input", "text", "--output", "queue", "--id", "number"), "no column 'number'"),
        (
            ("--input", "text", "--output", "queue", "-o", f"{__file__}/all.parquet"),
            "test_rules.py is a file",
        ),
    ],
)
def test_what_cannot_be_done_is_an_error_that_names_it(file: Any, arguments: Any, words: str) -> None:
    done = call(file, *arguments)
    assert isinstance(done.exception, AssayError) and words in str(done.exception)


def test_a_kind_other_than_the_task_cards_is_refused(file: Any, tmp_path: Path) -> None:
    (tmp_path / "task.yaml").write_text(
        "name: t\nkind: summary\nbehaviour: b\nmetric: {name: chrf, target: 0.5}\n"
    )
    done = call(file, "--input", "text", "--output", "queue", "--task", tmp_path, "--kind", "rewriting")
    assert isinstance(done.exception, AssayError) and "--kind rewriting" in str(done.exception)


def test_a_missing_file_is_an_error_with_exit_code_two(tmp_path: Path) -> None:
    done = call(tmp_path / "gone.csv", "--input", "a", "--output", "b")
    assert isinstance(done.exception, AssayError) and done.exception.exit_code == 2


def test_an_id_column_that_is_not_unique_still_names_each_row(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text('key,text,queue\nk,"? ?",a\nk,"! !",a\n')
    out = tmp_path / "broken.parquet"
    call(path, "--input", "text", "--output", "queue", "--id", "key", "-o", out)
    broken = pl.read_parquet(out).filter(rule="no_text")  # signs are null markers too
    assert broken["row"].to_list() == ["k", "k"]
