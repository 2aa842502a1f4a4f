"""`assay diff` on the command line: arguments, exit codes, outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from governance.cli.main import main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["diff", *arguments])
    return int(stop.value.code or 0)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "old.csv").write_text("id,text,cat\n1,hello,a\n2,foo,b\n3,gone,c\n")
    (tmp_path / "new.csv").write_text("cat,text,id\nc,foo,2\na,hello there,1\nd,new,4\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def gold(folder: Path, split: str = "train", **columns: Any) -> None:
    folder.mkdir(exist_ok=True)
    pl.DataFrame({"example_id": ["r"], "input": ["hello"], "output": ["a"], **columns}).write_parquet(
        folder / f"{split}.parquet"
    )


def test_two_csv_files_by_key_give_the_documented_table(files: Path) -> None:
    assert run("old.csv", "new.csv", "--key", "id", "--label", "cat", "-o", "changes.parquet") == 0
    frame = pl.read_parquet(files / "changes.parquet")
    assert frame.columns == ["change", "row", "field", "before", "after", "cause"]
    assert frame.rows() == [
        ("added", "4", None, None, None, "new in source"),
        ("removed", "3", None, None, None, "gone from source"),
        ("edited", "1", "text", "hello", "hello there", "edited in source"),
        ("relabelled", "2", "cat", "b", "c", "relabelled in source"),
    ]


def test_json_goes_to_stdout_and_messages_to_stderr(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("old.csv", "new.csv", "--id", "id", "--format", "json", "-o", "changes.parquet") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["summary"]["changes"]["edited"] == 2
    assert "4 changes written" in captured.err


@pytest.mark.parametrize(("name", "form"), [("d.html", "html"), ("d.md", "markdown"), ("d.json", "json")])
def test_a_documents_name_gets_the_document_masked(
    files: Path, capsys: pytest.CaptureFixture[str], name: str, form: str
) -> None:
    assert run("old.csv", "new.csv", "--id", "id", "--format", form) == 0
    printed = capsys.readouterr().out
    assert run("old.csv", "new.csv", "--id", "id", "-o", name) == 0
    assert capsys.readouterr() == ("", f"{name} written\n")
    assert (files / name).read_text(encoding="utf-8") == printed
    assert run("old.csv", "new.csv", "--id", "id", "-o", name, "--format", "github") == 2


def test_exit_code_is_0_for_explained_changes_and_1_on_request(files: Path) -> None:
    assert run("old.csv", "new.csv", "--key", "id") == 0
    assert run("old.csv", "new.csv", "--key", "id", "--exit-code") == 1
    assert run("old.csv", "old.csv", "--key", "id", "--exit-code") == 0


def test_unexplained_changes_exit_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    gold(tmp_path / "a")
    gold(tmp_path / "b", output=["b"])
    assert run("a", "b") == 1
    assert "1 UNEXPLAINED" in capsys.readouterr().out
    assert run("a", "a") == 0


def test_markdown_begins_with_the_marker(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("old.csv", "new.csv", "--format", "markdown") == 0
    assert capsys.readouterr().out.startswith("<!-- assay:diff -->\n")


def test_files_without_a_key_match_by_content_and_a_hint_names_the_option(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("old.csv", "new.csv") == 0
    captured = capsys.readouterr()
    assert "3 added, 3 removed" in captured.out and "--key COL" in captured.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("old.csv",), "nothing to compare it with"),
        (("old.csv", "absent.csv"), "is not a file or folder"),
        (("old.csv", "new.csv", "--key", "number"), "no column 'number' to use as key"),
        (("old.csv", "gold"), "cannot be compared"),
        (("gold", "gold", "--key", "id"), "for plain files"),
        (("empty", "empty"), "is not a gold version"),
        (("broken", "gold"), "not a readable Parquet file"),
    ],
)
def test_bad_input_exits_2_with_what_to_do(
    files: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    gold(files / "gold")
    (files / "empty").mkdir()
    (files / "broken").mkdir()
    (files / "broken" / "train.parquet").write_bytes(b"PAR1 and no more")
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert said in captured.err and "fix:" in captured.err and not captured.out


def test_what_a_label_looks_like_is_not_drawn_as_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = (tmp_path / f"{side}.csv" for side in ("old", "new"))
    old.write_text("id,l\n1,:warning:\n", encoding="utf-8")
    new.write_text("id,l\n1,turned\u202edenrut\n", encoding="utf-8")
    assert run(str(old), str(new), "--key", "id", "--label", "l") == 0
    assert ":warning:" in capsys.readouterr().out  # no emoji for it
    assert run(str(old), str(new), "--key", "id", "--label", "l", "--format", "json") == 0
    shown = capsys.readouterr().out
    assert "\u202e" not in shown and json.loads(shown)["changes"][0]["after"] == "turned\u202edenrut"
