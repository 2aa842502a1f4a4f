"""p-values by exchanging groups between two samples: exact for any statistic, sample size and group size.

If the live rows come from where the reference rows came from, it does not matter which groups are called
live: every choice of as many groups is as likely (Pitman, 1937; for whole groups Winkler et al., 2015,
"Multi-level block permutation"). So the reference is compared with itself at the live batch's own size, and
the threshold comes from that. A group is what hangs together: rows of one customer, repeats of one text.

Random exchanges are drawn until the statistic is matched or exceeded `ENOUGH` times, or `most` are drawn
(Besag & Clifford, 1991, "Sequential Monte Carlo p-values"): a p-value near 1 costs a dozen, one of 1e-5 all.
The p-value is valid in both cases: P(p <= u) <= u.

`scipy.stats.permutation_test` exchanges rows, never groups, and cannot stop early: the tests hold this to it
where every group is one row. Cost: one call of each statistic on `[rows, exchanges]` zeros and ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from train.arrays import Bools, Floats, Ints

# A p-value's relative error is then about 1/sqrt(6): enough for one that is not small (Besag & Clifford).
ENOUGH = 6
# Exchanges drawn at a time, doubling: most statistics are settled by the first.
FIRST_BLOCK, CELLS = 32, 4_000_000
_KEPT = 4
# Values this close count as equal, so that a tie is never taken for an exceedance that rounding missed.
TIE = 1e-9

# From sides `[rows, exchanges]` (1.0: live) to values `[exchanges]`; larger is further apart.
Statistic = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Sides:
    """Which rows are live, and which rows hang together.

    Parameters
    ----------
    live
        Bool `[rows]`.
    groups
        Codes `0..`, int `[rows]`; no group has rows on both sides.
    """

    live: Bools
    groups: Ints
    # The first blocks, which every statistic asks for.
    _kept: dict[tuple[int, int], Floats] = field(default_factory=dict, repr=False, compare=False)

    def observed(self) -> Floats:
        """The sides as they are, `[rows, 1]`."""
        return self.live.astype(np.float64)[:, None]

    def exchanged(self, most: int, seed: int) -> Iterator[Floats]:
        """Blocks of random exchanges, `[rows, exchanges]`, `most` in all."""
        count = int(self.groups.max()) + 1
        of_group = np.zeros(count, dtype=bool)
        of_group[self.groups] = self.live
        live_groups = int(of_group.sum())
        done, size, number = 0, FIRST_BLOCK, 0
        while done < most:
            size = min(size, max(1, CELLS // len(self.live)))
            block = self._kept.get((seed, number))
            if block is None:
                ranks = np.random.default_rng([seed, number]).random((size, count), dtype=np.float32)
                picked = np.argpartition(ranks, live_groups - 1, axis=1)[:, :live_groups]
                chosen = np.zeros((size, count))
                np.put_along_axis(chosen, picked, 1.0, axis=1)
                block = np.ascontiguousarray(chosen.T[self.groups])
                if number < _KEPT:
                    self._kept[seed, number] = block
            yield block[:, : most - done]
            done += size
            size *= 2
            number += 1


def p_value(sides: Sides, statistic: Statistic, most: int, seed: int = 0) -> tuple[float, bool]:
    """A valid p-value of the statistic, and whether it was settled before `most` exchanges were drawn.

    Parameters
    ----------
    most
        Exchanges drawn at most: the p-value is not below `1 / (most + 1)`.
    """
    observed = float(statistic(sides.observed())[0])
    limit = observed - TIE * max(1.0, abs(observed))
    beyond = drawn = 0
    for block in sides.exchanged(most, seed):
        places = np.flatnonzero(statistic(block) >= limit)
        if beyond + len(places) >= ENOUGH:
            return float(ENOUGH / (drawn + int(places[ENOUGH - 1 - beyond]) + 1)), True
        beyond += len(places)
        drawn += block.shape[1]
    return (1 + beyond) / (drawn + 1), False
