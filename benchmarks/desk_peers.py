"""The same 60 findings at the review desk, in Label Studio and in doccano: key presses, clicks, seconds.

    python -m benchmarks.desk_peers                                  # our desk alone
    python -m venv /tmp/ls && /tmp/ls/bin/pip install label-studio
    python -m venv /tmp/doccano && /tmp/doccano/bin/pip install doccano 'marshmallow<4' 'setuptools<81' \\
        pandas==1.5.3 numpy==1.26.4 scipy==1.13.1 scikit-learn==1.5.2      # doccano 1.8.4 pins none of them
    python -m benchmarks.desk_peers --label-studio /tmp/ls/bin/label-studio --doccano /tmp/doccano/bin/doccano

Three shapes of 20 values, each in one row, all of them not personal. Each tool is served on this machine
from an empty folder and driven in headless Chromium as somebody would who knows it: the next press comes as
soon as the screen shows what the last one did, and nobody reads. Sign-in and the way to the queue are not
counted. Seconds run from the first press until the last verdict is stored; *next* is from the press that
decides to the frame after the next finding stood on the screen, timed in the page. What the tool stored in
the end is read back: 60 verdicts, all as given.

The others get one task a finding (`benchmarks/labelling_tools.py`): a choice with a key of its own, and a
second press to go on. `suggested` brings the right choice as a prediction with each task, which Label Studio
ticks beforehand. Their pages reach this machine alone.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from benchmarks.desk import CARD
from benchmarks.labelling_tools import CHOICES, Tool, doccano, label_studio
from curate.examples import EXAMPLES, FINDINGS, conform
from curate.files import write_folder
from curate.pii.decisions import FILE
from sample.desk_pictures import CHROMIUM, OPTIONS, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EACH = 20
# Entity, and what makes its values; one shape an entity.
SHAPES = {
    "PHONE_NUMBER": "0117 49601{:02}",
    "EMAIL_ADDRESS": "desk{:02}@shop.example",
    "UK_NINO": "QQ 12 34 {:02} C",
}
# Milliseconds for a page, and for a tick to appear before a press counts as lost.
PATIENCE, LOST = 120_000, 10_000
# Milliseconds until a page that was opened has loaded what it loads by itself.
SETTLES = 5_000
WORD = "not personal"
# Keeps the time of each press, and how long after it another item stood on the screen. An item is told by its
# address where it has one, since masked values look alike, and is there once no tick of the last one stands.
WATCH = """
([selector, ticked]) => {
  const seen = {pressed: 0, next: []};
  window.assaySeen = seen;
  const item = () => {
    const at = document.querySelector(selector);
    return at && (at.dataset.href || at.textContent);
  };
  let last = item();
  for (const kind of ['keydown', 'click'])
    addEventListener(kind, (event) => { seen.pressed = event.timeStamp; }, true);
  const look = () => {
    const now = item();
    const waits = ticked && document.querySelector(ticked);
    if (now && now !== last && !waits) { seen.next.push(performance.now() - seen.pressed); last = now; }
    requestAnimationFrame(look);
  };
  look();
}
"""
TOOLS = {"label_studio": label_studio, "doccano": doccano}
# Of each the ways to work: with suggestions, by mouse.
WAYS = {"label_studio": [(False, False), (False, True), (True, False)], "doccano": [(False, False)]}
SAVED = "() => document.getElementById('saved').textContent === 'All verdicts are written.'"


@dataclass
class Run:
    """What one way of working took."""

    way: str
    keys: int = 0
    clicks: int = 0
    lost: int = 0
    seconds: float = 0.0
    next_ms: list[float] = field(default_factory=list)

    def line(self) -> str:
        """For the table."""
        took = sorted(self.next_ms)
        last = f"{took[len(took) // 2]:6.0f} {took[int(len(took) * 0.99)]:6.0f}" if took else f"{'':13}"
        return (
            f"{self.way:34}{self.keys:6}{self.clicks:8}{self.lost:6}{self.seconds:9.1f}  {last}"
            f"   load {os.getloadavg()[0]:.1f}"
        )


def findings() -> pl.DataFrame:
    """`row, entity, value, text`: the sixty."""
    entities = [entity for entity in SHAPES for _ in range(EACH)]
    values = [shape.format(number) for shape in SHAPES.values() for number in range(EACH)]
    frame = pl.DataFrame({"entity": entities, "value": values}).with_row_index("row")
    text = pl.format(
        "Ticket {}: the customer wrote that {} is on the label and asked what it means", "row", "value"
    )
    return frame.with_columns(text.alias("text"))


def write_project(root: Path) -> None:
    """A project whose scan found the sixty."""
    rows = findings()
    root.mkdir(parents=True)
    (root / "task.yaml").write_text(CARD)
    (root / "params.yaml").write_text("scan: {}\n")
    example_id = pl.format("r{}", pl.col("row").cast(pl.String).str.zfill(3)).alias("example_id")
    examples = rows.select(
        example_id,
        pl.col("text").alias("input"),
        pl.lit("x").alias("output"),
        pl.lit("mail").alias("source"),
        pl.lit(False).alias("held_out"),
    )
    number = pl.col("row").cast(pl.String).str.zfill(24)
    start = pl.col("text").str.find(pl.col("value"), literal=True).cast(pl.Int64)
    placed = rows.select(
        number.alias("finding_id"),
        number.alias("value_id"),
        example_id,
        pl.lit("input").alias("field"),
        "entity",
        start.alias("start"),
        (start + pl.col("value").str.len_chars()).alias("end"),
        pl.lit(0.6).alias("score"),
        pl.lit("test").alias("detector"),
        pl.lit(False).alias("verified"),
    )
    write_folder(root / "data/ingest", {"examples": conform(examples, EXAMPLES)}, {})
    write_folder(root / "data/scan", {"findings": conform(placed, FINDINGS)}, {})


def opened(browser: Browser, base: str) -> Page:
    """A page that reaches `base` alone."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    own = (base, "data:", "blob:")
    context.route(
        lambda address: not address.startswith(own),
        lambda route: route.abort(),
    )
    return context.new_page()


