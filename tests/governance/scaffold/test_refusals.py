"""`assay init`: a fault is said in words of the command line; nothing is left behind, nothing overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from curate.errors import AssayError
from curate.task import read_task
from governance.scaffold import write
from tests.governance.scaffold.conftest import ROWS, assay, init, names, to_csv


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "d.csv", "--input", "txt", "--output", "label"], "did you mean 'text'"),
        (["--data", "absent.csv", "--input", "text", "--output", "label"], "does not exist"),
        (
            ["--data", "d.csv", "--input", "label", "--output", "text", "--metric", "chrf"],
            "choose --metric from macro_f1, accuracy",
        ),
        (
            ["--data", "d.csv", "--input", "text", "--output", "label", "--id", "label"],
            "ids are then made from the content",
        ),
        (
            ["--data", "d.csv", "--input", "text", "--output", "label", "--language", "English please"],
            "neither a column",
        ),
        (["--data", "latin.csv", "--input", "text", "--output", "label"], "fix: --encoding cp1252"),
        (["--data", "d.csv"], "name the columns with --input and --output"),
        (["--data", "many.csv", "--input", "text", "--output", "text"], "text, not labels"),
        (
            ["--data", "d.csv", "--input", "text", "--output", "label", "--held-out", "d2.csv"],
            "d2.csv has no column 'label'",
        ),
    ],
)
def test_a_fault_is_told_in_words_of_the_command_line_and_leaves_nothing(
    tmp_path: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    to_csv([{"text": "a", "tag": "x"}], tmp_path / "d2.csv")
    to_csv([{"text": f"t{n}", "label": "x"} for n in range(60)], tmp_path / "many.csv")
    (tmp_path / "latin.csv").write_bytes("text,label\ncafé,x\n".encode("latin-1"))
    before = names(tmp_path)
    assert assay("init", "p", "--kind", "classification", *arguments) == 2
    assert words in capsys.readouterr().err
    assert names(tmp_path) == before


def test_unknown_kind_and_missing_options_are_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert assay("init", "p", "--kind", "regression", "--data", "d.csv") == 2
    assert "'classification', 'extraction'" in capsys.readouterr().err
    assert assay("init") == 2
    assert "missing DIR, --kind, --data" in capsys.readouterr().err


def test_a_folder_that_holds_something_is_refused_and_says_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    (tmp_path / "p").mkdir()
    (tmp_path / "p/notes.txt").write_text("mine")
    assert init("p") == 2
    assert "holds notes.txt" in capsys.readouterr().err
    assert names(tmp_path / "p") == ["notes.txt"]


def test_an_empty_folder_or_a_fresh_clone_is_filled_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    (tmp_path / "p/.git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "p")
    assert (
        assay(
            "init",
            ".",
            "--kind",
            "classification",
            "--data",
            "../d.csv",
            "--input",
            "text",
            "--output",
            "label",
        )
        == 0
    )
    assert assay("ingest") == 0
    assert read_task(tmp_path / "p").name == "p"


def test_a_failure_half_way_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    (tmp_path / "empty").mkdir()

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "write_key", full)
    for name in ("new", "empty"):
        assert init(name) == 2
    assert names(tmp_path) == ["d.csv", "empty"]
    assert names(tmp_path / "empty") == []


def test_a_project_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("x")
    with pytest.raises(AssayError, match="is a file"):
        write.be_free(tmp_path / "p")
