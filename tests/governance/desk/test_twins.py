"""Rows that say the same beside each other, in the desk and in the terminal: differences marked, either
dropped, by the same lines.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from curate.diff.show.apart import apart
from curate.files import write_folder
from curate.project import Project
from curate.semantic.stage import SEMANTIC
from curate.verdicts.journal import FILE, append_rows, read_rows, row_digest
from curate.verdicts.standing import project_rows
from governance.cli.main import assay
from governance.desk.web import told_apart
from governance.triage.row_session import RowSession, press
from governance.triage.row_verdicts import Desk, Judge
from governance.triage.rows import RowBoard
from tests.chain import ROOT
from tests.curate.verdicts.test_apply import rows
from tests.governance.desk.conftest import TODAY, Browser, Opener, links
from tests.governance.triage.test_rows import CARD

TEXTS = rows(
    ("k1", "my card was taken by the machine, write to kim@example.com", "billing"),
    ("m1", "the machine kept my card, write to kim@example.com", "orders"),
    ("n1", "where is the blue parcel <b>now</b>", "delivery"),
    ("n2", "where is the red parcel <b>now</b>", "delivery"),
)
ITEM = r"/rows/item/\w+(?:\?kind=\w+)?"


def write(root: Path) -> Project:
    (root / "task.yaml").write_text(CARD)
    (root / "params.yaml").write_text("scan: {}\n")
    write_folder(root / "data/redact", {"examples": TEXTS}, {})
    write_folder(root / "data/dedup", {"drops": dropped(), "semantic": meaning()}, {})
    return Project(root)


def meaning() -> pl.DataFrame:
    return pl.DataFrame([("k1", "k1", "m1", "semantic", 0.9, True)], schema=SEMANTIC, orient="row")


def dropped() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "example_id": ["n2"],
            "stage": ["dedup"],
            "reason": ["near_duplicate"],
            "evidence": ["char 4-gram Jaccard 0.810"],
            "kept_id": ["n1"],
            "score": [0.81],
        }
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(ROOT)
    root = tmp_path / "twins"
    root.mkdir()
    return write(root)


def pressed(keys: str, root: Path, *, near: bool = False) -> bytes:
    """`decisions/rows.jsonl` after those keys in the terminal."""
    root.mkdir()
    twin = write(root)
    board = RowBoard(twin)
    queue = board.near(project_rows(twin)) if near else board.queue(project_rows(twin))
    desk, session = Desk(twin, queue.examples, Judge("Ada", "", TODAY)), RowSession(queue.items)
    for key in keys:
        session, wishes = press(session, key)
        append_rows(twin.root, desk.lines(wishes))
    return (root / FILE).read_bytes()


def first(browser: Browser, kind: str) -> str:
    return links(browser.get(f"/rows?kind={kind}").text, ITEM)[0]


def decide(browser: Browser, path: str, word: str) -> str:
    """What a click sends: the form's hidden fields, all of them."""
    text = browser.get(path).text
    fields = dict(re.findall(r'name="(version|twin_version)" value="(\w+)"', text))
    return str(browser.post(path, {"word": word, **fields}).headers.get("location", "refused"))


def test_both_texts_stand_there_and_what_differs_is_marked(browser: Browser) -> None:
    text = unescape(browser.get(first(browser, "meaning")).text)
    assert "kim@example.com" not in text
    marked = re.findall(
        r'<mark class="apart"[^>]*><span class="unseen">only here: </span>([^<]*)</mark>', text
    )
    assert {"kept", "taken"} <= set(" ".join(marked).split())
    assert {"billing", "orders"} <= set(marked)  # the outputs differ too
    assert "Keep this, drop the other" in text


def test_near_duplicates_stand_in_a_list_of_their_own(browser: Browser) -> None:
    assert "n2" not in browser.get("/rows").text.split("<table>")[-1]
    text = browser.get("/rows?kind=near").text
    assert re.findall(r"data-item>(\w+)<", text) == ["n2"] and "left as nearly the same as n1" in text
    shown = browser.get(first(browser, "near")).text
    assert "only here: </span>red" in shown and "only here: </span>blue" in shown
    assert "&lt;b&gt;" in shown and "<b>now" not in shown


