"""Which rows to keep when there is room for a few: rows that stand for the others, evenly over the labels.

1. The budget is divided among the strata (labels, or values of other columns): by their rows to the power of
   `1 - evenness`, so 0 is as the rows come and 1 is the same for each, as far as each has rows.
2. Within a stratum the facility location function is maximised greedily: the sum over its rows of how much
   the most alike chosen row is like them, each row counting by its quality, and a chosen row of low quality
   standing for little (Nemhauser, Wolsey & Fisher, 1978: at least 1 - 1/e of the best there is). Gains are
   computed lazily (Minoux, 1978), which changes nothing of the result.
3. Rows whose quality is below `DOUBTED` come last, and rows that add nothing (repeats) fill what is left.

All sums are of whole numbers (`semantic.vectors.whole`): the result does not hang on the order of rows,
threads or the machine's linear algebra, and ties go to the first text.

Cost: the square of a stratum's rows times the vectors' length: 10,000 rows in 77 labels 0.7 s of CPU, 3,000
in one stratum, of which 500 are chosen, 4 s. A stratum of more than `DEMAND` rows is covered as far as that
many of its rows tell.

k-centre greedy (Sener & Savarese, 2018), which picks the row farthest from all chosen, was measured beside it
(`benchmarks/select.py`) and is not offered: it seeks outliers, and on banking77 it gains less from five rows
a label on than rows drawn evenly by chance.
apricot-select, the library for this, wants numba and keeps the whole matrix of similarities.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import polars as pl

from curate.semantic.vectors import exact_length, whole
from train.arrays import Floats, Ints
from train.vectors import Vectors

# Rows below this quality are chosen only when no others are left.
DOUBTED = 0.5
# Rows of a stratum that are to be covered; of more, so many, evenly.
DEMAND = 20_000
# Qualities are whole numbers up to this, so that all sums are exact.
_LEVELS = 63
# Columns of similarities made at a time.
_BLOCK = 256

CHOSEN = pl.Schema(
    {
        "example_id": pl.String(),
        "rank": pl.Int64(),  # the first N rows of the list are nearly what a budget of N would choose
        "stratum": pl.String(),
        "why": pl.String(),  # first, covers, fills
        "stands_for": pl.Int64(),  # rows of the stratum that it is nearest to, itself included
        "gain": pl.Float64(),  # share of the stratum's coverage that it added when it was chosen
        "quality": pl.Float64(),
    }
)
PASSED_OVER = pl.Schema(
    {
        "example_id": pl.String(),
        "like": pl.String(),  # the chosen row that stands for it; null where none is like it
        "similarity": pl.Float64(),  # cosine
        "quality": pl.Float64(),
    }
)


@dataclass(frozen=True)
class Selection:
    """What was chosen.

    Parameters
    ----------
    chosen
        Schema `CHOSEN`, by rank.
    passed_over
        Schema `PASSED_OVER`: the other rows, by id.
    strata
        `stratum, rows, chosen, coverage`: where the budget went; `coverage` is the mean likeness of the
        stratum's rows to the chosen one most like them, by quality, and at most 1.
    """

    chosen: pl.DataFrame
    passed_over: pl.DataFrame
    strata: pl.DataFrame


def selected(
    ids: pl.Series,
    texts: pl.Series,
    strata: pl.Series,
    vectors: Vectors,
    budget: int,
    *,
    quality: pl.Series | None = None,
    evenness: float = 1.0,
) -> Selection:
    """Choose `budget` rows.

    Parameters
    ----------
    ids, texts, strata
        String `[rows]`, ids once each; the order of rows does not matter.
    vectors
        `[rows, size]`, in the order of `ids`.
    quality
        Float `[rows]` from 0 to 1; all 1 by default.
    evenness
        From 0 (each stratum by its share of rows) to 1 (each the same).
    """
    rows = (
        pl.DataFrame({"example_id": ids, "text": texts, "stratum": strata})
        .with_columns(pl.lit(1.0).alias("quality") if quality is None else quality.alias("quality"))
        .with_columns(pl.col("stratum").fill_null(""), pl.col("quality").cast(pl.Float64).clip(0, 1))
        .with_row_index("place")
        .sort("text", "stratum", "example_id")
    )
    points, scale = whole(vectors), exact_length(vectors.shape[1])
    names = rows["stratum"].unique().sort().to_list()
    parts = [rows.filter(pl.col("stratum") == name) for name in names]
    quotas = divided([part.height for part in parts], budget, evenness)
    chosen, passed, told = [], [], []
    for name, part, quota in zip(names, parts, quotas, strict=True):
        mine = points[part["place"].to_numpy()]
        picked = choose(mine, part["quality"].to_numpy(), quota)
        chosen.append(_chosen(part, picked, quota))
        passed.append(_passed_over(part, picked, scale))
        all_covered = float(part.height * scale**2)
        told.append((name, part.height, len(picked.order), round(picked.reached / all_covered, 6)))
    ranked = pl.concat(chosen).sort("turn", "stratum").with_row_index("rank", offset=1)
    schema = {"stratum": pl.String, "rows": pl.Int64, "chosen": pl.Int64, "coverage": pl.Float64}
    return Selection(
        ranked.select(pl.col(column).cast(dtype) for column, dtype in CHOSEN.items()),
        pl.concat(passed).sort("example_id"),
        pl.DataFrame(told, schema=schema, orient="row"),
    )


def divided(sizes: list[int], budget: int, evenness: float) -> list[int]:
    """How many of `budget` rows each stratum gets: as close to its share as whole numbers go, and no more
    than it has; what one cannot use goes to the others.

    Every stratum gets one row as long as there are rows for all; the largest come first.
    """
    left = min(budget, sum(sizes))
    weights = np.array(sizes, dtype=np.float64) ** (1 - evenness)
    given = np.zeros(len(sizes), dtype=np.int64)
    order = sorted(range(len(sizes)), key=lambda at: (-sizes[at], at))
    for at in [at for at in order if sizes[at]][:left]:
        given[at] = 1
    left -= int(given.sum())
    # One row at a time to whoever is farthest below its share (D'Hondt's method): no rounding to argue over.
    waiting = [
        (float((given[at] + 1) / weights[at]), at) for at in range(len(sizes)) if 0 < given[at] < sizes[at]
    ]
    heapq.heapify(waiting)
    for _ in range(left):
        _, at = heapq.heappop(waiting)
        given[at] += 1
        if given[at] < sizes[at]:
            heapq.heappush(waiting, (float((given[at] + 1) / weights[at]), at))
    return [int(count) for count in given]


@dataclass(frozen=True)
class Picked:
    """What greedy choice makes of one stratum, rows by their place in it.

    Parameters
    ----------
    order
        Chosen rows, first to last.
    gains
        What each added, in the units of `reached`.
    stands
        For every row the chosen one that covers it best, -1 if none does.
    likeness
        Product of every row's vector with that one's.
    reached
        Coverage: the sum over rows of quality times likeness times quality of the covering row.
    """

    order: list[int]
    gains: list[float]
    stands: Ints
    likeness: Floats
    reached: float


def choose(
    points: Vectors,
    quality: Floats,
    budget: int,
    *,
    weight: Floats | None = None,
    covered: Floats | None = None,
) -> Picked:
    """Greedy facility location over one stratum.

    Parameters
    ----------
    points
        Whole numbers `[rows, size]` (`curate.semantic.vectors.whole`), in an order that settles ties.
    quality
        `[rows]`, 0 to 1.
    weight
        How much it matters that each row is covered, `[rows]`, 0 to 1; its quality by default.
    covered
        Product of each row's vector with that of the row most like it that is already there, `[rows]`.
    """
    levels = np.rint(np.asarray(quality) * _LEVELS)
    matters = levels if weight is None else np.rint(np.asarray(weight) * _LEVELS)
    count = len(points)
    wanted = np.unique(np.linspace(0, count - 1, min(count, DEMAND)).astype(np.int64))
    demand, asked = points[wanted], matters[wanted]
    reached = np.zeros(len(wanted)) if covered is None else np.maximum(covered[wanted], 0) * _LEVELS
    order: list[int] = []
    gains: list[float] = []
    sound = np.flatnonzero(levels >= DOUBTED * _LEVELS)
    doubted = np.flatnonzero(levels < DOUBTED * _LEVELS)
    for candidates in (sound, doubted):
        waiting = _first_gains(points, candidates, levels, demand, asked, reached)
        while waiting and len(order) < budget:
            bound, at = heapq.heappop(waiting)
            if bound == 0:
                heapq.heappush(waiting, (bound, at))
                break
            reach = _reach(points, at, levels, demand)
            gain = float(asked @ np.maximum(reach - reached, 0))
            # A bound only falls, so whoever is still first after it was computed anew is the greedy choice.
            if waiting and (-gain, at) > waiting[0]:
                heapq.heappush(waiting, (-gain, at))
                continue
            if gain == 0:
                heapq.heappush(waiting, (0.0, at))
                break
            order.append(at)
            gains.append(gain)
            reached = np.maximum(reached, reach)
        rest = sorted((at for _, at in waiting), key=lambda at: (-levels[at], at))
        filled = rest[: budget - len(order)]
        order += filled
        gains += [0.0] * len(filled)
    stands, likeness = _nearest(points, order, levels)
    return Picked(order, gains, stands, likeness, _reached(levels, stands, likeness))


def _reach(points: Vectors, at: int, levels: Floats, demand: Vectors) -> Floats:
    """How well row `at` covers each row to be covered, float64 `[demand]`, whole numbers."""
    return np.asarray(np.maximum(demand @ points[at], 0) * levels[at], dtype=np.float64)


def _first_gains(
    points: Vectors, candidates: Ints, levels: Floats, demand: Vectors, weight: Floats, covered: Floats
) -> list[tuple[float, int]]:
    """A heap of what each candidate would add, negated, with the candidate."""
    waiting: list[tuple[float, int]] = []
    for start in range(0, len(candidates), _BLOCK):
        block = candidates[start : start + _BLOCK]
        reach = np.maximum(demand @ points[block].T, 0).astype(np.float64) * levels[block]
        gain = weight @ np.maximum(reach - covered[:, None], 0)
        waiting += [(-float(value), int(at)) for value, at in zip(gain, block, strict=True)]
    heapq.heapify(waiting)
    return waiting


def _nearest(points: Vectors, order: list[int], levels: Floats) -> tuple[Ints, Floats]:
    """The chosen row that covers each row best (the one chosen first where several do), and the likeness."""
    stands = np.full(len(points), -1, dtype=np.int64)
    likeness = np.zeros(len(points))
    if not order:
        return stands, likeness
    chosen = np.array(order, dtype=np.int64)
    for start in range(0, len(points), _BLOCK):
        rows = slice(start, start + _BLOCK)
        alike = np.maximum(points[rows] @ points[chosen].T, 0).astype(np.float64)
        best = (alike * levels[chosen]).argmax(axis=1)
        likeness[rows] = alike[np.arange(len(best)), best]
        stands[rows] = np.where(likeness[rows] > 0, chosen[best], -1)
    stands[chosen] = chosen  # a chosen row stands for itself, whatever its quality
    likeness[chosen] = (points[chosen].astype(np.float64) ** 2).sum(axis=1)
    return stands, likeness


def _reached(levels: Floats, stands: Ints, likeness: Floats) -> float:
    """Coverage of all rows, with qualities from 0 to 1."""
    whose = np.where(stands >= 0, levels[np.maximum(stands, 0)], 0)
    return float((levels * whose * likeness).sum()) / _LEVELS**2


def _chosen(part: pl.DataFrame, picked: Picked, quota: int) -> pl.DataFrame:
    places = np.array(picked.order, dtype=np.int64)
    gains = np.array(picked.gains, dtype=np.float64)
    mine = np.bincount(picked.stands[picked.stands >= 0], minlength=part.height)[places]
    steps = np.arange(len(places))
    why = np.where(gains == 0, "fills", np.where(steps == 0, "first", "covers"))
    return part[places].select(
        "example_id",
        # A stratum's rows come at even distances, so that the list can be cut anywhere.
        pl.Series("turn", (steps + 0.5) / max(quota, 1)),
        "stratum",
        pl.Series("why", why.tolist(), dtype=pl.String),
        pl.Series("stands_for", mine),
        pl.Series("gain", gains / max(gains.sum(), 1)).round(6),
        pl.col("quality").round(6),
    )


def _passed_over(part: pl.DataFrame, picked: Picked, scale: int) -> pl.DataFrame:
    whose = picked.stands
    like = part["example_id"].gather(pl.Series(np.maximum(whose, 0)))
    told = part.select(
        "example_id",
        pl.when(pl.Series(whose >= 0)).then(like).otherwise(None).alias("like"),
        pl.Series("similarity", picked.likeness / scale**2).clip(0, 1).round(6),
        pl.col("quality").round(6),
    )
    left = ~part.select(pl.int_range(pl.len()).is_in(picked.order)).to_series()
    return told.filter(left).select(pl.col(name).cast(dtype) for name, dtype in PASSED_OVER.items())
