"""What the comparison found, as one JSON document and as tables; see `train.judge.evaluate` for the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from curate.stats import holm
from train.judge.predictions import predictions
from train.judge.scored import Scored
from train.judge.verdict import Gain, Verdict
from train.kinds import Scoring
from train.stats.power import POWER

if TYPE_CHECKING:
    from train.judge.comparison import Pair


def document_of(
    scored: Sequence[Scored], pairs: Sequence[Pair], gain: Gain | None, verdict: Verdict, scoring: Scoring
) -> dict[str, Any]:
    """`metrics` (titles by name), `share_right` (which of them counts right answers), `systems`,
    `comparisons`, `power` and `verdict`, JSON-safe.
    """
    adjusted = holm([pair.paired.p_metric for pair in pairs])
    power = None
    if gain is not None:
        power = {
            "detectable": gain.detectable,
            "rows_needed_for_worthwhile": gain.rows_needed,
            "power": POWER,
        }
    return {
        "metrics": {name: metric.title for name, metric in scoring.metrics.items()},
        "share_right": scoring.share_right,
        "systems": [_system(one, scoring.share_right) for one in scored],
        "comparisons": [
            {
                "purpose": pair.purpose,
                "system": pair.system.answers.name,
                "against": pair.other.answers.name,
                **asdict(pair.paired),
                "p_holm": p_holm,
            }
            for pair, p_holm in zip(pairs, adjusted, strict=True)
        ],
        "power": power,
        "verdict": {
            "outcome": verdict.outcome,
            "headline": verdict.headline,
            "reasons": list(verdict.reasons),
        },
    }


def _system(one: Scored, share_right: str) -> dict[str, Any]:
    answers, certainty = one.answers, one.certainty
    intervals = {**one.intervals, **(certainty.intervals if certainty else {})}
    document: dict[str, Any] = {
        "name": answers.name,
        "title": answers.title,
        "family": answers.family,
        "trainable_parameters": answers.trainable_parameters,
        **{name: asdict(interval) for name, interval in intervals.items()},
        **({"calibration_error": certainty.error, "coverage": certainty.coverage} if certainty else {}),
        "fit": dict(one.fit),
    }
    if answers.fine_tuned and "train" in one.fit:
        document["overfitting"] = {
            f"train_minus_{split}_{share_right}": one.fit["train"][share_right] - one.fit[split][share_right]
            for split in ("validation", "test")
            if split in one.fit
        }
    return document


def tables_of(
    scored: Sequence[Scored], shown: Scored, test: pl.DataFrame, scoring: Scoring
) -> dict[str, pl.DataFrame]:
    """The tables by file name; `shown` is the system whose confusions are listed row by row."""
    tables: dict[str, list[pl.DataFrame]] = {"calibration": []}
    for one in scored:
        name = pl.lit(one.answers.name).alias("system")
        if one.certainty:
            tables["calibration"].append(one.certainty.bins.select(name, pl.all()))
        for table, rows in scoring.breakdown(test, one.answers.answers["test"]).items():
            tables.setdefault(table, []).append(rows.select(name, pl.all()))
    whole = {name: pl.concat(parts) for name, parts in tables.items() if parts}
    return {
        **whole,
        "predictions": predictions(scored, test, scoring),
        "comparison": pl.DataFrame([_row(one) for one in scored]),
        **scoring.confusion(test, shown.answers.answers["test"]),
    }


def _row(one: Scored) -> dict[str, Any]:
    """A system's line of `comparison.csv`."""
    answers, certainty = one.answers, one.certainty
    bounds = {
        f"{metric}{end}": getattr(interval, attribute)
        for metric, interval in one.intervals.items()
        for end, attribute in (("", "point"), ("_low", "low"), ("_high", "high"))
    }
    sure = {name: interval.point for name, interval in certainty.intervals.items()} if certainty else {}
    if certainty:
        sure |= {"calibration_error": certainty.error, "coverage": certainty.coverage}
    return {
        "system": answers.name,
        "title": answers.title,
        "family": answers.family,
        **bounds,
        **sure,
        "trainable_parameters": answers.trainable_parameters,
    }
