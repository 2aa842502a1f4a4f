"""Which of two systems people prefer: a win rate with its interval, and a sign test.

A judgement of two answers says that the first is better, that the second is, that they are equal (`tie`), or
that neither is usable (`both_bad`). The win rate of the first counts a half for the last two. Several
people's judgements on one item hang together: an item counts once, by its mean, and whole items are drawn in
the bootstrap. The sign test (Dixon & Mood, 1946, "The statistical sign test") looks at the items whose mean
leans to a side, against a fair coin, exactly; items that lean to neither are left out, as there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from curate.stats import holm
from train.stats.agreement import RESAMPLES
from train.stats.intervals import FEW_CLUSTERS, Bootstrap, Interval, mean_of
from train.stats.paired import mcnemar_exact

# What a judgement says, and what it gives to the first system.
WORDS = {"first": 1.0, "second": 0.0, "tie": 0.5, "both_bad": 0.5}


@dataclass(frozen=True)
class Preferred:
    """Two systems beside each other.

    Parameters
    ----------
    items
        Items that anybody judged; `said`: judgements by word (`WORDS`).
    rate
        Share of the items that the first system wins; ties and both bad count a half.
    leaning
        Items that lean to the first, and to the second.
    p, p_holm
        Two-sided sign test, and the same adjusted for all pairs of systems together.
    """

    first: str
    second: str
    items: int
    said: dict[str, int]
    rate: Interval
    leaning: tuple[int, int]
    p: float
    p_holm: float

    @property
    def few(self) -> bool:
        """Whether there are too few items for the interval to be trusted."""
        return self.items < FEW_CLUSTERS


def preferences(
    judgements: pl.DataFrame, *, resamples: int = RESAMPLES, seed: int = 0, level: float = 0.95
) -> list[Preferred]:
    """Every pair of systems that was judged, by name.

    Parameters
    ----------
    judgements
        `first, second` (systems), `unit`, `value` (of `WORDS`), one row a judgement.

    Examples
    --------
    >>> import polars as pl
    >>> given = {"first": ["a"] * 3, "second": ["b"] * 3, "unit": list("123"), "value": ["first"] * 3}
    >>> preferences(pl.DataFrame(given))[0].rate.point
    1.0
    """
    found = [
        _of_pair(str(first), str(second), part, resamples, seed, level)
        for (first, second), part in judgements.sort("first", "second", "unit").group_by(
            "first", "second", maintain_order=True
        )
    ]
    adjusted = holm([each.p for each in found])
    return [replace(each, p_holm=p) for each, p in zip(found, adjusted, strict=True)]


def _of_pair(
    first: str, second: str, part: pl.DataFrame, resamples: int, seed: int, level: float
) -> Preferred:
    worth = pl.col("value").replace_strict(WORDS, return_dtype=pl.Float64)
    mean = part.group_by("unit").agg(worth.mean().alias("mean")).sort("unit")["mean"].to_numpy()
    bootstrap = Bootstrap(np.arange(len(mean)), resamples, seed, level)
    rate = bootstrap.interval(np.column_stack([mean, np.ones(len(mean))]), mean_of, bounds=(0.0, 1.0))
    for_first, for_second = int((mean > 0.5).sum()), int((mean < 0.5).sum())
    p = mcnemar_exact(for_first, for_second)
    counted = dict(part["value"].value_counts().iter_rows())
    said = {word: int(counted.get(word, 0)) for word in WORDS}
    return Preferred(first, second, len(mean), said, rate, (for_first, for_second), p, p)


@dataclass(frozen=True)
class Side:
    """Whether people lean to the answer on the left, whichever system wrote it.

    Parameters
    ----------
    left, right
        Judgements that took the answer on that side.
    p
        Two-sided sign test against a fair coin.
    """

    left: int
    right: int
    p: float


def side_bias(taken: pl.Series) -> Side:
    """From the sides taken (`left`, `right`; others are left out)."""
    left, right = int((taken == "left").sum()), int((taken == "right").sum())
    return Side(left, right, mcnemar_exact(left, right))
