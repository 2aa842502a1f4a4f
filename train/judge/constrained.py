"""What holding answers to the schema buys: the system on trial with and without it, on the same rows.

A constraint makes the form right and says nothing of the content, so both figures stand side by side: valid
answers, exact matches and field F1. `language.constrained: both` asks for it; the verdict is then that of the
free answers.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import polars as pl

from train.kinds import Scoring
from train.stats.intervals import Bootstrap
from train.stats.paired import compare
from train.systems.language import LanguageSystem


def asked_both(system: Any) -> bool:
    """Whether a system is to answer with and without the constraint."""
    return isinstance(system, LanguageSystem) and system.knobs.constrained == "both"


def on_and_off(
    system: LanguageSystem,
    test: pl.DataFrame,
    free: pl.Series,
    scoring: Scoring,
    metric: str,
    bootstrap: Bootstrap,
    draws: int,
) -> dict[str, Any]:
    """`off` and `on`: every metric with its interval; `difference` in `metric`, on less off, and its `p`.

    Parameters
    ----------
    free
        The answers without the constraint, in the order of `test`.
    """
    held = pl.Series("answer", system.constrained_answers(test["input"].to_list()), dtype=pl.String)
    sides = {"off": free, "on": held}
    matrices = {side: scoring.matrix(test, answers) for side, answers in sides.items()}
    right = (scoring.right(test, held), scoring.right(test, free))
    paired = compare(matrices["on"], matrices["off"], right, scoring.metrics[metric].of, bootstrap, draws)
    return {
        "system": system.name,
        "metric": metric,
        **{side: _figures(matrix, scoring, bootstrap) for side, matrix in matrices.items()},
        "difference": asdict(paired.difference),
        "p": paired.p_metric,
        "changed": int((free != held).sum()),
    }


def _figures(matrix: Any, scoring: Scoring, bootstrap: Bootstrap) -> dict[str, Any]:
    sums = bootstrap.per_cluster(matrix)
    return {
        name: asdict(bootstrap.interval(sums, metric.of, bounds=(0.0, 1.0)))
        for name, metric in scoring.metrics.items()
    }
