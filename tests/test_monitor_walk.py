"""The walk-through of monitoring in docs/lifecycle.md shows what its commands print today: a quiet month, and
one with a product line that gold has nothing of.
"""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("dvc")
pytest.importorskip("torch")

from sample.governed import BLOCK, form
from sample.monitored import PAGE, PLANTED, WALK, make, planted, played


@pytest.mark.slow
def test_the_walk_shows_what_its_commands_print_and_finds_what_was_planted(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(BLOCK.findall(page.split(WALK)[1])) >= 2
    make(tmp_path / "project")
    again = played(page, tmp_path / "project")
    assert form(again) == form(page), "run: python -m sample.monitored FOLDER --docs"
    may, june = again.split("$ assay monitor live/june.csv", 1)
    assert "nothing has moved" in may.split("$ assay monitor live/may.csv")[1]
    assert "solara" in june and "label_topics" in june


def test_the_same_tickets_are_planted_every_time() -> None:
    head = ["ticket_id", "text", "queue", "received", "channel", "customer"]
    rows = planted(head)
    assert rows == planted(head) and len(rows) == PLANTED
    assert all("2026-06" in row[3] and not row[2] for row in rows)
    assert len({row[5] for row in rows}) == PLANTED
