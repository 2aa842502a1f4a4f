"""What looks spend never passes what a year may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.drift.spending import YEAR, allowance, draws_for, spent_by

START = datetime(2026, 1, 1, tzinfo=UTC)


@given(
    gaps=st.lists(st.integers(0, 90), min_size=1, max_size=120),
    alpha=st.floats(0.001, 0.5),
    looks=st.integers(1, 60),
)
def test_the_looks_of_any_year_spend_alpha_at_most(gaps: list[int], alpha: float, looks: int) -> None:
    taken: list[tuple[datetime, float]] = []
    at = START
    for gap in gaps:
        at += timedelta(days=gap)
        part = allowance(spent_by(taken, at), alpha, looks)
        assert part > 0
        taken.append((at, part))
    for end, _ in taken:
        assert sum(part for when, part in taken if end - YEAR < when <= end) <= alpha * 1.000001


def test_a_look_has_its_part_or_half_of_what_is_left() -> None:
    assert allowance(0.03, 0.05, 8) == pytest.approx(0.005)
    assert allowance(0.046, 0.05, 8) == pytest.approx(0.002)


def test_weekly_looks_have_one_part_for_years() -> None:
    taken: list[tuple[datetime, float]] = []
    for week in range(200):
        at = START + timedelta(weeks=week)
        taken.append((at, allowance(spent_by(taken, at), 0.05, 52)))
    assert all(part == pytest.approx(0.05 / 54) for _, part in taken)


def test_within_the_plan_it_is_online_fdrs_alpha_spending_by_bonferroni() -> None:
    spending = pytest.importorskip("online_fdr.p_values.spending.alpha_spending")
    functions = pytest.importorskip("online_fdr.p_values.spending.functions.bonferroni")
    theirs = spending.AlphaSpending(alpha=0.05, spend_func=functions.Bonferroni(54))
    spent = 0.0
    for p in (0.5, 0.0009, 0.2, 0.00095, 0.001):
        part = allowance(spent, 0.05, 52)
        spent += part
        result = theirs.test_one(p)
        assert bool(getattr(result, "is_rejected", result)) == (p <= part)


def test_enough_exchanges_are_drawn_for_the_smallest_p_value_to_pass() -> None:
    level = allowance(0.0, 0.05, 52)
    assert 12 / (draws_for(level, 12) + 1) < level / 2
