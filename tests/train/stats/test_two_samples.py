"""Area under the ROC curve and differences over two samples, against scikit-learn and by coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.stats.two_samples import TwoSamples

pytest.importorskip("sklearn")
VALUES = st.lists(st.integers(0, 5), min_size=2, max_size=12)


def samples(seen: int, unseen: int, resamples: int = 200, seed: int = 0) -> TwoSamples:
    return TwoSamples(np.arange(seen), np.arange(unseen), resamples, seed)


@given(VALUES, VALUES)
def test_area_is_that_of_scikit_learn_and_lies_in_its_interval(seen: list[int], unseen: list[int]) -> None:
    from sklearn.metrics import roc_auc_score

    found = samples(len(seen), len(unseen), 50).auc(np.array(seen, float), np.array(unseen, float))
    labels = [1] * len(seen) + [0] * len(unseen)
    assert found.point == pytest.approx(roc_auc_score(labels, seen + unseen))
    assert 0 <= found.low <= found.point <= found.high <= 1


def test_a_label_commoner_in_one_sample_is_not_taken_for_memory() -> None:
    draw = np.random.default_rng(0)
    strata = (np.repeat([0, 1], [160, 40]), np.repeat([0, 1], [40, 160]))
    seen, unseen = (codes * 4.0 + draw.normal(size=200) for codes in strata)
    both = samples(200, 200)
    assert both.auc(-seen, -unseen).point > 0.7
    within = both.auc(-seen, -unseen, strata)
    assert within.low < 0.5 < within.high


def test_perfect_separation_is_not_certain_on_few_groups() -> None:
    few = TwoSamples(np.repeat(np.arange(5), 4), np.arange(20), 200).auc(np.ones(20), np.zeros(20))
    assert few.point == 1.0 and few.low < 0.6 and few.high == 1.0


@pytest.mark.slow
def test_intervals_of_the_area_and_of_a_difference_hold_what_they_promise() -> None:
    draw, area, difference, runs = np.random.default_rng(1), 0, 0, 300
    truth = 0.6382  # Phi(0.5 / sqrt(2)): two unit normals half a standard deviation apart
    for run in range(runs):
        both = samples(60, 60, 300, run)
        found = both.auc(draw.normal(0.5, size=60), draw.normal(size=60))
        area += found.low <= truth <= found.high
        shares = both.difference(
            draw.binomial(1, 0.7, 60).astype(float), draw.binomial(1, 0.5, 60).astype(float)
        )
        difference += shares.low <= 0.2 <= shares.high
    assert 0.91 <= area / runs <= 0.985 and 0.91 <= difference / runs <= 0.985
