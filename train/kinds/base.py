"""What the judge needs to know of a kind of task: a row of numbers for each answer, and figures from their
sums.

Every figure of a kind is a function of the column sums of one matrix, `[rows, columns]`. So intervals and
paired tests never see answers: a resample is a weighted sum of rows, a swap of two systems is an exchange of
rows, and the same code serves accuracy (a mean), macro-F1 (a ratio of sums by class) and whatever the next
kind brings.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl

from train.arrays import Bools, Floats


@dataclass(frozen=True)
class Metric:
    """A figure between 0 and 1, from column sums `[..., columns]` to values `[...]`, and what a reader
    calls it.
    """

    title: str
    of: Callable[[Floats], Floats]


def share(part: int, whole: int) -> Callable[[Floats], Floats]:
    """The metric that is one column's sum over another's, 0 where the latter is zero."""

    def of(totals: Floats) -> Floats:
        above, below = totals[..., part], totals[..., whole]
        return np.divide(above, below, out=np.zeros(np.shape(below)), where=below > 0)

    return of


class Scoring(ABC):
    """How the answers of one kind of task are scored.

    `metrics` are the figures of the kind by the name the task card uses; `share_right` names the one that is
    the share of right answers, for which power has an exact formula.
    """

    metrics: ClassVar[Mapping[str, Metric]]
    share_right: ClassVar[str]

    @abstractmethod
    def matrix(self, rows: pl.DataFrame, answers: pl.Series) -> Any:
        """The score matrix, scipy sparse or dense `[rows, columns]`.

        Parameters
        ----------
        rows
            Columns `input` and `output` (what is expected), and `language` where a kind looks at it.
        answers
            A system's answers, strings `[rows]`, in the same order.
        """

    @abstractmethod
    def right(self, rows: pl.DataFrame, answers: pl.Series) -> Bools:
        """Which answers count as right, `[rows]`: what McNemar's test and the design effect look at."""

    def read(self, answer: Any) -> tuple[Any, bool]:
        """What is read off an answer, JSON-safe, and whether it has the form asked for."""
        return answer, bool(str(answer).strip())

    def figures(self, matrix: Any) -> dict[str, float]:
        """Every metric of the rows of `matrix`."""
        totals = np.asarray(matrix.sum(axis=0), dtype=np.float64).ravel()
        return {name: float(metric.of(totals)) for name, metric in self.metrics.items()}

    def row_scores(self, rows: pl.DataFrame, answers: pl.Series, metric: str) -> Floats:
        """What each answer is worth by itself in `metric`, 0..1, `[rows]`."""
        return np.asarray(self.metrics[metric].of(self.matrix(rows, answers)), dtype=np.float64)

    def breakdown(self, rows: pl.DataFrame, answers: pl.Series) -> dict[str, pl.DataFrame]:
        """Finer tables of one system's answers, by file name; none unless a kind has some."""
        return {}

    def confusion(self, rows: pl.DataFrame, answers: pl.Series) -> dict[str, pl.DataFrame]:
        """What was answered in place of what, by file name, for the one system the report shows."""
        return {}
