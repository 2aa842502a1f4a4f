"""The rooms of values: the lines are the terminal's, nothing is decided unseen, and nothing is lost."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.pii.decisions import FILE, read_verdicts
from curate.project import Project
from governance.desk import tables, texts
from governance.desk.board import load_board
from governance.records.kinds import VerdictBatch
from governance.records.store import read_journal
from governance.triage.queue import TAKEN_BACK
from governance.triage.reveals import FILE as REVEALS
from governance.triage.reveals import read_reveals
from tests.governance.desk.conftest import TODAY, Browser, Opener, links
from tests.governance.desk.terminal import press_values

ITEM = r"/values/item/\w+(?:\?group=\w+)?"
GROUP = r"/values/group/\w+"
RAW = ("07911 123456", "zq.canary@example.com", "CB1 2DP", "EH2 2AA", "4412345678")


def first(browser: Browser) -> str:
    return links(browser.get("/values").text, ITEM)[0]


def postcodes(browser: Browser) -> str:
    """The group of three values."""
    paths = links(browser.get("/values").text, GROUP)
    return next(path for path in paths if "3 open values" in browser.get(path).text)


def test_pages_show_no_raw_value(browser: Browser) -> None:
    overview = browser.get("/values").text
    pages = [overview, *(browser.get(path).text for path in links(overview, GROUP))]
    items = links(" ".join(pages), ITEM)
    assert len(items) >= 5
    pages += [browser.get(path).text for path in items]
    pages += [browser.get(items[0].replace("item", "ahead")).text, browser.get("/decided").text]
    assert not any(raw in page for raw in RAW for page in pages)


def test_a_click_writes_the_line_of_the_terminal_and_shows_the_next_value(
    browser: Browser, project: Project, tmp_path: Path
) -> None:
    path, words = first(browser), ["not_personal", "real", "unsure", "public", "real"]
    for word in words:
        answer = browser.decide(path, word)
        assert answer.status_code == 303
        path = answer.headers["location"]
    assert path == "/values"
    assert "Nothing is left" in browser.get("/values").text
    assert (project.root / FILE).read_bytes() == press_values(project, "nrupr", tmp_path / "terminal")


def test_undo_writes_the_line_of_the_terminal_and_opens_the_value_again(
    browser: Browser, project: Project, tmp_path: Path
) -> None:
    path = first(browser)
    browser.decide(path, "not_personal")
    answer = browser.post("/values/undo")
    assert answer.headers["location"] == path
    assert "taken back: not personal" in browser.get(path).text
    assert first(browser) == path
    assert (project.root / FILE).read_bytes() == press_values(project, "nz", tmp_path / "terminal")
    assert "left to take back" in browser.get(browser.post("/values/undo").headers["location"]).text


def test_a_verdict_of_an_earlier_session_can_be_taken_back(browser: Browser, open_desk: Opener) -> None:
    path = first(browser)
    browser.decide(path, "real")
    later = open_desk()
    assert path not in links(later.get("/values").text, ITEM)
    (line,) = later.desk.values.mine(9)
    assert later.post("/decided", {"value_id": line.value_id}).status_code == 303
    assert [one.reason for one in read_verdicts(later.desk.project.root)] == ["", TAKEN_BACK]
    assert links(browser.get("/values").text, ITEM)[0] == path


def test_a_stale_page_is_a_conflict_that_names_who_decided_and_writes_nothing(
    browser: Browser, open_desk: Opener, project: Project
) -> None:
    path, ben = first(browser), open_desk("Ben")
    shown = browser.version(path)
    assert ben.decide(path, "real").status_code == 303
    before = (project.root / FILE).read_bytes()
    answer = browser.decide(path, "not_personal", shown)
    assert answer.status_code == 409 and "Ben decided “real”" in answer.text
    told = browser.post(path, {"word": "not_personal", "version": shown}, **{"x-desk": "script"})
    assert told.status_code == 409 and "Ben" in told.json()["problem"]
    assert (project.root / FILE).read_bytes() == before
    assert "Decided: real, by Ben" in browser.get(path).text
    assert browser.decide(path, "not_personal").status_code == 303  # over his, knowingly
    assert [one.verdict for one in read_verdicts(project.root)] == ["real", "not_personal"]


def test_undo_does_not_take_back_what_somebody_decided_over_it(
    browser: Browser, open_desk: Opener, project: Project
) -> None:
    path, ben = first(browser), open_desk("Ben")
    assert ben.get(path).status_code == 200
    browser.decide(path, "real")
    ben.decide(path, "public")
    answer = browser.post("/values/undo")
    assert answer.status_code == 409 and "Ben decided “public figure or business”" in answer.text
    assert [one.verdict for one in read_verdicts(project.root)] == ["real", "public"]


def test_an_answer_lost_on_the_way_is_not_a_second_line(browser: Browser, project: Project) -> None:
    path = first(browser)
    shown = browser.version(path)
    for _ in range(3):
        assert browser.decide(path, "real", shown).status_code == 303
    assert len(read_verdicts(project.root)) == 1
    assert browser.post("/values/undo").status_code == 303
    assert len(read_verdicts(project.root)) == 2
    assert "Nothing" in browser.get(browser.post("/values/undo").headers["location"]).text


def test_the_same_verdict_given_twice_is_taken_back_once(browser: Browser, project: Project) -> None:
    path = first(browser)
    for _ in range(2):
        assert browser.decide(path, "real").status_code == 303
    browser.post("/values/undo")
    assert "Nothing" in browser.get(browser.post("/values/undo").headers["location"]).text
    assert [one.verdict for one in read_verdicts(project.root)][-1] == "unsure"


def test_what_somebody_is_unsure_of_again_is_not_asked_a_third_time(open_desk: Opener) -> None:
    before = open_desk()
    path = first(before)
    before.decide(path, "unsure")
    again = open_desk()
    left = again.desk.values.is_open().sum()
    again.decide(path, "unsure")
    assert again.desk.values.is_open().sum() == left - 1


def test_what_somebody_else_decided_is_passed_over(browser: Browser, open_desk: Opener) -> None:
    one, two = links(browser.get("/values").text, ITEM)[0], None
    two = browser.decide(one, "real").headers["location"]
    ben = open_desk("Ben")
    three = ben.decide(two, "real").headers["location"]
    browser.post("/values/undo")
    assert browser.decide(one, "real").headers["location"] == three


def test_a_group_says_what_a_verdict_reaches_and_writes_the_lines_of_the_terminal(
    browser: Browser, project: Project, tmp_path: Path
) -> None:
    path = postcodes(browser)
    assert "clears 4 findings in 4 rows" in " ".join(browser.get(path).text.split())
    answer = browser.decide(path, "not_personal")
    assert answer.status_code == 303
    assert "3 values: not personal" in browser.get("/values").text
    assert len(read_verdicts(project.root)) == 3
    assert browser.post("/values/undo").headers["location"] == path
    lines = read_verdicts(project.root)
    assert [one.verdict for one in lines] == 3 * ["not_personal"] + 3 * ["unsure"]
    assert "3 open values" in browser.get(path).text
    terminal = press_values(project, "anz", tmp_path / "terminal")
    assert (project.root / FILE).read_bytes() == terminal


def test_a_word_that_leaves_values_in_the_text_waits_until_every_page_was_listed(
    browser: Browser, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.desk.value_pages.PAGE", 1)
    path = postcodes(browser)
    assert "disabled" in browser.get(path).text
    refused = browser.decide(path, "public")
    assert refused.status_code == 422 and "see all of its values first" in refused.text
    assert not (project.root / FILE).exists()
    assert "disabled" in browser.get(f"{path}?page=2").text
    assert "disabled" not in browser.get(f"{path}?page=3").text
    assert browser.decide(path, "public").status_code == 303


def test_a_group_that_changed_is_not_judged_unseen(browser: Browser, open_desk: Opener) -> None:
    path = links(browser.get("/values").text, GROUP)[0]
    shown = browser.version(path)
    item = links(browser.get(path).text, r"/values/item/\w+")[0]
    open_desk("Ben").decide(item, "real")
    assert browser.decide(path, "real", shown).status_code == 409
    assert len(read_verdicts(browser.desk.project.root)) == 1


def test_a_reveal_is_written_before_it_is_shown_and_never_by_reading(
    browser: Browser, project: Project
) -> None:
    path = first(browser)
    reveal = path.replace("item", "reveal")
    assert browser.get(reveal).status_code in (404, 405)
    answer = browser.post(reveal)
    (line,) = read_reveals(project.root)
    assert line.value_id in path and line.reviewer == "Ada" and line.date == TODAY.isoformat()
    assert sum(raw in answer.text for raw in (*RAW, "CB12DP", "SW4 9AA")) == 1
    assert not any(raw in browser.get(path).text for raw in RAW)
    assert b"CB" not in (project.root / REVEALS).read_bytes()


def test_what_cannot_be_recorded_is_not_shown(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    path = first(browser)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("governance.desk.values.append_reveals", full)
    answer = browser.post(path.replace("item", "reveal"))
    assert answer.status_code == 507
    assert not any(raw in answer.text for raw in (*RAW, "CB12DP", "SW4 9AA"))


def test_a_full_disk_says_so_and_the_verdict_can_be_sent_again(
    browser: Browser, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = first(browser)
    shown = browser.version(path)
    with monkeypatch.context() as patch:
        patch.setattr("curate.journal.write_text", _full)
        answer = browser.post(path, {"word": "real", "version": shown}, **{"x-desk": "script"})
    assert answer.status_code == 507 and answer.json()["problem"]
    assert not (project.root / FILE).exists()
    assert browser.decide(path, "real", shown).status_code == 303
    assert len(read_verdicts(project.root)) == 1


def _full(*_: Any) -> None:
    from curate.files import space_errors

    with space_errors(Path("decisions/pii.jsonl")):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    "fields",
    [{"word": "erase"}, {"word": ""}, {}, {"word": "real", "version": "zz"}, {"word": "REAL"}],
)
def test_a_form_of_other_words_writes_nothing(
    browser: Browser, project: Project, fields: dict[str, str]
) -> None:
    assert browser.post(first(browser), fields).status_code in (404, 409)
    assert not (project.root / FILE).exists()


def test_a_board_of_a_process_apart_is_the_same(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    here = load_board(project, TODAY)
    monkeypatch.setattr(tables, "LARGE", 0)
    monkeypatch.setattr(texts, "IN_MEMORY", 0)
    apart = load_board(project, TODAY)
    assert [apart.item(at) for at in range(len(apart))] == [here.item(at) for at in range(len(here))]
    assert [_contexts(apart, at) for at in range(len(apart))] == [
        _contexts(here, at) for at in range(len(here))
    ]
    assert all(here.find(here.item(at).value_id) == at for at in range(len(here)))
    assert here.find("0" * 24) is None and here.find("f" * 24) is None


def _contexts(one: Any, at: int) -> Sequence[Any]:
    rows, item = one.window([at]), one.item(at)
    return [rows.context(place) for place in rows.places(item.value_id, 3)]


def test_a_board_shows_what_the_terminal_shows(
    project: Project, examples: pl.DataFrame, findings: pl.DataFrame
) -> None:
    from governance.triage.context import Rows

    terminal, desk = Rows(examples, findings), load_board(project, TODAY)
    for at in range(len(desk)):
        value_id = desk.item(at).value_id
        window = desk.window([at])
        assert window.masked_value(value_id) == terminal.masked_value(value_id)
        assert [window.context(place) for place in window.places(value_id, 3)] == [
            terminal.context(place) for place in terminal.places(value_id, 3)
        ]


def test_the_record_of_the_session_is_left_at_its_end(browser: Browser, project: Project) -> None:
    from governance.desk.serve import leave_record

    leave_record(browser.desk)
    assert not read_journal(project.root).of(VerdictBatch)
    browser.decide(first(browser), "real")
    leave_record(browser.desk)
    ((_, record),) = read_journal(project.root).of(VerdictBatch)
    batch = record.predicate
    assert isinstance(batch, VerdictBatch) and batch.by == "Ada" and batch.values == {"real": 1}


def test_with_named_reviewers_a_strangers_verdict_closes_nothing_for_others(
    project: Project, open_desk: Opener
) -> None:
    (project.root / "params.yaml").write_text("scan: {}\nredact: {reviewers: named}\n")
    ada, ben = open_desk(), open_desk("Ben")
    path = first(ada)
    ben.decide(path, "not_personal")
    assert path in links(ada.get("/values").text, ITEM)


def test_no_scan_is_said_with_the_stage_that_makes_it(project: Project, open_desk: Opener) -> None:
    (project.root / "data/scan/findings.parquet").unlink()
    browser = open_desk()
    assert "stage `scan` has not run" in browser.get("/").text
    assert browser.get("/values").status_code == 422
