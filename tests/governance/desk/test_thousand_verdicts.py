"""A thousand verdicts in one run, each given as soon as the next value is on the screen: none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.desk import PRESS, write_project
from curate.pii.decisions import read_verdicts
from curate.project import Project
from tests.governance.desk.chromium import Served, settled

pytestmark = pytest.mark.slow
VERDICTS = 1_000
# Of ten findings seven are of a value of their own, in the project that the benchmark makes.
FINDINGS = VERDICTS * 10 // 7 + 100
WORDS = {"n": "not_personal", "y": "real", "p": "public", "u": "unsure"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    write_project(tmp_path / "project", FINDINGS)
    return Project(tmp_path / "project")


def test_a_thousand_verdicts_are_a_thousand_lines_in_the_order_of_the_queue(
    project: Project, served: Served, open_page: Callable[..., Any]
) -> None:
    page = open_page(served)
    board = served.desk.values.board
    queue = [board.item(at).value_id for at in range(VERDICTS)]
    page.goto(f"{served.base}/values/item/{queue[0]}")
    page.locator("article.item").wait_for()
    keys = [list(WORDS)[at % len(WORDS)] for at in range(VERDICTS)]
    for key in keys:
        page.evaluate(PRESS, key)
    settled(page)
    lines = read_verdicts(project.root)
    assert [line.value_id for line in lines] == queue
    assert [line.verdict for line in lines] == [WORDS[key] for key in keys]
    assert set(Counter(queue).values()) == {1}
    assert page.faults == []
