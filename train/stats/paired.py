"""Is one system better than another on the same rows, or is it luck? Paired tests that respect groups.

Under the null hypothesis the two systems are exchangeable, so within each cluster their answers may be
swapped:

- on correctness the statistic is a sum of per-cluster differences with random signs; its null distribution is
  computed exactly, for any number of rows, as a product of binomials. With clusters of one row it is
  McNemar's exact test.
- on the task metric (macro-F1 is not a mean over rows) the swaps are drawn at random, or all enumerated when
  they are few.

McNemar, 1947; Dietterich, 1998, "Approximate statistical tests for comparing supervised classification
learning algorithms"; Yeh, 2000, "More accurate tests for the statistical significance of result differences".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from train.arrays import Bools, Floats, Ints
from train.stats.intervals import Bootstrap, Interval

# Differences this close count as ties: totals are whole numbers, only the last division rounds.
TIE = 1e-12


@dataclass(frozen=True)
class Paired:
    """A system against another on the same rows.

    `difference` is in the task metric, system minus other; `p_metric` and `p_correct` are two-sided cluster
    permutation tests on that metric and on per-row correctness; `p_mcnemar` ignores clusters. `only_system`
    and `only_other` count the rows that just one of them gets right.
    """

    difference: Interval
    p_metric: float
    p_correct: float
    p_mcnemar: float
    only_system: int
    only_other: int


def mcnemar_exact(only_a: int, only_b: int) -> float:
    """Two-sided exact p-value of McNemar's test: a fair coin on the `only_a + only_b` discordant rows."""
    return sign_flip_exact(
        np.concatenate([np.ones(only_a, dtype=np.int64), -np.ones(only_b, dtype=np.int64)])
    )


def _signed_binomial(size: int, times: int) -> Floats:
    """Distribution of the sum of `times` fair signs of weight `size`, over -size*times..size*times."""
    heads = np.arange(times + 1)
    log_p = np.array(
        [math.lgamma(times + 1) - math.lgamma(h + 1) - math.lgamma(times - h + 1) for h in heads.tolist()]
    ) - times * math.log(2)
    spread = np.zeros(2 * size * times + 1)
    spread[2 * size * heads] = np.exp(log_p)
    return spread


def sign_flip_exact(differences: Ints) -> float:
    """Two-sided p-value that whole-number `differences` (one per cluster) sum this far from 0 under random
    signs.

    Exact: equal sizes form a binomial, and the binomials are convolved; no draws, no limit on the number of
    clusters.
    """
    sizes, times = np.unique(np.abs(differences[differences != 0]), return_counts=True)
    null = np.ones(1)
    for size, repeated in zip(sizes.tolist(), times.tolist(), strict=True):
        null = np.convolve(null, _signed_binomial(size, repeated))
    middle = len(null) // 2
    reached = abs(int(differences.sum()))
    return (
        float(min(1.0, null[: middle - reached + 1].sum() + null[middle + reached :].sum()))
        if reached
        else 1.0
    )


def swap_test(
    base_a: Floats, base_b: Floats, swap: Any, statistic: Callable[[Floats], Floats], draws: int, seed: int
) -> float:
    """Two-sided p-value of `statistic(a) - statistic(b)` when clusters' answers are swapped at random.

    Parameters
    ----------
    base_a, base_b
        Column totals of the two systems, `[m]`.
    swap
        What each swapped cluster adds to a and takes from b, sparse `[groups, m]`; zero rows are dropped,
        since swapping equal answers changes nothing.
    draws
        Random swaps; all of them are enumerated instead when there are no more. Otherwise p = (1 + hits) / (1
        + draws), which is never zero (Phipson & Smyth, 2010).
    """
    swap = swap[np.flatnonzero(abs(swap).sum(axis=1))]
    pairs = swap.shape[0]
    enumerated = 2**pairs <= draws if pairs < 60 else False
    observed = abs(float(statistic(base_a) - statistic(base_b)))
    chooser = np.random.default_rng(seed)
    total = 2**pairs if enumerated else draws
    hits = 0
    for start in range(0, total, 1000):  # blocks keep memory flat
        size = min(1000, total - start)
        if enumerated:
            chosen = (np.arange(start, start + size)[:, None] >> np.arange(pairs)) & 1
        else:
            chosen = chooser.integers(2, size=(size, pairs))
        moved = (swap.T @ chosen.T.astype(np.float64)).T
        hits += int((np.abs(statistic(base_a + moved) - statistic(base_b - moved)) >= observed - TIE).sum())
    return hits / total if enumerated else (1 + hits) / (1 + total)


def compare(
    mine: Any,
    theirs: Any,
    right: tuple[Bools, Bools],
    metric: Callable[[Floats], Floats],
    bootstrap: Bootstrap,
    draws: int,
) -> Paired:
    """One system against another on the same rows.

    Parameters
    ----------
    mine, theirs
        Their score matrices, `[rows, m]` (see `train.kinds.base`).
    right
        Which rows each gets right, `[rows]`.
    metric
        The task's metric, from column sums `[..., m]` to values `[...]`.
    draws
        Random swaps of the permutation test.
    """
    from scipy import sparse

    mine, theirs = bootstrap.per_cluster(mine), bootstrap.per_cluster(theirs)

    def gain(totals: Floats) -> Floats:
        ours, others = np.split(totals, 2, axis=-1)
        return metric(ours) - metric(others)

    both: Any = sparse.hstack([mine, theirs], format="csr")
    ours, others = right
    per_group = np.bincount(
        bootstrap.clusters, weights=ours.astype(np.float64) - others, minlength=bootstrap.groups
    )
    only_system, only_other = int((ours & ~others).sum()), int((~ours & others).sum())
    return Paired(
        difference=bootstrap.interval(both, gain, bounds=(-1.0, 1.0)),
        p_metric=swap_test(
            np.asarray(mine.sum(axis=0)).ravel(),
            np.asarray(theirs.sum(axis=0)).ravel(),
            (theirs - mine).tocsr(),
            metric,
            draws,
            bootstrap.seed,
        ),
        p_correct=sign_flip_exact(np.rint(per_group).astype(np.int64)),
        p_mcnemar=mcnemar_exact(only_system, only_other),
        only_system=only_system,
        only_other=only_other,
    )
