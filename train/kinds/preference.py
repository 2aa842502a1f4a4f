"""Preference figures: does a system find the chosen answer likelier than the rejected one?

A system's part is a margin for each pair: mean log-probability a token of the chosen answer less that of the
rejected one, nats. Means a token, so that an answer does not win by being short.

| column | counts |
|---|---|
| rows | 1 |
| right | 1 if the margin is above zero |
| longer, longer_preferred | 1 if the answers differ in length; 1 if, then, the longer one is preferred |
| longer_chosen | 1 if they differ and the longer one was chosen by the people |
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import polars as pl

from train.arrays import Bools, Floats
from train.kinds.base import Metric, Scoring, share

_ROWS, _RIGHT, _UNEQUAL, _LONGER, _CHOSEN = range(5)


class Preference(Scoring):
    """Scores of margins, float64 `[rows]`, between a chosen and a rejected answer."""

    metrics: ClassVar[Mapping[str, Metric]] = {
        "reward_accuracy": Metric("reward accuracy", share(_RIGHT, _ROWS)),
        "prefers_longer": Metric("share that prefers the longer answer", share(_LONGER, _UNEQUAL)),
    }
    share_right: ClassVar[str] = "reward_accuracy"

    def read(self, answer: Any) -> tuple[Any, bool]:
        """The margin, if it is a number."""
        finite = answer is not None and math.isfinite(answer)
        return (round(answer, 6) if finite else None), finite

    def matrix(self, rows: pl.DataFrame, answers: pl.Series) -> Floats:
        """Dense `[rows, 5]`; see the table above."""
        margins = answers.cast(pl.Float64).to_numpy()
        longer = (rows["output"].str.len_chars().cast(pl.Int64) - rows["rejected"].str.len_chars()).to_numpy()
        unequal = longer != 0
        return np.column_stack(
            [
                np.ones(rows.height),
                margins > 0,
                unequal,
                unequal & (np.sign(margins) == np.sign(longer)),
                longer > 0,
            ]
        ).astype(np.float64)

    def right(self, rows: pl.DataFrame, answers: pl.Series) -> Bools:
        """Pairs in which the chosen answer is likelier."""
        return np.asarray(answers.cast(pl.Float64).to_numpy() > 0)

    def breakdown(self, rows: pl.DataFrame, answers: pl.Series) -> dict[str, pl.DataFrame]:
        """`margins`: `rows, mean_margin, prefers_longer, people_prefer_longer`, one line."""
        totals = self.matrix(rows, answers).sum(axis=0)
        line = {
            "rows": rows.height,
            "mean_margin": float(answers.cast(pl.Float64).mean() or 0.0),  # type: ignore[arg-type]
            "prefers_longer": float(share(_LONGER, _UNEQUAL)(totals)),
            "people_prefer_longer": float(share(_CHOSEN, _UNEQUAL)(totals)),
        }
        return {"margins": pl.DataFrame([line])}
