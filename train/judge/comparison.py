"""Systems judged on the same held-out rows: a pure function from predictions to tables, comparisons and a
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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from train.judge.verdict import Gain, Standing, Verdict, decide
from train.kinds.classification import SCORES, Counts, Floats, Ints, count, per_class
from train.stats.calibration import brier_scores, calibration_error, coverage_at_risk, log_losses, reliability
from train.stats.intervals import Bootstrap, Interval, cluster_codes, count_columns, counts_of, mean_of
from train.stats.paired import Paired, compare, holm
from train.stats.power import design_effect, rows_needed, smallest_difference, smallest_shift

# Families (see train/systems/base.py) that are fine-tuned, the one on trial first; all others are simpler.
ON_TRIAL = "adapter"
CONTROL = "full"
FINE_TUNED = (ON_TRIAL, CONTROL)
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Answers:
    """A system's probabilities per split (`train` only where fine-tuned), float `[rows, labels]`, and its
    cost.
    """

    name: str
    title: str
    family: str
    trainable_parameters: int
    proba: Mapping[str, Floats]
    train_seconds: float = 0.0
    latency_ms: float = 0.0


@dataclass(frozen=True)
class Judgement:
    """What the comparison found: `document` for JSON, `tables` by file name, and the verdict."""

    document: dict[str, Any]
    tables: dict[str, pl.DataFrame]
    verdict: Verdict


@dataclass(frozen=True)
class Settings:
    """How to judge; see `train.judge.evaluate.EvaluateParams` for the reasons behind the values."""

    metric: str
    target: float
    worthwhile: float
    risk: float
    bootstrap: int
    permutations: int
    confidence: float
    seed: int


@dataclass(frozen=True)
class Scored:
    """A system's figures on the test rows."""

    answers: Answers
    predicted: Ints
    confidence: Floats
    intervals: dict[str, Interval]
    calibration: pl.DataFrame
    coverage: float
    fit: dict[str, dict[str, float]] = field(default_factory=dict)

    def figures(self) -> dict[str, float]:
        """The point estimates, flat."""
        points = {name: interval.point for name, interval in self.intervals.items()}
        return {**points, "calibration_error": calibration_error(self.calibration), "coverage": self.coverage}


def judge(
    splits: Mapping[str, pl.DataFrame], labels: Sequence[str], systems: Sequence[Answers], settings: Settings
) -> Judgement:
    """Judge `systems` on the test rows.

    Parameters
    ----------
    splits
        `train`, `validation` and `test` frames with `example_id`, `output` and `group`, their rows in the
        order of the systems' probabilities. `validation` may be empty.
    labels
        The columns of the probabilities, in order; every `output` is one of them.
    """
    truth = {name: _codes(splits[name]["output"], labels) for name in SPLITS}
    bootstrap = Bootstrap(
        cluster_codes(splits["test"]["group"]), settings.bootstrap, settings.seed, settings.confidence
    )
    scored = [_score(system, truth, len(labels), bootstrap, settings) for system in systems]
    simpler = [one for one in scored if one.answers.family not in FINE_TUNED]
    best = max(
        simpler,
        key=lambda one: (
            one.fit["test"][settings.metric],
            -one.answers.trainable_parameters,
            one.answers.name,
        ),
    )
    tuned = next((one for family in FINE_TUNED for one in scored if one.answers.family == family), None)
    control = next((one for one in scored if one.answers.family == CONTROL and one is not tuned), None)

    pairs: list[tuple[str, Scored, Scored]] = []
    if tuned is not None:
        pairs = [
            ("verdict", tuned, best),
            *(("context", tuned, other) for other in simpler if other is not best),
        ]
        pairs += [("control", control, tuned)] if control is not None else []
    compared = [
        compare(
            truth["test"],
            a.predicted,
            b.predicted,
            len(labels),
            bootstrap,
            settings.metric,
            settings.permutations,
        )
        for _, a, b in pairs
    ]
    gain = None
    if tuned is not None:
        largest_p = max(
            one.p_metric for (purpose, _, _), one in zip(pairs, compared, strict=True) if purpose != "control"
        )
        gain = replace(_gain(compared[0], tuned, best, truth["test"], bootstrap, settings), p_value=largest_p)
    verdict = decide(
        metric=settings.metric,
        target=settings.target,
        worthwhile=settings.worthwhile,
        rows=len(truth["test"]),
        simpler=_standing(best, settings),
        tuned=_standing(tuned, settings) if tuned is not None else None,
        gain=gain,
        alpha=1 - settings.confidence,
    )
    warnings = _warnings(bootstrap, scored, splits["test"]["output"], labels)
    document = {
        "rows": {name: len(truth[name]) for name in SPLITS},
        "test_clusters": bootstrap.groups,
        "labels": list(labels),
        "best_simpler": best.answers.name,
        "fine_tuned": tuned.answers.name if tuned is not None else None,
        "systems": [_system_document(one) for one in scored],
        "comparisons": _comparison_documents(pairs, compared),
        "power": None
        if gain is None
        else {"detectable": gain.detectable, "rows_needed_for_worthwhile": gain.rows_needed, "power": 0.8},
        "verdict": {
            "outcome": verdict.outcome,
            "headline": verdict.headline,
            "reasons": list(verdict.reasons),
        },
        "warnings": warnings,
    }
    return Judgement(document, _tables(scored, tuned or best, splits["test"], truth["test"], labels), verdict)


