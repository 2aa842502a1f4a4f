"""The vectorised cluster bootstrap against a loop over rows, and its coverage against the nominal level."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from train.kinds.classification import accuracy, count, count_columns, counts_of, macro_f1
from train.stats.intervals import (
    Bootstrap,
    bca_quantiles,
    cluster_codes,
    mean_of,
    no_spread,
)

pytest.importorskip("scipy")


def test_rows_of_a_group_share_a_cluster_and_rows_without_one_stand_alone() -> None:
    codes = cluster_codes(pl.Series(["a", None, "a", "b", None]))
    assert codes[0] == codes[2]
    assert len(set(codes.tolist())) == 4
    assert sorted(set(codes.tolist())) == [0, 1, 2, 3]


def test_a_group_named_like_a_row_number_is_not_taken_for_a_row_without_group() -> None:
    assert len(set(cluster_codes(pl.Series(["row 1", None, "1"])).tolist())) == 3


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(2, 6))
def test_resamples_equal_a_loop_that_redraws_rows(seed: int, rows: Any, classes: Any) -> None:
    draw = np.random.default_rng(seed)
    clusters = np.unique(draw.integers(max(2, rows // 2), size=rows), return_inverse=True)[1]
    actual, predicted = draw.integers(classes, size=rows), draw.integers(classes, size=rows)
    bootstrap = Bootstrap(clusters, 20, seed)
    ours = counts_of(bootstrap.totals(bootstrap.per_cluster(count_columns(actual, predicted, classes))))
    again = np.random.default_rng(seed).integers(bootstrap.groups, size=(20, bootstrap.groups))
    for index, drawn in enumerate(again):
        taken = np.concatenate([np.flatnonzero(clusters == cluster) for cluster in drawn])
        slow = count(actual[taken], predicted[taken], classes)
        assert macro_f1(ours)[index] == pytest.approx(macro_f1(slow))
        assert accuracy(ours)[index] == pytest.approx(accuracy(slow))


def accuracy_interval(correct: Any, clusters: Any, **kwargs: Any) -> Any:
    bootstrap = Bootstrap(clusters, kwargs.pop("resamples", 500), kwargs.pop("seed", 0))
    sums = bootstrap.per_cluster(np.column_stack([correct.astype(float), np.ones(len(correct))]))
    return bootstrap.interval(sums, mean_of, bounds=(0.0, 1.0))


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    draw = np.random.default_rng(3)
    hits = sum(
        low <= 0.85 <= high
        for low, high in (
            (i.low, i.high)
            for i in (accuracy_interval(draw.random(200) < 0.85, np.arange(200), seed=s) for s in range(300))
        )
    )
    assert 0.90 <= hits / 300 <= 0.985  # 95 % nominal; three standard errors of 300 trials is 0.038


def test_interval_of_grouped_rows_covers_where_one_that_ignores_groups_does_not() -> None:
    draw = np.random.default_rng(4)
    clusters = np.repeat(np.arange(50), 8)
    grouped = ignored = 0
    for trial in range(200):
        correct = (draw.random(50) < 0.8)[clusters] ^ (
            draw.random(400) < 0.05
        )  # rows of a group mostly share their fate
        truth = 0.8 * 0.95 + 0.2 * 0.05
        one, other = (
            accuracy_interval(correct, clusters, seed=trial),
            accuracy_interval(correct, np.arange(400), seed=trial),
        )
        grouped += one.low <= truth <= one.high
        ignored += other.low <= truth <= other.high
    assert grouped / 200 >= 0.88
    assert ignored / 200 <= 0.70


def test_macro_f1_interval_covers_the_large_sample_value() -> None:
    truth_draw = np.random.default_rng(5)

    def sample(rows: Any, draw: Any) -> Any:
        actual = draw.choice(4, size=rows, p=[0.4, 0.3, 0.2, 0.1])
        return actual, np.where(draw.random(rows) < 0.8, actual, draw.integers(4, size=rows))

    truth = float(macro_f1(count(*sample(400_000, truth_draw), 4)))
    hits = 0
    for seed in range(200):
        actual, predicted = sample(300, np.random.default_rng(100 + seed))
        bootstrap = Bootstrap(np.arange(300), 400, seed)
        interval = bootstrap.interval(
            bootstrap.per_cluster(count_columns(actual, predicted, 4)),
            lambda t: macro_f1(counts_of(t)),
            bounds=(0.0, 1.0),
        )
        hits += interval.low <= truth <= interval.high
    assert hits / 200 >= 0.89


def test_a_faultless_system_is_not_given_a_certain_score() -> None:
    interval = accuracy_interval(np.ones(100, dtype=bool), np.arange(100))
    assert interval.point == interval.high == 1.0
    assert interval.low == pytest.approx(0.025 ** (1 / 100))


def test_no_difference_seen_in_few_rows_leaves_room_on_both_sides() -> None:
    interval = no_spread(0.0, 60, 0.95, (-1.0, 1.0))
    assert interval.low == -interval.high
    assert 0.05 < interval.high < 0.07


def test_bca_equals_the_percentile_interval_when_there_is_neither_bias_nor_skew() -> None:
    values = np.linspace(-1, 1, 2001)
    low, high = bca_quantiles(values, 0.0, np.array([-1.0, 0.0, 1.0]), 0.9)
    assert (low, high) == pytest.approx((-0.9, 0.9), abs=2e-3)


def test_same_seed_same_interval_and_block_size_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    correct = np.random.default_rng(6).random(300) < 0.7
    whole = accuracy_interval(correct, np.arange(300))
    assert accuracy_interval(correct, np.arange(300)) == whole
    monkeypatch.setattr("train.stats.intervals.BLOCK_CELLS", 300 * 7)
    assert accuracy_interval(correct, np.arange(300)) == whole


def test_few_clusters_are_flagged() -> None:
    assert Bootstrap(np.arange(29), 10, 0).few
    assert not Bootstrap(np.arange(30), 10, 0).few
