"""Each room driven from the desk by keyboard alone, and the same story told by mouse.

By keyboard nothing is clicked, focused or opened by the test: Tab walks to what is wanted, however far it is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curate.diff.comments import read_comments
from curate.pii.decisions import read_verdicts
from curate.project import Project
from curate.verdicts.journal import read_rows
from governance.compare.journal import read_preferences
from governance.triage.queue import TAKEN_BACK
from governance.triage.reveals import read_reveals
from tests.governance.desk import test_compare_pages as compare_pages
from tests.governance.desk.chromium import Served, focused, settled
from tests.governance.desk.test_diff_room import versions  # noqa: F401 (a fixture)
from tests.governance.desk.test_in_browser import changed

pytestmark = pytest.mark.slow
Opener = Callable[..., Any]
# More stops of Tab than any page of these projects has.
STOPS = 150


class Keys:
    """A person without a mouse."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def reach(self, selector: str) -> None:
        """Tab until the focus is on what the selector names."""
        for _ in range(STOPS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"Tab reaches no {selector}")

    def push(self, selector: str) -> None:
        """A link or a button."""
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def tick(self, selector: str) -> None:
        """A box to be ticked."""
        self.reach(selector)
        self.page.keyboard.press("Space")

    def write(self, selector: str, text: str) -> None:
        """Into a box, in place of what stood there."""
        self.reach(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, selector: str, name: str) -> None:
        """One of a list, by its first letters."""
        self.reach(selector)
        self.page.keyboard.type(name)

    def first(self, selector: str) -> None:
        """The first line of a list."""
        self.page.keyboard.press("j")
        assert self.page.evaluate("selector => document.activeElement.matches(selector)", selector)
        self.page.keyboard.press("Enter")

    def act(self, key: str, action: str) -> None:
        """What has a key and a button."""
        self.page.keyboard.press(key)


