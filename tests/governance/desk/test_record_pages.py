"""Search, sign-off and the difference of two versions."""

from __future__ import annotations

import re
from html import unescape

import pytest

from curate.errors import AssayError
from curate.project import Project
from tests.curate.versions.test_revisions import git
from tests.governance.desk.conftest import Browser


def _rows(text: str) -> list[str]:
    return re.findall(r"/rows/item/\w+\" data-item>(\w+)<", text)


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("parcel", ["a1", "a2"]),
        ("b1", ["b1"]),
        ("BILLING", ["c1", "d1"]),
        ("where is my parcel?", ["a2"]),
        (".*", []),
        ("kim@example.com", ["b1"]),
        ("KIM@example.com", ["b1"]),
        ("to kim@example.com", ["b1"]),
        ("to kim@e", []),
        ("kim@e", []),
        ("kim@example.co", []),
        ("im@example.com", []),
        ("example", []),
        ("invoice is wrong", ["b1"]),
    ],
)
def test_search_finds_rows_by_id_label_and_text_and_shows_them_masked(
    browser: Browser, asked: str, rows: list[str]
) -> None:
    text = browser.post("/search", {"q": asked}).text
    assert _rows(text) == rows
    assert not any("kim@example.com" in cell for cell in re.findall(r"<td>(.*?)</td>", text))


def test_search_finds_groups_by_entity(browser: Browser) -> None:
    text = browser.post("/search", {"q": "postcode"}).text
    assert len(re.findall(r"/values/group/\w+", text)) == 1
    assert "/values/group/" not in browser.post("/search", {"q": "iban"}).text


def test_a_row_that_does_not_wait_has_a_page_and_can_be_decided_on(browser: Browser) -> None:
    text = browser.post("/search", {"q": "d1"}).text
    path = re.findall(r"/rows/item/\w+", text)[0]
    assert "nothing is wrong with this one" in browser.get(path).text
    assert browser.decide(path, "drop").status_code == 303
    assert "decided “drop”" in unescape(browser.get(path).text)
    assert browser.get("/rows/item/" + "0" * 24).status_code == 404


def test_sign_off_shows_approvals_and_says_what_is_missing(browser: Browser, project: Project) -> None:
    git(project.root, "init", "-q", "-b", "main")
    git(project.root, "add", "task.yaml", "params.yaml")
    git(project.root, "commit", "-q", "-m", "first")
    text = unescape(browser.get("/sign-off").text)
    assert "The policy asks for no approval." in text and "assay approve" in text
    text = unescape(browser.get("/sign-off?base=main&gates=yes").text)
    assert "gold" in text and "To sign, in a terminal: assay approve --base main" in text
    assert "git knows no revision nowhere" in unescape(browser.get("/sign-off?base=nowhere").text)


def test_a_difference_without_versions_says_why(browser: Browser, project: Project) -> None:
    assert "From" in browser.get("/diff").text
    git(project.root, "init", "-q", "-b", "main")
    assert "git knows no revision v1" in unescape(browser.get("/diff?before=v1").text)


def test_a_version_that_is_not_at_hand_is_fetched_by_a_command_that_is_named(
    browser: Browser, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(project.root, "init", "-q", "-b", "main")
    git(project.root, "commit", "-q", "--allow-empty", "-m", "first")

    def missing(*_: object) -> None:
        raise AssayError(
            "it is not in DVC's cache", fix="the same command with --fetch   (or dvc fetch gold)"
        )

    monkeypatch.setattr("curate.diff.open_both", missing)
    text = unescape(browser.get("/diff?before=main").text)
    assert "in a terminal: assay diff main --fetch" in text and "the same command" not in text
