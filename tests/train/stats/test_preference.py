"""Win rates with ties, several people on one item, the sign test, and the side."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from train.stats.preference import WORDS, Preferred, preferences, side_bias


def of(*judged: tuple[str, str], first: str = "base", second: str = "tuned") -> Preferred:
    frame = pl.DataFrame(judged, schema=["unit", "value"], orient="row")
    (found,) = preferences(frame.with_columns(first=pl.lit(first), second=pl.lit(second)), resamples=200)
    return found


def test_ties_and_both_bad_count_a_half() -> None:
    found = of(("1", "first"), ("2", "tie"), ("3", "both_bad"), ("4", "second"))
    assert found.rate.point == 0.5 and found.leaning == (1, 1) and found.p == 1
    assert found.said == {"first": 1, "second": 1, "tie": 1, "both_bad": 1}


def test_an_item_counts_once_however_many_judged_it() -> None:
    found = of(("1", "first"), ("1", "first"), ("1", "first"), ("2", "second"))
    assert found.rate.point == 0.5 and found.items == 2 and found.leaning == (1, 1)


def test_people_who_disagree_lean_to_no_side() -> None:
    found = of(("1", "first"), ("1", "second"), ("2", "first"))
    assert found.leaning == (1, 0) and found.rate.point == 0.75


def test_ten_of_ten_is_the_coin_that_falls_ten_times() -> None:
    found = of(*[(str(at), "second") for at in range(10)])
    assert found.p == pytest.approx(2 * 0.5**10)
    assert found.rate.point == 0 and 0 < found.rate.high < 0.4  # nothing seen is not certainty


def test_p_values_of_several_pairs_are_adjusted_together() -> None:
    one = [("a", "b", str(at), "first") for at in range(6)]
    other = [("a", "c", str(at), "tie") for at in range(6)]
    frame = pl.DataFrame(one + other, schema=["first", "second", "unit", "value"], orient="row")
    found = preferences(frame, resamples=50)
    assert [each.second for each in found] == ["b", "c"]
    assert found[0].p_holm == pytest.approx(2 * found[0].p) and found[1].p_holm == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("12345"), st.sampled_from(sorted(WORDS))), min_size=1))
def test_to_exchange_the_systems_turns_the_rate(judged: Any) -> None:
    turned = {"first": "second", "second": "first"}
    there = of(*judged)
    back = of(*[(unit, turned.get(value, value)) for unit, value in judged])
    assert there.rate.point == pytest.approx(1 - back.rate.point) and there.p == pytest.approx(back.p)
    assert there.rate.low <= there.rate.point <= there.rate.high
    assert there.leaning == back.leaning[::-1]


def test_the_side_is_looked_at() -> None:
    found = side_bias(pl.Series(["left"] * 9 + ["right", "none"]))
    assert (found.left, found.right) == (9, 1) and found.p == pytest.approx(22 / 1024)
