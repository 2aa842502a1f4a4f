"""Softmax regression: the classifier over TF-IDF, the probe over embeddings and the head that fine-tuning
starts from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from train.arrays import Floats, Ints
from train.systems.base import mean_log_loss, softmax

# Logit of a label without a training row, beside labels whose logits are of the order of ten: as good as
# never.
_NEVER = -30.0
# The default of scikit-learn; looser stops before the penalty has had its say on a few hundred rows.
_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Softmax:
    """Weights float64 `[labels, features]` and biases float64 `[labels]`."""

    weight: Floats
    bias: Floats

    def logits(self, features: Any) -> Floats:
        """Logits `[rows, labels]` of dense or scipy-sparse features `[rows, features]`."""
        return np.asarray(features @ self.weight.T) + self.bias

    def proba(self, features: Any) -> Floats:
        """Probabilities `[rows, labels]`."""
        return softmax(self.logits(features))

    @property
    def size(self) -> int:
        """Number of weights and biases."""
        return self.weight.size + self.bias.size


def fit_softmax(features: Any, codes: Ints, labels: int, C: float) -> Softmax:
    """L2-penalised softmax regression by L-BFGS (scikit-learn's), on one thread, over labels `0..labels-1`.

    Labels without a row get zero weights and a bias that rules them out.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    weight = np.zeros((labels, features.shape[1]))
    bias = np.full(labels, _NEVER)
    present = np.unique(codes)
    if len(present) == 1:
        bias[present] = 0.0
        return Softmax(weight, bias)
    with threadpool_limits(1):  # the last bits of a sum follow the number of threads
        model = LogisticRegression(C=C, tol=_TOLERANCE, max_iter=1000).fit(features, codes)
    if len(present) == 2:  # scikit-learn keeps one row: the log odds of the second label
        weight[present] = np.stack([-model.coef_[0] / 2, model.coef_[0] / 2])
        bias[present] = (-model.intercept_[0] / 2, model.intercept_[0] / 2)
    else:
        weight[present], bias[present] = model.coef_, model.intercept_
    return Softmax(weight, bias)


def choose_softmax(
    features: Any, codes: Ints, validation: Any, validation_codes: Ints, labels: int, grid: tuple[float, ...]
) -> tuple[Softmax, float]:
    """The fit of the penalty in `grid` with the lowest log loss on validation rows, and that penalty.

    Without validation rows the middle of the grid is taken.
    """
    if not len(validation_codes) or len(grid) == 1:
        C = sorted(grid)[len(grid) // 2]
        return fit_softmax(features, codes, labels, C), C
    fits = [(fit_softmax(features, codes, labels, C), C) for C in sorted(grid)]
    return min(fits, key=lambda one: (mean_log_loss(one[0].proba(validation), validation_codes), one[1]))
