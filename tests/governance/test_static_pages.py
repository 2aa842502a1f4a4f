"""Every page that Assay writes to disk: a strict policy, nothing that breaks it, no axe violation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from governance.cli.main import main
from tests.attacks.project import make
from tests.curate.show.strict import faults
from tests.governance.desk.chromium import PATIENCE, violations

PAGES = {
    "audit.html": ["audit"],
    "diff.html": ["diff", "old.jsonl", "raw.jsonl", "--key", "id", "--show-values"],
    "dpia.html": ["records", "dpia"],
    "ropa.html": ["records", "ropa"],
    "monitor.html": ["monitor", "old.jsonl"],
    "reports/index.html": ["report"],
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Each page of a small published project of which the work tree has moved on."""
    root = tmp_path_factory.mktemp("pages") / "project"
    make(root)
    raw = (root / "raw.jsonl").read_text(encoding="utf-8")
    (root / "old.jsonl").write_text(raw.replace("lamp", "sofa").replace("billing", "money"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        made = {}
        for name, words in PAGES.items():
            option = [] if "/" in name else ["-o", name]
            with pytest.raises(SystemExit) as stop:
                main([*words, *option])
            assert stop.value.code in (0, 1), (name, stop.value.code)
            made[name] = (root / name).read_text(encoding="utf-8")
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_page_allows_what_is_inline_by_its_digest_and_nothing_else(
    pages: dict[str, str], name: str
) -> None:
    assert faults(pages[name]) == []


@pytest.mark.slow
def test_a_browser_finds_nothing_wrong_with_a_page(
    pages: dict[str, str],
    chromium: Any,
    tmp_path: Path,
) -> None:
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    for name, text in pages.items():
        path = tmp_path / name.replace("/", "-")
        path.write_text(text, encoding="utf-8")
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme)
            tab.goto(path.as_uri())
            assert tab.evaluate("document.styleSheets.length") == 1, name
            assert violations(tab) == [], (name, scheme)
        assert wrong == [], name
    context.close()
