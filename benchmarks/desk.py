"""The review desk at a million findings: start, memory, and from a key to the next value on the screen.

    python -m benchmarks.desk [FINDINGS] [PRESSES]     # default: 1,000,000 findings, 1,000 presses

Makes a project of that size in a temporary folder (the findings are placed, not sought), serves it as
`assay review` does, opens it in headless Chromium and presses `n` until PRESSES values are judged, each as
soon as the last one is on the screen. A press is timed in the page, from the key's event to the frame after
the next value was drawn. Prints one line of JSON; memory is the server's, at its end (`VmHWM`: at most).

Before that the server is started alone, three times after one that warms the files: the median time from the
command until the one-time address is answered, and until the first page behind it is.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import polars as pl

from curate.examples import EXAMPLES, FINDINGS, conform
from curate.files import write_folder
from curate.pii.decisions import FILE
from sample.desk_pictures import CHROMIUM, OPTIONS, running

CARD = (
    "name: bench\nkind: rewriting\nbehaviour: b\nmetric: {name: chrf, target: 0.5}\n"
    "demo_key: a-key-for-benchmarks-that-is-long-enough-to-be-one\n"
)
# Some 300 characters a row, as in the other benchmarks.
_WORDS = "the parcel did not arrive and nobody at the depot could say where it was left on that day " * 3
# Pressed in the page: a key, then the frame in which another value stands.
PRESS = """
async (key) => {
  const before = document.querySelector('article.item');
  const start = performance.now();
  document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
  while (document.querySelector('article.item') === before) await new Promise((go) => setTimeout(go, 0));
  await new Promise((go) => requestAnimationFrame(go));
  return performance.now() - start;
}
"""


def write_project(root: Path, findings: int) -> None:
    """A project with so many findings, one a row, of values that stand in one or two rows."""
    root.mkdir(parents=True)
    (root / "task.yaml").write_text(CARD)
    (root / "params.yaml").write_text("scan: {}\n")
    row = pl.int_range(findings, eager=True).alias("row")
    number = (row * 7 // 10).alias("number")
    frame = pl.DataFrame([row, number]).with_columns(
        ("r" + pl.col("row").cast(pl.String).str.zfill(8)).alias("example_id"),
        ("0117 " + (1_000_000 + pl.col("number")).cast(pl.String)).alias("value"),
    )
    texts = frame.with_columns(
        (pl.lit(_WORDS) + pl.col("row").cast(pl.String) + " ring " + pl.col("value") + " please").alias(
            "input"
        )
    )
    examples = texts.select(
        "example_id",
        "input",
        pl.lit("x").alias("output"),
        ("desk" + (pl.col("row") % 3).cast(pl.String)).alias("source"),
        pl.lit(False).alias("held_out"),
    )
    start = len(_WORDS) + pl.col("row").cast(pl.String).str.len_chars() + len(" ring ")
    hexed = pl.col("number").cast(pl.String).str.zfill(24)
    placed = texts.select(
        pl.col("row").cast(pl.String).str.zfill(24).alias("finding_id"),
        hexed.alias("value_id"),
        "example_id",
        pl.lit("input").alias("field"),
        pl.lit("PHONE_NUMBER").alias("entity"),
        start.cast(pl.Int64).alias("start"),
        (start + pl.col("value").str.len_chars()).cast(pl.Int64).alias("end"),
        (0.5 + (pl.col("number") % 50) / 100).alias("score"),
        pl.lit("test").alias("detector"),
        pl.lit(False).alias("verified"),
    )
    write_folder(root / "data/ingest", {"examples": conform(examples, EXAMPLES)}, {})
    write_folder(root / "data/scan", {"findings": conform(placed, FINDINGS)}, {})


def memory(pid: int) -> dict[str, int]:
    """Megabytes of a process: now and at most."""
    words = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {name: int(words[name].split()[0]) // 1024 for name in ("VmRSS", "VmHWM", "RssAnon")}


def start(root: Path) -> dict[str, float]:
    """Seconds from the command until the server answers, of which the processor's, and until its first page
    has come.
    """
    begun = time.perf_counter()
    with running(root) as (address, pid):
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        opener.open(address).read()
        answered, worked = time.perf_counter() - begun, processor_time(pid)
        opener.open(address[: address.index("enter")]).read()
        shown = time.perf_counter() - begun
    return {"answers_after_s": answered, "processor_s": worked, "first_page_after_s": shown}


def processor_time(pid: int) -> float:
    """Seconds that a process computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def press(root: Path, presses: int) -> dict[str, Any]:
    """Serve a project, judge so many values, and say how long each took."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, running(root) as (address, pid):
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        page = browser.new_page()
        page.set_default_timeout(300_000)
        page.goto(address)
        base = address[: address.index("/enter")]
        page.wait_for_url(base + "/", wait_until="commit")
        begun = time.perf_counter()
        page.goto(base + "/values")
        first = time.perf_counter() - begun
        page.get_by_role("link", name="Judge them one by one").click()
        page.locator("article.item").wait_for()
        page.wait_for_timeout(2_000)
        took = sorted(page.evaluate(PRESS, "n") for _ in range(presses))
        page.wait_for_function(
            "() => document.getElementById('saved').textContent === 'All verdicts are written.'"
        )
        used = memory(pid)
        browser.close()
    written = len((root / FILE).read_text().splitlines())
    return {
        "presses": presses,
        "written": written,
        "first_page_of_values_s": round(first, 2),
        "p50_ms": round(took[len(took) // 2], 1),
        "p99_ms": round(took[int(len(took) * 0.99) - 1], 1),
        "max_ms": round(took[-1], 1),
        "server_mb": used,
    }


def main(findings: int = 1_000_000, presses: int = 1_000) -> None:
    """Make, serve, press, print."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        write_project(root, findings)
        start(root)
        runs = [start(root) for _ in range(3)]
        starts = {name: round(statistics.median(run[name] for run in runs), 2) for name in runs[0]}
        print(json.dumps({"findings": findings, **starts, **press(root, presses)}))


if __name__ == "__main__":
    main(*(int(word.replace(",", "")) for word in sys.argv[1:]))
