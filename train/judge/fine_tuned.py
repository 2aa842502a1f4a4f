"""What is measured of each fine-tuned system beside its score, for the document of the evaluation: how it
overfits and what it remembers. Gates in `assay check` hold limits to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from train.judge.answering import evenly
from train.judge.overfitting import course, curves, gap, training_cards
from train.judge.params import EvaluateParams
from train.judge.scored import Answers
from train.kinds import Scoring
from train.systems.base import System

# Left by stage `train` where `train.canaries` asks for it.
CANARIES = "canaries.json"


def fine_tuned(
    models: Path,
    load: Callable[[str], System],
    answers: Sequence[Answers],
    splits: Mapping[str, pl.DataFrame],
    gold_train: pl.DataFrame,
    scoring: Scoring,
    metric: str,
    params: EvaluateParams,
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Parts `overfitting`, `memorisation` and `canaries` of the document, and the table of training curves.

    Parameters
    ----------
    models
        Folder of the trained systems.
    load
        A system by its name.
    answers
        What the systems said to `splits`.
    gold_train
        All training rows; `splits["train"]` is a sample of them.
    """
    from train.judge.memorisation import memorisation, same_weights

    cards = training_cards(models)
    table = curves(cards)
    # Of several seeds the first is the one published.
    first: dict[str, dict[str, Any]] = {}
    for card in cards:
        first.setdefault(card["name"], card)
    tuned = [one for one in answers if one.fine_tuned]
    shared = same_weights({one.name: first[one.name] for one in tuned if one.name in first})
    overfitting: dict[str, Any] = {}
    remembered: dict[str, Any] = {}
    for one in tuned:
        overfitting[one.name] = {
            **gap(one, splits, scoring, metric, params),
            "course": course(first[one.name]) if one.name in first else None,
        }
        if one.name in shared:
            overfitting[one.name]["same_weights_as"] = shared[one.name]
            remembered[one.name] = {"same_weights_as": shared[one.name]}
            continue
        system = load(one.name)
        writes = "base" in system.card()
        most = params.written_membership_rows if writes else params.membership_rows
        remembered[one.name] = memorisation(
            system, evenly(gold_train, most), evenly(splits["test"], most), params
        )
    path = models / CANARIES
    canaries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    parts = {"overfitting": overfitting, "memorisation": remembered, "canaries": canaries}
    return parts, table.filter(~pl.col("system").is_in(list(shared)))
