"""Texts of a data set are hostile: none becomes markup, script or command, on any page, for any payload.

`ASSAY_DESK_PAYLOADS=10000` opens as many in the browser, in batches (the slow test); with `ASSAY_DESK_FIRST`,
as many of those that come after so many, for a part at a time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import count, islice
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.diff.comments import FILE as COMMENTS
from curate.examples import EXAMPLES, FINDINGS, conform
from curate.files import canonical_json
from curate.pii.values import with_ids
from curate.project import Project
from tests.governance.desk.chromium import Served
from tests.governance.desk.conftest import TODAY, Browser, Opener, copy_of, links, write_project
from tests.governance.desk.versions import write_versions
from tests.governance.triage.conftest import KEY

PAYLOADS = int(os.environ.get("ASSAY_DESK_PAYLOADS", "300"))
FIRST = int(os.environ.get("ASSAY_DESK_FIRST", "0"))
# What runs where a text becomes markup: each sets a mark that no text may set.
MARK = "window.assayHurt=1"
SEEDS = [
    f"<script>{MARK}</script>",
    f"<img src=x onerror={MARK}>",
    f"<svg/onload={MARK}>",
    f'"><svg onload={MARK}>',
    f"' onmouseover={MARK} x='",
    f"</textarea><script>{MARK}</script>",
    f"</title></style></noscript><img src=x onerror={MARK}>",
    f"<iframe srcdoc='<script>parent.{MARK}</script>'></iframe>",
    f'<a href="javascript:{MARK}" autofocus onfocus={MARK}>x</a>',
    f"<details open ontoggle={MARK}>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={MARK}>",
    f"<form action=javascript:{MARK}><button autofocus>x</form>",
    f"<body onload={MARK}>",
    "<base href=//evil.example/><link rel=stylesheet href=//evil.example/x.css>",
    f"<meta http-equiv=refresh content='0;url=javascript:{MARK}'>",
    f"<object data=javascript:{MARK}><embed src=javascript:{MARK}>",
    f"<input autofocus onfocus={MARK}>",
    f"<!--><img src=x onerror={MARK}>-->",
    f"<![CDATA[><script>{MARK}</script>]]>",
    f"{{{{ ''.__class__.__mro__ }}}}{{% for x in [] %}}{{{{ {MARK} }}}}",
    f"${{{MARK}}}`${{{MARK}}}`",
    f"&lt;script&gt;{MARK}&lt;/script&gt;",
    f"\u202e<script>{MARK}</script>\u2066",
    f"\x00<scr\x00ipt>{MARK}</script>\x1b[31m",
    f"<scr\u200bipt>{MARK}</script>",
    f"＜script＞{MARK}＜/script＞",
    f"<img src='x' onerror\n=\n{MARK}>",
    f"%3Cscript%3E{MARK}%3C/script%3E",
    f"::error file=x::{MARK}",
    "=cmd|' /C calc'!A0",
    "A" * 2_000,
    "<" * 300 + f"script>{MARK}",
    "\u0301" * 500,
    "a\u2028b\u2029c\u0085d",
]
WRAPS = [
    "{}",
    "x {} y",
    '"{}"',
    "'{}'",
    "<!--{}",
    "{}\n\n{}",
    "<b>{}</b>",
    "]]>{}",
    "`{}`",
    '<x y="{}',
    "\\{}",
]


def payloads() -> Iterator[str]:
    """Payloads without end: the seeds, each wrapped, in mixed case, doubled."""
    for turn in count():
        for at, seed in enumerate(SEEDS):
            text = WRAPS[(turn + at) % len(WRAPS)].replace("{}", seed) if turn else seed
            if turn % 3 == 2:
                text = "".join(map(str.__add__, text[::2], [*text[1::2].upper(), ""]))
                text = text.replace(MARK.upper(), MARK)
            yield text + (f" {turn}" if turn else "")


@pytest.fixture
def hostile(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Project:
    """A project of which every text, id and source is hostile."""
    slow = request.node.get_closest_marker("slow") is not None
    many = PAYLOADS if slow else len(SEEDS)
    return copy_of(f"hostile {many}", tmp_path, tmp_path_factory, lambda root: write_hostile(root, many))


def write_hostile(root: Path, many: int) -> None:
    """So many payloads, each in every text of a row."""
    texts = list(islice(payloads(), FIRST, FIRST + many))
    value = "zq.canary@example.com"
    given = [
        {
            "example_id": f"r{at} {text[:40]}",
            "input": f"{text} {value.replace('zq', f'zq{at}')} {text}",
            "output": text,
            "source": text[:60],
            "held_out": False,
        }
        for at, text in enumerate(texts)
    ]
    examples = conform(pl.DataFrame(given), EXAMPLES)
    places = []
    for row in given:
        start = str(row["input"]).index("zq")
        stop = str(row["input"]).index(".com", start) + len(".com")
        found = str(row["input"])[start:stop]
        places.append((row["example_id"], "input", "EMAIL_ADDRESS", found, start, stop, 0.5, "test", False))
    names = ["example_id", "field", "entity", "value", "start", "end", "score", "detector", "verified"]
    findings = conform(with_ids(pl.DataFrame(places, schema=names, orient="row"), KEY), FINDINGS)
    write_project(root, examples, findings, examples.sort("example_id"))
    warned = pl.DataFrame(
        {"example_id": examples["example_id"], "rule": "template_left", "evidence": examples["output"]}
    )
    warned.write_parquet(root / "data/validate/warnings.parquet")


@pytest.fixture
def project(hostile: Project) -> Project:
    return hostile


class Seen(HTMLParser):
    """The tags and attributes of a page, as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


