"""Probabilities against scikit-learn, slow oracles, and the order of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from train.stats.calibration import (
    BINS,
    brier_scores,
    calibration_error,
    coverage_at_risk,
    log_losses,
    reliability,
)

# few distinct confidences, so that ties are common
confidences = hnp.arrays(
    np.float64, st.integers(1, 60), elements=st.sampled_from([0.1, 0.25, 0.5, 0.9, 0.99, 1.0])
)


def with_hits(confidence: Any, seed: int) -> Any:
    return np.random.default_rng(seed).random(len(confidence)) < confidence


def slow_coverage(confidence: Any, correct: Any, risk: Any) -> Any:
    """Try every threshold."""
    best = 0.0
    for threshold in set(confidence.tolist()):
        answered = confidence >= threshold
        if (~correct[answered]).mean() <= risk + 1e-12:
            best = max(best, answered.mean())
    return best


@given(confidences, st.integers(0, 99), st.sampled_from([0.0, 0.05, 0.2, 0.5]))
def test_coverage_equals_the_best_of_every_threshold(confidence: Any, seed: int, risk: Any) -> None:
    correct = with_hits(confidence, seed)
    assert coverage_at_risk(confidence, correct, risk) == pytest.approx(
        slow_coverage(confidence, correct, risk)
    )


@given(confidences, st.integers(0, 99))
def test_figures_do_not_follow_the_order_of_rows(confidence: Any, seed: int) -> None:
    correct = with_hits(confidence, seed)
    shuffled = np.random.default_rng(seed + 1).permutation(len(confidence))
    assert reliability(confidence, correct).equals(reliability(confidence[shuffled], correct[shuffled]))
    assert coverage_at_risk(confidence, correct, 0.05) == coverage_at_risk(
        confidence[shuffled], correct[shuffled], 0.05
    )


@given(confidences, st.integers(0, 99))
def test_bins_hold_every_row_once_and_never_split_a_tie(confidence: Any, seed: int) -> None:
    bins = reliability(confidence, with_hits(confidence, seed))
    assert bins["rows"].sum() == len(confidence)
    assert bins.height <= BINS
    assert (bins["lowest"][1:] > bins["highest"][:-1]).all()


def test_bins_have_equal_mass_when_confidences_differ() -> None:
    confidence = np.linspace(0.01, 0.99, 150)
    assert reliability(confidence, confidence > 0.5)["rows"].to_list() == [10] * 15


def test_calibration_error_of_a_constant_guess_is_its_distance_from_the_hit_rate() -> None:
    confidence, correct = np.full(100, 0.8), np.arange(100) < 60
    assert calibration_error(reliability(confidence, correct)) == pytest.approx(0.2)


def test_calibration_error_is_small_for_honest_and_large_for_boastful_probabilities() -> None:
    draw = np.random.default_rng(0)
    honest = draw.uniform(0.3, 1, 20_000)
    correct = draw.random(20_000) < honest
    assert calibration_error(reliability(honest, correct)) < 0.02
    assert calibration_error(reliability(np.minimum(honest + 0.2, 1.0), correct)) > 0.1


def test_log_loss_equals_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    draw = np.random.default_rng(1)
    proba = draw.dirichlet(np.ones(4), 200)
    actual = draw.integers(4, size=200)
    assert log_losses(proba, actual).mean() == pytest.approx(metrics.log_loss(actual, proba, labels=range(4)))


def test_brier_equals_the_squared_distance_from_one_hot_truth() -> None:
    draw = np.random.default_rng(2)
    proba, actual = draw.dirichlet(np.ones(4), 50), draw.integers(4, size=50)
    np.testing.assert_allclose(brier_scores(proba, actual), ((proba - np.eye(4)[actual]) ** 2).sum(axis=1))


def test_a_certain_and_wrong_answer_has_a_finite_log_loss() -> None:
    assert np.isfinite(log_losses(np.array([[1.0, 0.0]]), np.array([1]))).all()


def test_no_rows_give_no_bins_no_error_and_no_coverage() -> None:
    none = np.array([])
    bins = reliability(none, none.astype(bool))
    assert bins.is_empty()
    assert calibration_error(bins) == 0.0
    assert coverage_at_risk(none, none.astype(bool), 0.05) == 0.0
