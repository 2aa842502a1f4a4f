"""chrF, the F-score of character n-grams, from counts that add up over rows (Popović, 2015, W15-3049).

sacrebleu counts the n-grams of a row; the score of any set of rows is a function of the sums, so a resample
costs no text. Orders 1 to 6, beta 2, no white space: sacrebleu's defaults, and its corpus score to the last
digits (tested).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from train.arrays import Floats

ORDERS = 6
# Of each order: n-grams of the answer, of the truth, and shared ones.
COLUMNS = 3 * ORDERS
_BETA = 2.0


def chrf_columns(truth: Sequence[str], answers: Sequence[str]) -> Floats:
    """Counts of each row, `[rows, 18]`: answer, truth, shared, for each order."""
    from sacrebleu.metrics.chrf import CHRF

    if not len(truth):
        return np.zeros((0, COLUMNS))
    metric = CHRF(char_order=ORDERS, word_order=0, beta=int(_BETA))
    counts = metric._extract_corpus_statistics(list(answers), [list(truth)])
    return np.asarray(counts, dtype=np.float64).reshape(len(truth), COLUMNS)


def chrf(totals: Floats) -> Floats:
    """chrF between 0 and 1, `[...]`, of sums `[..., 18]`."""
    counts = totals.reshape(*totals.shape[:-1], ORDERS, 3)
    mine, wanted, shared = counts[..., 0], counts[..., 1], counts[..., 2]
    both = (mine > 0) & (wanted > 0)
    orders = both.sum(axis=-1)
    precision = _mean(shared, mine, both, orders)
    recall = _mean(shared, wanted, both, orders)
    below = _BETA**2 * precision + recall
    above = (1 + _BETA**2) * precision * recall
    return np.asarray(np.divide(above, below, out=np.zeros(np.shape(below)), where=below > 0))


def _mean(above: Floats, below: Floats, chosen: np.ndarray, orders: np.ndarray) -> Floats:
    ratios = np.divide(above, below, out=np.zeros(above.shape), where=chosen)
    sums = ratios.sum(axis=-1)
    return np.asarray(np.divide(sums, orders, out=np.zeros(np.shape(sums)), where=orders > 0))