_WORDS = (
    "html head meta title link script body a header nav p form input button main div h1 h2 footer span table",
    "thead tr th tbody td article mark dl dt dd code ol li q kbd ul section textarea label noscript",
)
OURS = {tag for words in _WORDS for tag in words.split()}


def test_a_hostile_text_adds_no_tag_and_no_attribute(open_desk: Opener) -> None:
    browser = open_desk()
    for text in pages(browser):
        seen = Seen()
        seen.feed(text)
        assert seen.tags <= OURS, seen.tags - OURS
        for tag, name, value in seen.attributes:
            assert not name.startswith("on") and name not in ("srcdoc", "style", "autofocus"), (tag, name)
            if name in ("href", "src", "action"):
                assert re.match(r"(/(?!/)|#|\?page=)", value), (tag, name, value)
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text)
        assert len(text) < 2_000_000


def pages(browser: Browser) -> Iterator[str]:
    """A page of each room for some of the items."""
    overview = browser.get("/values").text
    yield overview
    groups, items = links(overview, r"/values/group/\w+"), links(overview, r"/values/item/\w+")
    rows = browser.get("/rows").text
    yield rows
    paths = groups[:3] + items[:3] + [items[0].replace("item", "ahead")]
    first = links(rows, r"/rows/item/\w+")
    paths += [first[0].replace("item", "ahead"), *(path.replace("item", "edit") for path in first)]
    for path in paths:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        yield answer.text
    yield browser.post("/search", {"q": "script"}).text


def test_a_hostile_parameter_is_not_reflected(browser: Browser) -> None:
    """CVE-2025-25296, CVE-2025-47783: a label configuration in the address came back as markup."""
    names = ("label_config", "kind", "group", "page", "token", "base", "before", "q")
    for payload in SEEDS[:16]:
        answers = [
            browser.client.get(path, params=dict.fromkeys(names, payload))
            for path in ("/values", "/rows", "/values/item/x", "/enter", "/sign-off", "/diff", "/nothing")
        ]
        for answer in (*answers, browser.post("/search", {"q": payload})):
            seen = Seen()
            seen.feed(answer.text)
            assert not any(name.startswith("on") for _, name, _ in seen.attributes)
            assert seen.tags <= {*OURS, "b", "caption"}
            assert f"<script>{MARK}" not in answer.text


def test_a_version_is_a_revision_and_never_a_path(browser: Browser) -> None:
    for name in ("/etc/passwd", "../../etc", "--output=x", "HEAD\x00", "a" * 300, "data/ingest"):
        answer = browser.client.get("/diff", params={"before": name})
        assert answer.status_code in (200, 403)
        assert answer.status_code == 403 or "git knows no revision" in answer.text


