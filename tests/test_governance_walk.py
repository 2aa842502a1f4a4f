"""The walk-through of docs/governance.md shows what its commands print today: two approvals that merge, a
customer taken out of three versions and two models, the gates before and after the models are trained again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("dvc")

from sample.governed import BLOCK, PAGE, WALK, form, make, played


@pytest.mark.slow
def test_the_walk_shows_what_its_commands_print_and_ends_with_every_gate_passed(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(BLOCK.findall(page.split(WALK)[1])) == 6
    make(tmp_path / "project")
    again = played(page, tmp_path / "project")
    assert form(again) == form(page), "run: python -m sample.governed FOLDER --docs"
    first, last = (part.split("```")[0] for part in again.split("$ assay check")[1:])
    assert "FAIL     retrain" in first and "FAIL" not in last and "pass  approvals" in last


def test_what_differs_on_every_run_is_compared_by_its_form() -> None:
    assert form("record 8572a4d26e3d at 2026-11-29T12:17:32Z") == form(
        "record b27df255aa44 at 2027-01-02T03:04:05Z"
    )
    assert form("6 rows") != form("7 rows")
    assert form("absent: stage\n    `ingest` has not run") == form("absent:\n stage `ingest` has not run")
