"""Flaws that were published of annotation tools, each tried against the desk.

Those of Label Studio, doccano, Argilla, Prodigy, CVAT and COCO Annotator that public material named in
November 2026 (of Label Studio none later than CVE-2026-22033); each kind is a test, by the name of the flaw:

- markup and script: CVE-2023-47115, CVE-2024-23633 (files and imports that are served back), CVE-2024-26152
  (choices), CVE-2025-25296, CVE-2025-47783 (label configuration in the address), CVE-2026-22033 (kept
  hotkeys): `test_hostile.py`, `test_in_browser.py`, and below;
- files: GHSA-cpmr-mw4j-99r7 and CVE-2025-25295 (paths that lead out of a folder): `test_guard.py`, and below;
- requests that the server makes for others: CVE-2022-36551, CVE-2023-47116, CVE-2025-25297, CVE-2024-40441
  (doccano), CVE-2022-31188 (CVAT): below;
- keys and sessions: CVE-2023-43791 (a key that every installation shares), Argilla's shipped passwords,
  Prodigy's missing ones: below;
- what a filter tells of what is hidden: CVE-2023-47117: below and `test_record_pages.py`;
- what belongs to another: CVE-2024-47172 (CVAT), the second half of CVE-2026-22033: below;
- work for whoever asks: CVE-2026-2108 (COCO Annotator): below.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.project import Project
from tests.governance.desk.conftest import ORIGIN, Browser, Opener, links
from tests.governance.desk.test_value_room import first

ELSEWHERE = (
    "http://169.254.169.254/latest/meta-data/",
    "https://evil.example/x.png",
    "file:///etc/passwd",
    "//evil.example/x",
    "s3://evil/x",
    "http://127.0.0.1:1/",
)


def test_the_server_asks_nothing_of_any_address_that_a_text_or_a_form_names(
    project: Project, open_desk: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CVE-2022-36551, CVE-2023-47116, CVE-2024-40441, CVE-2025-25297, CVE-2022-31188."""
    path = project.stage("redact") / "examples.parquet"
    rows = pl.read_parquet(path)
    texts = [f"see {ELSEWHERE[at % len(ELSEWHERE)]}" for at in range(rows.height)]
    rows.with_columns(pl.Series("input", texts)).write_parquet(path)
    asked: list[Any] = []

    def refused(*where: Any, **_: Any) -> Any:
        asked.append(where)
        raise OSError("no network here")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    browser = open_desk()
    for room in ("/", "/values", "/rows", "/compare", "/diff", "/sign-off", "/decided", "/keys"):
        assert browser.get(room).status_code == 200
    for address in ELSEWHERE:
        for name in ("/diff?before=", "/sign-off?gates=yes&base=", "/values/item/", "/rows?kind="):
            browser.get(name + address)
        browser.post("/search", {"q": address})
        browser.post("/diff/comment", {"text": address, "before": address, "row": address})
        for item in links(browser.get("/rows").text, r"/rows/item/\w+")[:1]:
            browser.post(item, {"word": "edit", "version": browser.version(item), "input": address})
    assert asked == []


def test_a_session_is_of_one_desk_and_drawn_anew(project: Project, open_desk: Opener) -> None:
    """CVE-2023-43791; Argilla's and Prodigy's defaults. No key is shipped, shared or made of the project."""
    ada, ben = open_desk(), open_desk("Ben")
    theirs = {cookie.name: str(cookie.value) for cookie in ben.client.cookies.jar}
    (name,) = {cookie.name for cookie in ada.client.cookies.jar}
    ada.client.cookies.clear()
    for guess in (*theirs.values(), "", "ada", project.key.key_id, ben.token, ada.token):
        ada.client.cookies.set(name, guess)
        assert ada.get("/values").status_code == 401, guess
        ada.client.cookies.clear()
    assert ada.desk.seat.form_token() != ben.desk.seat.form_token()
    sent = {"form_token": ada.desk.seat.form_token(), "word": "real"}
    answer = ben.client.post(first(ben), data=sent, headers={"origin": ORIGIN})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/enter", "/values", "/rows", "/search", "/diff", "/compare", "/nothing"])
def test_who_has_no_session_sets_nothing_to_work(open_desk: Opener, path: str) -> None:
    """CVE-2026-2108: a long task could be started by anybody, as often as he liked."""
    browser = open_desk(enter=False)
    for _ in range(20):
        assert browser.get(path).status_code in (401, 404)
    desk = browser.desk
    assert (desk._values, desk._rows, desk._compare, desk.diffs) == (None, None, None, None)


def test_no_file_is_taken_and_none_is_served_back(browser: Browser, project: Project) -> None:
    """CVE-2023-47115, CVE-2024-23633: a page or picture that was sent ran as script of the tool itself."""
    sent = {"form_token": browser.desk.seat.form_token()}
    files = {"data": ("x.html", b"<script>1</script>", "text/html")}
    before = sorted(str(path) for path in project.root.rglob("*") if path.is_file())
    for path in ("/search", "/values/undo", "/lock", "/static/x.html", "/data/upload"):
        answer = browser.client.post(path, data=sent, files=files, headers={"origin": ORIGIN})
        assert answer.status_code in (400, 401, 404, 405), path
    after = sorted(str(path) for path in project.root.rglob("*") if path.is_file())
    assert after == before


@pytest.mark.parametrize(
    "away", ["../", "%2e%2e/", "..%2f", "%2e%2e%2f", "..;/", "....//", "..\\", "%252e%252e/"]
)
def test_no_path_leads_out_of_a_folder(browser: Browser, project: Project, away: str) -> None:
    """GHSA-cpmr-mw4j-99r7 (`/static../settings`), CVE-2025-25295."""
    for start in ("/static", "/static/", "/values/item/", "/rows/item/", "/rows/edit/", "/diff/"):
        for target in ("task.yaml", "params.yaml", "data/ingest/examples.parquet", ".assay/desk.log"):
            answer = browser.client.get(f"{start}{away}{target}")
            assert answer.status_code in (303, 401, 403, 404, 405), (start, target)
            assert "demo_key" not in answer.text


def test_what_a_filter_finds_tells_nothing_of_what_is_hidden(browser: Browser) -> None:
    """CVE-2023-47117: rows filtered by the start of a secret gave it letter by letter."""
    value = "kim@example.com"
    found = [
        len(links(browser.post("/search", {"q": value[:end]}).text, r"/rows/item/\w+"))
        for end in range(4, len(value))
    ]
    assert set(found) == {0}
    assert links(browser.post("/search", {"q": value}).text, r"/rows/item/\w+")


def test_nobody_takes_back_or_speaks_in_the_name_of_another(open_desk: Opener, project: Project) -> None:
    """CVE-2024-47172, CVE-2026-22033: an id in the request named somebody else's thing, or somebody else."""
    ada, ben = open_desk(), open_desk("Ben")
    path = first(ada)
    ada.decide(path, "real", reviewer="Ben", key_id="0" * 8, date="1999-01-01", finding_id="0" * 24)
    (line,) = ada.desk.values.mine(5)
    assert (line.reviewer, line.finding_id) == ("Ada", None) and line.date > "2020"
    value_id = path.rpartition("/")[2]
    assert ben.post("/decided", {"value_id": value_id, "reviewer": "Ada"}).status_code == 404
    assert ben.desk.values.mine(5) == []
    assert len((project.root / Path("decisions/pii.jsonl")).read_text().splitlines()) == 1
