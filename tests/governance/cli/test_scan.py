"""`assay scan FILE`: an inventory of any export, without a project or a key."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from curate.pii.scan.search import HITS
from governance.cli.main import assay

COLUMNS = ["row", "field", "entity", "start", "end", "score", "detector", "verified"]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(
        "id,text,note,amount\nA,mail canary.seven@example.com,x,1\nB,order 4412345678,ring 07911 "
        "123456,2\nC,clean,,3\n"
    )
    return path


def _run(*arguments: object) -> str:
    result = CliRunner().invoke(assay, ["scan", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_prints_a_masked_inventory(export: Path) -> None:
    text = _run(export)
    assert "EMAIL_ADDRESS" in text
    assert "PHONE_NUMBER" in text
    assert "canary" not in text
    assert "123456" not in text


def test_json_has_counts_and_a_schema_name(export: Path) -> None:
    document = json.loads(_run(export, "--format", "json", "--field", "text"))
    assert document["schema"] == "assay.scan/1"
    assert document["rows"] == 3
    assert document["fields"] == ["text"]
    assert [
        (one["entity"], one["findings"], one["rows"], one["values"]) for one in document["inventory"]
    ] == [("EMAIL_ADDRESS", 1, 1, 1)]


def test_findings_file_has_the_contracts_columns_and_record_numbers(export: Path, tmp_path: Path) -> None:
    _run(export, "-o", tmp_path / "out" / "findings.parquet")
    findings = pl.read_parquet(tmp_path / "out" / "findings.parquet")
    assert findings.columns == COLUMNS
    assert findings.select("row", "field", "entity", "start", "end").rows() == [
        (0, "text", "EMAIL_ADDRESS", 5, 29),
        (1, "note", "PHONE_NUMBER", 5, 17),
    ]


def test_id_column_names_the_rows_and_is_not_scanned(export: Path, tmp_path: Path) -> None:
    _run(export, "--id", "id", "-o", tmp_path / "f.parquet")
    assert pl.read_parquet(tmp_path / "f.parquet")["row"].to_list() == ["A", "B"]


def test_a_column_named_row_is_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"row": "jo@example.com"}\n')
    _run(path, "--field", "row", "-o", tmp_path / "f.parquet")
    assert pl.read_parquet(tmp_path / "f.parquet").select("row", "field").rows() == [(0, "row")]


def test_clean_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("text\nhello there\n")
    assert "No personal data found in 1 row " in _run(path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--field", "txt"], "no column 'txt'"), (["--id", "note"], "does not name each row")],
)
def test_bad_columns_are_errors(export: Path, arguments: list[str], message: str) -> None:
    export.write_text("id,text,note\nA,a,x\nB,b,x\n")
    result = CliRunner().invoke(assay, ["scan", str(export), *arguments])
    assert message in str(result.exception)


def test_options_without_a_file_are_a_usage_error() -> None:
    result = CliRunner().invoke(assay, ["scan", "--field", "text"])
    assert result.exit_code == 2
    assert "need a FILE" in result.output


@pytest.mark.parametrize(("given", "used"), [([], 3), (["--processes", "6"], 6)])
def test_processes_are_the_cores_unless_said(
    export: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], used: int
) -> None:
    asked = []
    monkeypatch.setattr("governance.cli.rim.cores", lambda: 3)
    monkeypatch.setattr(
        "curate.pii.scan.rows.search",
        lambda frame, fields, detector, progress=None, cache=None, labels=None: (
            asked.append(detector.params.processes) or HITS.to_frame()
        ),
    )
    _run(export, *given)
    assert asked == [used]


def test_rows_that_say_another_language_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("text,lang\nhello,en-GB\nmoi,fi\nhej,SV_se\nterve,FI\nwhat,\nodd,Deutsch\nhallo,de\n")
    result = CliRunner().invoke(
        assay, ["scan", str(path), "--field", "text", "--format", "json"], catch_exceptions=False
    )
    assert json.loads(result.stdout)["other_languages"] == {"fi": 2, "sv": 1}
    assert "3 rows say that they are in fi, sv" in result.stderr
