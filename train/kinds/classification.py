"""Classification figures from counts: accuracy, macro-F1, per-class precision, recall and F1.

Everything is computed from three vectors per class (true positives, predicted, actual), never from the k x k
confusion matrix, and every function takes any number of leading axes: the bootstrap of
`train.stats.intervals` passes thousands of resamples at once through the same code that scores the test set
once. Cost is O(rows + resamples x classes).

A class with no row in the test set and no prediction is left out of the macro average; a class with rows or
predictions but no true positive counts as zero. That is scikit-learn's `f1_score(average="macro",
zero_division=0)` with its default labels, whatever longer list of labels the task card allows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """Rows per class: `correct` (true positives), `predicted` and `actual`, each float64 `[..., classes]`."""

    correct: Floats
    predicted: Floats
    actual: Floats


@dataclass(frozen=True)
class PerClass:
    """Precision, recall, F1 and support, each `[classes]`; a ratio with nothing below the line is 0."""

    precision: Floats
    recall: Floats
    f1: Floats
    support: Floats


def count(actual: Ints, predicted: Ints, classes: int) -> Counts:
    """Counts for label codes `actual` and `predicted`, int `[rows]` in `0..classes-1`."""
    return Counts(
        np.bincount(actual[actual == predicted], minlength=classes).astype(np.float64),
        np.bincount(predicted, minlength=classes).astype(np.float64),
        np.bincount(actual, minlength=classes).astype(np.float64),
    )


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(
        above, below, out=np.zeros(np.broadcast_shapes(above.shape, below.shape)), where=below > 0
    )


def f1(counts: Counts) -> Floats:
    """F1 of each class, `[..., classes]`: 2 TP / (predicted + actual) (van Rijsbergen, 1979, with equal
    weights).
    """
    return _ratio(2 * counts.correct, counts.predicted + counts.actual)


def macro_f1(counts: Counts) -> Floats:
    """Mean F1 over the classes that occur in the rows or the predictions, `[...]` (a resample judges
    itself).
    """
    present = (counts.predicted + counts.actual) > 0
    return _ratio(f1(counts).sum(axis=-1), present.sum(axis=-1).astype(np.float64))


def accuracy(counts: Counts) -> Floats:
    """Share of rows predicted right, `[...]`."""
    return _ratio(counts.correct.sum(axis=-1), counts.actual.sum(axis=-1))


# The task card's metrics for classification, by the name it uses.
SCORES = {"accuracy": accuracy, "macro_f1": macro_f1}


def per_class(counts: Counts) -> PerClass:
    """Precision, recall, F1 and support of each class."""
    return PerClass(
        _ratio(counts.correct, counts.predicted),
        _ratio(counts.correct, counts.actual),
        f1(counts),
        counts.actual,
    )
