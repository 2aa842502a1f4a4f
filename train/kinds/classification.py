"""Classification figures from counts: accuracy, macro-F1, per-class precision, recall and F1.

Everything is computed from three vectors per class (true positives, predicted, actual), never from the k x k
confusion matrix, and every function takes any number of leading axes: the bootstrap of
`train.stats.intervals` passes thousands of resamples at once through the same code that scores the test set
once. A row's part in the three vectors is its row of the score matrix. Cost is O(rows + resamples x classes).

A class with no row in the test set and no prediction is left out of the macro average; a class with rows or
predictions but no true positive counts as zero. That is scikit-learn's `f1_score(average="macro",
zero_division=0)` with its default labels, whatever longer list of labels the task card allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl

from curate.errors import AssayError
from train.arrays import Bools, Floats, Ints
from train.kinds.base import Metric, Scoring


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
    """Counts for label codes `actual` and `predicted`, int `[rows]` in `0..classes-1`; an answer of -1 is
    none of the labels, and counts as no answer.
    """
    return Counts(
        np.bincount(actual[actual == predicted], minlength=classes).astype(np.float64),
        np.bincount(predicted[predicted >= 0], minlength=classes).astype(np.float64),
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


def per_class(counts: Counts) -> PerClass:
    """Precision, recall, F1 and support of each class."""
    return PerClass(
        _ratio(counts.correct, counts.predicted),
        _ratio(counts.correct, counts.actual),
        f1(counts),
        counts.actual,
    )


def count_columns(actual: Ints, predicted: Ints, classes: int) -> Any:
    """Sparse `[rows, 3 * classes]`: correct, predicted and actual indicators, the columns `counts_of`
    reads back.
    """
    from scipy import sparse

    rows = np.arange(len(actual))
    hit, answered = actual == predicted, predicted >= 0
    where = (
        np.concatenate([rows[hit], rows[answered], rows]),
        np.concatenate([actual[hit], classes + predicted[answered], 2 * classes + actual]),
    )
    return sparse.csr_matrix((np.ones(len(where[0])), where), shape=(len(actual), 3 * classes))


def counts_of(totals: Floats) -> Counts:
    """The `Counts` in totals of `count_columns`, `[..., 3 * classes]`."""
    correct, predicted, actual = np.split(totals, 3, axis=-1)
    return Counts(correct, predicted, actual)


def codes_of(rows: pl.DataFrame, labels: Sequence[str]) -> Ints:
    """Position in `labels` of each row's `output`, int64 `[rows]`.

    Raises
    ------
    AssayError
        If an output is not one of the labels; ids are named, outputs are not.
    """
    places = {label: at for at, label in enumerate(labels)}
    codes = rows["output"].replace_strict(places, default=-1, return_dtype=pl.Int64)
    strangers = rows.filter(codes < 0)
    if strangers.height:
        named = ", ".join(strangers["example_id"].head(3)) if "example_id" in strangers.columns else ""
        raise AssayError(
            f"{strangers.height} rows have an output that is not a label of the task card, e.g. {named}",
            fix="add the label to task.yaml, or drop the rows with: assay validate",
        )
    return codes.to_numpy(writable=True)


class Classification(Scoring):
    """Scores of answers that are one of `labels`.

    Parameters
    ----------
    labels
        All labels, in the order of the columns of every table and of every system's probabilities.
    """

    metrics: ClassVar[Mapping[str, Metric]] = {
        "accuracy": Metric("accuracy", lambda totals: accuracy(counts_of(totals))),
        "macro_f1": Metric("macro-F1", lambda totals: macro_f1(counts_of(totals))),
    }

    share_right: ClassVar[str] = "accuracy"

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)

    def codes(self, outputs: pl.Series) -> Ints:
        """Position of each output among the labels, int64 `[rows]`."""
        return codes_of(outputs.to_frame("output"), self.labels)

    def answered(self, answers: pl.Series) -> Ints:
        """Position of each answer among the labels, int64 `[rows]`; -1 for one that is none of them."""
        places = {label: place for place, label in enumerate(self.labels)}
        codes = answers.replace_strict(places, default=-1, return_dtype=pl.Int64)
        return codes.to_numpy(writable=True)

    def read(self, answer: Any) -> tuple[Any, bool]:
        """The label, if it is one."""
        return (answer, True) if answer in self.labels else (None, False)

    def row_scores(self, rows: pl.DataFrame, answers: pl.Series, metric: str) -> Floats:
        """1 for each right answer, else 0, whatever the metric: a row by itself has no macro-F1."""
        return self.right(rows, answers).astype(np.float64)

    def matrix(self, rows: pl.DataFrame, answers: pl.Series) -> Any:
        """Sparse `[rows, 3 * labels]`; see `count_columns`."""
        return count_columns(self.codes(rows["output"]), self.answered(answers), len(self.labels))

    def right(self, rows: pl.DataFrame, answers: pl.Series) -> Bools:
        """Which labels were given right."""
        return np.asarray(self.codes(rows["output"]) == self.answered(answers))

    def breakdown(self, rows: pl.DataFrame, answers: pl.Series) -> dict[str, pl.DataFrame]:
        """`per_class`: `label, precision, recall, f1, support`."""
        ratios = per_class(count(self.codes(rows["output"]), self.answered(answers), len(self.labels)))
        table = {
            "label": list(self.labels),
            "precision": ratios.precision,
            "recall": ratios.recall,
            "f1": ratios.f1,
            "support": ratios.support.astype(np.int64),
        }
        return {"per_class": pl.DataFrame(table)}

    def confusion(self, rows: pl.DataFrame, answers: pl.Series) -> dict[str, pl.DataFrame]:
        """`confusion`: `actual, predicted`, a line a row."""
        return {"confusion": pl.DataFrame({"actual": rows["output"], "predicted": answers})}
