"""Overfitting of fine-tuned systems: how losses went, epoch by epoch, and what is left of a score on rows
that were never seen.

The curves come from the models' cards, where training left them. An epoch's validation loss is that of the
weights kept at its end; the epoch of the lowest is the one published. Training that goes on after it learns
the training rows and nothing else, which is said in a sentence where the loss turned up again.

The gap is the task's metric on a sample of the training rows less the same on the held-out rows, with an
interval over the groups of both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from curate.text import plural
from train.judge.params import EvaluateParams
from train.judge.scored import Answers
from train.judge.seeds import SEEDS
from train.kinds import Scoring
from train.stats.intervals import cluster_codes
from train.stats.two_samples import TwoSamples

CURVES = pl.Schema(
    {
        "system": pl.String(),
        "seed": pl.Int64(),
        "epoch": pl.Int64(),
        "rows": pl.String(),
        "loss": pl.Float64(),
        "accuracy": pl.Float64(),
        "chosen": pl.Boolean(),
    }
)
# Share of its lowest by which the validation loss must have risen to be called so: dropout and the last
# digits of another machine move it by less.
_RISE = 0.02


def training_cards(models: Path) -> list[dict[str, Any]]:
    """Cards of all models that were trained in epochs, further seeds among them, by system and seed."""
    paths = [*models.glob("*/model.json"), *(models / SEEDS).glob("*/model.json")]
    cards = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    trained = [card for card in cards if card.get("fitted", {}).get("epochs")]
    return sorted(trained, key=lambda card: (card["name"], card["seed"]))


def curves(cards: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """`system, seed, epoch, rows, loss, accuracy, chosen`: an epoch (from 1) has a line for `train` and,
    where there are validation rows, one for `validation`; `accuracy` is of the latter.
    """
    lines = []
    for card in cards:
        for one in card["fitted"]["epochs"]:
            chosen = one["epoch"] == card["fitted"]["best_epoch"]
            start = (card["name"], card["seed"], one["epoch"] + 1)
            lines.append((*start, "train", one["train_loss"], None, chosen))
            if card["rows"]["validation"]:
                figures = (one["validation_loss"], one["validation_accuracy"])
                lines.append((*start, "validation", *figures, chosen))
    return pl.DataFrame(lines, schema=CURVES, orient="row")


def course(card: Mapping[str, Any]) -> dict[str, Any]:
    """How one training went: its epochs, the one kept, whether validation turned up again, and a sentence."""
    history, best = card["fitted"]["epochs"], card["fitted"]["best_epoch"]
    last = history[-1]
    figures = {"epochs": len(history), "chosen": best + 1, "turned_up": False}
    if not card["rows"]["validation"]:
        words = (
            "There are no validation rows, so the last epoch was kept and nothing shows whether it was one "
            "too many."
        )
        return {**figures, "chosen": len(history), "words": words}
    kept = next(one for one in history if one["epoch"] == best)
    low, end = kept["validation_loss"], last["validation_loss"]
    if end > low + _RISE * abs(low) and best < last["epoch"]:
        words = (
            f"Validation loss was lowest after epoch {best + 1} of {len(history)}, at {low:.3f}, and turned "
            f"up again to {end:.3f} while training loss went from {kept['train_loss']:.3f} to "
            f"{last['train_loss']:.3f}: overfitting. The weights of epoch {best + 1} were kept; "
            f"{plural(best + 1, 'epoch')} would have been enough."
        )
        return {**figures, "turned_up": True, "words": words}
    if best == last["epoch"]:
        words = f"Validation loss was lowest at the end, at {low:.3f}: no sign of too many epochs."
    else:
        words = (
            f"Validation loss was lowest after epoch {best + 1} of {len(history)}, at {low:.3f}, and hardly "
            f"moved after it ({end:.3f})."
        )
    return {**figures, "words": words}


def gap(
    answers: Answers,
    splits: Mapping[str, pl.DataFrame],
    scoring: Scoring,
    metric: str,
    params: EvaluateParams,
) -> dict[str, Any]:
    """The task's metric on training rows, on held-out rows, and the difference with its interval.

    Parameters
    ----------
    answers
        Of a fine-tuned system, to the splits `train` and `test` among others.
    """
    matrices = {split: scoring.matrix(splits[split], answers.answers[split]) for split in ("train", "test")}
    samples = TwoSamples(
        cluster_codes(splits["train"]["group"]),
        cluster_codes(splits["test"]["group"]),
        params.bootstrap,
        params.seed,
        params.confidence,
    )
    interval = samples.metric_difference(matrices["train"], matrices["test"], scoring.metrics[metric].of)
    figures = {split: scoring.figures(matrix)[metric] for split, matrix in matrices.items()}
    return {"train": figures["train"], "held_out": figures["test"], "gap": asdict(interval)}