def _codes(outputs: pl.Series, labels: Sequence[str]) -> Ints:
    """Index of each output among `labels`."""
    return outputs.replace_strict(list(labels), list(range(len(labels))), return_dtype=pl.Int64).to_numpy()


def _of_counts(score: Callable[[Counts], Floats]) -> Callable[[Floats], Floats]:
    return lambda totals: score(counts_of(totals))


def _score(
    system: Answers, truth: Mapping[str, Ints], classes: int, bootstrap: Bootstrap, settings: Settings
) -> Scored:
    """Figures of one system, with intervals where a resample has a meaning."""
    proba, actual = system.proba["test"], truth["test"]
    predicted, confidence = proba.argmax(axis=1), proba.max(axis=1)
    counts = bootstrap.per_cluster(count_columns(actual, predicted, classes))
    intervals = {
        name: bootstrap.interval(counts, _of_counts(score), bounds=(0.0, 1.0))
        for name, score in SCORES.items()
    }
    for name, values in (("log_loss", log_losses(proba, actual)), ("brier", brier_scores(proba, actual))):
        intervals[name] = bootstrap.interval(
            bootstrap.per_cluster(np.column_stack([values, np.ones(len(values))])), mean_of
        )
    fit = {}
    for split, probabilities in system.proba.items():
        if len(probabilities):
            tally = count(truth[split][: len(probabilities)], probabilities.argmax(axis=1), classes)
            fit[split] = {name: float(score(tally)) for name, score in SCORES.items()}
    right = predicted == actual
    return Scored(
        system,
        predicted,
        confidence,
        intervals,
        reliability(confidence, right),
        coverage_at_risk(confidence, right, settings.risk),
        fit,
    )


def _standing(one: Scored, settings: Settings) -> Standing:
    answers = one.answers
    return Standing(
        answers.title,
        one.intervals[settings.metric].point,
        answers.trainable_parameters,
        answers.latency_ms,
        answers.train_seconds,
    )


def _gain(
    paired: Paired, tuned: Scored, best: Scored, actual: Ints, bootstrap: Bootstrap, settings: Settings
) -> Gain:
    """The difference with what these rows could have shown, in the task's metric."""
    right, other_right = tuned.predicted == actual, best.predicted == actual
    effect = design_effect(right.astype(np.float64) - other_right, bootstrap.clusters)
    discordant, rows = float((right != other_right).mean()), len(actual)
    if settings.metric == "accuracy" or paired.difference.error == 0:
        detectable = smallest_difference(rows / effect, discordant)
        needed = rows_needed(settings.worthwhile, discordant) * effect
    else:
        detectable = smallest_shift(paired.difference.error)
        needed = rows * (detectable / settings.worthwhile) ** 2
    return Gain(
        paired.difference.point,
        paired.difference.low,
        paired.difference.high,
        paired.p_metric,
        detectable,
        needed,
    )


