"""What this test set could have shown: the smallest difference it would find, and the rows a smaller one
would need.

A paired comparison of accuracy rests on the discordant rows alone (one system right, the other wrong), so its
power follows from their share. Sample size of McNemar's test: Connor, 1987, "Sample size for testing
differences in proportions for the paired-sample design", after Miettinen, 1968. Groups shrink the sample by
the design effect (Kish, 1965). For macro-F1, which has no such formula, the multiple of the bootstrap's
standard error is used (Bloom, 1995, "Minimum detectable effects").

Connor's formula takes counts to be normal. Below `EXACT` rows they are not: there the power of the exact test
is added up over every number of discordant rows, which at that size costs milliseconds. With few groups the
multiple of the standard error is Student's.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from train.arrays import Floats, Ints

_normal = NormalDist()

# The field's convention (Cohen, 1988), and the level of every test reported here.
POWER = 0.8
ALPHA = 0.05
# Rows below which counts are not taken to be normal.
EXACT = 300


def rows_needed(difference: float, discordant: float, *, power: float = POWER, alpha: float = ALPHA) -> float:
    """Rows for McNemar's test to find `difference` in accuracy when a share `discordant` of rows differ
    (Connor, 1987).

    Fewer rows than `difference` cannot differ, so `discordant` is raised to it.
    """
    psi = max(discordant, difference)
    z_alpha, z_beta = _normal.inv_cdf(1 - alpha / 2), _normal.inv_cdf(power)
    return (z_alpha * math.sqrt(psi) + z_beta * math.sqrt(psi - difference**2)) ** 2 / difference**2


def exact_power(rows: int, difference: float, discordant: float, *, alpha: float = ALPHA) -> float:
    """Chance that McNemar's exact test finds `difference` on `rows` independent rows of which a share
    `discordant` differ: summed over every number of discordant rows.
    """
    from scipy.stats import binom

    psi = max(discordant, difference)
    if psi <= 0:
        return 0.0
    counts = np.arange(rows + 1)
    # The most that the rarer side may win for the two-sided test to reject, for each number of discordant
    # rows; -1 where nothing does.
    most = binom.ppf(alpha / 2, counts, 0.5)
    most = np.where(2 * binom.cdf(most, counts, 0.5) <= alpha, most, most - 1)
    wins = (psi + difference) / (2 * psi)
    rejects = binom.cdf(most, counts, wins) + binom.sf(counts - most - 1, counts, wins)
    rejects = np.where(most < 0, 0.0, rejects)
    return float(np.sum(binom.pmf(counts, rows, psi) * rejects))


def smallest_difference(
    rows: float, discordant: float, *, power: float = POWER, alpha: float = ALPHA
) -> float:
    """Smallest difference in accuracy found with `power` on `rows` (effective) rows; 1.0 when none would
    be.
    """
    if rows < EXACT:
        return _smallest_exact(int(rows), discordant, power, alpha)
    if rows < rows_needed(1.0, 1.0, power=power, alpha=alpha):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(60):  # rows_needed falls as the difference grows: bisection to the last bit
        middle = (low + high) / 2
        low, high = (
            (low, middle)
            if rows_needed(middle, discordant, power=power, alpha=alpha) <= rows
            else (middle, high)
        )
    return high


def _smallest_exact(rows: int, discordant: float, power: float, alpha: float) -> float:
    """The same by the exact test's own power, to a thousandth."""
    if exact_power(rows, 1.0, 1.0, alpha=alpha) < power:
        return 1.0
    low, high = 0.0, 1.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        if exact_power(rows, middle, discordant, alpha=alpha) >= power:
            high = middle
        else:
            low = middle
    return high


def design_effect(differences: Floats, clusters: Ints) -> float:
    """How much clustering widens the variance of a mean of row `differences`, at least 1 (Kish, 1965).

    Where the rows show no difference at all there is nothing to estimate it from, and rows of one cluster are
    taken to be copies of each other: mean rows per cluster.
    """
    centred = differences - differences.mean()
    spread = float((centred**2).sum())
    if spread == 0:
        return len(differences) / len(np.unique(clusters))
    return max(1.0, float((np.bincount(clusters, weights=centred) ** 2).sum()) / spread)


def smallest_shift(
    standard_error: float, groups: int | None = None, *, power: float = POWER, alpha: float = ALPHA
) -> float:
    """Smallest difference found with `power` when its estimate has this standard error (Bloom, 1995).

    Parameters
    ----------
    groups
        Independent groups that the error was estimated from; None: so many that it is known.
    """
    if groups is None or groups >= EXACT:
        return (_normal.inv_cdf(1 - alpha / 2) + _normal.inv_cdf(power)) * standard_error
    from scipy.stats import t

    freedom = max(groups - 1, 1)
    return float(t.ppf(1 - alpha / 2, freedom) + t.ppf(power, freedom)) * standard_error
