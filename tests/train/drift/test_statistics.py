"""Each statistic is what its name says, and is the same for every exchange at once."""

from __future__ import annotations

import numpy as np
import pytest

from train.drift import statistics
from train.drift.columns import capped_weights, word_matrix, word_vectors
from train.drift.shuffle import Sides, p_value

DRAW = np.random.default_rng(5)
SIDES = (DRAW.random((60, 4)) < 0.3).astype(float)
FEATURES = DRAW.normal(size=(60, 5))
ONES = np.ones(60)


def test_left_out_scores_are_those_of_classifiers_fitted_without_the_row() -> None:
    weights = DRAW.integers(1, 4, 60).astype(float)
    scores = statistics.left_out_scores(FEATURES, weights)(SIDES)
    centred = FEATURES - np.average(FEATURES, axis=0, weights=weights)
    share = weights / weights.mean()
    whole = (centred * share[:, None]).T @ centred
    penalty = np.diag(np.append(np.full(5, np.trace(whole) / 5), 1e-9))
    rows = np.hstack([centred, np.ones((60, 1))])
    for row in (0, 17, 59):
        rest = np.arange(60) != row
        gram = (rows[rest] * share[rest][:, None]).T @ rows[rest] + penalty
        fitted = np.linalg.solve(gram, (rows[rest] * share[rest][:, None]).T @ SIDES[rest])
        assert np.allclose(scores[row], rows[row] @ fitted, atol=1e-6)


def test_the_auc_is_scikit_learns_with_ties_and_weights() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    scores = DRAW.integers(0, 60, (60, 4)).astype(float) + np.arange(60)[:, None] * 1e-6
    weights = DRAW.integers(1, 5, 60).astype(float)
    ours = statistics.weighted_auc(scores, SIDES, weights)
    for at in range(4):
        theirs = metrics.roc_auc_score(SIDES[:, at], scores[:, at], sample_weight=weights)
        assert ours[at] == pytest.approx(theirs)


def test_the_gap_is_scipys_kolmogorov_smirnov_with_ties() -> None:
    stats = pytest.importorskip("scipy.stats")
    values = DRAW.integers(0, 9, 60).astype(float)
    ours = statistics.ordered(values, ONES)(SIDES)
    for at in range(4):
        live = SIDES[:, at] > 0
        assert ours[at] == pytest.approx(stats.ks_2samp(values[live], values[~live]).statistic)


def test_categories_are_scipys_chi_square_over_the_sizes() -> None:
    stats = pytest.importorskip("scipy.stats")
    codes = DRAW.integers(0, 4, 60)
    ours = statistics.categories(codes, ONES)(SIDES)
    for at in range(4):
        live = SIDES[:, at] > 0
        table = np.array([np.bincount(codes[side], minlength=4) for side in (live, ~live)])
        size = live.sum() * (~live).sum() / 60
        assert ours[at] * size == pytest.approx(stats.chi2_contingency(table).statistic)


def test_a_new_topic_of_a_tenth_is_seen_by_crowding_and_by_its_word() -> None:
    draw = np.random.default_rng(1)
    old = draw.normal(size=(300, 16))
    new = draw.normal(size=16) * 1.5 + 0.4 * draw.normal(size=(10, 16))
    vectors = np.vstack([old, draw.normal(size=(90, 16)), new])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    live = np.arange(400) >= 300
    sides = Sides(live, np.arange(400))
    graph = statistics.neighbour_graph(vectors, np.arange(400))
    assert p_value(sides, statistics.neighbours(graph, np.ones(400)), 999)[0] <= 0.002
    texts = ["the parcel is late"] * 390 + ["the lamp hums"] * 10
    counts, words = word_matrix(texts)
    assert words == ["hums", "is", "lamp", "late", "parcel", "the"]
    assert p_value(sides, statistics.words(counts, np.ones(400)), 999)[0] <= 0.002
    assert p_value(sides, statistics.mmd(vectors, np.ones(400)), 999)[0] < 0.2
    assert p_value(sides, statistics.domain(vectors, np.ones(400)), 199)[0] < 0.2


def test_weights_are_repeats() -> None:
    """A row of weight three says what three rows say."""
    times = np.array([1, 3] * 30)
    values = DRAW.integers(0, 9, 60).astype(float)
    repeated = np.repeat(np.arange(60), times)
    for make in (statistics.mean, statistics.ordered):
        once = make(values, times.astype(float))(SIDES)
        again = make(values[repeated], np.ones(len(repeated)))(SIDES[repeated])
        assert np.allclose(once, again)
    codes = values.astype(np.int64)
    once = statistics.categories(codes, times.astype(float))(SIDES)
    assert np.allclose(once, statistics.categories(codes[repeated], np.ones(len(repeated)))(SIDES[repeated]))


def test_a_burst_weighs_a_hundredth_at_most() -> None:
    assert capped_weights(np.array([1.0, 9_000.0]), 10_000.0).tolist() == [1.0, 100.0]
    assert capped_weights(np.array([1.0, 7.0]), 50.0).tolist() == [1.0, 1.0]


def test_texts_without_words_have_no_direction_and_break_nothing() -> None:
    counts, words = word_matrix(["", "1234", "<PERSON_1>"])
    assert words == [] and not word_vectors(counts).any()
    counts, _ = word_matrix(["hello there", "hello", "there you are"])
    assert np.isfinite(word_vectors(counts)).all()
