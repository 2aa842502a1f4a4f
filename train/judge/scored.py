"""One system's figures on the held-out rows, with intervals that respect groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from train.arrays import Bools, Floats, Ints
from train.kinds import Scoring
from train.kinds.classification import codes_of
from train.stats.calibration import brier_scores, calibration_error, coverage_at_risk, log_losses, reliability
from train.stats.intervals import Bootstrap, Interval, mean_of
from train.systems.base import FINE_TUNED, System


@dataclass(frozen=True)
class Answers:
    """What a system answered, by split (`train` only where fine-tuned), and what it cost.

    Parameters
    ----------
    answers
        Its answers, strings `[rows]`.
    labels, proba
        A classifier's labels and its probabilities for them, float64 `[rows, labels]`; empty for other
        systems.
    train_seconds, latency_ms
        Seconds of the fit, milliseconds an answer; None where they were not measured here.
    written
        What was written, by split, where answers were read off it.
    """

    name: str
    title: str
    family: str
    trainable_parameters: int
    answers: Mapping[str, pl.Series]
    labels: tuple[str, ...] = ()
    proba: Mapping[str, Floats] = field(default_factory=dict)
    train_seconds: float | None = None
    latency_ms: float | None = None
    written: Mapping[str, pl.Series] | None = None

    @classmethod
    def of_probabilities(
        cls,
        system: System,
        labels: Sequence[str],
        proba: Mapping[str, Floats],
        train_seconds: float | None = None,
        latency_ms: float | None = None,
    ) -> Answers:
        """A classifier's answers, the most probable of `labels`, from its probabilities by split."""
        names = pl.Series("label", labels, dtype=pl.String)
        return cls(
            system.name,
            system.title,
            system.family,
            system.trainable_parameters,
            {split: names.gather(given.argmax(axis=1)) for split, given in proba.items()},
            tuple(labels),
            proba,
            train_seconds,
            latency_ms,
        )

    @classmethod
    def of_texts(
        cls,
        system: System,
        answers: Mapping[str, pl.Series],
        train_seconds: float | None = None,
        latency_ms: float | None = None,
        written: Mapping[str, pl.Series] | None = None,
    ) -> Answers:
        """A writing system's answers, by split."""
        return cls(
            system.name,
            system.title,
            system.family,
            system.trainable_parameters,
            answers,
            train_seconds=train_seconds,
            latency_ms=latency_ms,
            written=written,
        )

    @property
    def fine_tuned(self) -> bool:
        """Whether it is the system on trial or its control."""
        return self.family in FINE_TUNED


@dataclass(frozen=True)
class Certainty:
    """What a classifier's probabilities are worth on the test rows.

    Parameters
    ----------
    confidence
        Probability of the answer given, `[rows]`.
    intervals
        Of log loss and Brier score.
    bins
        The reliability diagram.
    coverage
        Share of rows that can be answered at the risk asked for.
    """

    confidence: Floats
    intervals: dict[str, Interval]
    bins: pl.DataFrame
    coverage: float

    @property
    def error(self) -> float:
        """Expected calibration error."""
        return calibration_error(self.bins)


@dataclass(frozen=True)
class Scored:
    """A system's figures on the test rows.

    Parameters
    ----------
    matrix, right
        Score matrix of the test rows, `[rows, columns]` (see `train.kinds.base`), and which answers are
        right.
    intervals
        Each metric of the kind, by name.
    fit
        Each metric on every split that the system answered: how much better it is on rows it has seen.
    certainty
        None for a system without probabilities.
    """

    answers: Answers
    matrix: Any
    right: Bools
    intervals: dict[str, Interval]
    fit: dict[str, dict[str, float]]
    certainty: Certainty | None = None


def score(
    system: Answers, splits: Mapping[str, pl.DataFrame], scoring: Scoring, bootstrap: Bootstrap, risk: float
) -> Scored:
    """Figures of one system.

    Parameters
    ----------
    splits
        Frames with `output`, their rows in the order of the answers.
    bootstrap
        Over the groups of the test rows.
    risk
        Share of wrong answers allowed where a classifier answers only when it is sure.
    """
    test, answers = splits["test"], system.answers["test"]
    matrix, right = scoring.matrix(test, answers), scoring.right(test, answers)
    sums = bootstrap.per_cluster(matrix)
    intervals = {
        name: bootstrap.interval(sums, metric.of, bounds=(0.0, 1.0))
        for name, metric in scoring.metrics.items()
    }
    fit = {
        split: scoring.figures(scoring.matrix(splits[split], given))
        for split, given in system.answers.items()
        if len(given)
    }
    certainty = None
    if system.proba:
        actual = codes_of(splits["test"], system.labels)
        certainty = _certainty(system.proba["test"], actual, right, bootstrap, risk)
    return Scored(system, matrix, right, intervals, fit, certainty)


def _certainty(proba: Floats, actual: Ints, right: Bools, bootstrap: Bootstrap, risk: float) -> Certainty:
    losses = {"log_loss": log_losses(proba, actual), "brier": brier_scores(proba, actual)}
    confidence = proba.max(axis=1)
    return Certainty(
        confidence,
        {
            name: bootstrap.interval(
                bootstrap.per_cluster(np.column_stack([values, np.ones(len(values))])), mean_of
            )
            for name, values in losses.items()
        },
        reliability(confidence, right),
        coverage_at_risk(confidence, right, risk),
    )
