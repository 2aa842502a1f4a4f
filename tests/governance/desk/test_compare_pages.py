"""The room of comparisons: blind, the lines are the terminal's, and a hostile answer stays text."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from curate.project import Project
from governance.compare.items import prepare, read_items
from governance.compare.journal import FILE, append_preferences, read_preferences
from governance.compare.round import Round
from governance.compare.session import Comparing, press
from governance.triage.row_verdicts import Judge
from tests.governance.compare.conftest import HELD_OUT, PROMPTS, answers, both, write_compared
from tests.governance.desk.conftest import TODAY, Browser, Opener, links
from tests.governance.desk.test_hostile import MARK, OURS, SEEDS, Seen

ITEM = r"/compare/item/\w+"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "compared"
    root.mkdir()
    return made(root)


def made(root: Path) -> Project:
    write_compared(root)
    project = Project(root)
    prepare(project, None, both(root))
    return project


def press_keys(keys: str, root: Path) -> bytes:
    """`decisions/preferences.jsonl` after `assay compare --keys`."""
    root.mkdir()
    twin = made(root)
    round_ = Round(read_items(twin), twin.key, Judge("Ada", "", TODAY))
    session = Comparing(round_.order)
    for key in keys:
        session, choices = press(session, key)
        append_preferences(twin.root, [round_.line(choice) for choice in choices])
    return (twin.root / FILE).read_bytes()


def first(browser: Browser) -> str:
    return links(browser.get("/compare").text, ITEM)[0]


def test_verdicts_and_undo_are_the_lines_of_the_terminal(
    browser: Browser, project: Project, tmp_path: Path
) -> None:
    path = first(browser)
    for word in ("left", "right", "tie"):
        path = browser.decide(path, word).headers["location"]
    back = browser.post("/compare/undo").headers["location"]
    assert back in links(browser.get("/compare").text, ITEM)
    path = browser.decide(back, "both_bad").headers["location"]
    assert re.fullmatch(ITEM, path)
    assert (project.root / FILE).read_bytes() == press_keys("lrtzb", tmp_path / "terminal")


def test_no_page_names_a_system_until_the_last_is_judged(browser: Browser) -> None:
    path = first(browser)
    for number in range(len(PROMPTS)):
        pages = [browser.get(path).text, browser.get(path.replace("item", "ahead")).text]
        pages += [browser.get("/compare").text, browser.get("/").text]
        assert not any(re.search(r"\b(base|tuned)\b", re.sub("data-token=.*", "", text)) for text in pages)
        assert f"{len(PROMPTS) - number} item" in pages[0]
        path = browser.decide(path, "left").headers["location"]
    assert path == "/compare"
    text = unescape(browser.get("/compare").text)
    assert "base against tuned" in text and "No item was judged by two people" in text


def test_two_people_see_their_agreement(browser: Browser, open_desk: Opener) -> None:
    for desk in (browser, open_desk("Ben")):
        path = first(desk)
        for word in ("tie", "tie", "both_bad", "both_bad", "tie", "tie"):
            path = desk.decide(path, word).headers["location"]
    assert "alpha 1.00" in browser.get("/compare").text
    assert len(read_preferences(browser.desk.project.root)) == 12


def test_what_another_person_says_is_no_conflict_and_what_i_said_elsewhere_is(
    browser: Browser, open_desk: Opener, project: Project
) -> None:
    path = first(browser)
    shown = browser.version(path)
    open_desk("Ben").decide(path, "left")
    assert browser.decide(path, "right", shown).status_code == 303
    open_desk("Ada").decide(path, "tie")
    answer = browser.decide(path, "left", shown)
    assert answer.status_code == 409 and "equally good" in answer.text
    undone = browser.post("/compare/undo")
    assert undone.status_code == 409
    assert [line.verdict in ("first", "second") for line in read_preferences(project.root)] == [
        True,
        True,
        False,
    ]
    assert "You said “equally good”" in unescape(browser.get(path).text)


def test_an_answer_lost_on_the_way_is_not_a_second_line(browser: Browser, project: Project) -> None:
    path = first(browser)
    shown = browser.version(path)
    for _ in range(3):
        assert browser.decide(path, "tie", shown).status_code == 303
    assert len(read_preferences(project.root)) == 1
    assert browser.post("/compare/undo").status_code == 303
    assert "Nothing of this session" in browser.get(browser.post("/compare/undo").headers["location"]).text


@pytest.mark.parametrize("word", ["first", "second", "unsure", "", "<script>"])
def test_words_that_there_are_not_write_nothing(browser: Browser, project: Project, word: str) -> None:
    assert browser.decide(first(browser), word).status_code == 404
    assert browser.get("/compare/item/nothing").status_code == 404
    assert not (project.root / FILE).exists()


def test_held_out_items_say_so(open_desk: Opener, project: Project) -> None:
    for name, ending in (("base", "."), ("tuned", "!")):
        answers(HELD_OUT, ending).write_parquet(project.root / f"{name}.parquet")
    prepare(project, project.gold / "test.parquet", both(project.root))
    browser = open_desk()
    assert "never become training pairs" in browser.get("/compare").text
    assert "never becomes a training pair" in browser.get(first(browser)).text


def test_items_prepared_anew_are_taken_in(browser: Browser, project: Project) -> None:
    path = first(browser)
    browser.decide(path, "tie")
    for name, ending in (("base", "."), ("tuned", "!")):
        answers(PROMPTS, ending).write_parquet(project.root / f"{name}.parquet")
    prepare(project, None, both(project.root))
    assert browser.get(path).status_code == 404
    assert f"{len(PROMPTS)} left" in browser.get("/compare").text
    assert browser.post("/compare/undo").headers["location"] == "/compare"


def test_without_items_the_page_says_what_to_run(open_desk: Opener, tmp_path: Path) -> None:
    (tmp_path / "compared/.assay/compare/items.parquet").unlink()
    text = unescape(open_desk().get("/compare").text)
    assert "assay compare prepare" in text


def test_a_hostile_answer_adds_no_tag_and_no_attribute(open_desk: Opener, project: Project) -> None:
    texts = [f"{PROMPTS[at % 6]} {at} {seed}" for at, seed in enumerate(SEEDS)]
    import polars as pl

    pl.DataFrame({"input": texts}).write_ndjson(project.root / "live.jsonl")
    for name in both(project.root):
        told = [f"{seed} {name}{MARK}" for seed in SEEDS]
        pl.DataFrame({"row": range(len(SEEDS)), "output": told}).write_parquet(
            project.root / f"{name}.parquet"
        )
    prepare(project, project.root / "live.jsonl", both(project.root))
    browser = open_desk()
    path = first(browser)
    pages = [browser.get("/compare"), browser.get(path)]
    while path != "/compare":
        pages.append(browser.get(path.replace("item", "ahead")))
        path = browser.decide(path, "tie").headers["location"]
    pages.append(browser.get("/compare"))
    for answer in pages:
        assert answer.status_code == 200
        seen = Seen()
        seen.feed(answer.text)
        assert seen.tags <= {*OURS, "h3", "caption", "b", "aside"}, seen.tags - OURS
        for tag, name, value in seen.attributes:
            assert not name.startswith("on") and name not in ("srcdoc", "style", "autofocus"), (tag, name)
            if name in ("href", "src", "action"):
                assert re.match(r"(/(?!/)|#)", value), (tag, name, value)
        assert not re.search(
            "[\x00-\x08\x0b\x0c\x0e-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", answer.text
        )
