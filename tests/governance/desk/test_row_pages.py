"""The rooms of rows: the lines are the terminal's, edits are read before they land, texts stay masked."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import polars as pl
import pytest

from curate.files import write_folder
from curate.project import Project
from curate.verdicts.journal import FILE, read_rows
from governance.desk.row_pages import editable, restored
from tests.governance.desk.conftest import Browser, Opener, links
from tests.governance.desk.terminal import press_rows
from tests.governance.triage.test_rows import TEXTS

ITEM = r"/rows/item/\w+(?:\?kind=\w+)?"


def row(browser: Browser, at: int = 0) -> str:
    return links(browser.get("/rows").text, ITEM)[at]


def test_the_list_says_why_and_shows_no_text(browser: Browser) -> None:
    text = browser.get("/rows").text
    assert re.findall(r"data-item>(\w+)<", text) == ["a1", "a2", "b1", "c1"]
    assert "contradict each other in: output" in text and "where is my parcel" not in text
    assert re.findall(r"data-item>(\w+)<", browser.get("/rows?kind=warning").text) == ["c1"]
    assert browser.get("/rows?kind=<script>").status_code == 404


def test_a_contradiction_stands_side_by_side_and_what_nobody_redacted_is_masked(browser: Browser) -> None:
    text = unescape(browser.get(row(browser)).text)
    assert '<span class="unseen">only here: </span>?</mark>' in text  # what the other lacks
    text = re.sub('<mark class="apart".*?</span>|</mark>', "", text)
    assert "where is my parcel" in text and "where is my parcel?" in text
    assert "orders" in text and "delivery" in text
    assert "kim@example.com" not in browser.get(row(browser, 2)).text
    assert "kim@example.com" not in browser.get(row(browser, 2).replace("item", "edit")).text
    assert "kim@example.com" not in browser.get(row(browser).replace("item", "ahead")).text


def test_decisions_are_the_lines_of_the_terminal(browser: Browser, project: Project, tmp_path: Path) -> None:
    path = row(browser)
    for word in ("keep", "relabel-1", "drop"):
        answer = browser.decide(path, word)
        assert answer.status_code == 303
        path = answer.headers["location"]
    assert path == "/rows" and "No row waits" in browser.get("/rows").text
    assert (project.root / FILE).read_bytes() == press_rows(project, "k1d", tmp_path / "terminal")


def test_undo_is_the_line_of_the_terminal_and_opens_the_row(
    browser: Browser, project: Project, tmp_path: Path
) -> None:
    path = row(browser)
    browser.decide(path, "drop")
    answer = browser.post("/rows/undo")
    assert answer.headers["location"] == path and row(browser) == path
    assert (project.root / FILE).read_bytes() == press_rows(project, "dz", tmp_path / "terminal")
    assert "left to take back" in browser.get(browser.post("/rows/undo").headers["location"]).text


def test_an_edit_lands_and_one_that_brings_personal_data_does_not(browser: Browser, project: Project) -> None:
    path = row(browser)
    edit = browser.get(path.replace("item", "edit")).text
    assert "where is my parcel" in edit
    refused = browser.decide(path, "edit", input="write to jane.doe@example.com")
    assert refused.status_code == 422 and "brings personal data" in refused.text
    assert "write to jane.doe@example.com" in unescape(refused.text)  # what was typed is not lost
    assert not (project.root / FILE).exists()
    assert browser.decide(path, "edit", input="where is\r\nmy <PERSON_1> parcel").status_code == 303
    (line,) = read_rows(project.root)
    assert dict(line.changes) == {"input": "where is\nmy <PERSON_1> parcel"} and line.verdict == "edit"


@pytest.mark.parametrize("word", ["relabel-0", "relabel-9", "relabel-x", "relabel-", "erase", ""])
def test_words_that_there_are_not_write_nothing(browser: Browser, project: Project, word: str) -> None:
    assert browser.decide(row(browser), word).status_code == 404
    assert not (project.root / FILE).exists()


def test_an_edit_that_changes_nothing_writes_nothing(browser: Browser, project: Project) -> None:
    path = row(browser)
    assert browser.decide(path, "edit", input="where is my parcel").status_code == 422
    assert not (project.root / FILE).exists()


def test_a_label_that_the_card_does_not_have_is_refused(browser: Browser, project: Project) -> None:
    assert browser.decide(row(browser), "edit", output="nonsense").status_code == 422
    assert not (project.root / FILE).exists()


def test_a_stale_page_is_a_conflict(browser: Browser, open_desk: Opener, project: Project) -> None:
    path = row(browser)
    shown = browser.version(path)
    open_desk("Ben").decide(path, "drop")
    answer = browser.decide(path, "keep", shown)
    assert answer.status_code == 409 and "Ben decided “drop”" in answer.text
    assert [line.verdict for line in read_rows(project.root)] == ["drop"]
    assert browser.decide(path, "keep").status_code == 303
    first, second = read_rows(project.root)
    assert len(second.over) == 1 and not first.over


def test_undo_does_not_take_back_what_somebody_decided_over_it(
    browser: Browser, open_desk: Opener, project: Project
) -> None:
    path = row(browser)
    browser.decide(path, "drop")
    open_desk("Ben").decide(path, "keep")
    answer = browser.post("/rows/undo")
    assert answer.status_code == 409 and "Ben decided “keep”" in answer.text
    assert [line.verdict for line in read_rows(project.root)] == ["drop", "keep"]


def test_a_text_that_the_stages_changed_is_a_conflict(browser: Browser, project: Project) -> None:
    path = row(browser)
    shown = browser.version(path)
    changed = TEXTS.with_columns(
        pl.when(pl.col("example_id") == "a1").then(pl.lit("another text")).otherwise("input").alias("input")
    )
    write_folder(project.root / "data/redact", {"examples": changed}, {})
    assert browser.decide(path, "keep", shown).status_code == 409
    assert "another text" in browser.get(path).text


def test_an_answer_lost_on_the_way_is_not_a_second_line(browser: Browser, project: Project) -> None:
    path = row(browser)
    shown = browser.version(path)
    for _ in range(3):
        assert browser.decide(path, "drop", shown).status_code == 303
    assert len(read_rows(project.root)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "a\nb\tc",
        "\nfirst",
        "bidi \u202e end",
        "::error::x",
        "<U+202E> written out",
        "\ufeffx",
        "a\x00b",
    ],
)
def test_a_text_comes_back_from_the_box_as_it_was(text: str) -> None:
    boxed = unescape(str(editable(text)))
    assert not re.search("[\u202e\ufeff\x00]", boxed)
    assert restored(boxed.replace("\n", "\r\n"), text) == text


def test_a_sign_that_the_text_did_not_hold_is_not_made(browser: Browser) -> None:
    assert restored("<U+202E>", "plain") == "<U+202E>"
    assert restored("<U+FFFFFF>", "plain") == "<U+FFFFFF>"


def test_what_was_done_is_said_on_the_next_page_and_not_to_the_script_that_loads_ahead(
    browser: Browser,
) -> None:
    path, said = row(browser), "z takes it back"
    assert browser.decide(path, "keep").status_code == 303
    ahead = browser.get(path.replace("item", "ahead"), **{"x-desk": "script"})
    assert ahead.status_code == 200 and said not in ahead.text
    assert said in browser.get("/rows").text
    assert said not in browser.get("/rows").text
