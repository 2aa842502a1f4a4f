"""Verdicts: they merge, outlive order and repeats, expire, and hold no value."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.pii.decisions import (
    FILE,
    VERDICTS,
    Verdict,
    append_verdicts,
    expired,
    in_force,
    judged,
    read_verdicts,
    stale,
    standing,
)

TODAY = date(2026, 6, 15)


def value(n: int) -> str:
    return f"{n:024x}"


def verdict(n: int = 1, word: Any = "not_personal", **other: Any) -> Verdict:
    given: dict[str, Any] = {
        "value_id": value(n),
        "entity": "PHONE_NUMBER",
        "verdict": word,
        "reviewer": "Sam",
        "reason": "a part number",
        "date": "2026-01-01",
        "expires": None,
        "finding_id": None,
        "key_id": "0123abcd",
    }
    return Verdict(**given | other)


def found(*pairs: tuple[int, int]) -> pl.DataFrame:
    """Findings as (value, finding)."""
    return pl.DataFrame(
        [(value(v), value(f)) for v, f in pairs],
        schema={"value_id": pl.String, "finding_id": pl.String},
        orient="row",
    )


def words(verdicts: list[Verdict], findings: pl.DataFrame, today: date | None = TODAY) -> list[str | None]:
    return judged(findings, in_force(verdicts, today))["verdict"].to_list()


def test_what_is_appended_is_read_back_and_each_line_is_sorted_json(tmp_path: Path) -> None:
    one, two = verdict(1), verdict(2, "real", finding_id=value(9), expires="2027-01-01")
    append_verdicts(tmp_path, [one])
    append_verdicts(tmp_path, [two])
    assert read_verdicts(tmp_path) == [one, two]
    lines = (tmp_path / FILE).read_text().split("\n")
    assert lines[-1] == "" and len(lines) == 3
    assert all(list(json.loads(line)) == sorted(json.loads(line)) for line in lines[:-1])


def test_no_file_means_no_verdicts_and_an_empty_frame_judges_nothing(tmp_path: Path) -> None:
    assert read_verdicts(tmp_path) == []
    assert in_force([], TODAY).schema == VERDICTS
    assert words([], found((1, 1))) == [None]
    append_verdicts(tmp_path, [])
    assert not (tmp_path / FILE).exists()


def test_a_file_without_a_last_line_break_and_with_repeats_is_read(tmp_path: Path) -> None:
    append_verdicts(tmp_path, [verdict(1), verdict(2), verdict(1)])
    path = tmp_path / FILE
    path.write_text(path.read_text().rstrip("\n"))
    append_verdicts(tmp_path, [verdict(3)])
    assert sorted(one.value_id for one in read_verdicts(tmp_path)) == [value(1), value(2), value(3)]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("not json", "is not JSON"),
        ("[1]", "is not a JSON object"),
        ("<<<<<<< HEAD", "merge conflict"),
        ("{}", "has no value_id"),
        ('"verdict": "fine"', "has a verdict other than"),
        ('"date": "yesterday"', "has a date that is not an ISO date"),
        ('"expires": "20270101"', "has a expires"),
        ('"value_id": "07911 123456"', "has an invalid value_id"),
        ('"finding_id": 7', "has an invalid finding_id"),
        ('"reviewer": " "', "names no reviewer"),
        ('"value": "07911 123456"', "has 1 fields that a verdict does not have"),
    ],
)
def test_a_bad_line_is_named_and_not_shown(tmp_path: Path, line: str, fault: str) -> None:
    append_verdicts(tmp_path, [verdict(1)])
    path = tmp_path / FILE
    good = path.read_text()
    bad = line if line[0] != '"' else json.dumps(json.loads(good) | json.loads("{" + line + "}"))
    path.write_text(good + bad + "\n")
    with pytest.raises(AssayError) as caught:
        read_verdicts(tmp_path)
    assert "decisions/pii.jsonl line 2" in caught.value.problem and fault in caught.value.problem
    assert "07911" not in str(caught.value)


@pytest.mark.parametrize(
    "reason",
    [
        "it is 07911 123456",
        "jo@x.com again",
        "see AB123456C",
        "lives at CB1 2DP",
        "card 4111111111111111",
        "sort code 12-34-56",
    ],
)
def test_a_reason_that_holds_a_value_is_refused_and_nothing_is_written(tmp_path: Path, reason: str) -> None:
    with pytest.raises(AssayError, match="seems to hold a personal value") as caught:
        append_verdicts(tmp_path, [verdict(1), replace(verdict(2), reason=reason)])
    assert reason not in str(caught.value)
    assert not (tmp_path / FILE).exists()


def test_a_reason_may_hold_a_date_and_hostile_text_becomes_plain(tmp_path: Path) -> None:
    append_verdicts(tmp_path, [verdict(1, reason="in the 2026-01-31 price list\n\u2028\x1b[31m")])
    (read,) = read_verdicts(tmp_path)
    assert read.reason == "in the 2026-01-31 price list <U+001B>[31m"
    append_verdicts(tmp_path, [verdict(2, reason="asked on 31/01/2026"), verdict(3, reason="a b " * 400)])
    assert [len(one.reason) for one in read_verdicts(tmp_path)][1:] == [len("asked on 31/01/2026"), 500]


def test_a_bad_verdict_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="value_id"):
        append_verdicts(tmp_path, [verdict(1), replace(verdict(2), value_id="jo@x.com")])
    assert not (tmp_path / FILE).exists()


def test_git_merges_two_branches_of_verdicts_without_conflict(tmp_path: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@t")
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    (tmp_path / ".gitattributes").write_text((Path(__file__).parents[3] / ".gitattributes").read_text())
    append_verdicts(tmp_path, [verdict(1)])
    git("add", ".gitattributes", "decisions")
    git("commit", "-qm", "start")
    git("checkout", "-qb", "other")
    append_verdicts(tmp_path, [verdict(2, reviewer="Kit"), verdict(4)])
    git("commit", "-qam", "Kit")
    git("checkout", "-q", "main")
    append_verdicts(tmp_path, [verdict(3), verdict(4)])
    git("commit", "-qam", "Sam")
    git("merge", "-q", "--no-edit", "other")
    assert sorted(one.value_id for one in read_verdicts(tmp_path)) == [value(n) for n in (1, 2, 3, 4)]


def test_one_verdict_clears_all_repeats_and_a_finding_of_its_own_goes_before(tmp_path: Path) -> None:
    verdicts = [verdict(1, "real", finding_id=value(11), date="2025-01-01"), verdict(1, "not_personal")]
    assert words(verdicts, found((1, 10), (1, 11), (2, 12), (1, 13))) == [
        "not_personal",
        "real",
        None,
        "not_personal",
    ]


def test_the_later_line_speaks_whatever_the_dates() -> None:
    assert words(
        [verdict(1, "real", date="2026-03-01"), verdict(1, "public", date="2026-02-01")], found((1, 1))
    ) == ["public"]
    assert words([verdict(1, "real"), verdict(1, "public", date="2026-01-01T09:00:00")], found((1, 1))) == [
        "public"
    ]


def test_an_hour_gives_no_precedence_over_a_later_line_of_its_day() -> None:
    noted = [verdict(1, "real", date="2026-01-01T23:59:00"), verdict(1, "public")]
    assert words(noted, found((1, 1))) == ["public"]
    assert words(noted[::-1], found((1, 1))) == ["real"]
    hours = [verdict(1, "real", date="2026-01-01T23:59:00"), verdict(1, "public", date="2026-01-01T01:00:00")]
    assert words(hours, found((1, 1))) == ["public"]


def test_what_once_stood_in_the_file_is_read_for_what_it_says() -> None:
    lines = [
        json.dumps(asdict(verdict(1, "real", date="2026-01-01"))),
        "<<<<<<< HEAD",
        "[1]",
        '{"value_id": 7, "verdict": "real"}',
        json.dumps(asdict(verdict(1, "public", date="2026-02-01"))),
        json.dumps(asdict(verdict(2, "not_personal", expires="2026-06-15"))),
    ]
    said = standing("\n".join(lines))
    assert said.select("value_id", "verdict").rows() == [(value(1), "public"), (value(2), "not_personal")]
    assert standing("\n".join(lines), TODAY)["value_id"].to_list() == [value(1)]
    assert standing("\n".join(lines), date(2026, 6, 14)).height == 2
    assert standing("").schema == VERDICTS


def test_an_expired_verdict_reopens_its_finding_and_brings_no_older_one_back() -> None:
    verdicts = [verdict(1, "public", date="2025-01-01"), verdict(1, "not_personal", expires="2026-06-15")]
    assert words(verdicts, found((1, 1)), date(2026, 6, 14)) == ["not_personal"]
    assert words(verdicts, found((1, 1)), date(2026, 6, 15)) == [None]
    assert words(verdicts, found((1, 1)), None) == ["not_personal"]
    assert expired(verdicts, TODAY)["value_id"].to_list() == [value(1)]
    assert expired(verdicts, date(2026, 6, 14)).height == 0


def test_stale_verdicts_are_told_apart() -> None:
    verdicts = [
        verdict(1),
        verdict(2),
        verdict(3, key_id="ffffffff"),
        verdict(1, finding_id=value(10)),
        verdict(1, finding_id=value(99)),
    ]
    told = stale(verdicts, found((1, 10)), "0123abcd")
    assert told.select("why", "value_id").rows() == [
        ("finding_gone", value(1)),
        ("other_key", value(3)),
        ("value_gone", value(2)),
    ]


_verdicts = st.lists(
    st.builds(
        verdict,
        st.integers(1, 3),
        st.sampled_from(["real", "not_personal", "public", "unsure"]),
        date=st.dates(date(2026, 1, 1), date(2026, 1, 4)).map(date.isoformat),
        expires=st.one_of(st.none(), st.dates(date(2026, 6, 13), date(2026, 6, 17)).map(date.isoformat)),
        finding_id=st.one_of(st.none(), st.just(value(100))),
    ),
    max_size=8,
)


def _oracle(verdicts: list[Verdict], value_id: str, finding_id: str) -> str | None:
    """One finding at a time, as the docstring says it."""
    for about in (finding_id, None):
        mine = [
            one
            for one in verdicts
            if (one.finding_id == about if about else one.value_id == value_id and one.finding_id is None)
        ]
        if mine:
            last = mine[-1]
            if not (last.expires and date.fromisoformat(last.expires) <= TODAY):
                return last.verdict
    return None


@settings(max_examples=150, deadline=None)
@given(_verdicts)
def test_judged_agrees_with_an_oracle_that_looks_at_one_finding_at_a_time(verdicts: list[Verdict]) -> None:
    verdicts = [replace(one, value_id=value(1)) if one.finding_id else one for one in verdicts]
    findings = found((1, 100), (1, 101), (2, 102), (3, 103), (4, 104))
    assert words(verdicts, findings) == [_oracle(verdicts, v, f) for v, f in findings.rows()]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 300)), max_size=10))
def test_repeats_of_earlier_lines_and_dates_change_nothing(days: list[tuple[int, int]]) -> None:
    said = ("real", "public", "unsure")
    plain = [verdict(n, said[day % 3]) for n, day in days]
    dated = [
        replace(one, date=date.fromordinal(date(2026, 1, 1).toordinal() + day).isoformat())
        for one, (_, day) in zip(plain, days, strict=True)
    ]
    columns = ["value_id", "verdict"]
    assert in_force(dated, TODAY).select(columns).equals(in_force([*plain, *plain], TODAY).select(columns))
