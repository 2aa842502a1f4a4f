"""The map: rows by the two directions in which their vectors differ most (principal components, by numpy).

UMAP draws tighter islands and was not taken: umap-learn brings numba and pynndescent (some 100 MB), its
picture changes with the seed, and distances between its islands mean nothing.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from train.arrays import Floats
from train.vectors import Vectors

POINTS = pl.Schema(
    {"row": pl.String(), "part": pl.String(), "label": pl.String(), "x": pl.Float64(), "y": pl.Float64()}
)


def axes(vectors: Vectors) -> tuple[Floats, Floats, float]:
    """The mean, the two main directions `[size, 2]`, and the share of the spread that they show.

    A direction's sign is that of its largest part, so that the picture is the same at every run.
    """
    points = np.asarray(vectors, dtype=np.float64)
    middle = points.mean(axis=0) if len(points) else np.zeros(points.shape[1])
    spread = (points - middle).T @ (points - middle)
    values, directions = np.linalg.eigh(spread)
    two = directions[:, ::-1][:, :2]
    largest = np.abs(two).argmax(axis=0)
    two = two * np.where(two[largest, [0, 1]] < 0, -1, 1)
    whole = float(values.clip(0).sum())
    return middle, two, float(values[::-1][:2].clip(0).sum()) / whole if whole else 0.0


def points(
    vectors: Vectors, rows: pl.Series, part: str, labels: pl.Series | None, middle: Floats, two: Floats
) -> pl.DataFrame:
    """Places of rows on the map (schema `POINTS`)."""
    at = (np.asarray(vectors, dtype=np.float64) - middle) @ two
    return pl.DataFrame(
        {
            "row": rows.cast(pl.String),
            "part": pl.repeat(part, rows.len(), eager=True),
            "label": pl.repeat(None, rows.len(), dtype=pl.String, eager=True) if labels is None else labels,
            "x": at[:, 0].round(4),
            "y": at[:, 1].round(4),
        },
        schema=POINTS,
    )
