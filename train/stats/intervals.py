"""Confidence intervals that respect groups: a cluster bootstrap, all resamples at once.

Rows of one group (one customer, one conversation) are not independent, so whole groups are drawn with
replacement (Field & Welsh, 2007, "Bootstrapping clustered data"); a row without a group is its own. The same
draws serve every system, so a difference between two systems is resampled in pairs.

The interval is BCa (Efron, 1987, "Better bootstrap confidence intervals"): macro-F1 is biased in small
resamples and its spread changes with its level, which a plain percentile interval ignores.

Cost: a resample never touches rows, only per-group sums of a few columns (`[groups, columns]`, sparse), so
2,000 resamples of 3,080 rows and 77 classes take a fraction of a second a system. Draws are made once, in
blocks of fixed size from one seed, and kept at a byte each (2 GB for 2,000 resamples of a million groups).

What it does not do: with few groups (under 30 or so) every bootstrap is too narrow; `Bootstrap.few` says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from train.arrays import Floats, Ints

# Below this many clusters the bootstrap's own variance estimate is unreliable (Cameron, Gelbach & Miller,
# 2008).
FEW_CLUSTERS = 30
# Cells drawn at a time: 2**22 int64 indices are 32 MB.
BLOCK_CELLS = 2**22

_normal = NormalDist()


@dataclass(frozen=True)
class Interval:
    """An estimate, the bounds of its confidence interval, and its standard error (0 when resamples never
    differed).
    """

    point: float
    low: float
    high: float
    error: float = 0.0


def cluster_codes(group: pl.Series) -> Ints:
    """Code of each row's cluster, int `[rows]`: rows of one `group` share it, a null group is a cluster of
    one row.
    """
    rows = pl.DataFrame({"group": group.cast(pl.String)}).with_row_index("row")
    named = (
        pl.when(pl.col("group").is_null())
        .then("row " + pl.col("row").cast(pl.String))
        .otherwise("group " + pl.col("group"))
    )
    return rows.select(named.rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()


@dataclass(frozen=True)
class Bootstrap:
    """Cluster bootstrap over `clusters` (codes `0..groups-1`, int `[rows]`), `resamples` times, from
    `seed`.
    """

    clusters: Ints
    resamples: int
    seed: int
    level: float = 0.95

    @property
    def groups(self) -> int:
        """Number of clusters."""
        return int(self.clusters.max()) + 1 if len(self.clusters) else 0

    @property
    def few(self) -> bool:
        """Whether there are too few clusters for the interval to be trusted."""
        return self.groups < FEW_CLUSTERS

    def per_cluster(self, columns: Floats | Any) -> Any:
        """Sums of row `columns` (dense or scipy sparse, `[rows, m]`) within each cluster, sparse `[groups,
        m]`.
        """
        from scipy import sparse

        rows = len(self.clusters)
        members = sparse.csr_matrix(
            (np.ones(rows), (self.clusters, np.arange(rows))), shape=(self.groups, rows)
        )
        return (members @ sparse.csr_matrix(columns)).tocsr()

    def totals(self, sums: Any) -> Floats:
        """Column totals of every resample, `[resamples, m]`, from `per_cluster` sums, sparse or dense."""
        if isinstance(sums, np.ndarray):
            return np.concatenate([weights.astype(np.float64) @ sums for weights in self._blocks])
        transposed = sums.T.tocsr()
        return np.concatenate([(transposed @ weights.T.astype(np.float64)).T for weights in self._blocks])

    @cached_property
    def _blocks(self) -> list[npt.NDArray[np.uint8]]:
        """How often each resample holds each cluster, in blocks `[<= block, groups]`.

        A byte is enough: a cluster drawn 256 times needs over 255 clusters, and then has a chance below
        1e-500.
        """
        draw = np.random.default_rng(self.seed)
        block = max(1, BLOCK_CELLS // self.groups)
        blocks = []
        for start in range(0, self.resamples, block):
            size = min(block, self.resamples - start)
            drawn = (
                draw.integers(self.groups, size=(size, self.groups)) + np.arange(size)[:, None] * self.groups
            )
            blocks.append(
                np.bincount(drawn.ravel(), minlength=size * self.groups)
                .reshape(size, self.groups)
                .astype(np.uint8)
            )
        return blocks

    def interval(
        self, sums: Any, statistic: Callable[[Floats], Floats], *, bounds: tuple[float, float] | None = None
    ) -> Interval:
        """BCa interval of a statistic of column totals.

        Parameters
        ----------
        sums
            `per_cluster` sums `[groups, m]`: sparse, or dense where a cluster is one row (then without
            scipy).
        statistic
            From totals `[..., m]` to values `[...]`.
        bounds
            Smallest and largest value of a rate or a difference of rates; without them, resamples that all
            agree are taken at their word instead of by `no_spread`.
        """
        total = np.asarray(sums.sum(axis=0)).ravel()
        point = float(statistic(total[None, :])[0])
        values = np.sort(statistic(self.totals(sums)))
        if values[0] == values[-1]:
            return (
                Interval(point, point, point)
                if bounds is None
                else no_spread(point, self.groups, self.level, bounds)
            )
        low, high = bca_quantiles(values, point, self.jackknife(sums, total, statistic), self.level)
        return Interval(point, low, high, float(values.std()))

    def jackknife(self, sums: Any, total: Floats, statistic: Callable[[Floats], Floats]) -> Floats:
        """The statistic with each cluster left out once, `[groups]`, in blocks of flat memory."""
        block = max(1, BLOCK_CELLS // sums.shape[1])
        parts = []
        for start in range(0, self.groups, block):
            left_out = sums[start : start + block]
            dense = left_out if isinstance(left_out, np.ndarray) else left_out.toarray()
            parts.append(statistic(total - dense))
        return np.concatenate(parts)


def bca_quantiles(values: Floats, point: float, jackknife: Floats, level: float) -> tuple[float, float]:
    """Bounds of the BCa interval (Efron, 1987, eq. 3.9) from sorted resampled `values` and `jackknife`
    values.
    """
    below = (
        np.searchsorted(values, point, "left") + np.searchsorted(values, point, "right")
    ) / 2  # ties count half
    share = min(max(below / len(values), 0.5 / len(values)), 1 - 0.5 / len(values))
    bias = _normal.inv_cdf(float(share))
    away = jackknife.mean() - jackknife
    spread = float((away**2).sum())
    skew = float((away**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0

    def bound(tail: float) -> float:
        z = bias + _normal.inv_cdf(tail)
        stretch = max(
            1 - skew * z, 1e-6
        )  # past its pole the correction has no meaning; the end of the draws is taken
        return float(np.quantile(values, _normal.cdf(bias + z / stretch)))

    return bound((1 - level) / 2), bound((1 + level) / 2)


def no_spread(point: float, groups: int, level: float, bounds: tuple[float, float]) -> Interval:
    """Interval when every resample agrees, as when a system makes no error at all.

    That is not certainty: with nothing seen in `groups` independent trials, a rate may still be as high as `1
    - (alpha/2) ** (1/groups)` (Clopper & Pearson, 1934; the "rule of three" of Hanley & Lippman-Hand, 1983).
    """
    unseen = 1 - ((1 - level) / 2) ** (1 / max(groups, 1))
    return Interval(point, max(bounds[0], point - unseen), min(bounds[1], point + unseen))


def exact_share(hits: int, trials: int, level: float) -> Interval:
    """Interval of a share of independent trials (Clopper & Pearson, 1934): exact, so never too narrow,
    whatever their number.
    """
    from scipy.stats import beta

    tail = (1 - level) / 2
    low = float(beta.ppf(tail, hits, trials - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, trials - hits)) if hits < trials else 1.0
    share = hits / trials
    return Interval(share, low, high, float(np.sqrt(share * (1 - share) / trials)))


def mean_of(totals: Floats) -> Floats:
    """Mean per row from totals of the columns (value, 1), `[..., 2]`."""
    return np.asarray(totals[..., 0] / totals[..., 1])
