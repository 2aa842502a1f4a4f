"""What reaches a terminal, a CI log or a written page obeys nobody: neutralised once, at the one door."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.show.door import Door
from curate.show.jsontext import json_text
from curate.text import for_csv, for_markdown
from governance.cli.main import main
from governance.gate import GATES

CANARY = "Zebedee.Quokka@canary.example"
PIECES = [
    "::error title=x::y",
    ":",
    "#",
    "##[error]x",
    "##vso[task]",
    "\x1b[31m",
    "\x1b]8;;http://e\x07",
    "\n",
]
PIECES += ["\r", " ", "\t", "\u202e", "\u2028", "\x9b2J", "\udc80", "\U000e0041", "x", "[", "vso"]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Log(Terminal):
    """A stream that says it is a file."""

    def isatty(self) -> bool:
        return False


def is_inert(text: str, *, colours: bool = False) -> bool:
    """Whether no terminal and no CI service obeys any of `text`."""
    if colours:
        text = re.sub(r"\x1b\[[0-79;]*m", "", text)
    obeyed = re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]", text)
    commands = re.search(r"^\s*::|##\w*\[", text, re.MULTILINE)
    return obeyed is None and commands is None


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=100), max_size=12))
@pytest.mark.parametrize("stream", [Log, Terminal])
def test_nothing_that_is_written_in_any_pieces_is_obeyed(stream: type[Terminal], pieces: list[str]) -> None:
    written = stream()
    door = Door(written)
    for piece in pieces:
        assert door.write(piece) == len(piece)
    assert is_inert(written.getvalue(), colours=stream is Terminal), repr(written.getvalue())


def test_colours_pass_to_a_terminal_but_text_is_never_concealed() -> None:
    written = Terminal()
    Door(written).write("\x1b[1;32mpass\x1b[0m \x1b[8mhidden\x1b[0m")
    assert written.getvalue() == "\x1b[1;32mpass\x1b[0m <U+001B>[8mhidden\x1b[0m"


def test_plain_text_passes_as_it_is_and_intended_commands_too() -> None:
    written = Log()
    door = Door(written)
    door.write("a: b\n\tc :: d # e ## f\n")
    door.commands("::error title=x::y\n")
    assert written.getvalue() == "a: b\n\tc :: d # e ## f\n::error title=x::y\n"


def test_a_stream_of_few_letters_never_fails() -> None:
    written = Log()
    written.encoding = "ascii"
    Door(written).write("é \ud800")
    assert written.getvalue() == "\\xe9 <U+D800>"


@pytest.mark.parametrize(
    "card",
    [
        'languages: ["fr\\n::error title=pwn::x"]',
        'metric: {name: "\\e[31mx\\n::error::y", target: 0.5}',
        '"\\n::error::x": 1',
        'labels: {"\\u202e\\e]8;;http://e\\a": x}\nkind: "\\n##[error]x"',
    ],
)
def test_a_card_cannot_speak_to_the_log(
    card: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "task.yaml").write_text(f"name: x\n{card}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for command in ("check", "status", "ingest"):
        with pytest.raises(SystemExit) as stop:
            main([command])
        shown = capsys.readouterr()
        assert stop.value.code == 2
        assert is_inert(shown.out + shown.err), shown


def test_a_file_name_cannot_speak_to_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = tmp_path / "a\n::error title=x::y\x1b[2J.csv"
    name.write_text("a,b\n1,2\n", encoding="utf-8")
    for arguments in (["scan", str(name)], ["scan", str(name), "--field", "\n::error::x"], [str(name)]):
        with pytest.raises(SystemExit):
            main(arguments)
        shown = capsys.readouterr()
        assert is_inert(shown.out + shown.err), shown


PANIC: Any = type("PanicException", (BaseException,), {})


@pytest.mark.parametrize(
    "error, code, words",
    [
        (KeyError(CANARY), 70, "KeyError in tests/attacks/test_hostile_output.py line"),
        (PANIC(CANARY), 70, "PanicException"),
        (RecursionError(CANARY), 70, "RecursionError"),
        (MemoryError(), 2, "memory ran out"),
        (OSError(28, CANARY), 2, "no space is left on the disk"),
        (OSError(30, CANARY, "out.json"), 2, "read-only: out.json"),
        (ValueError(f"{CANARY}: No space left on device (os error 28)"), 2, "no space is left"),
    ],
)
def test_every_error_ends_in_words_without_the_data(
    error: BaseException,
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("curate.project.Project.find", fail)
    with pytest.raises(SystemExit) as stop:
        main(["status"])
    shown = capsys.readouterr()
    assert stop.value.code == code
    assert words in shown.err and "Traceback" not in shown.err
    assert CANARY not in shown.out + shown.err
    with pytest.raises(SystemExit):
        main(["--debug", "status"])
    assert "Traceback" in capsys.readouterr().err


def test_a_gate_that_crashed_is_told_apart_from_one_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*_: object) -> None:
        raise PANIC(CANARY)

    (tmp_path / "params.yaml").write_text("{}", encoding="utf-8")
    (tmp_path / "task.yaml").write_text(
        "{name: x, kind: classification, behaviour: b, metric: {name: accuracy, target: 0.5}}"
    )
    monkeypatch.setitem(GATES, "review", crash)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["check", "--format", "json"])
    shown = capsys.readouterr()
    states = {gate["name"]: gate["state"] for gate in json.loads(shown.out)["gates"]}
    assert stop.value.code == 70
    assert states["review"] == "ERROR" and states["card"] == "FAIL"
    assert CANARY not in shown.out + shown.err


def test_json_keeps_its_values_and_obeys_nothing() -> None:
    value = {"a": "##[error]\u202e\x1b\U000e0041\ud800 ##", "b": ["\x9b"]}
    shown = json_text(value)
    assert json.loads(shown) == value
    assert is_inert(shown)


@pytest.mark.parametrize(
    "text", ["www.evil.example", "see http://evil.example/x", "@team", "a@b.example", "#12"]
)
def test_nothing_in_markdown_is_live(text: str) -> None:
    shown = for_markdown(text)
    # GitHub and GitLab look for these behind the escapes, in the text that is shown.
    between = re.sub(r"\\([\\`*_{}\[\]<>()#+\-!|~@:])", r"\1", shown)
    assert not re.search(r"(?i)www\.|://|@\w|#\w", between)
    assert between.replace("<!-- -->", "") == text


@pytest.mark.parametrize("text", ["=1+1", " =1+1", "＝1", "\t=1", "+1", "-1", "@x", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert for_csv(text).startswith("'")


def test_no_cell_of_csv_speaks_to_the_log() -> None:
    assert is_inert(for_csv("x\n::error::y\x1b[31m##[error]z"))
