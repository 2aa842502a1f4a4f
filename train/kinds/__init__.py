"""How an answer is scored, one file a kind of task."""

from __future__ import annotations

from collections.abc import Sequence

from curate.errors import AssayError
from curate.task import Kind
from train.kinds.base import Metric, Scoring

__all__ = ["Metric", "Scoring", "scoring_of"]


def scoring_of(kind: Kind, labels: Sequence[str] = ()) -> Scoring:
    """How answers of `kind` are scored.

    Parameters
    ----------
    labels
        All labels of a classification task.

    Raises
    ------
    AssayError
        If systems of this kind can be neither trained nor judged.
    """
    if kind is Kind.CLASSIFICATION:
        from train.kinds.classification import Classification

        return Classification(labels)
    raise AssayError(
        f"kind `{kind}` cannot be trained or judged yet: only `classification` is; curation up to "
        f"`publish` works "
        "for every kind",
        fix="stop at the gold version: dvc repro publish",
    )
