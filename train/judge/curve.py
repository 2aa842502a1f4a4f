"""Learning curve: what more rows would buy, shown by the two cheap systems on growing shares of the training
rows.

Subsets are nested and stratified: within each label rows are ordered by a hash of their id and the seed, and
a fraction takes the first of them, at least one. So a subset never changes when rows of other labels come or
go, and a point on the curve differs from the next by added rows only. The probe uses embeddings made once;
the whole curve is seconds to a minute.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from curate.examples import conform
from train.arrays import Ints
from train.kinds.classification import accuracy, codes_of, count, macro_f1
from train.systems.base import Context
from train.systems.linear import fit_softmax
from train.trial_params import CurveParams

COLUMNS = pl.Schema(
    {
        "system": pl.String(),
        "fraction": pl.Float64(),
        "rows": pl.Int64(),
        "seed": pl.Int64(),
        "accuracy": pl.Float64(),
        "macro_f1": pl.Float64(),
    }
)


def learning_curve(
    train: pl.DataFrame,
    held_out: pl.DataFrame,
    labels: tuple[str, ...],
    params: CurveParams,
    ctx: Context,
    *,
    C: float = 10.0,
) -> pl.DataFrame:
    """Accuracy and macro-F1 on held-out rows for each system, fraction and seed.

    Parameters
    ----------
    train, held_out
        Columns `example_id, input, output`.
    ctx
        Shares embeddings with the systems.
    C
        The probe's penalty, as chosen on validation rows for all of `train`.

    Returns
    -------
    pl.DataFrame
        `system, fraction, rows, seed, accuracy, macro_f1`; the whole set has one seed, 0.
    """
    features = ctx.features(train["input"].to_list())
    row_of = {name: row for row, name in enumerate(train["example_id"])}

    def probe(subset: pl.DataFrame) -> Ints:
        rows = features[[row_of[name] for name in subset["example_id"]]]
        head = fit_softmax(rows, codes_of(subset, labels), len(labels), C)
        return np.asarray(
            head.logits(ctx.features(held_out["input"].to_list())).argmax(axis=1), dtype=np.int64
        )

    def tfidf(subset: pl.DataFrame) -> Ints:
        from train.systems.tfidf_lr import TfidfRegression

        system = TfidfRegression()
        system.fit(subset, held_out.clear(), labels, ctx)
        return np.asarray(system.predict_proba(held_out["input"].to_list()).argmax(axis=1), dtype=np.int64)

    predictors: dict[str, Callable[[pl.DataFrame], Ints]] = {"probe": probe, "tfidf_lr": tfidf}
    truth, points = codes_of(held_out, labels), []
    for system in params.systems:
        if system not in predictors:
            continue
        predictor = predictors[system]
        for fraction in sorted(set(params.fractions)):
            for seed in range(params.seeds if fraction < 1 else 1):
                subset = nested_subset(train, fraction, seed)
                counts = count(truth, predictor(subset), len(labels))
                points.append(
                    (system, fraction, subset.height, seed, float(accuracy(counts)), float(macro_f1(counts)))
                )
    return pl.DataFrame(points, schema=COLUMNS, orient="row")


def summary(curve: pl.DataFrame) -> pl.DataFrame:
    """Means over seeds: `system, fraction, rows, seeds`, each metric, and the smallest and largest of each
    (`accuracy_low`, `accuracy_high`, ...).
    """
    metrics = [name for name in curve.columns if name not in ("system", "fraction", "rows", "seed")]
    return (
        curve.group_by("system", "fraction")
        .agg(
            pl.col("rows").max(),
            pl.len().cast(pl.Int64).alias("seeds"),
            pl.col(metrics).mean().round(6),
            pl.col(metrics).min().round(6).name.suffix("_low"),
            pl.col(metrics).max().round(6).name.suffix("_high"),
        )
        .sort("system", "fraction")
    )


def nested_subset(frame: pl.DataFrame, fraction: float, seed: int, *, by_label: bool = True) -> pl.DataFrame:
    """A share of the rows, in id order; a larger fraction of the same seed holds all of a smaller one.

    Parameters
    ----------
    by_label
        Whether to take the share of each `output` alike, one row of each at least.
    """
    draws = [
        hashlib.blake2b(f"{seed} {name}".encode(), digest_size=8).hexdigest() for name in frame["example_id"]
    ]
    stratum = pl.col("output") if by_label else pl.lit("")
    rank = pl.struct("_draw", "example_id").rank("ordinal").over("_stratum")
    wanted = (pl.len().over("_stratum") * fraction).round().clip(lower_bound=1)
    return (
        frame.with_columns(pl.Series("_draw", draws, dtype=pl.String), stratum.alias("_stratum"))
        .filter(rank <= wanted)
        .drop("_draw", "_stratum")
        .sort("example_id")
    )


def learning_curve_table(models: Path) -> pl.DataFrame:
    """The learning curve that `train` left, or an empty table of the same columns."""
    schema = pl.Schema(
        {
            "system": pl.String(),
            "rows": pl.Int64(),
            "seeds": pl.Int64(),
            **{
                f"{metric}{end}": pl.Float64()
                for metric in ("accuracy", "macro_f1")
                for end in ("", "_low", "_high")
            },
        }
    )
    path = models / "learning_curve.parquet"
    if not path.exists():
        return pl.DataFrame(schema=schema)
    curve = pl.read_parquet(path).drop("fraction", strict=False)
    return conform(curve, schema) if set(schema) - {"seeds"} <= set(curve.columns) else curve
