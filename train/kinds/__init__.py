"""How an answer is scored, one file a kind of task."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from curate.task import Kind, TaskCard
from train.kinds.base import Metric, Scoring

__all__ = ["Metric", "Scoring", "all_labels", "scoring_of"]


def scoring_of(task: TaskCard, labels: Sequence[str] = ()) -> Scoring:
    """How answers of a task are scored.

    Parameters
    ----------
    labels
        All labels of a classification task, those that only the data show among them.
    """
    match task.kind:
        case Kind.CLASSIFICATION:
            from train.kinds.classification import Classification

            return Classification(labels)
        case Kind.EXTRACTION:
            from train.kinds.extraction import Extraction

            return Extraction(task.output_schema)
        case Kind.REWRITING:
            from train.kinds.rewriting import Rewriting

            return Rewriting(task.style)
        case Kind.SUMMARY:
            from train.kinds.summary import Summary

            return Summary(task.sections)
        case Kind.PREFERENCE:
            from train.kinds.preference import Preference

            return Preference()


def all_labels(task: TaskCard, *frames: pl.DataFrame) -> tuple[str, ...]:
    """The labels of the card and of frames, sorted; none unless the task is classification."""
    if task.kind is not Kind.CLASSIFICATION:
        return ()
    return tuple(sorted(set(task.labels).union(*(frame["output"] for frame in frames))))
