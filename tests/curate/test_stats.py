"""p-values adjusted together against the definition, and tails against scipy."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.stats import chi_square_tail, holm, kolmogorov_tail

stats = pytest.importorskip("scipy.stats")


def closed_testing(p_values: list[float]) -> list[float]:
    """Holm's adjusted p-values by the closure principle (Marcus, Peritz & Gabriel 1976): a hypothesis is
    rejected where every intersection that holds it is, by Bonferroni.
    """
    places = range(len(p_values))
    sets = [each for size in range(1, len(p_values) + 1) for each in combinations(places, size)]
    return [
        max(min(1.0, len(each) * min(p_values[at] for at in each)) for each in sets if place in each)
        for place in places
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=7))
def test_holm_is_closed_testing_by_bonferroni(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(closed_testing(p_values), abs=1e-15)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_the_tails_are_scipys_on_a_grid_of_both_their_formulas() -> None:
    """Every run sees the branches, their border, and where a series is cut off."""
    for freedom in (1, 2, 3, 4, 10, 51, 300):
        border = freedom + 2  # where the series ends and the fraction begins
        for x in (
            0.0,
            1e-6,
            0.3,
            1.0,
            freedom / 2,
            freedom,
            border - 0.01,
            border,
            border + 0.01,
            2.5 * border,
            500.0,
        ):
            assert chi_square_tail(x, freedom) == pytest.approx(
                stats.chi2.sf(x, freedom), rel=1e-9, abs=1e-14
            )
    for x in (0.0, 0.15, 0.19, 0.2, 0.21, 0.3, 0.5, 0.8, 1.0, 1.36, 1.63, 2.0, 3.0, 5.0):
        assert kolmogorov_tail(x) == pytest.approx(stats.kstwobign.sf(x), rel=1e-9, abs=1e-13)
    assert chi_square_tail(-1.0, 3) == 1.0


@settings(max_examples=200, deadline=None)
@given(x=st.floats(0, 500), freedom=st.integers(1, 300))
def test_the_chi_square_tail_is_scipys(x: float, freedom: int) -> None:
    assert chi_square_tail(x, freedom) == pytest.approx(stats.chi2.sf(x, freedom), rel=1e-8, abs=1e-13)


@settings(max_examples=200, deadline=None)
@given(x=st.floats(0, 6))
def test_the_kolmogorov_tail_is_scipys(x: float) -> None:
    assert kolmogorov_tail(x) == pytest.approx(stats.kstwobign.sf(x), rel=1e-9, abs=1e-12)
