"""The reviewer's walk-through shows what its commands print today, on versions made by commits."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("dvc")

from sample.walkthrough import BLOCK, PAGE, make, played


@pytest.mark.slow
def test_the_walk_through_shows_what_its_commands_print(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(BLOCK.findall(page)) == 4
    make(tmp_path / "project")
    assert played(page, tmp_path / "project") == page, "run: python -m sample.walkthrough FOLDER --docs"
