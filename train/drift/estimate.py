"""How many answers are right, estimated from the model's confidences, without a label.

Held-out rows of gold say how often an answer of some confidence is right (a logistic curve through the
log odds of the confidence; Platt, 1999); the mean of that over the live rows is the estimate (Guillory et
al., 2021, "Predicting with confidence on unseen distributions"; as "confidence-based estimation" in
practice). Its interval draws whole groups anew, held-out ones for the curve and live ones for the mean, and
whether each answer is right: it is meant to hold the share among these very rows.

**When it holds**: the live rows are other rows of the kinds that gold has (more of the hard ones, say): then
confidence means what it meant. **When it fails**: the meaning of the labels changed (concept shift), or texts
came that gold has nothing like: the model is as sure as before, or surer, and wrong. Nothing that looks at
confidences can see either. So rows unlike gold are counted as wrong in a second, lower figure, and only
labels measure (`benchmarks/monitor.py estimate` shows both cases).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.arrays import Bools, Floats, Ints
from train.stats.intervals import Interval

RESAMPLES = 400
LEVEL = 0.95
# Confidences nearer to 0 or 1 than this say no more.
_NEAREST = 1e-4
# Rows that the curve is drawn through at least.
FEWEST = 30


@dataclass(frozen=True)
class Estimate:
    """The share of right answers, and what it would be if every row unlike gold were wrong."""

    share: Interval
    if_unlike_is_wrong: float
    held_out: float
    rows: int


def estimate(
    known: Floats,
    right: Bools,
    known_groups: Ints,
    live: Floats,
    live_groups: Ints,
    weights: Floats,
    unlike: Bools,
    seed: int = 0,
) -> Estimate | None:
    """The estimate; None where too few rows are held out.

    Parameters
    ----------
    known, right, known_groups
        Of held-out rows: confidence, whether the answer is right, what hangs together.
    live, live_groups, weights, unlike
        Of live rows: confidence, what hangs together, what each counts for, whether it is unlike gold.
    """
    if len(known) < FEWEST or not len(live):
        return None
    draw = np.random.default_rng(seed)
    odds, live_odds = _log_odds(known), _log_odds(live)
    curve = _curve(odds, right.astype(np.float64), np.ones(len(known)))
    chance = _at(curve, live_odds)
    point = float(np.average(chance, weights=weights))
    values = np.empty(RESAMPLES)
    for at in range(RESAMPLES):
        drawn = _drawn(known_groups, draw)
        again = _curve(odds, right.astype(np.float64), drawn)
        counts = _drawn(live_groups, draw) * weights
        hits = draw.random(len(live)) < _at(again, live_odds)
        values[at] = np.average(hits, weights=counts) if counts.sum() else point
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    least = float(np.average(np.where(unlike, 0.0, chance), weights=weights))
    share = Interval(point, min(float(low), point), max(float(high), point), float(values.std()))
    return Estimate(share, least, float(right.mean()), len(live))


def _log_odds(confidence: Floats) -> Floats:
    inside = np.clip(confidence, _NEAREST, 1 - _NEAREST)
    return np.asarray(np.log(inside / (1 - inside)))


def _drawn(groups: Ints, draw: np.random.Generator) -> Floats:
    """How often each row stands in a sample of whole groups."""
    codes = np.unique(groups, return_inverse=True)[1]
    count = int(codes.max()) + 1
    return np.asarray(np.bincount(draw.integers(count, size=count), minlength=count)[codes], dtype=np.float64)


def _at(curve: tuple[float, float], odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(curve[0] + curve[1] * odds, -30, 30))))


def _curve(odds: Floats, right: Floats, weights: Floats) -> tuple[float, float]:
    """Intercept and slope of the logistic curve, with one row's worth of a prior on slope 1 and intercept 0;
    Newton's steps.
    """
    rows = np.column_stack([np.ones(len(odds)), odds])
    beta = np.array([0.0, 1.0])
    prior = np.array([0.0, 1.0])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-np.clip(rows @ beta, -30, 30)))
        gradient = rows.T @ (weights * (right - chance)) - (beta - prior)
        hessian = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    return float(beta[0]), float(beta[1])