@pytest.fixture
def hostile_versions(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two gold versions whose texts and comments are hostile: lines that a merge may bring, never scanned."""
    texts = pl.read_parquet(project.stage("redact") / "examples.parquet")["output"].to_list()
    old = [(f"r{at} {text[:40]}", text, text[:60], "train") for at, text in enumerate(texts)]
    new = [(name, f"{text} {text}", label, "train") for name, text, label, _ in old]
    write_versions(project, old, new)
    line = {"before": "0" * 24, "after": "0" * 24, "changes": "0" * 24, "date": TODAY.isoformat(), "over": []}
    lines = [
        canonical_json(
            {
                **line,
                "key_id": project.key.key_id,
                "reviewer": text[:40].strip() or "x",
                "row": project.key.digest("verdict row", name),
                "text": text[:900],
            }
        )
        for name, text, *_ in old
    ]
    (project.root / COMMENTS).parent.mkdir(exist_ok=True)
    (project.root / COMMENTS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.chdir(project.root)
    return project


WATCHED = (
    "main script, main img, main svg, main iframe, main object, main embed, main style, main link, main meta"
)


def sound(page: Any) -> None:
    """Nothing ran, and nothing that could run is on the page."""
    hurt, count = page.evaluate(
        "watched => [window.assayHurt ?? null, document.querySelectorAll(watched).length]", WATCHED
    )
    assert hurt is None and count == 0


@pytest.mark.slow
def test_payloads_execute_nowhere(
    hostile_versions: Project, served: Served, open_page: Callable[..., Any]
) -> None:
    """CVE-2024-26152: choices and texts of a task ran as script for whoever opened it.

    Without the policy, which would stop a script that became markup: here escaping alone has to hold.
    """
    page = open_page(served, bypass_csp=True)
    base = served.base

    def batches(room: str) -> int:
        """Every item of a room, as many on a page as are handed out ahead; how many there were."""
        page.goto(f"{base}/{room}")
        first = page.locator(f"main a[href^='/{room}/item/']").first.get_attribute("href")
        page.goto(base + first)
        sound(page)
        seen, at = 1, page.locator("article.item").get_attribute("data-ahead")
        while at:
            page.goto(base + at)
            sound(page)
            on_it = page.eval_on_selector_all("article.item", "items => items.map(one => one.dataset.ahead)")
            seen, at = seen + len(on_it), on_it[-1] if on_it else None
        return seen

    def pages(path: str) -> int:
        """A list, page by page."""
        seen: int = 0
        while path:
            page.goto(base + path)
            sound(page)
            seen += 1
            following = page.locator("a[rel=next]")
            path = following.evaluate("link => link.pathname + link.search") if following.count() else ""
        return seen

    assert batches("values") == len(served.desk.values.board)
    assert batches("rows") == len(served.desk.rows.waiting())
    page.goto(base + "/values")
    groups = page.eval_on_selector_all(
        "a[href^='/values/group/']", "links => links.map(one => one.getAttribute('href'))"
    )
    for group in groups[:20]:
        pages(group)
    assert pages("/diff?before=v1") >= PAYLOADS // 50
    page.goto(base + "/search")
    for asked in ("script", "onerror", "r1"):
        page.fill("#q", asked)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Rows:").wait_for()
        sound(page)
    assert page.faults == []


@pytest.mark.slow
def test_payloads_drawn_by_the_script_execute_nowhere(served: Served, open_page: Callable[..., Any]) -> None:
    page = open_page(served)
    for room in ("values", "rows"):
        page.goto(f"{served.base}/{room}")
        page.goto(served.base + page.locator(f"main a[href^='/{room}/item/']").first.get_attribute("href"))
        for _ in range(len(SEEDS)):
            href = page.locator("article.item").get_attribute("data-href")
            page.keyboard.press("j")
            page.wait_for_function(
                "href => document.querySelector('article.item')?.dataset.href !== href", arg=href
            )
            sound(page)
    assert page.faults == []
