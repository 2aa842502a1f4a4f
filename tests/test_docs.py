"""The pages name what is there: every path of this repository that they mention exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TOP = "assay|curate|train|governance|recipes|benchmarks|sample|tests|docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_a_page_mentions_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    paths = re.findall(rf"`((?:{TOP})/[\w./-]*)(?:::\w+)?`", text)
    absent = sorted({path for path in paths if not (ROOT / path).exists()})
    assert not absent, f"{page.name} mentions {absent}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    absent = sorted({link for link in links if not (page.parent / link).exists()})
    assert not absent, f"{page.name} links to {absent}"
