"""The diff in GitHub Actions: within its limits, whatever the text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.diff import compare, step_summary, workflow_commands
from curate.diff.show.comment import MARKER
from curate.show.github import LONGEST, MOST, SUMMARY_LIMIT


def small(make_plain: Any) -> Any:
    frame = pl.DataFrame({"id": [1], "t": ["a"]})
    return compare(*(make_plain(one, keys=("id",)) for one in (frame, frame.with_columns(t=pl.lit("b")))))


def test_each_level_has_at_most_ten_annotations_and_says_what_it_left_out(make_plain: Any) -> None:
    gates = [(f"g{number}", False, "failed") for number in range(30)]
    lines = workflow_commands(small(make_plain), gates).splitlines()
    errors = [line for line in lines if line.startswith("::error ")]
    assert len(errors) == MOST and "21 more" in errors[-1]
    assert any(line.startswith("::notice ") and "1 edited" in line for line in lines)


def test_a_failed_gate_comes_first_and_gold_annotations_stand_on_the_lock_file(make_gold: Any) -> None:
    rows = [{"example_id": "r", "input": "x", "output": "a", "split": "train"}]
    found = compare(make_gold(rows), make_gold([{**rows[0], "split": "test"}]))
    lines = workflow_commands(found, [("target", False, "0.7 < 0.9"), ("card", True, "fine")]).splitlines()
    assert lines[0] == "::error file=dvc.lock,line=1,title=assay check%3A target::0.7 < 0.9"
    assert "Unexplained changes" in lines[1] and not any("fine" in line for line in lines)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(codec="utf-8"), max_size=3000)
    | st.sampled_from(["%0A::error::x", "\n::set-env name=A::b", "%" * 5000, "é" * 9000, "a,title=b:c"])
)
def test_no_text_starts_a_command_of_its_own_or_outgrows_an_annotation(make_plain: Any, text: str) -> None:
    lines = workflow_commands(small(make_plain), [(text, False, text)]).rstrip("\n").split("\n")
    assert all(
        line.startswith(("::error ", "::warning ", "::notice ")) and len(line.encode()) <= LONGEST
        for line in lines
    )
    head, _, message = lines[0].removeprefix("::error ").partition("::")
    assert len(
        [part for part in head.split(",") if "=" in part.split("%")[0]]
    ) >= 1 and "," not in head.removeprefix("title=")
    assert "\r" not in message and "%0A" not in message and "%0D" not in message


def test_the_step_summary_keeps_below_a_mebibyte_beside_what_stands_there(
    make_plain: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    file.write_text("x" * (SUMMARY_LIMIT - 8_000))
    assert step_summary(small(make_plain), samples=10, show_values=True) == file
    assert MARKER in file.read_text() and file.stat().st_size <= SUMMARY_LIMIT
    file.write_text("x" * (SUMMARY_LIMIT - 100))
    assert (
        step_summary(small(make_plain), samples=10, show_values=True) is None
        and file.stat().st_size == SUMMARY_LIMIT - 100
    )
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    assert step_summary(small(make_plain), samples=10, show_values=True) is None
