"""Metrics against scikit-learn, and batches against single tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from train.kinds.classification import Counts, accuracy, count, f1, macro_f1, per_class

sklearn_metrics = pytest.importorskip("sklearn.metrics")
CLASSES = 5
codes = st.integers(1, 40).flatmap(
    lambda n: st.tuples(*(hnp.arrays(np.int64, n, elements=st.integers(0, CLASSES - 1)) for _ in range(2)))
)


@given(codes)
def test_accuracy_and_macro_f1_equal_scikit_learn(pair: Any) -> None:
    actual, predicted = pair
    counts = count(actual, predicted, CLASSES)
    assert accuracy(counts) == pytest.approx(sklearn_metrics.accuracy_score(actual, predicted))
    assert macro_f1(counts) == pytest.approx(
        sklearn_metrics.f1_score(actual, predicted, average="macro", zero_division=0)
    )


@given(codes)
def test_per_class_figures_equal_scikit_learn(pair: Any) -> None:
    actual, predicted = pair
    ours = per_class(count(actual, predicted, CLASSES))
    theirs = sklearn_metrics.precision_recall_fscore_support(
        actual, predicted, labels=range(CLASSES), zero_division=0
    )
    for mine, other in zip((ours.precision, ours.recall, ours.f1, ours.support), theirs, strict=True):
        np.testing.assert_allclose(mine, other)


@given(st.lists(codes, min_size=1, max_size=4))
def test_a_batch_of_counts_scores_like_each_alone(pairs: Any) -> None:
    each = [count(actual, predicted, CLASSES) for actual, predicted in pairs]
    batch = Counts(
        *(np.stack([getattr(one, name) for one in each]) for name in ("correct", "predicted", "actual"))
    )
    np.testing.assert_allclose(macro_f1(batch), [macro_f1(one) for one in each])
    np.testing.assert_allclose(f1(batch), [f1(one) for one in each])


def test_a_class_never_seen_nor_predicted_is_left_out_of_macro_f1() -> None:
    assert macro_f1(count(np.array([0, 0, 1]), np.array([0, 0, 1]), 9)) == 1.0


def test_a_class_predicted_but_absent_counts_as_zero_in_macro_f1() -> None:
    assert macro_f1(count(np.array([0, 0]), np.array([0, 1]), 9)) == pytest.approx((2 / 3 + 0) / 2)


def test_no_rows_score_zero_rather_than_dividing_by_zero() -> None:
    empty = np.array([], dtype=np.int64)
    assert macro_f1(count(empty, empty, 3)) == 0.0
    assert accuracy(count(empty, empty, 3)) == 0.0
