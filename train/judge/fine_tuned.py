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


def remembering(
    load: Callable[[], System], seen: pl.DataFrame, unseen: pl.DataFrame, params: EvaluateParams
) -> Any:
    """What a system remembers of `seen`, training rows, held against `unseen`, held-out ones."""
    from train.judge.memorisation import memorisation

    system = load()
    most = params.written_membership_rows if "base" in system.card() else params.membership_rows
    return memorisation(system, evenly(seen, most), evenly(unseen, most), params)


def same_weights(cards: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Systems that answer with another one's weights, by name: what is measured of the one holds of both."""
    first: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, card in cards.items():
        files = card.get("files") or {}
        digest = files.get("adapter_model.safetensors") or files.get("weights.safetensors")
        if digest is None:
            continue
        if digest in first:
            others[name] = first[digest]
        else:
            first[digest] = name
    return others


def fine_tuned(
    models: Path,
    remembered: Mapping[str, Any],
    shared: Mapping[str, str],
    answers: Sequence[Answers],
    splits: Mapping[str, pl.DataFrame],
    scoring: Scoring,
    metric: str,
    params: EvaluateParams,
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Parts `overfitting`, `memorisation` and `canaries` of the document, and the table of training curves.

    Parameters
    ----------
    models
        Folder of the trained systems.
    remembered
        What `remembering` told, by system.
    shared
        Systems whose weights are those of another one, and which.
    answers
        What the systems said to `splits`.
    """
    cards = training_cards(models)
    table = curves(cards)
    # Of several seeds the first is the one published.
    first: dict[str, dict[str, Any]] = {}
    for card in cards:
        first.setdefault(card["name"], card)
    overfitting: dict[str, Any] = {}
    for one in answers:
        if not one.fine_tuned:
            continue
        overfitting[one.name] = {
            **gap(one, splits, scoring, metric, params),
            "course": course(first[one.name]) if one.name in first else None,
        }
        if one.name in shared:
            overfitting[one.name]["same_weights_as"] = shared[one.name]
            remembered = {**remembered, one.name: {"same_weights_as": shared[one.name]}}
    path = models / CANARIES
    canaries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    parts = {
        "overfitting": overfitting,
        "memorisation": {name: remembered[name] for name in overfitting},
        "canaries": canaries,
    }
    return parts, table.filter(~pl.col("system").is_in(list(shared)))
