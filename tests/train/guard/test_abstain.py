"""The threshold keeps its promise on populations where the truth is known, and answers what it can."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.arrays import Floats
from train.guard.abstain import choose, fewest
from train.stats.calibration import coverage_at_risk

POPULATIONS: dict[str, Callable[[Floats], Floats]] = {
    "calibrated": lambda confidence: confidence,
    "overconfident": lambda confidence: confidence**3,
    "a step": lambda confidence: np.where(confidence > 0.8, 0.97, 0.3),
    "on the edge": lambda confidence: np.full(len(confidence), 0.9),
}


@pytest.mark.parametrize("name", POPULATIONS)
def test_the_risk_is_held_as_often_as_promised(name: str) -> None:
    draw, right_of, trials = np.random.default_rng(4), POPULATIONS[name], 300
    population = draw.beta(3, 1, 50_000)
    wrong_share = 1 - right_of(population)
    broken = 0
    for _ in range(trials):
        confidence = draw.beta(3, 1, 400)
        threshold = choose(confidence, draw.random(400) < right_of(confidence), 0.1, 0.1)
        given_ = population > threshold.confidence
        broken += bool(given_.any() and wrong_share[given_].mean() > 0.1 + 1e-9)
    assert broken / trials <= 0.1 + 3 * math.sqrt(0.1 * 0.9 / trials)


def test_a_good_model_answers_and_a_bad_one_does_not() -> None:
    draw = np.random.default_rng(1)
    confidence = draw.beta(3, 1, 2000)
    sure = choose(confidence, draw.random(2000) < np.where(confidence > 0.8, 0.99, 0.3), 0.05, 0.1)
    assert 0.78 < sure.confidence < 0.83 and (confidence > sure.confidence).mean() > 0.4
    assert not choose(confidence, draw.random(2000) < 0.5, 0.05, 0.1).answers_any
    all_right = choose(confidence, np.ones(2000, dtype=bool), 0.05, 0.1)
    assert (confidence > all_right.confidence).all()


def test_too_few_rows_show_nothing_and_say_so() -> None:
    assert fewest(0.05, 0.1) == 45
    few = choose(np.linspace(0.5, 1, 44), np.ones(44, dtype=bool), 0.05, 0.1)
    assert not few.answers_any and "every answer is refused" in few.said()
    assert choose(np.linspace(0.5, 1, 45), np.ones(45, dtype=bool), 0.05, 0.1).answers_any
    assert not choose(np.zeros(0), np.zeros(0, dtype=bool), 0.05, 0.1).answers_any


def test_equal_confidences_are_answered_together_or_not_at_all() -> None:
    confidence = np.repeat([0.9, 0.5], 100)
    right = np.concatenate([np.ones(100, dtype=bool), np.zeros(100, dtype=bool)])
    threshold = choose(confidence, right, 0.05, 0.1)
    assert threshold.answered == 100 and threshold.confidence == 0.5
    assert not choose(np.full(200, 0.7), right, 0.05, 0.1).answers_any


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=60), st.sampled_from([0.05, 0.2, 0.5]))
def test_without_delta_it_is_the_coverage_at_risk_of_these_rows(
    rows: list[tuple[int, bool]], risk: float
) -> None:
    confidence = np.array([place / 10 for place, _ in rows])
    right = np.array([flag for _, flag in rows], dtype=bool)
    threshold = choose(confidence, right, risk, None)
    answered = (confidence > threshold.confidence).mean() if rows else 0.0
    assert answered == pytest.approx(coverage_at_risk(confidence, right, risk))
    promised = choose(confidence, right, risk, 0.1)
    assert promised.confidence >= threshold.confidence, "a promise answers no more than an upper view"
