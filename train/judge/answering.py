"""A system asked: its answers to every split, and what answering took.

Systems are timed one after another, each loaded when its turn comes and let go after it, so that what is
measured of one is not in another's figures. Language models, which are slow, answer side by side once all of
them have been timed (`evaluate.workers`).

What is measured: milliseconds an answer one at a time (median, and the 95th percentile from 20 answers on:
of fewer it is the slowest one), rows a second in a batch, the most memory, and tokens in and out of every
test row. Where a server's answers come from the file of kept ones nothing was waited for, and no time is
told.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from curate.errors import AssayError
from train.arrays import Floats, Ints
from train.judge.params import EvaluateParams
from train.judge.scored import Answers
from train.memory import peak_memory
from train.systems.base import Chooser, Classifier, Encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from train.systems.base import System

# Seconds spent on timing single answers of a system.
_TIMED = 15.0
# Single answers from which a 95th percentile is told: it then lies below the slowest.
_FOR_P95 = 20
RETRAIN = "assay train   (or: dvc repro)"


@dataclass(frozen=True)
class Asked:
    """What a system answered, and what that took.

    Parameters
    ----------
    cost
        Figures by name; a figure that could not be measured is absent.
    samples
        Figures of single rows: `tokens_in, tokens_out` of each test row, `ms` of each answer that was timed
        alone.
    """

    answers: Answers
    cost: dict[str, float]
    samples: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Clocked:
    """Figures of a system's speed, by name, and the milliseconds of each answer that was timed alone."""

    figures: dict[str, float]
    singles: list[float]


def ask(
    load: Callable[[], System],
    card: Mapping[str, Any],
    splits: Mapping[str, pl.DataFrame],
    labels: Sequence[str],
    trained: Mapping[str, float],
    params: EvaluateParams,
    clocked: Clocked | None = None,
) -> Asked:
    """Load a system, time it unless it has been timed, and have it answer the splits.

    Parameters
    ----------
    card
        Its `model.json`.
    labels
        All labels of a classification.
    trained
        What its training took, where that was measured here.
    clocked
        What `clock` told.
    """
    gc.collect()
    with peak_memory() as peak:
        system = load()
        clocked = clocked or _clocked(system, splits, params)
        cost = {**clocked.figures, **trained}
        answers = _answers(system, card["labels"], splits, labels, cost, params.batch_size)
    if peak.megabytes is not None:
        cost["predict_peak_mb"] = peak.megabytes
    samples: dict[str, list[float]] = {"ms": clocked.singles} if clocked.singles else {}
    test = splits["test"]
    given = test["output"] if system.prefers else (answers.written or {}).get("test", answers.answers["test"])
    tokens = tokens_of(system, test["input"].to_list(), given.to_list())
    if tokens is not None:
        for place, name in enumerate(("tokens_in", "tokens_out")):
            samples[name] = [float(count) for count in tokens[:, place].tolist()]
            cost[name] = float(tokens[:, place].mean()) if len(tokens) else 0.0
    return Asked(answers, cost, samples)


def clock(load: Callable[[], System], splits: Mapping[str, pl.DataFrame], params: EvaluateParams) -> Clocked:
    """Load a system and time it, with nothing beside it."""
    gc.collect()
    return _clocked(load(), splits, params)


def _clocked(system: System, splits: Mapping[str, pl.DataFrame], params: EvaluateParams) -> Clocked:
    return Clocked(*timed(system, splits["test"]["input"].to_list(), params.latency_rows))


def tokens_of(system: System, texts: Sequence[str], answers: Sequence[str]) -> Ints | None:
    """Tokens read and written for each text, `[texts, 2]`; None for a system that has no tokens, or whose
    tokens are not known.
    """
    counted = system.tokens(texts, answers)
    if counted is None and isinstance(system, Encoded) and system.classifies:
        read = [len(ids) for ids in system.encoder.token_ids(texts)]
        counted = np.column_stack([read, np.zeros(len(read))]).astype(np.int64)
    return counted


def _answers(
    system: System,
    columns: Sequence[str],
    splits: Mapping[str, pl.DataFrame],
    labels: Sequence[str],
    cost: Mapping[str, float],
    batch_size: int,
) -> Answers:
    # Training rows only show overfitting.
    judged = list(splits) if system.fine_tuned else [split for split in splits if split != "train"]
    seconds, latency = cost.get("train_seconds"), cost.get("latency_ms_median")
    if not system.classifies:
        written = {split: _written(system, splits[split], split) for split in judged}
        if system.prefers:
            return Answers.of_texts(system, written, seconds, latency)
        read = {split: pl.Series("answer", system.read(given.to_list())) for split, given in written.items()}
        answers = {split: given.cast(pl.String) for split, given in read.items()}
        return Answers.of_texts(system, answers, seconds, latency, written)
    assert isinstance(system, Classifier)
    proba = {
        split: predict(system, splits[split]["input"].to_list(), columns, labels, batch_size)
        for split in judged
    }
    return Answers.of_probabilities(system, labels, proba, seconds, latency)


