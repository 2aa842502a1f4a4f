"""How exact the detectors are, from a stratified sample of answers: precision and recall by entity, with
intervals.

Method: Webber, 2013, "Approximate recall confidence intervals", ACM Transactions on Information Systems 31(1)
(arXiv:1202.2880). In each stratum the units that nobody was asked about follow a beta-binomial posterior
under the Jeffreys prior; totals over strata, and the ratio that recall is, are drawn from it (Monte Carlo),
and the interval is the draws' central part. It knows the size of the population, so a stratum of which every
unit was judged adds no doubt. Two things are ours:

- The prior's half a case is shared among the strata by their weight (units a judged unit stands for). One
  prior for each stratum would make four strata without a miss four times as doubtful as the same rows
  unstratified.
- A row may hold more than one missed value: the mean of the rows that do is drawn by the Bayesian bootstrap
  (Rubin, 1981).

Point estimates are Horvitz and Thompson's: each answer counts for the units it stands for. A stratum nobody
was asked about takes the rate of the others, and its whole doubt goes into the interval. The intervals'
coverage on simulated truth is held by `tests/governance/triage/test_estimate.py`. Cost: milliseconds an
entity. It judges answers, not people: a reviewer who errs is not corrected for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
# The interval's ends move by less than half a point between two seeds.
DRAWS = 4000
SEED = 20130101
PRIOR = 0.5


@dataclass(frozen=True)
class Stratum:
    """Units of one kind, and what the judged ones held.

    Parameters
    ----------
    size
        Units in the population, judged ones among them.
    counts
        One number for each judged unit: 1 or 0 for a finding that is right or wrong; how many were missed in
        a row.
    """

    size: int
    counts: tuple[int, ...]

    @property
    def weight(self) -> float:
        """Units that a judged unit stands for."""
        return self.size / max(len(self.counts), PRIOR)


@dataclass(frozen=True)
class Estimate:
    """A share and its interval; all None where nothing is known."""

    point: float | None
    low: float | None
    high: float | None


UNKNOWN = Estimate(None, None, None)


def precision(found: Sequence[Stratum], level: float = LEVEL) -> Estimate:
    """Share of the findings that are right."""
    size = sum(stratum.size for stratum in found)
    total = expected(found)
    if not size or total is None:
        return UNKNOWN
    return _interval(total / size, drawn(found, np.random.default_rng(SEED)) / size, level)


def recall(found: Sequence[Stratum], rows: Sequence[Stratum], level: float = LEVEL) -> Estimate:
    """Share of what is there that was found: right findings over right findings and missed values.

    Parameters
    ----------
    found
        Strata of findings.
    rows
        Strata of the rows that may hold a missed value.
    """
    right, missed = expected(found) if found else 0.0, expected(rows)
    if right is None or missed is None or right + missed == 0:
        return UNKNOWN
    draw = np.random.default_rng(SEED)
    right_drawn, missed_drawn = drawn(found, draw), drawn(rows, draw)
    both = right_drawn + missed_drawn
    shares = np.divide(right_drawn, both, out=np.zeros_like(both), where=both > 0)
    return _interval(right / (right + missed), shares, level)


def expected(strata: Sequence[Stratum]) -> float | None:
    """Horvitz-Thompson total; None where nothing was judged in any stratum."""
    judged = [stratum for stratum in strata if stratum.counts]
    if not judged:
        return None
    rate = sum(stratum.size * float(np.mean(stratum.counts)) for stratum in judged) / sum(
        stratum.size for stratum in judged
    )
    rates = [float(np.mean(stratum.counts)) if stratum.counts else rate for stratum in strata]
    return sum(stratum.size * own for stratum, own in zip(strata, rates, strict=True))


def drawn(strata: Sequence[Stratum], draw: np.random.Generator) -> Floats:
    """Posterior draws of the total over all strata, `[DRAWS]`."""
    total = np.zeros(DRAWS)
    whole = sum(stratum.weight for stratum in strata if len(stratum.counts) < stratum.size)
    for stratum in strata:
        counts = np.asarray(stratum.counts, dtype=float)
        total += counts.sum()
        rest = stratum.size - len(counts)
        if rest <= 0:
            continue
        prior = PRIOR * stratum.weight / whole
        nonzero = counts[counts > 0]
        rate = draw.beta(len(nonzero) + prior, len(counts) - len(nonzero) + prior, DRAWS)
        each = draw.dirichlet(np.ones(len(nonzero)), DRAWS) @ nonzero if len(nonzero) else 1.0
        total += draw.binomial(rest, rate) * each
    return total


def _interval(point: float, values: Floats, level: float) -> Estimate:
    """The central part of the draws, widened to the point; at 0 and 1 nothing lies beyond (Brown, Cai &
    DasGupta, 2001).
    """
    tail = (1 - level) / 2
    low, high = (float(bound) for bound in np.quantile(values, [tail, 1 - tail]))
    return Estimate(point, 0.0 if point == 0 else min(low, point), 1.0 if point == 1 else max(high, point))
