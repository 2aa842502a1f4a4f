"""Who gets in, what every answer carries, and what the log does not hold."""

from __future__ import annotations

import pytest

from governance.desk.guard import BODY, HEADERS, POLICY, refusal
from governance.desk.serve import handlers
from tests.governance.desk.conftest import HOST, ORIGIN, Browser, Opener

PAGES = ["/", "/values", "/rows", "/decided", "/keys"]


def test_without_the_one_time_address_nothing_is_shown(open_desk: Opener) -> None:
    browser = open_desk(enter=False)
    for path in [*PAGES, "/values/item/" + "0" * 24, "/rows/item/" + "0" * 24]:
        answer = browser.get(path)
        assert answer.status_code == 401 and "locked" in answer.text
        assert "form_token" not in answer.text and "Ada" not in answer.text
    assert browser.get("/enter?token=guess").status_code == 401
    assert browser.get("/enter").status_code == 401


def test_the_address_works_once_and_gives_a_cookie_that_no_script_reads_and_no_other_site_sends(
    open_desk: Opener,
) -> None:
    browser = open_desk(enter=False)
    answer = browser.get(f"/enter?token={browser.token}", **{"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie
    assert browser.get("/").status_code == 200
    browser.client.cookies.clear()
    assert browser.get(f"/enter?token={browser.token}").status_code == 401
    assert browser.get("/").status_code == 401


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "localhost:8642", "127.0.0.1:8643", "127.0.0.1:8642.evil.example", ""],
)
def test_a_name_that_resolves_to_this_machine_reaches_nothing(browser: Browser, host: str) -> None:
    """DNS rebinding: the browser believes it talks to its own site."""
    for path in (*PAGES, "/static/desk.js", f"/enter?token={browser.token}"):
        assert browser.get(path, host=host).status_code == 403


@pytest.mark.parametrize("names", [[], [HOST, HOST], [HOST, "evil.example"]])
def test_a_request_that_names_no_host_or_two_is_refused(names: list[str]) -> None:
    headers = [(b"host", name.encode()) for name in names]
    scope = {
        "type": "http",
        "scheme": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": headers,
    }
    assert refusal(scope, [HOST]) == "this is not the address of the desk"
    assert refusal({**scope, "headers": [(b"host", HOST.encode())]}, [HOST]) == ""


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_can_neither_read_nor_send(browser: Browser, site: str) -> None:
    assert browser.get("/values", **{"sec-fetch-site": site}).status_code == 403
    assert browser.post("/values/undo", **{"sec-fetch-site": site}).status_code == 403
    assert browser.get("/values", origin="http://evil.example").status_code == 403
    for origin in ("http://evil.example", "null", "http://127.0.0.1:8643", f"https://{HOST}"):
        assert browser.post("/values/undo", origin=origin).status_code == 403


def test_a_form_needs_an_origin_and_the_token_of_the_session(browser: Browser) -> None:
    send = browser.client.post
    assert send("/values/undo", data={"form_token": browser.desk.seat.form_token()}).status_code == 403
    assert send("/values/undo", data={"word": "real"}, headers={"origin": ORIGIN}).status_code == 403
    assert send("/values/undo", data={"form_token": "x" * 48}, headers={"origin": ORIGIN}).status_code == 403
    sent = {"form_token": browser.desk.seat.form_token()}
    assert send("/values/undo", json=sent, headers={"origin": ORIGIN}).status_code == 400
    assert browser.post("/values/undo").status_code == 303


def test_every_answer_carries_the_strict_policy(browser: Browser) -> None:
    answers = [browser.get(path) for path in [*PAGES, "/nothing", "/static/desk.js", "/static/desk.css"]]
    answers += [browser.get("/", host="evil.example"), browser.client.request("PUT", "/")]
    answers += [browser.post("/values/item/" + "0" * 24, {"word": "real"})]
    for answer in answers:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "server" not in answer.headers
    assert "unsafe" not in POLICY and "http" not in POLICY and "*" not in POLICY


def test_pages_hold_no_inline_script_or_style(browser: Browser) -> None:
    import re

    for path in PAGES:
        text = browser.get(path).text
        assert not re.search(
            r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=\"/static/desk.js\">)", text
        )


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_reading_and_forms_are_answered(browser: Browser, method: str) -> None:
    assert browser.client.request(method, "/values").status_code == 403


def test_what_is_too_large_is_refused(browser: Browser) -> None:
    assert browser.post("/values/undo", {"more": "x" * (BODY + 1)}).status_code == 413
    assert browser.get("/values?x=" + "y" * 3000).status_code == 403
    assert browser.post("/values/undo", {str(number): "" for number in range(50)}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/static/../serve.py",
        "/static/%2e%2e/serve.py",
        "/static/desk.css%00",
        "/..%2f..%2ftask.yaml",
        "//evil/x",
    ],
)
def test_no_file_but_the_three_is_served(browser: Browser, path: str) -> None:
    """GHSA-cpmr-mw4j-99r7: an address of an annotation tool's static files led out of their folder."""
    assert browser.get(path).status_code in (403, 404)


def test_an_idle_session_is_locked_and_a_fresh_address_is_printed(open_desk: Opener) -> None:
    now = [0.0]
    browser = open_desk(enter=False)
    browser.desk.seat._clock = lambda: now[0]
    tokens: list[str] = []
    browser.desk.seat._announce = tokens.append
    assert browser.get(f"/enter?token={browser.token}").status_code == 200
    now[0] = 899
    assert browser.get("/").status_code == 200
    now[0] = 899 + 901
    assert browser.get("/").status_code == 401
    assert browser.get("/").status_code == 401
    assert len(tokens) == 1
    assert browser.get(f"/enter?token={tokens[0]}").status_code == 200
    assert browser.get("/").status_code == 200


def test_the_button_locks(browser: Browser) -> None:
    assert browser.post("/lock").status_code == 303
    assert browser.get("/").status_code == 401


def test_the_log_holds_routes_and_no_values(browser: Browser) -> None:
    browser.get("/values/item/" + "ab" * 12 + "?group=zq.canary@example.com")
    browser.get("/rows?kind=zq.canary@example.com")
    browser.post("/values/undo", {"note": "zq.canary@example.com"})
    browser.get("/zq.canary@example.com")
    assert not any("canary" in line or "ab" * 12 in line or browser.token in line for line in browser.log)
    assert any(line.startswith("GET /values/item/{value_id} 404") for line in browser.log)


def test_an_error_of_the_desk_tells_where_and_not_what(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(number: int) -> None:
        raise ValueError("zq.canary@example.com")

    assert browser.get("/decided").status_code == 200
    monkeypatch.setattr(browser.desk.values, "mine", fail)
    answer = browser.get("/decided")
    assert answer.status_code == 500 and "canary" not in answer.text
    assert any(line.startswith("ValueError ") for line in browser.log)
    assert not any("canary" in line for line in browser.log)


def test_every_form_is_behind_the_session(open_desk: Opener) -> None:
    """No handler was forgotten: each answers 401 to who has no session."""
    browser = open_desk(enter=False)
    for method, path, _ in handlers():
        filled = path.replace("{value_id}", "0" * 24).replace("{row}", "0" * 24).replace("{group}", "0" * 12)
        headers = {"origin": ORIGIN} if method == "POST" else {}
        assert (
            browser.client.request(method, filled, headers=headers, data={} if headers else None).status_code
            == 401
        )
