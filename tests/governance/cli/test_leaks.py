"""`assay leaks TRAIN TEST` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from governance.cli.main import main


def call(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["leaks", *arguments])
    return int(stopped.value.code or 0)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "train.csv").write_text(
        "text,label\nwhere is my parcel today,delivery\nsomething else,billing\nWhere is my parcel "
        "today?,billing\n"
    )
    (tmp_path / "test.csv").write_text(
        "text,label\nnothing alike here,other\nwhere is my parcel today,delivery\n"
    )
    return str(tmp_path / "train.csv"), str(tmp_path / "test.csv")


def test_leaks_lists_every_twin_nearest_first_and_exits_one(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*files, "--field", "text", "--label", "label", "-o", str(tmp_path / "l.parquet")) == 1
    written = pl.read_parquet(tmp_path / "l.parquet")
    assert written.columns == ["train_row", "test_row", "kind", "similarity", "label_conflict"]
    assert written.rows() == [(0, 1, "exact", 1.0, False), (2, 1, "near", 1.0, True)]
    assert "leaked test rows" in capsys.readouterr().out


def test_no_leak_exits_zero(files: tuple[str, str], tmp_path: Path) -> None:
    clean = tmp_path / "clean.csv"
    clean.write_text("text\nentirely new words\n")
    assert call(files[0], str(clean), "--field", "text") == 0


def test_the_leaks_of_banking77(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sides = [str(shared_data / "banking77" / name) for name in ("train.csv", "test.csv")]
    assert call(*sides, "--field", "text", "--label", "category", "--format", "json") == 1
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (facts["leaked_test_rows"], facts["leaked_test_rows_with_another_label"], facts["pairs"]) == (
        191,
        12,
        226,
    )


def test_a_missing_label_column_is_named(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*files, "--field", "text", "--label", "lable") == 2
    assert "lable" in capsys.readouterr().err


def test_a_benchmark_needs_neither_the_field_nor_the_id_of_the_training_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, other, out = tmp_path / "train.csv", tmp_path / "bench.jsonl", tmp_path / "l.csv"
    rows = {"key": ["a", "b"], "text": ["something else", "where is my parcel today"]}
    pl.DataFrame(rows).write_csv(train)
    pl.DataFrame({"question": ["no such thing", "Where is my parcel today?"]}).write_ndjson(other)
    asked = (str(train), "--field", "text", "--id", "key", "--against", str(other))
    assert call(*asked) == 2
    refused = capsys.readouterr().err
    assert f"{other} has no column 'text'" in refused and "with --against-field" in refused
    assert call(*asked, "--against-field", "question", "-o", str(out)) == 1
    assert pl.read_csv(out).select("train_row", "test_row", "kind").rows() == [("b", 1, "near")]
    # Test rows are the project's own, and are to be named as it names them.
    pl.DataFrame({"text": ["hello"]}).write_csv(tmp_path / "test.csv")
    assert call(str(train), str(tmp_path / "test.csv"), "--field", "text", "--id", "key") == 2
