"""The diff as one HTML file: self-contained, small, hostile text inert, usable from the keyboard in a real
browser.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.diff import compare, page
from curate.diff.show.html import LIMIT
from tests.curate.show.strict import faults

HOSTILE = "</script><script>document.title='pwned'</script><img src=x onerror=alert(1)><!-- \u2028\u202e"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def edited(make_plain: Any, rows: int, width: int = 12, tail: str = "") -> Any:
    words = [
        "parcel",
        "order",
        "late",
        "refund",
        "has",
        "not",
        "come",
        "yet",
        "please",
        "since",
        "invoice",
        "account",
        "driver",
        "said",
    ]
    text = [
        " ".join(words[(row * 7 + place * (row % 5 + 1)) % len(words)] for place in range(width))
        for row in range(rows)
    ]
    old = pl.DataFrame(
        {
            "id": [f"T-{row:06}" for row in range(rows)],
            "t": text,
            "l": ["billing", "delivery"] * (rows // 2) + ["billing"] * (rows % 2),
        }
    )
    new = old.with_columns(pl.col("t").str.replace("late", "early", literal=True) + f" again{tail}")
    return compare(
        *(
            make_plain(frame, keys=("id",), label="l", name=name)
            for frame, name in ((old, "old" + tail), (new, "new"))
        )
    )


def data_of(text: str) -> Any:
    return json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL).group(1)
    )  # type: ignore[union-attr]


def browse(tmp_path: Path, text: str, *flags: str, address: str = "") -> str:
    """The document as Chromium has it after running the page's own script."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    file = tmp_path / "diff.html"
    file.write_text(text, encoding="utf-8")
    command = [
        CHROMIUM,
        *FLAGS,
        f"--user-data-dir={tmp_path / 'profile'}",
        "--virtual-time-budget=3000",
        *flags,
        "--dump-dom",
        f"{file.as_uri()}{address}",
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def pressing(text: str, script: str) -> str:
    """The page with a script of the test's own behind it, allowed by its digest, that presses keys."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return text.replace("script-src ", f"script-src 'sha256-{digest}' ").replace(
        "</body>", f"<script>{script}</script></body>"
    )


def test_the_page_loads_nothing_and_allows_its_own_script_and_style_only(make_plain: Any) -> None:
    text = page(edited(make_plain, 20), show_values=True)
    assert not re.search(r"""(src|href)\s*=|url\(|@import|fetch\(|https?://""", text.split('id="data"')[0])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)  # type: ignore[union-attr]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    for tag, source in (("style", "style-src"), ("script", "script-src")):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL).group(1)  # type: ignore[union-attr]
        assert (
            f"{source} 'sha256-{base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()}'"
            in policy
        )


def test_hostile_text_is_data_and_never_markup(make_plain: Any) -> None:
    text = page(edited(make_plain, 3, tail=HOSTILE), show_values=True)
    assert text.count("<script") == 2 and "<img" not in text and "\u2028" not in text and "\u202e" not in text
    assert "<img src=x" in json.dumps(data_of(text)["changes"])  # shown as it is written


@pytest.mark.slow
def test_25_000_changes_fit_five_megabytes_and_what_is_left_out_is_said(make_plain: Any) -> None:
    found = edited(make_plain, 26_000, width=60)
    text = page(found, show_values=True)
    data = data_of(text)
    assert len(text.encode()) <= LIMIT
    assert len(data["changes"]) == 25_000 and data["total"] == 26_000
    assert all(len(change) == 5 for change in data["changes"])


@pytest.mark.parametrize("limit", [100_000, 200_000])
def test_a_smaller_limit_shortens_texts_first_and_lists_fewer_changes_last(
    make_plain: Any, limit: int
) -> None:
    text = page(edited(make_plain, 3_000, width=60), show_values=True, limit=limit)
    assert len(text.encode()) <= limit and len(data_of(text)["changes"]) > 0
    assert limit == 100_000 or len(data_of(text)["changes"]) == 3_000


def test_a_browser_draws_word_diffs_as_text_and_runs_nothing_of_the_data(
    make_plain: Any, tmp_path: Path
) -> None:
    shown = browse(tmp_path, page(edited(make_plain, 3, tail=HOSTILE), show_values=True))
    assert "pwned'" in shown and "<title>pwned" not in shown and "<img" not in shown
    assert "<del>late</del><ins>early</ins>" in shown and shown.count('class="kind edited"') == 3


def test_the_browser_finds_filters_and_moves_by_keys(make_plain: Any, tmp_path: Path) -> None:
    script = """
const press = key => document.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
const at_ = () => document.querySelector("#list .here .id").textContent;
const told = [];
press("j"); press("j"); told.push(at_()); press("k"); told.push(at_());
press("n"); told.push(at_()); press("k"); told.push(at_());
press("/"); told.push(document.activeElement.id);
document.getElementById("find").blur();
press("?"); told.push(document.getElementById("keys").open); document.getElementById("keys").close();
press("f"); told.push(document.getElementById("kind").value);
press("Escape"); told.push(document.getElementById("kind").value);
document.title = told.join("|");
"""
    text = pressing(
        page(edited(make_plain, 250), show_values=True),
        script.replace("document.dispatchEvent", "document.body.dispatchEvent"),
    )
    shown = browse(tmp_path, text)
    assert (
        re.search("<title>(.*?)</title>", shown).group(1)
        == "T-000002|T-000001|T-000100|T-000099|find|true|edited|"
    )  # type: ignore[union-attr]


def test_an_address_with_a_search_opens_on_it(make_plain: Any, tmp_path: Path) -> None:
    shown = browse(tmp_path, page(edited(make_plain, 250), show_values=True), address="#q=t-000123")
    assert "1 of 250 changes" in shown and "T-000123" in shown.split('id="list"')[1].split("</ul>")[0]


def test_the_page_is_held_to_its_own_policy(make_plain: Any) -> None:
    assert faults(page(edited(make_plain, 20), show_values=True)) == []
