"""The intervals hold the truth as often as they say, on simulated populations whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from governance.triage.estimate import UNKNOWN, Stratum, precision, recall

Population = list[tuple[int, int, float]]  # units, judged ones, rate

# Two tiers of findings; rows with findings, with a number, plain ones: about what a few hundred tickets look
# like.
FOUND: Population = [(200, 15, 0.97), (60, 15, 0.7)]
ROWS: Population = [(150, 15, 0.06), (120, 10, 0.05), (600, 10, 0.005)]


def _sample(populations: Population, draw: np.random.Generator) -> tuple[list[Stratum], int]:
    """Strata as a sample sees them, and the true total."""
    strata, total = [], 0
    for size, judged, rate in populations:
        truth = (draw.random(size) < rate).astype(int)
        total += int(truth.sum())
        strata.append(Stratum(size, tuple(truth[:judged].tolist())))
    return strata, total


@pytest.mark.parametrize("found", [FOUND, [(400, 40, 0.95)]])
def test_precision_intervals_cover_the_truth(found: Population) -> None:
    draw = np.random.default_rng(5)
    size, held = sum(units for units, _, _ in found), 0
    for _ in range(300):
        strata, right = _sample(found, draw)
        estimate = precision(strata)
        assert estimate.low is not None and estimate.high is not None
        held += estimate.low <= right / size <= estimate.high
    assert held / 300 >= 0.92, held / 300  # 0.95, less three standard errors of 300 trials


def test_recall_intervals_cover_the_truth() -> None:
    draw = np.random.default_rng(6)
    held = 0
    for _ in range(300):
        found, right = _sample(FOUND, draw)
        rows, missed = _sample(ROWS, draw)
        estimate = recall(found, rows)
        assert estimate.low is not None and estimate.high is not None
        held += estimate.low <= right / (right + missed) <= estimate.high
    assert held / 300 >= 0.92, held / 300


def test_judging_everything_leaves_no_doubt() -> None:
    everything = [Stratum(4, (1, 1, 0, 1))]
    estimate = precision(everything)
    assert (estimate.point, estimate.low, estimate.high) == (0.75, 0.75, 0.75)
    assert recall(everything, [Stratum(2, (0, 1))]).low == 0.75


def test_nothing_judged_is_nothing_known() -> None:
    assert precision([Stratum(10, ())]) == UNKNOWN
    assert precision([]) == UNKNOWN
    assert recall([Stratum(10, (1,))], [Stratum(10, ())]) == UNKNOWN
