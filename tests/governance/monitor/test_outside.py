"""`assay monitor` where there is no project: two files are compared, or it says what is lacking."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.governance.monitor.conftest import StandInMask, tickets
from tests.governance.monitor.test_monitor import assay, told


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("governance.monitor.run.Masker", StandInMask)
    monkeypatch.setattr("governance.monitor.run._embed", lambda params, tell: None)
    monkeypatch.setattr("governance.monitor.run.identify", lambda texts: pl.Series(["en"] * len(texts)))
    monkeypatch.setattr("governance.monitor.run.budget_of", generous)
    tickets(1, 200).rename({"input": "body"}).write_csv("last.csv")
    return tmp_path


def generous(*_: object) -> object:
    """A level that takes few exchanges."""
    from governance.monitor.history import Budget

    return Budget(0.02, 0.0, 0.05, 1)


def test_two_files_are_compared_and_nothing_is_left_behind(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tickets(2, 100).rename({"input": "body"}).write_csv("same.csv")
    tickets(2, 100, solar=40).rename({"input": "body"}).write_csv("new.csv")
    there = sorted(nowhere.rglob("*"))
    code, found = told(capsys, "same.csv", "--against", "last.csv", "--input", "body")
    assert (code, found["drift"], found["against"], found["record"]) == (0, False, "last.csv", None)
    assert assay("monitor", "new.csv", "--against", "last.csv", "--input", "body", "-o", "new.html") == 1
    assert "in no project: nothing is recorded" in capsys.readouterr().err
    assert sorted(nowhere.rglob("*")) == sorted([*there, nowhere / "new.html"])


def test_without_something_to_compare_with_the_error_names_the_command(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tickets(2, 100).write_csv("this.csv")
    assert assay("monitor", "this.csv") == 2
    assert "assay monitor LIVE --against" in capsys.readouterr().err
    assert assay("monitor", "this.csv", "--against", "last.csv", "--answers", "last.csv") == 2
    assert "cd into the project" in capsys.readouterr().err
