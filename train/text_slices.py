"""Slices that follow the texts: who asks otherwise is not who decides otherwise.

Rows whose odds look equally doubtful are not yet alike: a slice that words its texts in another way may have
more of a label among them by nature. So each row is given its chance of standing in the slice, from its text
alone, and the exact test is made again with these chances in place of equal ones (a conditional randomisation
test; Candès, Fan, Janson & Lv, 2018). Given how many of a stratum's rows are the slice's own, each set of as
many rows is as likely as the product of the odds of its rows; with equal odds the number of firsts among them
is hypergeometric, as in Fisher's test.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.arrays import Bools, Floats, Ints
from train.labels import FLOOR, FOLDS, folds

# From the slice of each row, `[rows]`, -1 for none, to the chance that a row of its text stands in each,
# `[rows, slices]`.
Chances = Callable[[Ints], Floats]
# Inverse regularisation of the model that tells a slice by the text.
SLICE_C = 1.0


def by_text(texts: list[str], features: Floats) -> Chances:
    """Chances of standing in a slice from embeddings `[rows, size]`, by models that never saw the row."""

    def chances(column: Ints) -> Floats:
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        count = int(column.max()) + 1
        standing = column[column >= 0]
        shares = np.bincount(standing, minlength=count) / max(1, len(standing))
        proba = np.tile(shares, (len(column), 1))
        # Rows of equal text share a fold, whatever their label and slice.
        fold = folds(texts, np.zeros(len(texts), dtype=np.int64))
        for at in range(FOLDS):
            learn, judged = np.flatnonzero((fold != at) & (column >= 0)), np.flatnonzero(fold == at)
            known = np.unique(column[learn])
            if len(known) < 2 or not len(judged):
                continue
            with threadpool_limits(1):
                model = LogisticRegression(C=SLICE_C, max_iter=200, tol=1e-3)
                told = model.fit(features[learn], column[learn]).predict_proba(features[judged])
            proba[judged] = 0.0
            proba[np.ix_(judged, known)] = told
        return proba

    return chances


def firsts(odds: Floats, first: Bools, own: int) -> Floats:
    """The chance of 0, 1, ... rows of the first label among the `own` rows of the slice.

    Parameters
    ----------
    odds
        Of each row of a stratum for standing in the slice, `[rows]`, above 0; a common factor is nothing.
    first
        Which rows were given the first label, `[rows]`.
    own
        How many of the rows stand in the slice.

    Returns
    -------
    Floats
        `[min(own, firsts) + 1]`, in all 1.
    """
    chance = _tilted(odds, own)
    some, rest = _sums(chance[first]), _sums(chance[~first])
    many = np.arange(min(own, len(some) - 1) + 1)
    left = own - many
    fits = left < len(rest)
    told = np.where(fits, some[many] * rest[np.minimum(left, len(rest) - 1)], 0.0)
    return np.asarray(told / told.sum())


def _tilted(odds: Floats, own: int) -> Floats:
    """Chances with these odds times a factor for which `own` rows are expected: the distribution given their
    number is the same for each factor, and with this one nothing underflows.
    """
    logs = np.log(np.maximum(odds, FLOOR))
    low, high = -60.0 - logs.max(), 60.0 - logs.min()
    for _ in range(80):
        middle = (low + high) / 2
        if (1 / (1 + np.exp(-(logs + middle)))).sum() < own:
            low = middle
        else:
            high = middle
    return np.asarray(1 / (1 + np.exp(-(logs + low))))


def _sums(chance: Floats) -> Floats:
    """The distribution of how many of independent events come true, `[events + 1]`."""
    told = np.ones(1)
    for one in chance:
        told = np.convolve(told, (1 - one, one))
    return told
