"""The room of differences: filters in the address, edits word by word, comments, the terminal's too."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest

from curate.diff.comments import FILE, line_digest, read_comments
from curate.project import Project
from governance.cli.main import main
from tests.governance.desk.conftest import Browser, Opener
from tests.governance.desk.versions import NEW, files, write_versions

AT = "/diff?before=v1"


@pytest.fixture
def versions(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    write_versions(project)
    monkeypatch.chdir(project.root)
    return project


def rows(text: str) -> list[tuple[str, str]]:
    """Kind of change and row of each line of the page."""
    return re.findall(r"<p><b>(\w+)</b> <a [^>]*>([^<]+)</a>", text)


ALL = [
    ("added", "e1"),
    ("removed", "d1"),
    ("edited", "a1"),
    ("edited", "b1"),
    ("relabelled", "a2"),
    ("moved", "c1"),
]


def diff(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["diff", *arguments])
    return int(stop.value.code or 0)


FILTERED = [
    ("", ALL),
    ("&change=edited", [("edited", "a1"), ("edited", "b1")]),
    ("&field=split", [("moved", "c1")]),
    ("&field=input", [("edited", "a1"), ("edited", "b1")]),
    ("&label=orders", [("added", "e1"), ("edited", "a1")]),
    ("&split=test", [("edited", "b1"), ("moved", "c1")]),
    ("&split=validation", [("removed", "d1")]),
    ("&split=test&change=moved", [("moved", "c1")]),
    ("&q=FRIDAY", [("edited", "a1")]),
    ("&q=monday+friday", [("edited", "a1")]),
    ("&q=in+version", [("added", "e1"), ("removed", "d1")]),
    ("&q=example.com", []),
    ("&q=a2", [("relabelled", "a2")]),
    ("&q=.*", []),
    ("&label=nothing", []),
    ("&page=99", ALL),
    ("&page=x", ALL),
]


def test_filters_stand_in_the_address(browser: Browser, versions: Project) -> None:
    for asked, kept in FILTERED:
        assert rows(browser.get(AT + asked).text) == kept, asked


def test_the_cause_is_a_filter_without_its_particulars(browser: Browser, versions: Project) -> None:
    text = browser.get(AT).text
    causes = re.findall(r'<select id="f-cause".*?</select>', text, re.DOTALL)
    values = re.findall(r'value="([^"]+)"', causes[0]) if causes else ["unexplained"]
    found = [
        rows(browser.client.get("/diff", params={"before": "v1", "cause": unescape(one)}).text)
        for one in values
    ]
    assert sorted(line for part in found for line in part) == sorted(ALL)


def test_the_form_puts_its_filters_in_an_address_and_personal_data_in_none(
    browser: Browser, versions: Project
) -> None:
    answer = browser.post("/diff", {"before": "v1", "change": "edited", "q": "friday", "text": "x"})
    assert answer.status_code == 303 and answer.headers["location"] == AT + "&change=edited&q=friday"
    for asked in ("kim@example.com", "Kim Jones 07700 900123"):
        answer = browser.post("/diff", {"before": "v1", "q": asked})
        assert answer.status_code == 200 and "looks like personal data" in answer.text
        assert asked not in answer.text and "kim@" not in answer.text
        assert (
            "looks like personal data"
            in browser.client.get("/diff", params={"before": "v1", "q": asked}).text
        )


def test_an_edit_is_shown_word_by_word_and_masked(browser: Browser, versions: Project) -> None:
    text = browser.get(AT + "&change=edited").text
    assert '<del><span class="unseen">taken out: </span>monday</del>' in text
    assert '<ins><span class="unseen">put in: </span>friday</ins>' in text
    assert "kim@example.com" not in text and "lamp" in text and "rug" in text
    assert "<script>window" not in browser.get(AT).text


def test_changes_are_shown_a_page_at_a_time(
    browser: Browser, versions: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.desk.diff_pages.PAGE", 4)
    first, second = browser.get(AT).text, browser.get(AT + "&page=2").text
    assert rows(first) + rows(second) == ALL
    assert 'href="/diff?before=v1&amp;page=2#changes"' in first and "page 2 of 2" in second


def test_a_comment_is_the_line_that_the_terminal_writes_and_both_show_it(
    browser: Browser, versions: Project, capsys: pytest.CaptureFixture[str], open_desk: Opener
) -> None:
    page = browser.get(AT).text
    name = re.findall(r'name="row" value="(\w{24})"', page)
    asked = {"before": "v1", "q": "friday"}
    said = browser.post("/diff/comment", {**asked, "row": name[2], "text": "the carrier\nsaid monday"})
    assert said.status_code == 303 and said.headers["location"] == AT + "&q=friday"
    browser.post("/diff/comment", {**asked, "text": "ready from my side"})
    file = versions.root / FILE
    desk = file.read_bytes()
    file.unlink()
    diff("v1", "--reviewer", "Ada", "--comment", "the carrier said monday", "--on", "a1")
    diff("v1", "--reviewer", "Ada", "--comment", "ready from my side")
    assert file.read_bytes() == desk
    capsys.readouterr()
    diff("v1")
    told = capsys.readouterr().out
    assert "the carrier said monday" in told and "ready from my side" in told and "Ada" in told
    diff("v1", "--format", "json")
    comments = json.loads(capsys.readouterr().out)["comments"]
    assert [(one["row"], one["text"], one["current"]) for one in comments] == [
        ("a1", "the carrier said monday", True),
        (None, "ready from my side", True),
    ]
    other = open_desk("Ben").get(AT).text  # the next reviewer
    assert other.count("the carrier said monday") == 1 and "ready from my side" in other
    assert "Take back" not in other and browser.get(AT).text.count(">Take back") == 2


def test_a_comment_with_personal_data_is_refused_and_stays_in_its_box(
    browser: Browser, versions: Project
) -> None:
    for text in ("ask kim@example.org", "call 07700 900123 first", "Maria Gonzalez said so"):
        answer = browser.post("/diff/comment", {"before": "v1", "text": text})
        assert answer.status_code == 422 and "Not kept" in answer.text and text in unescape(answer.text)
    for text in ("", "   ", "x" * 1001):
        assert browser.post("/diff/comment", {"before": "v1", "text": text}).status_code == 422
    assert browser.post("/diff/comment", {"before": "v1", "row": "0" * 24, "text": "x"}).status_code == 404
    assert not (versions.root / FILE).exists()
    assert diff("v1", "--reviewer", "Ada", "--comment", "ask kim@example.org") == 2
    assert diff("v1", "--reviewer", "Ada", "--comment", "fine", "--on", "zz") == 2
    assert not (versions.root / FILE).exists()


def test_only_the_writer_takes_a_comment_back_once(
    browser: Browser, versions: Project, open_desk: Opener
) -> None:
    browser.post("/diff/comment", {"before": "v1", "text": "too early"})
    browser.post("/diff/comment", {"before": "v1", "text": "too early"})  # its answer was lost
    (line,) = read_comments(versions.root)
    gone = {"before": "v1", "name": line_digest(line)}
    assert open_desk("Ben").post("/diff/take-back", gone).status_code == 422
    assert browser.post("/diff/take-back", gone).status_code == 303
    assert browser.post("/diff/take-back", gone).status_code == 422
    assert "too early" not in browser.get(AT).text
    assert len(read_comments(versions.root)) == 2
    browser.post("/diff/comment", {"before": "v1", "text": "too early"})
    assert "too early" in browser.get(AT).text
    name = line_digest(read_comments(versions.root)[-1])
    assert diff("v1", "--reviewer", "Ada", "--take-back", name) in (0, 1)
    assert "too early" not in browser.get(AT).text


def test_a_comment_says_when_what_it_was_said_of_has_changed(browser: Browser, versions: Project) -> None:
    name = re.findall(r'name="row" value="(\w{24})"', browser.get(AT + "&q=friday").text)[0]
    browser.post("/diff/comment", {"before": "v1", "row": name, "text": "on friday"})
    browser.post("/diff/comment", {"before": "v1", "text": "on all of it"})
    assert "of an earlier state" not in browser.get(AT).text
    later = [(*row[:1], row[1].replace("friday", "sunday"), *row[2:]) for row in NEW]
    for file, content in files(later).items():
        (versions.gold / file).write_bytes(content)
    text = browser.get(AT).text
    assert "sunday" in text and text.count("of an earlier state") == 2


def test_a_full_disk_says_so_and_the_comment_can_be_sent_again(
    browser: Browser, versions: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.governance.desk.test_value_room import _full

    sent = {"before": "v1", "text": "keep this"}
    with monkeypatch.context() as patch:
        patch.setattr("curate.journal.write_text", _full)
        assert browser.post("/diff/comment", sent).status_code == 507
    assert browser.post("/diff/comment", sent).status_code == 303
    assert len(read_comments(versions.root)) == 1


def test_a_bad_line_is_named(browser: Browser, versions: Project) -> None:
    path = Path(versions.root / FILE)
    path.parent.mkdir(exist_ok=True)
    path.write_text('{"text": "zq.canary@example.com"}\n')
    answer = browser.get(AT)
    assert "decisions/comments.jsonl line 1" in answer.text and "canary" not in answer.text
