"""p-values by exchange: scipy's where every row is its own group, and valid where groups hang together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from train.drift import statistics
from train.drift.shuffle import ENOUGH, Sides, p_value


def test_of_single_rows_the_p_value_is_that_of_scipys_permutation_test() -> None:
    stats = pytest.importorskip("scipy.stats")
    draw = np.random.default_rng(3)
    for shift in (0.0, 0.5, 0.8):
        values = np.concatenate([draw.normal(size=40), draw.normal(shift, size=15)])
        live = np.arange(55) >= 40
        statistic = statistics.mean(values, np.ones(55))
        ours, _ = p_value(Sides(live, np.arange(55)), statistic, 4_000)
        exact = stats.permutation_test(
            (values[live], values[~live]),
            lambda a, b, axis: np.abs(a.mean(axis) - b.mean(axis)),
            permutation_type="independent",
            alternative="greater",
            vectorized=True,
            n_resamples=4_000,
            rng=1,
        ).pvalue
        # Stopped early, ours has a relative error of 1 / sqrt(ENOUGH).
        assert abs(np.log(ours / exact)) < 4 / np.sqrt(ENOUGH)


def test_a_p_value_is_settled_early_or_counts_every_exchange() -> None:
    sides = Sides(np.arange(200) >= 150, np.arange(200))
    far = statistics.mean((np.arange(200) >= 150).astype(float), np.ones(200))
    assert p_value(sides, far, 999) == (1 / 1000, False)
    near = statistics.mean(np.zeros(200), np.ones(200))
    assert p_value(sides, near, 999) == (1.0, True)


def test_exchanges_are_the_same_however_many_are_asked_for_and_by_whom() -> None:
    def blocks(most: int) -> np.ndarray:
        sides = Sides(np.arange(30) >= 20, np.arange(30) // 2)
        list(sides.exchanged(70, 0))
        return np.concatenate(list(sides.exchanged(most, 0)), axis=1)

    assert np.array_equal(blocks(500)[:, :40], blocks(40))


@given(sizes=st.lists(st.integers(1, 6), min_size=4, max_size=12), seed=st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_groups_change_sides_whole_and_as_many_stay_live(sizes: list[int], seed: int) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    live_groups = len(sizes) // 3 + 1
    sides = Sides(groups < live_groups, groups)
    for block in sides.exchanged(64, seed):
        starts = np.searchsorted(groups, np.arange(len(sizes)))
        assert np.array_equal(block, block[starts][groups])
        assert set(block[starts].sum(axis=0)) == {live_groups}


def test_grouped_rows_from_one_source_are_called_different_as_seldom_as_said() -> None:
    """Rows exchanged one by one would call four in ten of these years different at 5 %."""
    alarms, naive = 0, 0
    for trial in range(200):
        draw = np.random.default_rng(trial)
        groups = np.repeat(np.arange(60), 6)
        values = draw.normal(size=60)[groups] + 0.2 * draw.normal(size=360)
        live = groups < 20
        statistic = statistics.mean(values, np.ones(360))
        alarms += p_value(Sides(live, groups), statistic, 199)[0] <= 0.05
        naive += p_value(Sides(live, np.arange(360)), statistic, 199)[0] <= 0.05
    assert alarms <= 19  # P(Bin(200, 0.05) > 19) < 0.01
    assert naive > 50
