"""Systems judged on the same held-out rows: a pure function from answers to tables, comparisons and a
verdict.

Fine-tuning is worth it only if it beats *every* simpler system, so the verdict's test is an
intersection-union test (Berger, 1982, Technometrics 24: 295): the fine-tuned system is tested against each,
and the largest of the p-values is the verdict's, which holds its level without correction. The difference
shown is the one from the simpler system that is best on the test rows; being the luckiest of several there it
errs against fine-tuning, never for it. (Chosen on a few validation rows, a weak simpler system could be named
and beaten.) Full fine-tuning against LoRA is reported beside, and all comparisons carry Holm's correction
too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from train.judge.documents import document_of, tables_of
from train.judge.scored import Answers, Scored, score
from train.judge.verdict import Gain, Standing, Verdict, cheapest_reason, decide
from train.kinds import Scoring
from train.stats.intervals import Bootstrap, cluster_codes
from train.stats.paired import Paired, compare
from train.stats.power import design_effect, rows_needed, smallest_difference, smallest_shift
from train.systems.base import CONTROL, FINE_TUNED

__all__ = ["Answers", "Judgement", "Pair", "Settings", "judge"]


@dataclass(frozen=True)
class Judgement:
    """What the comparison found: `document` for JSON, `tables` by file name, the verdict, and what it was
    made of.
    """

    document: dict[str, Any]
    tables: dict[str, pl.DataFrame]
    verdict: Verdict
    scored: tuple[Scored, ...] = ()
    bootstrap: Bootstrap | None = None


@dataclass(frozen=True)
class Settings:
    """How to judge; see `train.judge.params.EvaluateParams` for the reasons behind the values."""

    metric: str
    target: float
    worthwhile: float
    risk: float
    bootstrap: int
    permutations: int
    confidence: float
    seed: int


@dataclass(frozen=True)
class Pair:
    """One system against another, and why: `verdict`, `context` (the other simpler ones), `control`, or
    `variant` (other adapters).
    """

    purpose: str
    system: Scored
    other: Scored
    paired: Paired


def judge(
    splits: Mapping[str, pl.DataFrame], scoring: Scoring, systems: Sequence[Answers], settings: Settings
) -> Judgement:
    """Judge `systems` on the test rows.

    Parameters
    ----------
    splits
        `train`, `validation` and `test` frames with `example_id`, `output` and `group`, their rows in the
        order of the systems' answers. `validation` may be empty.
    scoring
        How answers of this kind are scored.
    """
    test = splits["test"]
    clusters = cluster_codes(test["group"])
    bootstrap = Bootstrap(clusters, settings.bootstrap, settings.seed, settings.confidence)
    scored = [score(system, splits, scoring, bootstrap, settings.risk) for system in systems]
    best = _best([one for one in scored if not one.answers.fine_tuned], settings.metric)
    tuned = _on_trial(scored, settings.metric)
    pairs = _pairs(scored, best, tuned, scoring, bootstrap, settings) if tuned is not None else []
    gain = None
    if tuned is not None:
        largest_p = max(pair.paired.p_metric for pair in pairs if pair.purpose in ("verdict", "context"))
        gain = replace(_gain(pairs[0], scoring, bootstrap, settings), p_value=largest_p)
    verdict = decide(
        metric=scoring.metrics[settings.metric].title,
        target=settings.target,
        worthwhile=settings.worthwhile,
        rows=test.height,
        simpler=_standing(best, settings.metric),
        tuned=_standing(tuned, settings.metric) if tuned is not None else None,
        gain=gain,
        alpha=1 - settings.confidence,
    )
    title = scoring.metrics[settings.metric].title
    standings = [_standing(one, settings.metric) for one in scored]
    cheapest = cheapest_reason(title, settings.target, standings)
    first, *others = verdict.reasons
    verdict = replace(verdict, reasons=(first, *([cheapest] if cheapest else []), *others))
    document = {
        "rows": {name: rows.height for name, rows in splits.items()},
        "test_clusters": bootstrap.groups,
        "labels": list(systems[0].labels),
        "best_simpler": best.answers.name,
        "fine_tuned": tuned.answers.name if tuned is not None else None,
        **document_of(scored, pairs, gain, verdict, scoring),
        "warnings": _warnings(bootstrap, test["output"], systems[0].labels),
    }
    tables = tables_of(scored, tuned or best, test, scoring)
    return Judgement(document, tables, verdict, tuple(scored), bootstrap)


def _best(simpler: Sequence[Scored], metric: str) -> Scored:
    """The simpler system that is best on the test rows; of equals the one with fewer fitted numbers."""
    return max(
        simpler,
        key=lambda one: (one.fit["test"][metric], -one.answers.trainable_parameters, one.answers.name),
    )


def _on_trial(scored: Sequence[Scored], metric: str) -> Scored | None:
    """The fine-tuned system that is judged: an adapter before its control; of several the best on validation
    rows, never on the test rows; of equals the first.
    """
    for family in FINE_TUNED:
        of_family = [one for one in scored if one.answers.family == family]
        if of_family:
            return max(of_family, key=lambda one: one.fit.get("validation", {}).get(metric, 0.0))
    return None


def _pairs(
    scored: Sequence[Scored],
    best: Scored,
    tuned: Scored,
    scoring: Scoring,
    bootstrap: Bootstrap,
    settings: Settings,
) -> list[Pair]:
    """The fine-tuned system against the best simpler one first, then the others, then its control."""
    simpler = [one for one in scored if not one.answers.fine_tuned]
    controls = [one for one in scored if one.answers.family == CONTROL and one is not tuned]
    wanted = [("verdict", tuned, best)]
    wanted += [("context", tuned, other) for other in simpler if other is not best]
    wanted += [("control", control, tuned) for control in controls]
    variants = [one for one in scored if one.answers.family == tuned.answers.family and one is not tuned]
    wanted += [("variant", tuned, other) for other in variants]
    metric = scoring.metrics[settings.metric].of
    return [
        Pair(
            purpose,
            one,
            other,
            compare(
                one.matrix,
                other.matrix,
                (one.right, other.right),
                metric,
                bootstrap,
                settings.permutations,
            ),
        )
        for purpose, one, other in wanted
    ]


def _standing(one: Scored, metric: str) -> Standing:
    answers = one.answers
    return Standing(
        answers.title,
        one.intervals[metric].point,
        answers.trainable_parameters,
        answers.latency_ms,
        answers.train_seconds,
    )


def _gain(pair: Pair, scoring: Scoring, bootstrap: Bootstrap, settings: Settings) -> Gain:
    """The difference with what these rows could have shown, in the task's metric."""
    right, other_right, paired = pair.system.right, pair.other.right, pair.paired
    effect = design_effect(right.astype(np.float64) - other_right, bootstrap.clusters)
    discordant, rows = float((right != other_right).mean()), len(right)
    if settings.metric == scoring.share_right or paired.difference.error == 0:
        detectable = smallest_difference(rows / effect, discordant)
        needed = rows_needed(settings.worthwhile, discordant) * effect
    else:
        detectable = smallest_shift(paired.difference.error, bootstrap.groups)
        needed = rows * (detectable / settings.worthwhile) ** 2
    difference = paired.difference
    return Gain(difference.point, difference.low, difference.high, paired.p_metric, detectable, needed)


def _warnings(bootstrap: Bootstrap, outputs: pl.Series, labels: Sequence[str]) -> list[str]:
    """What a reader must know before trusting the figures."""
    warnings = []
    if bootstrap.few:
        warnings.append(
            f"Only {bootstrap.groups} independent groups of test rows: the intervals are too narrow to "
            f"be trusted."
        )
    absent = len(set(labels) - set(outputs))
    if absent:
        warnings.append(
            f"{absent} of {len(labels)} labels have no test row; macro-F1 leaves them out unless a "
            f"system predicts them."
        )
    return warnings