class Mouse(Keys):
    """A person who clicks, and types into boxes alone."""

    def reach(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def push(self, selector: str) -> None:
        self.reach(selector)

    def tick(self, selector: str) -> None:
        self.reach(selector)

    def choose(self, selector: str, name: str) -> None:
        option = self.page.locator(f"{selector} option", has_text=name).get_attribute("value")
        self.page.locator(selector).select_option(option)

    def first(self, selector: str) -> None:
        self.reach(selector)

    def act(self, key: str, action: str) -> None:
        self.reach(f"main [data-action={action}]")


@pytest.fixture(params=[Keys, Mouse], ids=["keyboard", "mouse"])
def hands(request: pytest.FixtureRequest, served: Served, open_page: Opener) -> Any:
    """A person at the desk; nothing may have gone wrong in the page meanwhile."""
    page = open_page(served)
    yield request.param(page)
    assert page.faults == []


def room(hands: Any, path: str) -> None:
    """Into a room by its link at the head of the page."""
    hands.push(f"header nav a[href='{path}']")
    hands.page.wait_for_url(f"**{path}")


def judge(hands: Any, key: str, action: str) -> None:
    """A verdict, and the next item on the screen."""
    before = hands.page.locator("article.item").get_attribute("data-href")
    hands.act(key, action)
    changed(hands.page, before)


def test_the_desk_leads_to_what_waits_first_and_locks(hands: Any) -> None:
    hands.first("a[href='/values']")
    hands.page.wait_for_url("**/values")
    hands.push("header form button")
    hands.page.get_by_role("heading", name="The desk is locked").wait_for()


def test_values_a_group_judged_and_taken_back(hands: Any, project: Project) -> None:
    room(hands, "/values")
    hands.first("a[href^='/values/group/']")
    hands.page.wait_for_url("**/values/group/*")
    many = hands.page.locator("tbody tr").count()
    hands.act("y", "real")
    hands.page.wait_for_url("**/values")
    assert [line.verdict for line in read_verdicts(project.root)] == ["real"] * many
    room(hands, "/decided")
    hands.push("main form button")
    hands.page.get_by_text("taken back: real").wait_for()
    assert [line.reason == TAKEN_BACK for line in read_verdicts(project.root)][many:] == [True]


def test_a_value_judged_skipped_taken_back_and_shown(hands: Any, project: Project) -> None:
    room(hands, "/values")
    hands.push("main a.button[href^='/values/item/']")
    hands.page.locator("article.item").wait_for()
    judge(hands, "n", "not_personal")
    judge(hands, "s", "skip")
    judge(hands, "k", "previous")
    hands.act("z", "undo")
    hands.page.get_by_text("back from a skip").wait_for()
    judge(hands, "z", "undo")
    settled(hands.page)
    assert [line.verdict for line in read_verdicts(project.root)] == ["not_personal", "unsure"]
    hands.act("v", "reveal")
    hands.page.get_by_text("Unmasked on this page alone").wait_for()
    assert len(read_reveals(project.root)) == 1


def test_rows_kept_edited_and_taken_back(hands: Any, project: Project) -> None:
    room(hands, "/rows")
    hands.first("a[href^='/rows/item/']")
    hands.page.locator("article.item").wait_for()
    hands.act("e", "edit")
    hands.page.wait_for_url("**/rows/edit/*")
    hands.write("#field-input", "where is my parcel now")
    hands.push("form.edit button")
    hands.page.get_by_text("edited.").wait_for()
    hands.page.locator("article.item").wait_for()
    judge(hands, "z", "undo")
    judge(hands, "y", "real")
    settled(hands.page)
    lines = read_rows(project.root)
    assert [line.verdict for line in lines] == ["edit", "unsure", "keep"]
    assert dict(lines[0].changes) == {"input": "where is my parcel now"}


def test_a_difference_filtered_and_commented_on(
    versions: Project,  # noqa: F811
    hands: Any,
) -> None:
    room(hands, "/diff")
    hands.write("#before", "v1")
    hands.push("form[action='/diff'] button")
    hands.page.wait_for_url("**/diff?before=v1**")
    hands.choose("#f-change", "edited")
    hands.push("form[role=search] button")
    hands.page.wait_for_url("**change=edited")
    assert hands.page.locator(".changes > li").count() == 2
    hands.act("e", "edit")
    focused(hands.page, "textarea")
    hands.page.keyboard.type("ready")
    hands.push("form.comment button")
    hands.page.get_by_text("The comment is kept").wait_for()
    assert [line.text for line in read_comments(versions.root)] == ["ready"]
    hands.act("z", "undo")
    hands.page.get_by_text("The comment is taken back.").wait_for()


def test_search_finds_a_row_and_it_is_decided_on(hands: Any, project: Project) -> None:
    room(hands, "/search")
    hands.write("#q", "parcel")
    hands.push("form[role=search] button")
    hands.page.get_by_role("heading", name="Rows: 2").wait_for()
    hands.first("main a[href^='/rows/item/']")
    hands.page.locator("article.item").wait_for()
    hands.act("n", "not_personal")
    settled(hands.page)
    assert [(line.verdict, line.reviewer) for line in read_rows(project.root)] == [("drop", "Ada")]


def test_sign_off_shows_approvals_gates_and_what_to_run(
    versions: Project,  # noqa: F811
    hands: Any,
) -> None:
    room(hands, "/sign-off")
    hands.write("#base", "v1")
    hands.tick("input[name=gates]")
    hands.push("main form button")
    hands.page.wait_for_url("**/sign-off?base=v1&gates=yes")
    hands.page.get_by_text("assay approve --base v1").wait_for()
    assert hands.page.get_by_role("heading", name="Gates").count() == 1


def test_keys_are_changed_and_put_back(hands: Any) -> None:
    room(hands, "/keys")
    hands.write("#key-real", "g")
    hands.push("#keys-reset")
    hands.page.get_by_text("as they were", exact=True).wait_for()
    assert hands.page.locator("#key-real").input_value() == "y"
    hands.write("#key-real", "g")
    hands.tick("#key-unsure")  # to leave the box is to keep what stands in it
    assert hands.page.evaluate("JSON.parse(localStorage.getItem('assay.keys')).real") == "g"


@pytest.fixture
def compared(tmp_path: Path) -> Project:
    root = tmp_path / "compared"
    root.mkdir()
    return compare_pages.made(root)


class TestComparisons:
    """The room of comparisons has a project of its own."""

    @pytest.fixture
    def project(self, compared: Project) -> Project:
        return compared

    def test_answers_judged_blind_and_taken_back(self, hands: Any, project: Project) -> None:
        room(hands, "/compare")
        hands.push("main a[data-action=next]")
        hands.page.locator("article.item").wait_for()
        judge(hands, "l", "left")
        judge(hands, "b", "both_bad")
        judge(hands, "z", "undo")
        judge(hands, "t", "tie")
        settled(hands.page)
        said = [line.verdict for line in read_preferences(project.root)]
        assert said[1:] == ["both_bad", "unsure", "tie"] and len(said) == 4
