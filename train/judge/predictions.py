"""Every answer to every held-out row, beside what was expected and what it scored: `predictions.parquet`.

| column | holds |
|---|---|
| example_id, system | the row, and who answered |
| label | what is expected |
| predicted | the answer as it was judged: a label, a text, a preference's margin |
| confidence | a classifier's probability of its answer |
| correct | whether the answer counts as right (`share_right` of comparison.json) |
| raw | what the system wrote, before anything was read off it; null where nothing is written (preferences) |
| parsed | what was read off it, as JSON: the label, the object, the sections, the margin; null if nothing |
| valid | whether the answer has the form asked for: a label, JSON that the schema takes, every section |
| one column a metric | the metric of the row alone, 0 to 1 |

A metric over several rows is not always the mean of its rows (macro-F1, field F1 and chrF are ratios of
sums); the columns say where a figure comes from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from train.arrays import Floats
from train.judge.scored import Scored
from train.kinds import Scoring

# Rows scored at a time: a classification's matrix is three columns a label.
_BLOCK = 1024


def predictions(scored: Sequence[Scored], test: pl.DataFrame, scoring: Scoring) -> pl.DataFrame:
    """The table of the module's docstring, by system and row.

    Parameters
    ----------
    test
        `example_id, output`, in the order of the answers.
    """
    parts = []
    for one in scored:
        answers = one.answers.answers["test"]
        raw = (one.answers.written or {}).get("test", answers)
        read = [scoring.read(answer) for answer in answers]
        confidence = one.certainty.confidence if one.certainty else [None] * test.height
        parts.append(
            test.select(
                "example_id",
                pl.lit(one.answers.name).alias("system"),
                pl.col("output").alias("label"),
                answers.alias("predicted"),
                pl.Series("confidence", confidence, dtype=pl.Float64),
                pl.Series("correct", one.right),
                (raw if raw.dtype == pl.String else pl.lit(None, pl.String)).alias("raw"),
                pl.Series("parsed", [_json(value) for value, _ in read], dtype=pl.String),
                pl.Series("valid", [valid for _, valid in read], dtype=pl.Boolean),
                *(pl.Series(name, of_rows) for name, of_rows in by_row(one.matrix, scoring).items()),
            )
        )
    return pl.concat(parts).sort("system", "example_id")


def by_row(matrix: Any, scoring: Scoring) -> dict[str, Floats]:
    """Every metric of each row alone, float64 `[rows]` by name."""
    parts: dict[str, list[Floats]] = {name: [] for name in scoring.metrics}
    for start in range(0, matrix.shape[0], _BLOCK):
        block = matrix[start : start + _BLOCK]
        rows = np.asarray(block.toarray() if hasattr(block, "toarray") else block, dtype=np.float64)
        for name, metric in scoring.metrics.items():
            parts[name].append(np.asarray(metric.of(rows), dtype=np.float64))
    return {name: np.concatenate(found) if found else np.zeros(0) for name, found in parts.items()}


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
