"""A verdict wins by its place in the file, never by its date, and whose word counts is said."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.errors import AssayError
from curate.pii.decisions import FILE, append_verdicts, in_force, project_verdicts, read_verdicts
from curate.project import Project
from tests.attacks.project import commit, edit_yaml, gates, repro


def verdict(root: Path, word: str = "not_personal", **changed: Any) -> dict[str, Any]:
    """A verdict on the first value found."""
    findings = pl.read_parquet(root / "data" / "scan" / "findings.parquet")
    return {
        "value_id": findings["value_id"][0], "entity": findings["entity"][0], "verdict": word,
        "reviewer": "steward", "reason": "a test", "date": "2026-01-31", "expires": None,
        "finding_id": None, "key_id": Project(root).key.key_id,
    } | changed  # fmt: skip


def write(root: Path, *verdicts: dict[str, Any]) -> None:
    (root / FILE).write_text("".join(json.dumps(one) + "\n" for one in verdicts), encoding="utf-8")


@pytest.mark.parametrize("day", ["2999-01-01", "9999-12-31T23:59:59", str(date.today() + timedelta(days=3))])
def test_a_verdict_from_the_future_is_refused(victim: Path, day: str) -> None:
    write(victim, verdict(victim, date=day))
    with pytest.raises(AssayError, match="dated in the future"):
        read_verdicts(victim)
    assert gates(victim)["audit"].failed
    with pytest.raises(AssayError, match="dated in the future"):
        repro(victim, "redact")


def test_a_day_ahead_is_a_clock_on_the_other_side_of_midnight(victim: Path) -> None:
    write(victim, verdict(victim, date=str(date.today() + timedelta(days=1))))
    assert len(read_verdicts(victim)) == 1


def test_the_later_line_wins_whatever_the_dates_say(victim: Path) -> None:
    write(victim, verdict(victim, "public", date="2026-06-01"), verdict(victim, "real", date="2020-01-01"))
    assert in_force(read_verdicts(victim), None)["verdict"].to_list() == ["real"]


def test_lines_put_in_another_order_make_the_redaction_stale(victim: Path) -> None:
    two = (verdict(victim, "real"), verdict(victim, "public"))
    write(victim, *two)
    repro(victim, "redact")
    assert not gates(victim)["version"].failed
    write(victim, *two[::-1])
    assert "decisions/pii.jsonl changed" in gates(victim)["version"].message


def test_a_reviewer_whom_the_card_does_not_name_is_said_and_by_policy_does_not_count(victim: Path) -> None:
    write(victim, verdict(victim, reviewer="passer-by"))
    repro(victim, "redact")
    gate = gates(victim)["audit"]
    assert "does not name: passer-by; their verdicts count" in gate.message
    edit_yaml(victim / "params.yaml", redact={"reviewers": "named"})
    assert project_verdicts(Project(victim)) == []
    assert "their verdicts do not count" in gates(victim)["audit"].message
    write(victim, verdict(victim, reviewer="data desk"))
    assert len(project_verdicts(Project(victim))) == 1
    assert "does not name" not in gates(victim)["audit"].message


def test_a_verdict_taken_out_of_git_is_said(victim: Path) -> None:
    write(victim, verdict(victim, "real"), verdict(victim, "public"))
    commit(victim, "judge")
    write(victim, verdict(victim, "public"))
    commit(victim, "unjudge")
    assert "1 verdict that git once held is no longer" in gates(victim)["audit"].message


def test_the_tool_itself_writes_no_verdict_from_the_future(victim: Path) -> None:
    from curate.pii.decisions import Verdict

    with pytest.raises(AssayError, match="future"):
        append_verdicts(victim, [Verdict(**verdict(victim, date="2999-01-01"))])
    assert not (victim / FILE).exists()
