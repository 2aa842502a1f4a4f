"""Pictures of the review desk on a project, by a real browser: those of `docs/review-desk.md`.

    python -m sample.compared PROJECT                # two systems' answers, for the room of comparisons
    python -m sample.desk_pictures PROJECT FOLDER    # every room, 1280 and 320 pixels wide, light and dark
    python -m sample.desk_pictures PROJECT FOLDER compare comparison    # these alone

Needs playwright (extra `dev`) and a Chromium; nothing is decided in PROJECT.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = Path("/usr/bin/chromium")
# The version that the picture of a diff compares with, and what the picture of a search looks for.
BEFORE, WORDS = "HEAD~1", "refund"
# Milliseconds for a page; a loaded machine is not a failure.
PATIENCE = 300_000
# As the tests start it; without a sandbox, which needs rights that a container lacks.
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@contextmanager
def running(project: Path, *options: str) -> Iterator[tuple[str, int]]:
    """`assay review` on a project; gives its one-time address and the process."""
    code = "from governance.cli.main import main; main()"
    words = [sys.executable, "-c", code, "-C", str(project), "review", "--no-browser", "--reviewer", "Ada"]
    process = subprocess.Popen(
        [*words, "--port", "0", *options], stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"open once: (\S+)", line):
                yield found[1], process.pid
                break
        else:
            raise RuntimeError("the desk did not start")
    finally:
        process.terminate()
        process.wait()


# Rooms whose picture is of the first item of a list: the list, and what leads to the item.
ITEMS = {
    "group": ("/values", "a[href^='/values/group/']"),
    "value": ("/values", "a[href^='/values/item/']"),
    "row": ("/rows", "a[href^='/rows/item/']"),
    "comparison": ("/compare", "main a[href^='/compare/item/']"),
    "twins": ("/rows?kind=near", "main a[href^='/rows/item/']"),
}


def rooms(page: Page, base: str, only: Collection[str] = ()) -> dict[str, str]:
    """An address of each room, by the picture's name."""
    addresses = {"desk": "/", "values": "/values", "rows": "/rows", "keys": "/keys", "search": "/search"}
    addresses |= {"diff": f"/diff?before={BEFORE}", "sign-off": "/sign-off?gates=yes", "compare": "/compare"}
    for name, (path, selector) in ITEMS.items():
        if only and name not in only:
            continue
        page.goto(base + path)
        item = page.locator(selector).first
        if item.count():
            addresses[name] = item.get_attribute("href") or "/"
    if "row" in addresses:
        addresses["edit"] = addresses["row"].replace("/item/", "/edit/")
    return {name: path for name, path in addresses.items() if not only or name in only}


def main(project: Path, folder: Path, only: Collection[str] = ()) -> None:
    """Take them all, or those named."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with running(project) as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        base = address[: address.index("/enter")]
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(address)
        page.wait_for_url(base + "/")
        for name, path in rooms(page, base, only).items():
            for width, scheme in ((1280, "light"), (320, "light"), (1280, "dark")):
                page.set_viewport_size({"width": width, "height": 800 if width > 320 else 640})
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.goto(base + path)
                if name == "search":  # what is searched for stands in no address
                    page.locator("input[name=q]").fill(WORDS)
                    page.locator("input[name=q]").press("Enter")
                    page.wait_for_load_state()
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
