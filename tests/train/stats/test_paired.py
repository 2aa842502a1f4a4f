"""Paired tests against exact enumeration, scipy, and their own false-alarm rate."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from train.kinds.classification import Classification, count, count_columns, counts_of, macro_f1
from train.stats.intervals import Bootstrap
from train.stats.paired import compare, mcnemar_exact, sign_flip_exact, swap_test

stats = pytest.importorskip("scipy.stats")
sparse = pytest.importorskip("scipy.sparse")


def compared(
    actual: Any, predicted: Any, other: Any, classes: Any, bootstrap: Any, metric: Any, draws: Any
) -> Any:
    """`compare` on label codes, scored as classification is."""
    mine, theirs = (count_columns(actual, codes, classes) for codes in (predicted, other))
    right = (predicted == actual, other == actual)
    return compare(mine, theirs, right, Classification.metrics[metric].of, bootstrap, draws)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_equals_the_binomial_test(only_a: Any, only_b: Any) -> None:
    expected = stats.binomtest(only_a, only_a + only_b, 0.5).pvalue if only_a + only_b else 1.0
    assert mcnemar_exact(only_a, only_b) == pytest.approx(expected)


@given(st.lists(st.integers(-4, 4), max_size=10))
def test_sign_flip_equals_every_assignment_of_signs(differences: Any) -> None:
    flips = np.array(list(itertools.product([-1, 1], repeat=len(differences)))).reshape(
        2 ** len(differences), len(differences)
    )
    sums = flips @ np.array(differences, dtype=np.int64)
    expected = (np.abs(sums) >= abs(sum(differences))).mean()
    assert sign_flip_exact(np.array(differences, dtype=np.int64)) == pytest.approx(expected)


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_swap_test_equals_every_swap_of_every_cluster(seed: int) -> None:
    draw = np.random.default_rng(seed)
    actual, a, b = (draw.integers(3, size=8) for _ in range(3))
    clusters = np.repeat(np.arange(4), 2)
    observed = abs(macro_f1(count(actual, a, 3)) - macro_f1(count(actual, b, 3)))
    reached = []
    for swapped in itertools.product([False, True], repeat=4):
        where = np.array(swapped)[clusters]
        left, right = np.where(where, b, a), np.where(where, a, b)
        reached.append(
            abs(macro_f1(count(actual, left, 3)) - macro_f1(count(actual, right, 3))) >= observed - 1e-12
        )
    assert compared(actual, a, b, 3, Bootstrap(clusters, 10, 0), "macro_f1", 5000).p_metric == pytest.approx(
        np.mean(reached)
    )


def test_random_swaps_come_near_the_enumerated_p_value() -> None:
    draw = np.random.default_rng(0)
    actual = draw.integers(3, size=40)
    a = np.where(draw.random(40) < 0.9, actual, (actual + 1) % 3)
    b = np.where(draw.random(40) < 0.75, actual, (actual + 1) % 3)
    bootstrap = Bootstrap(np.arange(40), 10, 0)
    mine, theirs = (bootstrap.per_cluster(count_columns(actual, p, 3)) for p in (a, b))
    sums = [np.asarray(s.sum(axis=0)).ravel() for s in (mine, theirs)]
    score = lambda totals: macro_f1(counts_of(totals))
    exact = swap_test(*sums, theirs - mine, score, 2**20, 0)
    assert swap_test(*sums, theirs - mine, score, 4000, 0) == pytest.approx(exact, abs=0.03)


def test_a_p_value_of_draws_is_never_zero_and_one_of_all_swaps_is_exact() -> None:
    def favours(clusters: int, draws: int) -> float:
        """Every cluster is right by one system alone."""
        swap = sparse.csr_matrix(-np.ones((clusters, 1)))
        right = np.array([float(clusters)])
        return swap_test(right, np.zeros(1), swap, lambda totals: totals[..., 0], draws, 0)

    assert favours(40, 99) == 1 / 100, "no swap of 99 comes so far, and the one that was seen counts"
    assert favours(40, 2_500) == 1 / 2_501
    assert favours(3, 8) == 2 / 8, "as many draws as swaps: all of them are looked at"
    assert favours(11, 2_048) == 2 / 2_048
    assert favours(3, 7) in {hits / 8 for hits in range(1, 9)}


def test_accuracy_by_swaps_agrees_with_the_exact_sign_flip() -> None:
    draw = np.random.default_rng(1)
    actual = draw.integers(4, size=60)
    a, b = (np.where(draw.random(60) < skill, actual, (actual + 1) % 4) for skill in (0.9, 0.8))
    clusters = np.repeat(np.arange(20), 3)
    result = compared(actual, a, b, 4, Bootstrap(clusters, 10, 0), "accuracy", 2**18)
    assert result.p_metric == pytest.approx(result.p_correct, abs=0.02)


def test_false_alarms_of_equal_systems_stay_at_the_level_even_in_groups() -> None:
    draw = np.random.default_rng(2)
    clusters = np.repeat(np.arange(60), 5)
    alarms = ignoring_groups = 0
    for _ in range(400):
        fate = draw.integers(-1, 2, size=60)[clusters]  # a whole group goes to a, to b, or to neither
        per_group = np.bincount(clusters, weights=fate, minlength=60).astype(np.int64)
        alarms += sign_flip_exact(per_group) < 0.05
        ignoring_groups += mcnemar_exact(int((fate > 0).sum()), int((fate < 0).sum())) < 0.05
    assert alarms / 400 <= 0.08
    assert ignoring_groups / 400 > 0.2


def test_identical_systems_are_not_different() -> None:
    actual = np.array([0, 1, 2, 0, 1])
    result = compared(actual, actual, actual, 3, Bootstrap(np.arange(5), 50, 0), "macro_f1", 100)
    assert result.p_metric == result.p_correct == result.p_mcnemar == 1.0
    assert result.difference.point == 0.0
    assert result.difference.low < 0 < result.difference.high


def test_comparison_is_antisymmetric() -> None:
    draw = np.random.default_rng(3)
    actual = draw.integers(3, size=80)
    a, b = (np.where(draw.random(80) < skill, actual, (actual + 1) % 3) for skill in (0.9, 0.7))
    forth, back = (
        compared(actual, x, y, 3, Bootstrap(np.arange(80), 200, 0), "macro_f1", 500)
        for x, y in ((a, b), (b, a))
    )
    assert forth.difference.point == pytest.approx(-back.difference.point)
    assert forth.difference.low == pytest.approx(-back.difference.high, abs=0.02)
    assert (forth.only_system, forth.only_other) == (back.only_other, back.only_system)
