"""Answers of a sample outlive the session, and a bad line is an error that names its place and nothing
else.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from curate.errors import AssayError
from governance.triage.reviews import FILE, Review, append_reviews, read_reviews

KEY, ROW, SEEN = "61d051ed", "a" * 24, "b" * 24


def _row(day: str, missed: dict[str, int] | None, key: str = KEY) -> Review:
    return Review("row", "Ada", day, key, row=ROW, seen=SEEN, missed=missed)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    append_reviews(
        tmp_path,
        [Review("finding", "Ada", "2026-03-01", KEY, finding_id="c" * 24), _row("2026-03-01", {"URL": 2})],
    )
    reviews = read_reviews(tmp_path, KEY)
    assert reviews.findings == {"c" * 24}
    assert reviews.rows == {ROW: (SEEN, {"URL": 2})}


def test_the_later_day_speaks_whatever_the_order_of_the_lines(tmp_path: Path) -> None:
    append_reviews(tmp_path, [_row("2026-03-02", None), _row("2026-03-01", {"URL": 1})])
    assert read_reviews(tmp_path, KEY).rows == {ROW: (SEEN, None)}


def test_answers_of_another_key_are_left_out(tmp_path: Path) -> None:
    append_reviews(tmp_path, [_row("2026-03-01", {}, key="00000000")])
    assert read_reviews(tmp_path, KEY).rows == {}
    assert read_reviews(tmp_path / "elsewhere", KEY).findings == frozenset()


@pytest.mark.parametrize(
    "line", ["<<<<<<< ours", "[]", '{"kind":"row","missed":{"zq.canary@example.com":1}}', "{}"]
)
def test_a_bad_line_is_named_and_not_shown(tmp_path: Path, line: str) -> None:
    append_reviews(tmp_path, [_row("2026-03-01", {})])
    with (tmp_path / FILE).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(AssayError, match="line 2") as caught:
        read_reviews(tmp_path, KEY)
    assert "canary" not in str(caught.value)
