"""The promised power is the power simulation finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.stats.paired import mcnemar_exact
from train.stats.power import (
    EXACT,
    POWER,
    design_effect,
    exact_power,
    rows_needed,
    smallest_difference,
    smallest_shift,
)


def found(rows: Any, difference: Any, discordant: Any, trials: Any = 400, seed: int = 0) -> Any:
    """Share of simulated test sets on which McNemar's exact test is significant."""
    draw = np.random.default_rng(seed)
    better, worse = (discordant + difference) / 2, (discordant - difference) / 2
    counts = draw.multinomial(rows, [better, worse, 1 - discordant], size=trials)
    return np.mean([mcnemar_exact(int(b), int(c)) < 0.05 for b, c, _ in counts])


@pytest.mark.parametrize(("rows", "discordant"), [(300, 0.10), (1000, 0.05), (3000, 0.08)])
def test_smallest_difference_is_found_four_times_in_five(rows: Any, discordant: Any) -> None:
    difference = smallest_difference(rows, discordant)
    assert found(rows, difference, discordant) == pytest.approx(
        POWER, abs=0.08
    )  # the exact test is a little conservative
    assert found(rows, difference / 2, discordant) < 0.4


def test_rows_needed_agrees_with_a_worked_example() -> None:
    # Connor (1987): two-sided 5 %, power 80 %, discordant 0.3, difference 0.1
    assert rows_needed(0.1, 0.3) == pytest.approx(
        (1.959964 * 0.3**0.5 + 0.841621 * 0.29**0.5) ** 2 / 0.01, rel=1e-5
    )


@pytest.mark.parametrize(("rows", "discordant"), [(12, 0.8), (40, 0.3), (120, 0.1), (250, 0.05)])
def test_below_a_few_hundred_rows_the_power_promised_is_the_exact_tests_own(
    rows: int, discordant: float
) -> None:
    difference = smallest_difference(rows, discordant)
    promised = exact_power(rows, difference, discordant)
    assert POWER <= promised < POWER + 0.03
    wider = max(discordant, difference)
    assert found(rows, difference, wider, trials=4000) == pytest.approx(promised, abs=0.02)
    assert exact_power(rows, 0.0, discordant) <= 0.05


def test_exact_power_and_connors_formula_meet_where_rows_are_many() -> None:
    for rows, discordant in ((EXACT, 0.2), (1000, 0.1)):
        difference = smallest_difference(rows, discordant)
        assert exact_power(rows, difference, discordant) == pytest.approx(POWER, abs=0.04)


def test_few_groups_ask_for_more_than_the_normal_multiple() -> None:
    assert smallest_shift(0.1, 8) > smallest_shift(0.1, 100) > smallest_shift(0.1)
    assert smallest_shift(0.1, EXACT) == smallest_shift(0.1)


@given(st.integers(EXACT, 100_000), st.floats(0.0, 0.6))
def test_rows_needed_for_the_smallest_difference_are_the_rows_at_hand(rows: Any, discordant: Any) -> None:
    difference = smallest_difference(rows, discordant)
    assert 0 < difference <= 1
    assert rows_needed(difference, discordant) == pytest.approx(rows, rel=1e-6)


@given(st.integers(EXACT, 10_000), st.floats(0.01, 0.5))
def test_more_rows_show_smaller_differences(rows: Any, discordant: Any) -> None:
    assert smallest_difference(rows * 2, discordant) < smallest_difference(rows, discordant)


def test_a_handful_of_rows_can_show_nothing() -> None:
    assert smallest_difference(2, 0.1) == 1.0


def test_design_effect_is_one_for_single_rows_and_the_group_size_for_copies() -> None:
    difference = np.random.default_rng(0).choice([-1.0, 0.0, 1.0], size=100)
    assert design_effect(difference, np.arange(100)) == 1.0
    assert design_effect(np.repeat(difference, 4), np.repeat(np.arange(100), 4)) == pytest.approx(4.0)


def test_design_effect_without_any_difference_takes_groups_for_copies() -> None:
    assert design_effect(np.zeros(12), np.repeat(np.arange(4), 3)) == 3.0


def test_smallest_shift_is_the_known_multiple_of_the_standard_error() -> None:
    assert smallest_shift(0.01) == pytest.approx(0.028016, abs=1e-5)
