"""The room of differences in a real browser, and what who sees no screen is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from curate.diff.comments import read_comments
from curate.project import Project
from tests.governance.desk.chromium import Served, focused, settled, violations
from tests.governance.desk.test_diff_room import AT, versions  # noqa: F401 (a fixture)

pytestmark = pytest.mark.slow
Opener = Callable[..., Any]


def comment(page: Any, place: str, words: str) -> None:
    """A comment at `place`, by keyboard alone."""
    page.keyboard.press("e")
    focused(page, place)
    page.keyboard.type(words)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def test_comments_by_keyboard_alone(
    versions: Project,  # noqa: F811
    served: Served,
    open_page: Opener,
) -> None:
    page = open_page(served)
    page.goto(served.base + AT)
    comment(page, "#c-all", "ready from my side")
    page.get_by_text("The comment is kept").wait_for()
    assert page.get_by_role("status").inner_text() == "The comment is kept in decisions/comments.jsonl."
    page.keyboard.press("j")  # the first change, and a comment on its row
    focused(page, ".changes a")
    comment(page, ".changes textarea", "who sent this")
    page.get_by_text("who sent this").wait_for()
    page.keyboard.press("z")
    page.get_by_text("The comment is taken back.").wait_for()
    assert page.get_by_text("who sent this").count() == 0
    assert [line.text for line in read_comments(versions.root)] == ["ready from my side", "who sent this", ""]
    assert page.faults == []


@pytest.mark.parametrize("script", [True, False])
def test_filters_and_comments_by_mouse_with_and_without_javascript(
    versions: Project,  # noqa: F811
    served: Served,
    open_page: Opener,
    script: bool,
) -> None:
    page = open_page(served, java_script_enabled=script)
    page.goto(served.base + AT)
    page.get_by_label("kind of change").select_option("edited")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**/diff?before=v1&change=edited")
    assert page.locator(".changes > li").count() == 2
    page.get_by_text("Comment on this row").first.click()
    page.get_by_label("Comment on row a1").fill("the carrier said monday")
    page.locator(".changes form.comment button").first.click()
    page.get_by_text("the carrier said monday").wait_for()
    page.get_by_role("button", name="Take back").click()
    page.get_by_text("The comment is taken back.").wait_for()
    assert page.url.endswith("change=edited")
    assert page.faults == []


def test_the_room_with_comments_has_no_axe_violation(
    versions: Project,  # noqa: F811
    served: Served,
    open_page: Opener,
) -> None:
    page = open_page(served)
    page.goto(served.base + AT)
    comment(page, "#c-all", "ready")
    page.get_by_text("The comment is kept").wait_for()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert violations(page) == [], scheme
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320


def test_the_focus_goes_as_the_page_reads_and_what_was_done_is_said(
    served: Served, open_page: Opener
) -> None:
    page = open_page(served)
    page.goto(served.base + "/values")
    page.get_by_role("link", name="Judge them one by one").click()
    page.wait_for_url("**/values/item/*")
    places = []
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(
            "[...document.querySelectorAll('a,button,[tabindex],input,textarea,select,summary')]"
            ".indexOf(document.activeElement)"
        )
        if at < 0:
            break
        places.append(at)
    assert len(places) > 10 and places == sorted(places)
    page.reload()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    said = page.locator("#said")
    assert said.get_attribute("aria-live") == "polite" and said.get_attribute("role") == "status"
    assert page.locator("#alarm").get_attribute("role") == "alert"
    before = page.locator("article.item").get_attribute("data-href")
    page.keyboard.press("n")
    page.wait_for_function("href => document.querySelector('article.item').dataset.href !== href", arg=before)
    settled(page)
    assert "not personal" in said.inner_text()
    assert page.evaluate("document.activeElement.tagName") == "H1"
