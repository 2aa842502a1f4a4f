"""Verdicts on rows: what a line must hold, which line speaks, and when two people disagree."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.verdicts.journal import FILE, RowVerdict, append_rows, latest, line_digest, read_rows

DROP = RowVerdict("a" * 24, "b" * 24, "drop", "Ada", "a test message", "2026-05-04", "c" * 8)


def _over(line: RowVerdict, *before: RowVerdict) -> RowVerdict:
    return replace(line, over=tuple(line_digest(each) for each in before))


def test_lines_come_back_as_they_were_written_and_the_later_one_speaks(tmp_path: Path) -> None:
    relabel = _over(replace(DROP, verdict="relabel", changes={"output": "billing"}, reviewer="Ben"), DROP)
    append_rows(tmp_path, [DROP])
    append_rows(tmp_path, [relabel])
    assert read_rows(tmp_path) == [DROP, relabel]
    said = latest(read_rows(tmp_path))[DROP.row]
    assert said.verdict == relabel and not said.disputed
    undone = _over(replace(DROP, verdict="unsure"), relabel)
    append_rows(tmp_path, [undone])
    assert latest(read_rows(tmp_path))[DROP.row].verdict.verdict == "unsure"


def test_two_branches_merge_by_union_and_the_row_is_disputed_until_somebody_decides_over_both(
    tmp_path: Path,
) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=tmp_path, check=True)

    git("init", "-q", "-b", "main")
    (tmp_path / ".gitattributes").write_text("decisions/*.jsonl merge=union\n")
    append_rows(tmp_path, [replace(DROP, row="d" * 24)])
    git("add", "-A")
    git("commit", "-qm", "base")
    git("checkout", "-qb", "ben")
    keep = replace(DROP, verdict="keep", reviewer="Ben")
    append_rows(tmp_path, [keep])
    git("commit", "-qam", "ben")
    git("checkout", "-q", "main")
    append_rows(tmp_path, [DROP])
    git("commit", "-qam", "ada")
    git("merge", "-q", "ben")
    said = latest(read_rows(tmp_path))[DROP.row]
    assert said.disputed and {said.verdict.reviewer, *(each.reviewer for each in said.against)} == {
        "Ada",
        "Ben",
    }
    assert said.verdict == read_rows(tmp_path)[-1]  # the later line holds meanwhile
    append_rows(tmp_path, [replace(DROP, reviewer="Cy", over=said.lines)])
    assert not latest(read_rows(tmp_path))[DROP.row].disputed


def test_two_who_decide_the_same_on_two_branches_do_not_disagree() -> None:
    assert not latest([DROP, replace(DROP, reviewer="Ben")])[DROP.row].disputed


def test_an_expired_verdict_does_not_hold() -> None:
    line = replace(DROP, expires="2026-06-01")
    assert latest([line], date(2026, 5, 31)) and not latest([line], date(2026, 6, 1))
    assert latest([line])  # without a day, expiry is not looked at


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"verdict": "maybe"}, "has a verdict other than"),
        ({"row": "T-1"}, "has an invalid row"),
        ({"content": "b"}, "has an invalid content"),
        ({"date": "4 May"}, "has a date that is not an ISO date"),
        ({"date": "2999-01-01"}, "is dated in the future"),
        ({"reviewer": " "}, "names no reviewer"),
        ({"changes": {"output": "x"}}, "has changes beside the verdict drop"),
        ({"verdict": "relabel"}, "relabels without a new output"),
        ({"verdict": "relabel", "changes": {"input": "x"}}, "relabels without a new output"),
        ({"verdict": "edit"}, "edits nothing"),
        ({"verdict": "edit", "changes": {"subject": "x"}}, "has changes that are not a text"),
        ({"verdict": "edit", "changes": {"input": " "}}, "has changes that are not a text"),
        ({"over": ["x"]}, "has an invalid over"),
        ({"note": 1}, "has 1 fields that a verdict on a row does not have"),
    ],
)
def test_a_line_of_another_form_is_named_and_not_shown(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    append_rows(tmp_path, [DROP])
    given = json.loads((tmp_path / FILE).read_text()) | change
    (tmp_path / FILE).write_text(json.dumps(given) + "\n")
    with pytest.raises(AssayError, match="decisions/rows.jsonl line 1 " + words):
        read_rows(tmp_path)


def test_a_reason_that_holds_a_number_or_an_address_is_refused(tmp_path: Path) -> None:
    for reason in ("his number is 07911 123456", "see ada@example.com"):
        with pytest.raises(AssayError, match="seems to hold a personal value") as error:
            append_rows(tmp_path, [replace(DROP, reason=reason)])
        assert reason not in str(error.value)
    assert not (tmp_path / FILE).exists()


@given(st.lists(st.tuples(st.sampled_from(["keep", "drop"]), st.booleans()), min_size=1, max_size=6))
def test_whoever_decides_over_all_lines_ends_a_dispute(steps: list[tuple[str, bool]]) -> None:
    """Oracle: the lines since the last that was over all before it; disputed if they decide otherwise."""
    lines: list[RowVerdict] = []
    open_words: list[str] = []
    for number, (word, over_all) in enumerate(steps):
        line = replace(DROP, verdict=word, reason=str(number))
        before = latest(lines)
        if over_all and before:
            line = replace(line, over=before[DROP.row].lines)
            open_words = []
        open_words.append(word)
        lines.append(line)
    said = latest(lines)[DROP.row]
    assert said.verdict.verdict == open_words[-1]
    assert said.disputed == (len(set(open_words)) > 1)
