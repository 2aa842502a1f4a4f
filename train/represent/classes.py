"""Classes whose held-out rows cannot show what the metric is to show.

A macro-averaged score counts every class alike, so one answer on a class of few rows moves it as much as many
answers on a large one. Beside that stands what a paired comparison can find on the class' own rows (McNemar's
exact test, `train.stats.power`).
"""

from __future__ import annotations

from importlib.util import find_spec

import polars as pl

# The change in a class' accuracy that its held-out rows should show with a chance of 80 %: a fifth is what
# one would not want to miss.
CHANGE = 0.2
# Share of rows on which one of two systems is right, where none was measured.
DISCORDANT = 0.2

CLASSES = pl.Schema(
    {
        "label": pl.String(),
        "train": pl.Int64(),
        "held_out": pl.Int64(),
        "moves": pl.Float64(),  # how far one answer on it moves a macro-averaged score, at most
        "detectable": pl.Float64(),  # smallest change of its accuracy found at power 0.8; null: not known
        "missing": pl.Int64(),  # held-out rows it lacks to show `CHANGE`
        "thin": pl.Boolean(),
    }
)


def classes(
    train: pl.Series, held_out: pl.Series, *, discordant: float = DISCORDANT, change: float = CHANGE
) -> pl.DataFrame:
    """Every class with what its rows can show, those of fewest held-out rows first.

    Parameters
    ----------
    train, held_out
        Labels of the training and of the held-out rows.
    discordant
        Share of rows on which one of two systems is right and the other is not.
    change
        Change of a class' accuracy that its held-out rows should show.
    """
    told = (
        train.rename("label")
        .value_counts(name="train")
        .join(held_out.rename("label").value_counts(name="held_out"), on="label", how="full", coalesce=True)
        .with_columns(pl.col("train", "held_out").fill_null(0).cast(pl.Int64))
        .sort("held_out", "train", "label")
    )
    needed = rows_that_show(change, discordant)
    counts = told["held_out"].to_list()
    known = {count: _detectable(count, discordant) for count in set(counts)}
    return told.select(
        "label",
        "train",
        "held_out",
        (1 / (pl.col("held_out").clip(1) * max(told.height, 1))).round(6).alias("moves"),
        pl.Series("detectable", [known[count] for count in counts], dtype=pl.Float64),
        (needed - pl.col("held_out")).clip(0).alias("missing"),
        (pl.col("held_out") < needed).alias("thin"),
    ).select(pl.col(name).cast(dtype) for name, dtype in CLASSES.items())


def rows_that_show(change: float, discordant: float) -> int:
    """Held-out rows on which a paired comparison finds `change` with power 0.8."""
    import math

    from train.stats.power import rows_needed

    return math.ceil(rows_needed(change, discordant))


def _detectable(rows: int, discordant: float) -> float | None:
    if find_spec("scipy") is None:
        return None
    from train.stats.power import smallest_difference

    return round(smallest_difference(rows, discordant), 3)
