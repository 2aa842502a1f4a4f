"""The desk in a real browser: by keyboard alone, by mouse, without JavaScript, through trouble."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curate.pii.decisions import FILE, read_verdicts
from curate.project import Project
from curate.verdicts.journal import FILE as ROWS
from curate.verdicts.journal import read_rows
from governance.desk.values import ValueRoom
from governance.triage.reveals import read_reveals
from tests.curate.versions.test_revisions import git
from tests.governance.desk.chromium import Served, enter, lines, loaded_ahead, settled, violations
from tests.governance.desk.terminal import press_rows, press_values
from tests.governance.desk.test_value_room import _full

pytestmark = pytest.mark.slow
Opener = Callable[..., Any]


def head(page: Any) -> str:
    return str(page.locator("article h1").inner_text())


def press(page: Any, key: str) -> None:
    """A key, and the next item on the screen."""
    before = page.locator("article.item").get_attribute("data-href")
    page.keyboard.press(key)
    changed(page, before)


def changed(page: Any, before: str | None) -> None:
    """Until another item is on the screen."""
    page.wait_for_function(
        "before => !document.querySelector('article.item') ||"
        " document.querySelector('article.item').dataset.href !== before",
        arg=before,
    )


def test_values_by_keyboard_alone(
    served: Served,
    open_page: Opener,
    project: Project,
    tmp_path: Path,
) -> None:
    page = open_page(served)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/values")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/values/group/*")
    page.keyboard.press("j")
    page.wait_for_url("**/values/item/*")
    page.goto(served.base + "/values")
    page.get_by_role("link", name="Judge them one by one").press("Enter")
    page.wait_for_url("**/values/item/*")
    for key in "nyp":
        press(page, key)
    press(page, "z")
    press(page, "p")
    press(page, "s")
    press(page, "z")  # back from the skip
    press(page, "u")
    settled(page)
    assert (project.root / FILE).read_bytes() == press_values(project, "nrpzpu", tmp_path / "terminal")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.keyboard.press("?")
    page.wait_for_url("**/keys")
    assert page.faults == []


def test_values_by_mouse(
    served: Served,
    open_page: Opener,
    project: Project,
    tmp_path: Path,
) -> None:
    page = open_page(served)
    page.get_by_role("link", name="values found as personal data").click()
    page.get_by_role("link", name="Judge them one by one").click()
    for name in ("not personal", "real", "Undo", "public figure"):
        before = page.locator("article.item").get_attribute("data-href")
        page.get_by_role("button", name=name).click()
        changed(page, before)
    settled(page)
    assert (project.root / FILE).read_bytes() == press_values(project, "nrzp", tmp_path / "terminal")
    page.get_by_role("button", name="Show the value").click()
    page.get_by_text("Unmasked on this page alone").wait_for()
    (line,) = read_reveals(project.root)
    assert line.reviewer == "Ada"
    page.get_by_role("button", name="Lock").click()
    page.get_by_role("heading", name="The desk is locked").wait_for()
    assert page.faults == []


def test_a_group_by_mouse(served: Served, open_page: Opener, project: Project) -> None:
    page = open_page(served)
    page.goto(served.base + "/values")
    page.get_by_role("link", name="AA9 9AA").click()
    page.get_by_role("button", name="not personal: clears 4 findings in 4 rows").click()
    page.get_by_text("3 values: not personal").wait_for()
    assert len(read_verdicts(project.root)) == 3


def test_a_group_by_keyboard_alone_its_reach_said_before_and_taken_back(
    served: Served, open_page: Opener, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.desk.value_pages.PAGE", 2)
    page = open_page(served)
    page.goto(served.base + "/values")
    page.get_by_role("link", name="AA9 9AA").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/values/group/*")
    reach = page.locator("#reach").inner_text()
    assert "4 findings in 4 rows" in reach
    page.keyboard.press("n")  # two pages: the other was not seen yet
    page.get_by_text("see every page of the list first").wait_for()
    assert not (project.root / FILE).exists()
    page.keyboard.press(">")
    page.wait_for_url("**page=2")
    page.keyboard.press("n")
    page.get_by_text("3 values: not personal").wait_for()
    assert [one.verdict for one in read_verdicts(project.root)] == ["not_personal"] * 3
    page.keyboard.press("z")
    page.wait_for_url("**/values/group/*")
    assert [one.verdict for one in read_verdicts(project.root)][3:] == ["unsure"] * 3
    page.goto(served.base + "/values")
    page.get_by_role("link", name="Judge them one by one").press("Enter")
    page.locator("article.item").wait_for()
    page.keyboard.press("a")
    page.wait_for_url("**/values/group/*")
    assert page.faults == []


def test_rows_by_keyboard_alone(
    served: Served,
    open_page: Opener,
    project: Project,
    tmp_path: Path,
) -> None:
    page = open_page(served)
    page.goto(served.base + "/rows")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rows/item/*")
    for key in "y1n":
        press(page, key)
    page.wait_for_url("**/rows")
    settled(page)
    assert (project.root / ROWS).read_bytes() == press_rows(project, "k1d", tmp_path / "terminal")
    assert page.faults == []


def test_rows_by_mouse_with_an_edit_whose_draft_survives(
    served: Served,
    open_page: Opener,
    project: Project,
) -> None:
    page = open_page(served)
    page.goto(served.base + "/rows")
    page.get_by_role("link", name="a1").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("input").fill("where is my <PERSON_1> parcel")
    page.reload()
    page.get_by_text("What you had written here was kept.").wait_for()
    assert page.get_by_label("input").input_value() == "where is my <PERSON_1> parcel"
    page.get_by_role("button", name="Save the edit").click()
    page.get_by_text("edited. z takes it back.").wait_for()
    (line,) = read_rows(project.root)
    assert dict(line.changes) == {"input": "where is my <PERSON_1> parcel"}
    assert page.faults == []


def test_without_javascript_a_verdict_and_undo_by_button(
    served: Served,
    open_page: Opener,
    project: Project,
    tmp_path: Path,
) -> None:
    page = open_page(served, java_script_enabled=False)
    page.goto(served.base + "/values")
    page.get_by_role("link", name="Judge them one by one").click()
    for name in ("not personal", "real", "Undo", "public figure"):
        page.get_by_role("button", name=name).click()
    page.get_by_text("public figure or business. z takes it back.").wait_for()
    assert (project.root / FILE).read_bytes() == press_values(project, "nrzp", tmp_path / "terminal")


def test_no_page_has_an_axe_violation_or_scrolls_sideways(
    served: Served, open_page: Opener, project: Project
) -> None:
    git(project.root, "init", "-q", "-b", "main")
    git(project.root, "commit", "-q", "--allow-empty", "-m", "first")
    page = open_page(served)
    page.goto(served.base + "/values")
    group = page.locator("a[href^='/values/group/']").first.get_attribute("href")
    item = page.locator("a[href^='/values/item/']").first.get_attribute("href")
    page.goto(served.base + "/rows")
    row = page.locator("a[href^='/rows/item/']").first.get_attribute("href")
    edit = row.replace("/item/", "/edit/")
    for path in (
        "/",
        "/values",
        group,
        item,
        "/rows",
        row,
        edit,
        "/decided",
        "/keys",
        "/search",
        "/sign-off?base=main&gates=yes",
        "/diff?before=main",
        "/nothing",
        "/rows?kind=x",
    ):
        page.set_viewport_size({"width": 1280, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(served.base + path)
            assert violations(page) == [], (path, scheme)
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 320, path
    page.goto(served.base + item)
    press(page, "n")
    settled(page)
    page.keyboard.press("v")
    page.get_by_text("Unmasked on this page alone").wait_for()
    assert violations(page) == []
    page.goto(served.base + "/decided")
    assert violations(page) == [] and page.locator("tbody tr").count() == 1
    page.goto(served.base + "/search")
    page.locator("#q").fill("parcel")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Rows: 2").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Lock").click()
    assert violations(page) == []
    assert page.faults == []


def test_a_killed_server_loses_no_verdict(
    served: Served,
    open_page: Opener,
    project: Project,
    tmp_path: Path,
) -> None:
    page = open_page(served)
    page.goto(served.base + "/values")
    with loaded_ahead(page):
        page.get_by_role("link", name="Judge them one by one").click()
    press(page, "n")
    settled(page)
    served.stop()
    press(page, "y")
    press(page, "p")
    page.get_by_text("NOT WRITTEN YET: 2").wait_for()
    kept = page.evaluate("localStorage.getItem('assay.outbox')")
    assert {entry["fields"]["word"] for entry in json.loads(kept)} == {"real", "public"}
    assert "form_token" not in kept
    served.start()
    page.get_by_text("The desk is locked").first.wait_for()
    enter(page, served)
    settled(page)
    assert (project.root / FILE).read_bytes() == press_values(project, "nrp", tmp_path / "terminal")


def test_a_full_disk_is_said_and_what_waits_is_written_when_there_is_room(
    served: Served,
    open_page: Opener,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = open_page(served)
    page.goto(served.base + "/values")
    page.get_by_role("link", name="Judge them one by one").click()
    with monkeypatch.context() as patch:
        patch.setattr("curate.journal.write_text", _full)
        press(page, "n")
        press(page, "y")
        page.get_by_text("NOT WRITTEN YET: 2").wait_for()
        assert not (project.root / FILE).exists()
    settled(page)
    assert [one.verdict for one in read_verdicts(project.root)] == ["not_personal", "real"]


def test_a_stale_tab_is_told_who_decided(
    served: Served,
    open_page: Opener,
    project: Project,
) -> None:
    ben = Served(project, "Ben")
    try:
        page, other = open_page(served), open_page(ben)
        for one, desk in ((page, served), (other, ben)):
            one.goto(desk.base + "/values")
            one.get_by_role("link", name="Judge them one by one").click()
            one.locator("article.item").wait_for()
        press(other, "y")
        settled(other)
        press(page, "n")
        page.get_by_text("Ben decided “real”").wait_for()
        settled(page)
        assert [one.reviewer for one in read_verdicts(project.root)] == ["Ben"]
        page.get_by_role("link", name="open it").click()
        page.get_by_text("Decided: real, by Ben").wait_for()
    finally:
        ben.stop()


def test_no_key_is_lost_on_a_page_whose_script_comes_late(
    served: Served, open_page: Opener, project: Project
) -> None:
    page = open_page(served)
    page.goto(served.base + "/values")
    item = page.locator("a[href^='/values/item/']").first.get_attribute("href")
    page.route("**/static/desk.js", lambda route: (time.sleep(1), route.continue_()))
    page.goto(served.base + item, wait_until="commit")
    page.locator("article h1").wait_for()
    page.keyboard.press("n")
    page.get_by_text("not personal; z takes it back").wait_for()
    settled(page)
    assert [one.verdict for one in read_verdicts(project.root)] == ["not_personal"]
    assert page.faults == []


def test_keys_are_changed_turned_off_and_never_taken_from_a_hostile_store(
    served: Served,
    open_page: Opener,
    project: Project,
) -> None:
    """CVE-2026-22033: hotkeys kept by an annotation tool ran as script for whoever loaded them."""
    page = open_page(served)
    page.goto(served.base + "/keys")
    page.locator("#key-not_personal").fill("q")
    page.locator("#key-not_personal").press("Tab")
    page.goto(served.base + "/values")
    page.get_by_role("link", name="Judge them one by one").click()
    page.locator("kbd[data-key=not_personal]").get_by_text("q", exact=True).wait_for()
    press(page, "q")
    page.keyboard.press("n")
    settled(page)
    hostile = {
        "not_personal": "<img src=x onerror=alert(1)>",
        "real": {"x": 1},
        "__proto__": {"on": False},
        "undo": "",
    }
    page.evaluate("text => localStorage.setItem('assay.keys', text)", json.dumps(hostile))
    page.reload()
    assert page.locator("kbd[data-key=not_personal]").inner_text() == "n"
    assert page.locator("kbd[data-key=real]").inner_text() == "y"
    page.goto(served.base + "/keys")
    page.get_by_label("Keys are on").uncheck()
    page.goto(served.base + "/values")
    page.get_by_role("link", name="Judge them one by one").click()
    page.wait_for_url("**/values/item/*")
    assert page.locator("kbd[data-key=real]").inner_text() == ""
    page.keyboard.press("y")
    page.keyboard.press("n")
    settled(page)
    assert len(lines(project.root / FILE)) == 1
    assert page.faults == []


def test_an_outbox_that_somebody_filled_sends_nothing_elsewhere(
    served: Served,
    open_page: Opener,
    project: Project,
) -> None:
    page = open_page(served)
    bad = [{"to": "https://evil.example/x", "fields": {}}, {"to": "//evil.example", "fields": {}}, "x", None]
    page.evaluate("text => localStorage.setItem('assay.outbox', text)", json.dumps(bad))
    page.reload()
    settled(page)  # none of them is one of ours: nothing waits
    assert [fault for fault in page.faults if "evil" in fault and not fault.startswith("Connecting")] == []


def test_a_value_that_was_shown_is_masked_when_the_tab_is_left(
    served: Served,
    open_page: Opener,
) -> None:
    page = open_page(served)
    page.goto(served.base + "/values")
    page.get_by_role("link", name="Judge them one by one").click()
    page.wait_for_url("**/values/item/*")
    page.keyboard.press("v")
    page.get_by_text("Unmasked on this page alone").wait_for()
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true}),"
        " document.dispatchEvent(new Event('visibilitychange'))"
    )
    page.get_by_text("Unmasked on this page alone").wait_for(state="detached")


def test_a_queue_that_is_still_built_is_waited_for_and_whoever_goes_elsewhere_gets_there(
    served: Served, open_page: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.desk.desk_pages.PATIENCE", 0.01)
    begun, built, make = threading.Event(), threading.Event(), served.desk.make_values

    def slowly() -> ValueRoom:
        begun.set()
        built.wait()
        return make()

    served.desk.make_values = slowly
    builder = threading.Thread(target=lambda: served.desk.values)
    builder.start()
    begun.wait()
    try:
        page = open_page(served)
        page.get_by_text("still being built").wait_for()
        page.get_by_role("link", name="Values", exact=True).click(no_wait_after=True)
        page.wait_for_timeout(2_500)  # the page would have been loaded again by now
    finally:
        built.set()
        builder.join()
    page.wait_for_url("**/values")
    page.goto(served.base + "/")
    page.get_by_role("link", name="values found as personal data").wait_for()
    assert page.faults == []