def at_the_desk(browser: Browser, *, by_group: bool, by_mouse: bool) -> Run:
    """The sixty at our desk."""
    run = Run(f"assay, {'by group' if by_group else 'one by one'}, {'mouse' if by_mouse else 'keys'}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "project")
        write_project(root)
        with running(root) as (address, _):
            base = address[: address.index("/enter")]
            page = opened(browser, base)
            page.goto(address)
            page.wait_for_url(base + "/")
            page.goto(base + "/values")
            if not by_group:
                page.get_by_role("link", name="Judge them one by one").click()
                page.locator("article.item").wait_for()
            page.wait_for_timeout(2_000)
            (_by_group if by_group else _one_by_one)(page, base, run, by_mouse)
            page.context.close()
        lines = (root / FILE).read_text(encoding="utf-8").splitlines()
    verdicts = [json.loads(line)["verdict"] for line in lines]
    assert verdicts == ["not_personal"] * (EACH * len(SHAPES)), verdicts
    return run


def _one_by_one(page: Page, base: str, run: Run, by_mouse: bool) -> None:
    page.evaluate(WATCH, ["article.item", ""])
    total = EACH * len(SHAPES)
    start = time.perf_counter()
    for number in range(1, total + 1):
        if by_mouse:
            page.get_by_role("button", name="not personal").click()
            run.clicks += 1
        else:
            page.keyboard.press("n")
            run.keys += 1
        if number < total:
            page.wait_for_function("(shown) => assaySeen.next.length >= shown", arg=number)
    page.wait_for_function(SAVED)
    run.seconds = time.perf_counter() - start
    run.next_ms = page.evaluate("assaySeen.next")


def _by_group(page: Page, base: str, run: Run, by_mouse: bool) -> None:
    start = time.perf_counter()
    for _ in SHAPES:
        if by_mouse:
            page.locator("a[href^='/values/group/']").first.click()
            page.get_by_role("button", name="not personal").click()
            run.clicks += 2
        else:
            page.keyboard.press("j")
            page.keyboard.press("Enter")
            page.wait_for_url("**/values/group/*")
            page.keyboard.press("n")
            run.keys += 3
        page.get_by_text(f"{EACH} values: not personal").wait_for()
    run.seconds = time.perf_counter() - start


def in_tool(browser: Browser, tool: Tool, *, by_mouse: bool, suggested: bool) -> Run:
    """The sixty in a new project of another tool."""
    run = Run(f"{tool.name}, {'suggested, ' * suggested}{'mouse' if by_mouse else 'keys'}")
    page = opened(browser, tool.base)
    tool.enter(page)
    rows = findings().select("entity", "value", "text").iter_rows()
    texts = [f"{entity} {value} in: {text}" for entity, value, text in rows]
    project = tool.make(page, texts, WORD if suggested else "")
    tool.open(page, project)
    page.wait_for_timeout(SETTLES)
    page.evaluate(WATCH, [tool.item, "" if suggested else tool.ticked])
    total = len(texts)
    start = time.perf_counter()
    for number in range(1, total + 1):
        if not suggested:
            _tick(page, tool, run, by_mouse)
        if number == total and not tool.sends:
            break
        if by_mouse:
            tool.click_on(page)
            run.clicks += 1
        else:
            page.keyboard.press(tool.go_key)
            run.keys += 1
        if number < total:
            page.wait_for_function("(shown) => assaySeen.next.length >= shown", arg=number)
    while len(tool.stored(page, project)) < total:
        page.wait_for_timeout(100)
    run.seconds = time.perf_counter() - start
    run.next_ms = page.evaluate("assaySeen.next")
    stored = tool.stored(page, project)
    assert stored == [WORD] * total, stored
    page.context.close()
    return run


def _tick(page: Page, tool: Tool, run: Run, by_mouse: bool) -> None:
    """Choose, until the box is ticked: a press that comes before the page listens is lost."""
    from playwright.sync_api import TimeoutError as Late

    while True:
        if by_mouse:
            page.get_by_text(WORD).click()
            run.clicks += 1
        else:
            page.keyboard.press(CHOICES[WORD])
            run.keys += 1
        try:
            page.locator(tool.ticked).first.wait_for(state="attached", timeout=LOST)
            return
        except Late:
            run.lost += 1


def main() -> None:
    """Work in every way and print a table."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in TOOLS:
        parser.add_argument(f"--{name.replace('_', '-')}", metavar="COMMAND", help="in any environment")
    given = vars(parser.parse_args())
    print(f"{'':34}{'keys':>6}{'clicks':>8}{'lost':>6}{'seconds':>9}  {'next, ms: p50, p99'}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        for by_group in (True, False):
            for by_mouse in (False, True):
                print(at_the_desk(browser, by_group=by_group, by_mouse=by_mouse).line(), flush=True)
        for name, serve in TOOLS.items():
            if not given[name]:
                print(f"{name}: no command was named, and left out")
                continue
            with tempfile.TemporaryDirectory() as folder, serve(given[name], Path(folder)) as tool:
                for suggested, by_mouse in WAYS[name]:
                    run = in_tool(browser, tool, by_mouse=by_mouse, suggested=suggested)
                    print(run.line(), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
