"""How far a row may be trusted as an example, from 0 to 1, by what is known of it without a person.

The probability that its label is right (`train.labels`; for extraction `SUSPECT` for each field that looks
wrong, `train.fields`), times `WARNED` for each quality rule that it breaks. The two factors are set and not
measured: they put such rows behind others that say the same, and two or three of them put a row behind all.
"""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import polars as pl

from curate.task import Kind
from train.vectors import Vectors

WARNED = 0.75
SUSPECT = 0.6


def qualities(
    rows: pl.DataFrame, kind: Kind, vectors: Vectors, warned: pl.Series | None = None
) -> tuple[pl.Series, bool]:
    """Quality of each row in their order, and whether outputs were judged.

    Parameters
    ----------
    rows
        `example_id, input, output`, and `rejected` for preferences.
    vectors
        Of the inputs `[rows, size]`.
    warned
        Rules that each row breaks, a count `[rows]`; none by default.
    """
    right, judged = _right(rows, kind, vectors)
    broken = pl.repeat(0, rows.height, eager=True) if warned is None else warned
    return (right * WARNED ** broken.cast(pl.Float64)).round(6).alias("quality"), judged


def _right(rows: pl.DataFrame, kind: Kind, vectors: Vectors) -> tuple[pl.Series, bool]:
    """Probability that each output is right, as far as there is a way to tell."""
    all_right = pl.repeat(1.0, rows.height, eager=True)
    if kind is Kind.EXTRACTION:
        from train.fields import field_suspects

        odd = field_suspects(rows["example_id"], rows["input"], rows["output"])
        counted = odd.group_by("example_id").agg(pl.col("field").n_unique().alias("odd"))
        count = rows.select("example_id").join(counted, on="example_id", how="left", maintain_order="left")
        return SUSPECT ** count["odd"].fill_null(0).cast(pl.Float64), True
    if find_spec("sklearn") is None:
        return all_right, False
    if kind is Kind.CLASSIFICATION:
        if not _comparable(rows):
            return all_right, False
        from train.labels import suspects

        features = np.asarray(vectors, dtype=np.float64)
        doubted = suspects(rows["example_id"], rows["input"], rows["output"], features=features)
        doubt = rows.select("example_id").join(doubted, on="example_id", how="left", maintain_order="left")
        return 1 - doubt["score"], True
    return all_right, False


def _comparable(rows: pl.DataFrame) -> bool:
    """Whether there are two labels, one of them on several texts."""
    texts = rows.group_by("output").agg(pl.col("input").n_unique().alias("texts"))
    return texts.height > 1 and bool((texts["texts"] > 1).any())
