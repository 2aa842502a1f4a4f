"""The journal of reveals: who saw what, never the value; written before the screen is drawn."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from curate.errors import AssayError
from curate.pii.decisions import in_force
from curate.pii.redact.params import RedactParams
from curate.pii.scan.stage import ScanParams
from governance.triage.context import Rows
from governance.triage.queue import build_queue
from governance.triage.reveals import FILE, Reveal, append_reveals, read_reveals
from governance.triage.reviewer import Reviewer
from governance.triage.session import Session, press, start
from governance.triage.view import screen


def drawn(session: Session, rows: Rows) -> str:
    console = Console(width=120, record=True, file=StringIO())
    console.print(screen(session, rows))
    return console.export_text()


@pytest.fixture
def session(findings: pl.DataFrame, examples: pl.DataFrame, reviewer: Reviewer) -> Session:
    queue = build_queue(findings, examples, in_force([], date(2026, 3, 1)), RedactParams(), ScanParams())
    return start(queue, reviewer, may_reveal=True)


def test_the_value_shows_after_the_key_and_is_gone_after_the_next(
    session: Session, findings: pl.DataFrame, examples: pl.DataFrame
) -> None:
    rows = Rows(examples, findings)
    value = rows.raw_value(session.queue[0].value_id)
    assert value not in drawn(session, rows)
    seen, _ = press(session, "v")
    assert value in drawn(seen, rows)
    assert value not in drawn(press(seen, "x")[0], rows)


def test_a_pattern_lists_its_values_masked_and_reveals_only_what_is_on_the_page(
    session: Session, findings: pl.DataFrame, examples: pl.DataFrame
) -> None:
    rows = Rows(examples, findings)
    listed, _ = press(session, "a")
    text = drawn(listed, rows)
    assert all(rows.masked_value(item.value_id) in text for item in listed.listed)
    assert not any(rows.raw_value(item.value_id) in text for item in listed.listed)
    seen, _ = press(listed, "v")
    assert all(rows.raw_value(item.value_id) in drawn(seen, rows) for item in seen.listed)


def test_a_reveal_is_a_line_without_the_value(tmp_path: Path, session: Session) -> None:
    item = session.queue[0]
    append_reveals(tmp_path, [session.reviewer.reveal(item)])
    assert read_reveals(tmp_path) == [
        Reveal(item.value_id, item.entity, "Ada", "2026-03-01", session.reviewer.key_id)
    ]
    assert set(read_reveals(tmp_path)[0].__dict__) == {"value_id", "entity", "reviewer", "date", "key_id"}


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        '{"value_id":"07911 123456","entity":"X","reviewer":"A","date":"2026-01-01","key_id":"00000000"}',
    ],
)
def test_a_line_that_is_not_a_reveal_is_an_error_that_shows_nothing_of_it(tmp_path: Path, line: str) -> None:
    (tmp_path / FILE.parent).mkdir()
    (tmp_path / FILE).write_text(line + "\n", encoding="utf-8")
    with pytest.raises(AssayError, match="line 1 is not a reveal") as error:
        read_reveals(tmp_path)
    assert "07911" not in str(error.value)
