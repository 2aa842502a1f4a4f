"""What the rows are made of: shares of language, source, length and other columns, beside the shares that
somebody declared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from statistics import NormalDist

import polars as pl

# Values of a column that are told of; more name rows and not groups.
MOST_VALUES = 60
_LEVEL = 0.05

MIX = pl.Schema(
    {
        "by": pl.String(),
        "value": pl.String(),
        "part": pl.String(),  # train, held_out, live
        "rows": pl.Int64(),
        "share": pl.Float64(),
    }
)
REFERENCE = pl.Schema(
    {
        "by": pl.String(),
        "value": pl.String(),
        "declared": pl.Float64(),
        "rows": pl.Int64(),
        "share": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "missing": pl.Int64(),  # rows of it to add until the share is the declared one
        "under": pl.Boolean(),
    }
)


def length_bands(train: pl.Series, parts: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    """The band of length of each text, by part: quarters of the training rows."""
    lengths = train.str.len_chars()
    edges = sorted({int(lengths.quantile(share, "nearest") or 0) for share in (0.25, 0.5, 0.75)})
    names = [f"up to {edges[0]} characters"] if edges else []
    names += [f"{low + 1} to {high}" for low, high in pairwise(edges)]
    names += [f"over {edges[-1]}"] if edges else ["any"]
    return {
        part: texts.str.len_chars().cut(edges, labels=names).cast(pl.String) for part, texts in parts.items()
    }


def mix(columns: Mapping[str, Mapping[str, pl.Series]]) -> pl.DataFrame:
    """Rows and shares of each value, by column and part (schema `MIX`), in the columns' order.

    Parameters
    ----------
    columns
        Column -> part (`train`, `held_out`, `live`) -> its values.
    """
    told = [MIX.to_frame()]
    for by, parts in columns.items():
        counted = [
            values.cast(pl.String)
            .fill_null("")
            .rename("value")
            .value_counts(name="rows")
            .with_columns(
                pl.lit(by).alias("by"),
                pl.lit(part).alias("part"),
                (pl.col("rows") / max(values.len(), 1)).round(6).alias("share"),
            )
            for part, values in parts.items()
            if values.len()
        ]
        frame = pl.concat(counted) if counted else MIX.to_frame()
        if frame["value"].n_unique() <= MOST_VALUES:
            told.append(frame.select(pl.col(name).cast(dtype) for name, dtype in MIX.items()))
    order = {by: at for at, by in enumerate(columns)}
    return (
        pl.concat(told)
        .with_columns(
            pl.col("by").replace_strict(order, default=0, return_dtype=pl.Int64).alias("_by"),
            pl.col("rows").sum().over("by", "value").alias("_all"),
            pl.col("part").replace_strict({"train": 0, "held_out": 1}, default=2).alias("_part"),
        )
        .sort(["_by", "_all", "value", "_part"], descending=[False, True, False, False])
        .select(MIX.names())
    )


def against(declared: Mapping[str, Mapping[str, float]], rows: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Shares beside those that were declared (schema `REFERENCE`).

    A value is under-represented where even the upper bound of its share (Wilson, 1927, at a level divided
    among all declared values) lies below the declared one.

    Parameters
    ----------
    declared
        Column -> value -> share.
    rows
        Column -> the rows' values.
    """
    tests = sum(len(shares) for shares in declared.values())
    z = NormalDist().inv_cdf(1 - _LEVEL / 2 / max(tests, 1))
    told = []
    for by, shares in declared.items():
        values = rows[by].cast(pl.String)
        for value, share in shares.items():
            count = int((values == value).sum() or 0)
            low, high = wilson(count, values.len(), z)
            lacking = math.ceil(max(0.0, (share * values.len() - count) / (1 - share))) if share < 1 else 0
            seen = round(count / max(values.len(), 1), 6)
            under = high < share
            told.append(
                (by, value, share, count, seen, round(low, 6), round(high, 6), lacking if under else 0, under)
            )
    return pl.DataFrame(told, schema=REFERENCE, orient="row")


def wilson(hits: int, trials: int, z: float) -> tuple[float, float]:
    """Interval of a share (Wilson, 1927, "Probable inference")."""
    if trials == 0:
        return 0.0, 1.0
    share = hits / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
    return max(0.0, centre - half), min(1.0, centre + half)