def answers_to(system: System, rows: pl.DataFrame, split: str) -> pl.Series:
    """A system's answer to each row, as `train.kinds.Scoring` takes it."""
    if system.classifies:
        return pl.Series("answer", system.answer(rows["input"].to_list()), dtype=pl.String)
    given = _written(system, rows, split)
    return given if system.prefers else pl.Series("answer", system.read(given.to_list()), dtype=pl.String)


def evenly(frame: pl.DataFrame, rows: int) -> pl.DataFrame:
    """At most `rows` rows, evenly spaced in id order: no draw, so nothing to seed."""
    ordered = frame.sort("example_id")
    if ordered.height <= rows:
        return ordered
    places: list[int] = np.linspace(0, ordered.height - 1, rows).round().astype(np.int64).tolist()
    return ordered[places]


def _written(system: System, rows: pl.DataFrame, split: str) -> pl.Series:
    """A system's text for each row, or its margin between the row's two answers.

    Raises
    ------
    AssayError
        If it does not answer every row with a text.
    """
    if system.prefers:
        assert isinstance(system, Chooser)
        return pl.Series("answer", system.margins(rows), dtype=pl.Float64)
    given = system.write(rows["input"].to_list())
    if len(given) != rows.height or not all(isinstance(one, str) for one in given):
        raise AssayError(
            f"system `{system.name}` did not answer each of {rows.height} {split} rows with a text",
            fix=RETRAIN,
        )
    return pl.Series("answer", given, dtype=pl.String)


def predict(
    system: Classifier, texts: Sequence[str], columns: Sequence[str], labels: Sequence[str], batch_size: int
) -> Floats:
    """Probabilities of `system`, whose classes are `columns`, for `labels`, `[rows, labels]`; an unknown
    label gets 0.

    Raises
    ------
    AssayError
        If the system answers with another shape, or with anything but probabilities.
    """
    order = sorted(
        range(len(texts)), key=lambda row: len(texts[row])
    )  # texts of like length pad each other little
    batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    parts = [
        np.asarray(system.predict_proba([texts[row] for row in batch]), dtype=np.float64) for batch in batches
    ]
    probabilities = np.concatenate(parts) if parts else np.zeros((0, len(columns)))
    if (
        probabilities.shape != (len(texts), len(columns))
        or not np.isfinite(probabilities).all()
        or (len(probabilities) and abs(probabilities.sum(axis=1) - 1).max() > 1e-3)
    ):
        raise AssayError(
            f"system `{system.name}` did not answer with one probability per label for each of "
            f"{len(texts)} rows",
            fix=RETRAIN,
        )
    proba = np.zeros((len(texts), len(labels)))
    proba[np.ix_(order, [list(labels).index(label) for label in columns])] = probabilities
    return proba


def timed(system: System, texts: Sequence[str], rows: int) -> tuple[dict[str, float], list[float]]:
    """`latency_ms_median`, `latency_ms_p95` (from `_FOR_P95` answers on) and `rows_per_second` in one batch,
    over `rows` texts, or as many as are answered within `_TIMED` seconds (three at least); and the
    milliseconds of each answer.

    The texts are taken evenly from short to long, after one untimed call.
    """
    by_length = sorted(texts, key=lambda text: (len(text), text))
    chosen = [
        by_length[i]
        for i in np.linspace(0, len(by_length) - 1, min(rows, len(by_length))).round().astype(int).tolist()
    ]
    system.answer(chosen[:1])
    singles: list[float] = []
    # Every other text is timed alone and the rest in a batch, since a system may remember what it answered.
    # Evenly spaced whatever the number answered: the middle first, then ever finer halves.
    for text in _spread(chosen[::2]):
        if sum(singles) > 1000 * _TIMED and len(singles) >= 3:
            break
        seconds = _seconds(system, [text])
        singles += [] if seconds is None else [1000 * seconds]
    chosen = (chosen[1::2] or chosen)[: max(len(singles), 1)]
    batch = _seconds(system, chosen)
    figures = {}
    if batch is not None:
        figures["rows_per_second"] = len(chosen) / max(batch, 1e-9)
    if singles:
        figures["latency_ms_median"] = float(np.median(singles))
    if len(singles) >= _FOR_P95:
        figures["latency_ms_p95"] = float(np.quantile(singles, 0.95))
    return figures, singles


def _seconds(system: System, texts: Sequence[str]) -> float | None:
    """How long answering takes; None where an answer was kept from an earlier run."""
    kept, start = getattr(system, "answers_kept", 0), time.perf_counter()
    system.answer(texts)
    seconds = time.perf_counter() - start
    return None if getattr(system, "answers_kept", 0) > kept else seconds


def _spread(texts: Sequence[str]) -> list[str]:
    """Texts in an order of which every beginning covers the whole list."""
    order = sorted(range(len(texts)), key=lambda place: (int(f"{place:032b}"[::-1], 2), place))
    return [texts[place] for place in order]
