"""`-o` of the commands on plain files: the form is that of the ending, and is checked before the work."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from governance.cli.main import main

TEXTS = [f"{what} number {at}" for what in ("where is my card", "top up failed") for at in range(6)]
COMMANDS = {
    "scan": ("scan", "F"),
    "dedup": ("dedup", "F", "--field", "text"),
    "leaks": ("leaks", "F", "F", "--field", "text"),
    "labels": ("labels", "F", "--input", "text", "--output", "label"),
    "rules": ("rules", "F", "--input", "text", "--output", "label"),
    "select": ("select", "F", "--input", "text", "--budget", "4", "--vectors", "words"),
    "diff": ("diff", "G", "F", "--key", "text"),
}


def call(name: str, folder: Path, *more: str) -> int:
    files = {"F": str(folder / "f.csv"), "G": str(folder / "g.csv")}
    rows = pl.DataFrame({"text": TEXTS, "label": ["card", "top_up"] * 6})
    rows.write_csv(files["F"])
    rows.head(9).write_csv(files["G"])
    with pytest.raises(SystemExit) as stopped:
        main([files.get(word, word) for word in COMMANDS[name]] + list(more))
    return int(stopped.value.code or 0)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "labels"])
def test_a_table_is_written_in_the_form_of_its_ending(name: str, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    assert call(name, tmp_path, "-o", f"{out}.parquet") in (0, 1)
    as_parquet = pl.read_parquet(f"{out}.parquet")
    assert call(name, tmp_path, "-o", f"{out}.csv") in (0, 1)
    header = Path(f"{out}.csv").read_text().splitlines()[0]
    assert header == ",".join(as_parquet.columns)
    assert call(name, tmp_path, "-o", f"{out}.jsonl") in (0, 1)
    assert len(Path(f"{out}.jsonl").read_text().splitlines()) == as_parquet.height


@pytest.mark.parametrize("name", COMMANDS)
def test_another_ending_is_refused_before_the_work(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curate.read.read_records", lambda *_, **__: pytest.fail("the file was read"))
    assert call(name, tmp_path, "-o", str(tmp_path / "out.xlsx")) == 2
    refused = capsys.readouterr().err
    assert "out.xlsx does not end in one of .parquet, .csv" in refused and "-o out.parquet" in refused
    if name != "diff":
        assert call(name, tmp_path, "-o", str(tmp_path / "f.csv")) == 2
        assert "would be overwritten" in capsys.readouterr().err


def test_the_option_at_fault_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("select", tmp_path, "--subset", str(tmp_path / "few.xlsx")) == 2
    assert "--subset few.parquet" in capsys.readouterr().err
