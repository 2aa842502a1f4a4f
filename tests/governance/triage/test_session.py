"""The state machine of keys, held against the file of verdicts it would write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.pii.decisions import Verdict, in_force
from governance.triage.queue import Item
from governance.triage.reviewer import Reviewer
from governance.triage.session import PAGE, SPOKEN, WORDS, Session, press, start

REVIEWER = Reviewer("Ada", "why", date(2026, 3, 1), None, "0" * 8)


def _item(at: int, pattern: str = "A9") -> Item:
    return Item(f"{at:024x}", "UK_POSTCODE", pattern, 0.45, 0.4, False, 2, 1)


def _play(keys: Sequence[str], patterns: str = "aabab") -> tuple[Session, list[Verdict]]:
    session, written = start([_item(at, pattern) for at, pattern in enumerate(patterns)], REVIEWER), []
    for key in keys:
        session, verdicts = press(session, key)
        written += verdicts
    return session, written


def _words(written: list[Verdict]) -> dict[int, str]:
    """What the file says of each value in the end."""
    frame = in_force(written, date(2026, 3, 1))
    return {int(value, 16): word for value, word in frame.select("value_id", "verdict").iter_rows()}


@pytest.mark.parametrize(("key", "word"), WORDS.items())
def test_a_key_judges_the_shown_value_and_goes_on(key: str, word: str) -> None:
    session, written = _play([key])
    assert [
        (verdict.value_id, verdict.verdict, verdict.reviewer, verdict.reason, verdict.date)
        for verdict in written
    ] == [(f"{0:024x}", word, "Ada", "why", "2026-03-01")]
    assert session.at == 1
    assert session.left == 4


def test_expiry_counts_from_the_day_of_the_verdict() -> None:
    verdict = Reviewer("Ada", "", date(2026, 3, 1), 31, "0" * 8).verdict(_item(0), "real")
    assert verdict.expires == "2026-04-01"


def test_skip_writes_nothing_and_is_not_asked_again() -> None:
    session, written = _play(["s", "s"])
    assert (written, session.at, session.left, session.waiting) == ([], 2, 3, 5)


def test_group_key_judges_every_open_value_of_the_pattern_and_no_other() -> None:
    session, written = _play(["s", "a", "n"])
    assert sorted(_words(written).items()) == [(1, "not_personal"), (3, "not_personal")]
    assert session.at == 2


def test_any_other_key_after_the_group_key_applies_nothing() -> None:
    session, written = _play(["a", "z"])
    assert (written, session.mode, session.at) == ([], "judge", 0)


def test_undo_opens_the_value_again_and_goes_back_to_it() -> None:
    session, written = _play(["r", "z"])
    assert _words(written) == {0: "unsure"}
    assert (session.at, session.left, session.tally["real"]) == (0, 5, 0)


def test_undo_takes_back_a_whole_pattern_at_once() -> None:
    session, written = _play(["a", "p", "z"])
    assert set(_words(written).values()) == {"unsure"}
    assert session.left == 5


def test_undo_of_a_skip_writes_nothing() -> None:
    session, written = _play(["s", "z"])
    assert (written, session.at) == ([], 0)


def test_undo_with_no_past_says_so() -> None:
    assert _play(["z"])[0].message == "nothing to undo"


def test_help_takes_one_key_to_leave_and_judges_nothing() -> None:
    session, written = _play(["?", "r"])
    assert (written, session.mode, session.at) == ([], "judge", 0)


def test_the_end_takes_only_undo_and_quit() -> None:
    session, written = _play([*"rrrrr", "r", "a", "s"])
    assert (session.item, len(written), session.mode) == (None, 5, "judge")
    assert _play([*"rrrrr", "q"])[0].mode == "quit"
    assert _play([*"rrrrr", "z"])[0].at == 4


@pytest.mark.parametrize("key", ["x", "\x1b", "", "R", "é", "\x00"])
def test_an_unknown_key_changes_no_verdict_and_no_place(key: str) -> None:
    session, written = _play([key])
    assert (written, session.at, session.left) == ([], 0, 5)


def test_a_reveal_lasts_until_the_next_key_and_judges_nothing() -> None:
    session = replace(start([_item(0), _item(1)], REVIEWER), may_reveal=True)
    seen, written = press(session, "v")
    assert (seen.revealed, written, seen.at) == ((f"{0:024x}",), [], 0)
    for key in ("v", "x", "?", "a", "z"):
        assert press(seen, key)[0].revealed == ()
    judged, verdicts = press(seen, "r")
    assert (judged.revealed, len(verdicts), judged.at) == ((), 1, 1)


def test_a_screen_that_keeps_what_it_shows_reveals_nothing() -> None:
    session, written = _play(["v"])
    assert (session.revealed, written) == ((), []) and "never with --keys" in session.message


def test_a_pattern_is_cleared_only_after_its_last_page() -> None:
    patterns = "a" * (2 * PAGE + 1)
    session, written = _play(["a", "n"], patterns)
    assert (written, session.mode, session.pages) == (
        [],
        "group",
        3,
    ) and "all of its values" in session.message
    _, written = _play(["a", " ", "n"], patterns)
    assert written == []
    _, written = _play(["a", " ", " ", "n"], patterns)
    assert len(written) == 2 * PAGE + 1
    # What takes values out, or leaves them to the policy, needs no look at each.
    assert len(_play(["a", "r"], patterns)[1]) == 2 * PAGE + 1


def test_the_pages_of_a_pattern_list_every_value_once() -> None:
    session, seen = _play(["a"], "a" * (PAGE + 4) + "b")[0], list[str]()
    for _ in range(session.pages):
        seen += [item.value_id for item in session.listed]
        session = press(session, " ")[0]
    assert seen == [f"{at:024x}" for at in range(PAGE + 4)]


@given(st.lists(st.sampled_from([*"rnpusaz?xv "]), max_size=40))
def test_session_and_file_agree_after_any_keys(keys: list[str]) -> None:
    """Oracle: what is closed with a word stands so in the file; what is open there is absent or unsure."""
    session, written = _play(keys)
    said = _words(written)
    decided = {place: step.word for step in session.history if step.word for place in step.places}
    for place in range(5):
        assert said.get(place, "unsure") == decided.get(place, "unsure")
    assert session.tally == {word: sum(one == word for one in decided.values()) for word in SPOKEN}
    assert session.closed == {place for step in session.history for place in step.places}
    assert session.item is None or session.at not in session.closed


def test_no_verdict_names_a_finding_so_that_it_clears_all_repeats(findings: pl.DataFrame) -> None:
    assert {verdict.finding_id for verdict in _play("rnpu")[1]} == {None}