@pytest.mark.parametrize(("word", "keys"), [("keep", "k"), ("drop", "d"), ("other", "o"), ("unsure", "u")])
@pytest.mark.parametrize("kind", ["meaning", "near"])
def test_the_lines_are_the_terminals(
    browser: Browser, project: Project, tmp_path: Path, word: str, keys: str, kind: str
) -> None:
    assert decide(browser, first(browser, kind), word) == "/rows"
    there = pressed(keys, tmp_path / "terminal", near=kind == "near")
    assert (project.root / FILE).read_bytes() == there
    assert not links(browser.get(f"/rows?kind={kind}").text, ITEM)


def test_undo_takes_both_lines_back_and_opens_the_row(
    browser: Browser, project: Project, tmp_path: Path
) -> None:
    path = first(browser, "near")
    decide(browser, path, "other")
    assert [(line.row, line.verdict) for line in read_rows(project.root)] == [
        (row_digest(project.key, "n2"), "keep"),
        (row_digest(project.key, "n1"), "drop"),
    ]
    assert browser.post("/rows/undo").headers["location"] == path
    assert (project.root / FILE).read_bytes() == pressed("oz", tmp_path / "terminal", near=True)
    assert first(browser, "near") == path


def test_a_twin_that_somebody_decided_on_meanwhile_is_a_conflict(
    browser: Browser, open_desk: Opener, project: Project
) -> None:
    path = first(browser, "near")
    fields = dict(re.findall(r'name="(version|twin_version)" value="(\w+)"', browser.get(path).text))
    other = f"/rows/item/{row_digest(project.key, 'n1')}"
    ben = open_desk("Ben")
    assert ben.get(other).status_code == 200
    assert ben.decide(other, "keep").status_code == 303
    answer = browser.post(path, {"word": "other", **fields})
    assert answer.status_code == 409 and "Ben decided “keep”" in answer.text
    assert len(read_rows(project.root)) == 1
    decide(browser, path, "other")
    assert [line.verdict for line in read_rows(project.root)] == ["keep", "keep", "drop"]


def test_an_answer_lost_on_the_way_is_not_two_more_lines(browser: Browser, project: Project) -> None:
    path = first(browser, "near")
    fields = dict(re.findall(r'name="(version|twin_version)" value="(\w+)"', browser.get(path).text))
    for _ in range(3):
        assert browser.post(path, {"word": "other", **fields}).status_code == 303
    assert len(read_rows(project.root)) == 2


def test_only_a_row_with_a_twin_drops_one(browser: Browser, project: Project) -> None:
    path = f"/rows/item/{row_digest(project.key, 'k1')}"
    assert browser.post(path, {"word": "other", "version": browser.version(path)}).status_code == 404
    assert not (project.root / FILE).exists()


def test_the_terminal_shows_both(project: Project) -> None:
    words = ["-C", str(project.root), "triage", "--reviewer", "Ada"]
    done = CliRunner().invoke(assay, [*words, "--near", "--keys", "oq"])
    assert done.exit_code == 0 and "[red]" in done.output and "[blue]" in done.output
    assert "o drop the other" in done.output
    assert [line.verdict for line in read_rows(project.root)] == ["keep", "drop"]
    listed = CliRunner().invoke(assay, [*words, "--near", "--list"])
    assert "0 rows waiting" in listed.output
    done = CliRunner().invoke(assay, [*words, "--rows", "--keys", "q"])
    assert "beside it k1" in done.output and "kim@example.com" not in done.output


def test_stretches_make_up_both_texts() -> None:
    one, other = "the cat sat on the mat", "the dog sat on a mat"
    here, there = apart(one, other)
    assert "".join(text for text, _ in here) == one and "".join(text for text, _ in there) == other
    assert not any(lacks for _, lacks in apart(one, one)[0])
    assert str(told_apart([("<i>", True), ("x", False)])).endswith("&lt;i&gt;</mark>x")
    assert "…" in told_apart([("abc", False)] * 4, 6)
