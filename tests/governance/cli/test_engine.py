"""`--engine`: the same answers from memory and from disk, and a word where it is chosen by size."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from curate.engine import choose
from curate.plain import large
from governance.cli.main import main


def call(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(stopped.value.code or 0)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(large, "ROWS", 2)
    monkeypatch.setattr(large.LargeFile, "size", 2)
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))


@pytest.fixture(params=["csv", "jsonl", "parquet"])
def export(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    rows = pl.DataFrame(
        {
            "key": list("bacdef"),
            "text": [
                "my parcel is a week late now",
                "My parcel is  a week late now",
                "my parcel is a week late now!",
                "ring 07911 123456",
                None,
                "write to jo@example.com",
            ],
        }
    )
    path = tmp_path / f"export.{request.param}"
    if request.param == "csv":
        rows.write_csv(path)
    elif request.param == "jsonl":
        rows.write_ndjson(path)
    else:
        rows.write_parquet(path)
    return path


@pytest.mark.parametrize("key", [(), ("--id", "key")])
@pytest.mark.parametrize(
    "command", [("dedup", "--field", "text"), ("scan", "--field", "text", "--ner", "none", "--no-project")]
)
def test_a_file_gives_the_same_bytes_on_both_engines(
    export: Path,
    tmp_path: Path,
    key: tuple[str, ...],
    command: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    written, printed = [], []
    for engine in ("local", "stream"):
        out = tmp_path / f"{engine}.parquet"
        options = (*command[1:], *key, "--format", "json", "-o", str(out), "--engine", engine)
        assert call(command[0], str(export), *options) == 0
        written.append(out.read_bytes())
        printed.append(json.loads(capsys.readouterr().out))
    assert written[0] == written[1]
    assert printed[0] == printed[1]
    assert pl.read_parquet(tmp_path / "stream.parquet").height >= 2
    assert not [path for path in (tmp_path / "scratch").rglob("*") if path.is_file()]


def test_above_a_size_the_disk_is_used_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "export.csv"
    path.write_text('key,text\na,my parcel is late\nb,"broken\nb,My parcel is late\n')
    monkeypatch.setattr(choose, "LARGE", 10)
    assert call("dedup", str(path), "--field", "text", "--show-texts") == 0
    printed = capsys.readouterr()
    assert "on disk under" in printed.err and "could not be read: record 1" in printed.err
    assert "My parcel is late" in printed.out
    assert call("dedup", str(path), "--field", "text", "--strict") == 1


def test_a_key_that_repeats_in_another_part_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "export.csv"
    path.write_text("key,text\na,one\nb,two\nc,three\na,four\n")
    assert call("dedup", str(path), "--field", "text", "--id", "key", "--engine", "stream") == 2
    assert "does not name each row once" in capsys.readouterr().err
