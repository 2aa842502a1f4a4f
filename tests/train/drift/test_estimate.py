"""Accuracy without labels: right under another mix of the same kinds, wrong where labels changed meaning."""

from __future__ import annotations

import numpy as np

from train.drift.estimate import FEWEST, estimate


def answers(draw: np.random.Generator, rows: int, sureness: float) -> tuple[np.ndarray, np.ndarray]:
    """Confidences of a model that is somewhat too sure, and whether it is right."""
    confidence = draw.beta(sureness, 2, rows)
    return confidence, draw.random(rows) < confidence**1.3


def made(seed: int, live_sureness: float, broken: float = 0.0) -> tuple[float, float, float, float]:
    draw = np.random.default_rng(seed)
    known, right = answers(draw, 400, 5)
    live, truth = answers(draw, 400, live_sureness)
    truth &= draw.random(400) >= broken
    rows = np.arange(400)
    found = estimate(known, right, rows, live, rows, np.ones(400), np.zeros(400, dtype=bool))
    assert found is not None
    return found.share.low, found.share.point, found.share.high, float(truth.mean())


def test_a_harder_mix_of_the_same_kinds_is_estimated_within_its_interval() -> None:
    inside = 0
    for seed in range(40):
        low, _, high, truth = made(seed, 2.0)
        inside += low - 0.02 <= truth <= high + 0.02  # the truth is a draw of 400 rows itself
    assert inside >= 34


def test_a_changed_meaning_of_labels_is_not_seen_which_the_page_says() -> None:
    for seed in range(5):
        low, _, _, truth = made(seed, 5.0, broken=0.4)
        assert truth < low


def test_rows_unlike_gold_are_wrong_in_the_lower_figure() -> None:
    draw = np.random.default_rng(0)
    known, right = answers(draw, 300, 5)
    rows = np.arange(300)
    unlike = rows < 60
    found = estimate(known, right, rows, known, rows, np.ones(300), unlike)
    assert found is not None
    assert found.share.point - found.if_unlike_is_wrong > 0.1
    assert abs(found.share.point - right.mean()) < 0.02


def test_groups_widen_the_interval_and_few_rows_give_none() -> None:
    draw = np.random.default_rng(1)
    known, right = answers(draw, 400, 3)
    rows, threes = np.arange(400), np.arange(400) // 20
    none = np.zeros(400, dtype=bool)
    alone = estimate(known, right, rows, known, rows, np.ones(400), none)
    right = np.sort(right)  # rows of a group are right together
    together = estimate(known, right, threes, known, threes, np.ones(400), none)
    assert alone is not None and together is not None
    assert together.share.error > 1.5 * alone.share.error
    few = slice(0, FEWEST - 1)
    assert estimate(known[few], right[few], rows[few], known, rows, np.ones(400), none) is None
