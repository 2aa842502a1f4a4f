"""Comparisons and twins in a real browser: by keys, by mouse, without JavaScript, at every width, by axe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.project import Project
from curate.verdicts.journal import read_rows
from governance.compare.items import prepare
from governance.compare.journal import FILE, read_preferences
from tests.governance.compare.conftest import PROMPTS, both
from tests.governance.desk import test_compare_pages as compare_pages
from tests.governance.desk import test_twins as twins
from tests.governance.desk.chromium import Served, enter, loaded_ahead, settled, violations
from tests.governance.desk.test_hostile import SEEDS
from tests.governance.desk.test_in_browser import changed, press

pytestmark = pytest.mark.slow
Opener = Callable[..., Any]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Comparisons and twins in one project."""
    root = tmp_path / "compared"
    root.mkdir()
    made = compare_pages.made(root)
    card = (root / "task.yaml").read_text()
    twins.write(root)
    (root / "task.yaml").write_text(card)
    return made


def open_item(page: Any, served: Served) -> None:
    page.goto(served.base + "/compare")
    page.keyboard.press("j")
    page.wait_for_url("**/compare/item/*")
    page.locator("article.item").wait_for()


def test_by_keys_alone(served: Served, open_page: Opener, project: Project, tmp_path: Path) -> None:
    page = open_page(served)
    open_item(page, served)
    for key in "lrt":
        press(page, key)
    press(page, "z")
    for key in "bs":
        press(page, key)
    press(page, "z")  # back from the skip
    for key in "lr":
        press(page, key)
    page.keyboard.press("t")
    page.get_by_role("heading", name="Who is preferred").wait_for()
    assert (project.root / FILE).read_bytes() == compare_pages.press_keys("lrtzbszlrt", tmp_path / "terminal")
    assert len({line.item for line in read_preferences(project.root)}) == len(PROMPTS)
    assert page.faults == []


def test_by_mouse_and_without_javascript(served: Served, open_page: Opener, project: Project) -> None:
    page = open_page(served)
    page.goto(served.base + "/compare")
    page.get_by_role("link", name="Judge them one by one").click()
    for name in ("Left is better", "Equally good", "Undo", "Neither is usable"):
        before = page.locator("article.item").get_attribute("data-href")
        page.get_by_role("button", name=name).click()
        changed(page, before)
    settled(page)
    assert [line.verdict for line in read_preferences(project.root)][1:] == ["tie", "unsure", "both_bad"]
    other = Served(project)
    try:
        bare = open_page(other, java_script_enabled=False)
        bare.goto(other.base + "/compare")
        bare.get_by_role("link", name="Judge them one by one").click()
        bare.get_by_role("button", name="Right is better").click()
        bare.get_by_role("button", name="Undo").click()
        assert len(read_preferences(project.root)) == 6
    finally:
        other.stop()
    assert page.faults == []


def test_a_killed_server_loses_no_comparison(served: Served, open_page: Opener, project: Project) -> None:
    page = open_page(served)
    with loaded_ahead(page):
        open_item(page, served)
    served.stop()
    press(page, "l")
    press(page, "t")
    page.get_by_text("NOT WRITTEN YET: 2").wait_for()
    served.start()
    page.get_by_text("The desk is locked").first.wait_for()
    enter(page, served)
    settled(page)
    assert len(read_preferences(project.root)) == 2


def test_twins_by_keys(served: Served, open_page: Opener, project: Project) -> None:
    page = open_page(served)
    page.goto(served.base + "/rows?kind=near")
    page.locator("a[data-item]").first.focus()
    page.keyboard.press("Enter")
    page.locator("article.item").wait_for()
    page.keyboard.press("o")
    page.wait_for_url("**/rows")
    settled(page)
    assert [line.verdict for line in read_rows(project.root)] == ["keep", "drop"]
    assert page.faults == []


def test_no_page_has_an_axe_violation_or_scrolls_sideways(
    served: Served, open_page: Opener, project: Project
) -> None:
    page = open_page(served)
    page.goto(served.base + "/compare")
    item = page.locator("a[href^='/compare/item/']").first.get_attribute("href")
    addresses = ["/compare", item, item.replace("item", "ahead"), "/rows?kind=near", "/rows?kind=meaning"]
    for kind in ("near", "meaning"):
        page.goto(f"{served.base}/rows?kind={kind}")
        addresses.append(page.locator("a[data-item]").first.get_attribute("href"))
    look(page, served, addresses)
    page.goto(served.base + item)
    page.locator("article.item").wait_for()
    for number in range(len(PROMPTS) - 1):
        press(page, "lrtb"[number % 4])
    page.keyboard.press("t")
    page.get_by_role("heading", name="Who is preferred").wait_for()
    look(page, served, ["/compare", item, "/keys", "/"])
    assert page.faults == []


def look(page: Any, served: Served, addresses: list[str]) -> None:
    for path in addresses:
        page.set_viewport_size({"width": 1280, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(served.base + path)
            if "ahead" not in path:  # a fragment for the script: several articles, each with its heading
                assert violations(page) == [], (path, scheme)
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 320, path


def test_hostile_answers_execute_nowhere(served: Served, open_page: Opener, project: Project) -> None:
    root = project.root
    texts = [f"{PROMPTS[at % 6]} {at} {seed}" for at, seed in enumerate(SEEDS)]
    pl.DataFrame({"input": texts}).write_ndjson(root / "live.jsonl")
    for name in both(root):
        told = [f"{seed} {name}" for seed in SEEDS]
        pl.DataFrame({"row": range(len(SEEDS)), "output": told}).write_parquet(root / f"{name}.parquet")
    prepare(project, root / "live.jsonl", both(root))
    page = open_page(served)
    open_item(page, served)
    watched = "() => document.querySelectorAll('main script, main img, main svg, main iframe').length"
    for _ in range(len(SEEDS) - 1):
        press(page, "t")
        assert page.evaluate("() => window.assayHurt") is None and page.evaluate(watched) == 0
    page.keyboard.press("t")
    page.get_by_role("heading", name="Who is preferred").wait_for()
    assert page.evaluate("() => window.assayHurt") is None and page.evaluate(watched) == 0
    assert page.faults == []
