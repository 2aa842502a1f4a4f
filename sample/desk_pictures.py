"""Pictures of the review desk on a project, by a real browser: those of `docs/review-desk.md`.

    python -m sample.desk_pictures PROJECT FOLDER    # every room, 1280 and 320 pixels wide, light and dark

Needs playwright (extra `dev`) and a Chromium; nothing is decided in PROJECT.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = Path("/usr/bin/chromium")
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


def rooms(page: Page, base: str) -> dict[str, str]:
    """An address of each room, by the picture's name."""
    addresses = {"desk": "/", "values": "/values", "rows": "/rows", "keys": "/keys"}
    page.goto(base + "/values")
    for name, selector in (("group", "a[href^='/values/group/']"), ("value", "a[href^='/values/item/']")):
        addresses[name] = page.locator(selector).first.get_attribute("href") or "/"
    page.goto(base + "/rows")
    row = page.locator("a[href^='/rows/item/']").first
    if row.count():
        addresses["row"] = row.get_attribute("href") or "/"
        addresses["edit"] = addresses["row"].replace("/item/", "/edit/")
    return addresses


def main(project: Path, folder: Path) -> None:
    """Take them all."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with running(project) as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        base = address[: address.index("/enter")]
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(address)
        page.wait_for_url(base + "/")
        for name, path in rooms(page, base).items():
            for width, scheme in ((1280, "light"), (320, "light"), (1280, "dark")):
                page.set_viewport_size({"width": width, "height": 800 if width > 320 else 640})
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.goto(base + path)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
