"""How much of a fine-tuned system's score is luck of the seed (`train.seeds`).

The comparison judges the first seed, which is the model that is published. The others answer the same test
rows, and their spread stands beside: standard deviation (with n - 1), smallest and largest. An interval over
test rows says nothing of it (Bouthillier et al., 2021, arXiv:2103.03098: the seed is one source of variance
among several), so the verdict says where the spread is larger than the gain.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from curate.errors import AssayError
from train.judge.answering import RETRAIN, answers_to
from train.judge.comparison import Judgement
from train.kinds import Scoring
from train.systems import load_system, read_card

if TYPE_CHECKING:
    from curate.publish.gold import Gold

# Folder of the further seeds among the models.
SEEDS = "seeds"


@dataclass(frozen=True)
class Spread:
    """A metric over seeds, the first of which is the one compared."""

    values: tuple[float, ...]

    @property
    def wide(self) -> float:
        """Largest less smallest."""
        return max(self.values) - min(self.values)

    def document(self) -> dict[str, Any]:
        """JSON-safe."""
        return {
            "mean": statistics.fmean(self.values),
            "sd": statistics.stdev(self.values),
            "low": min(self.values),
            "high": max(self.values),
            "values": list(self.values),
        }


def over_seeds(judgement: Judgement, models: Path, gold: Gold, scoring: Scoring, metric: str) -> Judgement:
    """The judgement with the spread of every system that was trained with further seeds.

    Parameters
    ----------
    models
        Folder of the trained systems, its seal checked.
    metric
        The task's.
    """
    first = {
        one["name"]: {name: one[name]["point"] for name in scoring.metrics}
        for one in judgement.document["systems"]
    }
    found = spreads(models, gold.manifest["content_digest"], gold.test, scoring, first)
    return with_seeds(judgement, found, metric, scoring.metrics[metric].title)


def spreads(
    models: Path,
    digest: str,
    test: pl.DataFrame,
    scoring: Scoring,
    first: Mapping[str, Mapping[str, float]],
) -> dict[str, dict[str, Spread]]:
    """Every metric of every system that was trained with further seeds, by system and metric.

    Parameters
    ----------
    models
        Folder of the trained systems, its seal checked.
    digest
        Of the gold version that they must have been trained on.
    first
        Each metric of each system as compared.

    Raises
    ------
    AssayError
        If a model was trained on another gold version.
    """
    found: dict[str, list[dict[str, float]]] = {}
    for card_path in sorted((models / SEEDS).glob("*/model.json")):
        card = read_card(card_path.parent, needs=("name", "labels", "gold", "seed"))
        if card["gold"] != digest:
            raise AssayError(f"{card_path.parent} was trained on another gold version", fix=RETRAIN)
        if card["name"] not in first:
            continue
        system = load_system(card_path.parent)
        figures = scoring.figures(scoring.matrix(test, answers_to(system, test, "test")))
        found.setdefault(card["name"], []).append(figures)
    return {
        name: {
            metric: Spread((first[name][metric], *(one[metric] for one in figures)))
            for metric in scoring.metrics
        }
        for name, figures in found.items()
    }


def with_seeds(
    judgement: Judgement, found: Mapping[str, Mapping[str, Spread]], metric: str, title: str
) -> Judgement:
    """The judgement with each system's spread, and with a reason more where the system on trial has one.

    Parameters
    ----------
    metric, title
        The task's metric, and what a reader calls it.
    """
    if not found:
        return judgement
    document = {**judgement.document, "systems": [dict(one) for one in judgement.document["systems"]]}
    for one in document["systems"]:
        if one["name"] in found:
            by_metric = found[one["name"]]
            one["seeds"] = {
                "count": len(by_metric[metric].values),
                **{name: spread.document() for name, spread in by_metric.items()},
            }
    tuned = document["fine_tuned"]
    verdict = judgement.verdict
    if tuned in found:
        by_name = {one["name"]: one for one in document["systems"]}
        simpler = by_name[document["best_simpler"]]
        reason = _reason(by_name[tuned]["title"], found[tuned][metric], title, simpler, metric)
        verdict = replace(verdict, reasons=(*verdict.reasons, reason))
        document["verdict"] = {**document["verdict"], "reasons": list(verdict.reasons)}
    return replace(judgement, document=document, verdict=verdict)


def _reason(system: str, spread: Spread, title: str, simpler: Mapping[str, Any], metric: str) -> str:
    """What the seeds say about the gain."""
    score = simpler[metric]["point"]
    gain, figures = spread.values[0] - score, spread.document()
    words = (
        f"Trained with {len(spread.values)} seeds, {system} scores {figures['mean']:.3f} {title} on average, "
        f"{figures['low']:.3f} to {figures['high']:.3f} (standard deviation {figures['sd']:.3f}); the first "
        f"seed, {spread.values[0]:.3f}, is the one compared."
    )
    if spread.wide > abs(gain):
        words += (
            f" That spread of {spread.wide:.3f} is larger than the difference of {gain:+.3f}: which seed was "
            "drawn matters more than fine-tuning does, so do not rest a decision on this difference."
        )
    behind = sum(value <= score for value in spread.values)
    if behind:
        words += f" With {behind} of {len(spread.values)} seeds it does not beat {simpler['title']}."
    return words