def _warnings(
    bootstrap: Bootstrap, scored: Sequence[Scored], outputs: pl.Series, labels: Sequence[str]
) -> list[str]:
    """What a reader must know before trusting the figures."""
    found = []
    if bootstrap.few:
        found.append(
            f"Only {bootstrap.groups} independent groups of test rows: the intervals are too narrow to "
            f"be trusted."
        )
    absent = len(labels) - outputs.n_unique()
    if absent:
        found.append(
            f"{absent} of {len(labels)} labels have no test row; macro-F1 leaves them out unless a "
            f"system predicts them."
        )
    return found


def _system_document(one: Scored) -> dict[str, Any]:
    answers = one.answers
    fit = dict(one.fit)
    document: dict[str, Any] = {
        "name": answers.name,
        "title": answers.title,
        "family": answers.family,
        "trainable_parameters": answers.trainable_parameters,
        **{name: asdict(interval) for name, interval in one.intervals.items()},
        "calibration_error": calibration_error(one.calibration),
        "coverage": one.coverage,
        "fit": fit,
    }
    if answers.family in FINE_TUNED and "train" in fit:
        document["overfitting"] = {
            f"train_minus_{split}_accuracy": fit["train"]["accuracy"] - fit[split]["accuracy"]
            for split in SPLITS[1:]
            if split in fit
        }
    return document


def _comparison_documents(
    pairs: Sequence[tuple[str, Scored, Scored]], compared: Sequence[Paired]
) -> list[dict[str, Any]]:
    adjusted = holm([one.p_metric for one in compared])
    return [
        {
            "purpose": purpose,
            "system": system.answers.name,
            "against": other.answers.name,
            **asdict(paired),
            "p_holm": p_holm,
        }
        for (purpose, system, other), paired, p_holm in zip(pairs, compared, adjusted, strict=True)
    ]


def _tables(
    scored: Sequence[Scored], shown: Scored, test: pl.DataFrame, actual: Ints, labels: Sequence[str]
) -> dict[str, pl.DataFrame]:
    """The tables described in `train.judge.evaluate`; `shown` is the system of the confusion table."""
    names = np.array(labels, dtype=object)
    predictions, classes, bins, rows = [], [], [], []
    for one in scored:
        name = pl.lit(one.answers.name).alias("system")
        predictions.append(
            test.select(
                "example_id",
                name,
                pl.col("output").alias("label"),
                pl.Series("predicted", names[one.predicted].tolist(), dtype=pl.String),
                pl.Series("confidence", one.confidence),
                pl.Series("correct", one.predicted == actual),
            )
        )
        ratios = per_class(count(actual, one.predicted, len(labels)))
        table = {
            "label": list(labels),
            "precision": ratios.precision,
            "recall": ratios.recall,
            "f1": ratios.f1,
            "support": ratios.support.astype(np.int64),
        }
        classes.append(pl.DataFrame(table).select(name, pl.all()))
        bins.append(one.calibration.select(name, pl.all()))
        bounds = {
            f"{metric}{end}": getattr(one.intervals[metric], at)
            for metric in SCORES
            for end, at in (("", "point"), ("_low", "low"), ("_high", "high"))
        }
        head = {"system": one.answers.name, "title": one.answers.title, "family": one.answers.family}
        rows.append(
            {
                **head,
                **bounds,
                **{k: v for k, v in one.figures().items() if k not in SCORES},
                "trainable_parameters": one.answers.trainable_parameters,
            }
        )
    confusion = pl.DataFrame(
        {"actual": test["output"], "predicted": pl.Series(names[shown.predicted].tolist(), dtype=pl.String)}
    )
    return {
        "predictions": pl.concat(predictions).sort("system", "example_id"),
        "per_class": pl.concat(classes),
        "calibration": pl.concat(bins),
        "comparison": pl.DataFrame(rows),
        "confusion": confusion,
    }
