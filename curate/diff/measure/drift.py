"""Whether what a version says has shifted: labels, languages, sources and lengths, by a test and not by eye.

Two versions share most of their rows, so they are not independent samples, and a test that takes them for
such sees nothing. Let K rows stay, R leave and D come (an edited value leaves and comes). If those that leave
and come are drawn like the rest, the difference of the two sides' shares has the covariance of a sample of
n = 1/c rows, where with sizes A and B of the sides

    c = K (1/B - 1/A)^2 + D / B^2 + R / A^2

(partially overlapping samples: Derrick et al. 2015, "Test statistics for comparing two proportions with
partially overlapping samples"). Without overlap n is AB / (A + B), and the tests are the textbook ones:

* categories: Pearson's X^2 = n * sum((pB - pA)^2 / p), k - 1 degrees of freedom; where a category would
  expect fewer than 5 of the rows that moved (Cochran 1954), p by random reassignment of rows to stay, leave
  or come. Effect: Cramer's V.
* lengths: Kolmogorov-Smirnov's D, with Stephens' (1970) correction for small n. Ties make it conservative
  (Noether 1963). Effect: D.

P-values of all columns are adjusted together by Holm (1979). Costs one pass over the old side's columns, and
none where no row changed or the marks already brought their lengths.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from curate.diff.measure.summary import MOST_LABELS, Shift
from curate.stats import chi_square_tail, holm, kolmogorov_tail
from curate.versions.table import as_text
from curate.versions.version import Version

LEVEL = 0.05
SMALLEST_EXPECTED = 5
# p by reassignment is then good to 0.005 at 0.05. The generator is seeded; NumPy may change its stream
# between releases, and p with it in the third place.
DRAWS, CELLS = 9_999, 4_000_000
# Of a plain file: a column with at most so many values among its first rows is a category, else its lengths
# are tested.
FEW_VALUES, LOOK_AT = 50, 10_000
MOST_COLUMNS = 12
MOVERS = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Counts over the same sorted values: of all rows before, and of those that left and came."""

    values: tuple[str, ...] | tuple[int, ...]
    before: Floats
    left: Floats
    came: Floats

    @property
    def after(self) -> Floats:
        """Counts after."""
        return self.before - self.left + self.came

    @property
    def size(self) -> float:
        """The effective size n; 0 where nothing can be compared."""
        a, b, left, came = (float(counts.sum()) for counts in (self.before, self.after, self.left, self.came))
        if not a or not b or not left + came:
            return 0.0
        return 1 / ((a - left) * (1 / b - 1 / a) ** 2 + came / b**2 + left / a**2)


def shifts(
    changes: pl.DataFrame,
    before: Version,
    after: Version,
    columns: Mapping[str, pl.DataType],
    chosen: Mapping[str, str],
) -> tuple[Shift, ...]:
    """Tests of every column worth one, the most certain shift first.

    Parameters
    ----------
    changes
        Of `compare`.
    columns
        Columns both sides have, but keys.
    chosen
        Of `watch`.
    """
    gone, come = (
        side.table.take(
            changes.filter(pl.col("change") == kind)[f"at_{when}"], {name: columns[name] for name in chosen}
        )
        for side, kind, when in ((before, "removed", "before"), (after, "added", "after"))
    )
    measured = []
    for name, kind in chosen.items():
        edits = changes.filter(pl.col("field") == name, pl.col("change").is_in(["edited", "relabelled"]))
        sides = [
            pl.concat(
                [
                    rows.select(as_text(name, rows.schema[name]).alias("value")),
                    edits.select(pl.col(when).alias("value")),
                ]
            )
            for rows, when in ((gone, "before"), (come, "after"))
        ]
        if not sides[0].height and not sides[1].height:
            continue
        sample = _sample(
            before.table.histogram(name, lengths=kind == "length"), *(_counted(side, kind) for side in sides)
        )
        shift = _of_categories(name, sample) if kind == "category" else _of_lengths(name, sample)
        if shift is not None:
            measured.append(shift)
    adjusted = holm([shift.p for shift in measured])
    adjusted_shifts = [
        Shift(**{**shift.__dict__, "p_adjusted": p, "significant": p < LEVEL})
        for shift, p in zip(measured, adjusted, strict=True)
    ]
    return tuple(sorted(adjusted_shifts, key=lambda shift: (shift.p_adjusted, -shift.effect, shift.column)))


def watch(before: Version, after: Version, columns: Mapping[str, pl.DataType]) -> dict[str, str]:
    """Columns worth a test -> `category` or `length`."""
    if after.gold:
        categories = [name for name in (after.label, "language", "source") if name]
        kinds = dict.fromkeys(categories, "category") | {
            name: "length" for name in ("input", "output") if name != after.label
        }
        return {name: kind for name, kind in kinds.items() if name in columns}
    texts = [name for name, dtype in columns.items() if dtype == pl.String() or name == after.label][
        :MOST_COLUMNS
    ]
    return {
        name: "category"
        if name == after.label or before.table.few_values(name, FEW_VALUES, LOOK_AT)
        else "length"
        for name in texts
    }


def _counted(values: pl.DataFrame, kind: str) -> pl.DataFrame:
    value = pl.col("value").fill_null("")
    return values.group_by((value.str.len_chars() if kind == "length" else value).alias("value")).len()


def _sample(before: pl.DataFrame, left: pl.DataFrame, came: pl.DataFrame) -> Sample:
    both = before.join(left, on="value", how="full", coalesce=True, suffix="_left").join(
        came, on="value", how="full", coalesce=True, suffix="_came"
    )
    both = both.fill_null(0).filter(pl.sum_horizontal("len", "len_came") > 0).sort("value")
    return Sample(
        tuple(both["value"]),
        *(both[name].to_numpy().astype(np.float64) for name in ("len", "len_left", "len_came")),
    )


def _of_categories(name: str, sample: Sample) -> Shift | None:
    if not sample.size or not 1 < len(sample.values) <= MOST_LABELS:
        return None
    a, b = sample.before / sample.before.sum(), sample.after / sample.after.sum()
    everything = sample.before + sample.came
    statistic = _pearson(sample.before, sample.after, everything, sample.size)
    moved = sample.left.sum() + sample.came.sum()
    sparse = bool((everything / everything.sum()).min() * moved < SMALLEST_EXPECTED)
    p = (
        _reassigned(sample, everything, float(statistic))
        if sparse
        else chi_square_tail(float(statistic), len(sample.values) - 1)
    )
    sizes = sample.before.sum(), sample.after.sum()
    pooled = (sample.before + sample.after) / sum(sizes)
    present = pooled > 0
    squared = float(((b - a)[present] ** 2 / pooled[present]).sum()) * sizes[0] * sizes[1] / sum(sizes) ** 2
    order = np.lexsort((np.arange(len(a)), -np.abs(b - a)))[:MOVERS]
    movers = tuple(
        (str(sample.values[at]), float(a[at]), float(b[at])) for at in order.tolist() if a[at] != b[at]
    )
    return Shift(
        name, "category", float(statistic), min(1.0, math.sqrt(squared)), p, p, False, sparse, movers
    )


def _pearson(before: Floats, after: Floats, everything: Floats, size: float) -> Floats:
    """X^2 of counts over the last axis."""
    share = everything / everything.sum()
    difference = after / after.sum(axis=-1, keepdims=True) - before / before.sum(axis=-1, keepdims=True)
    statistic: Floats = size * (difference**2 / share).sum(axis=-1)
    return statistic


def _reassigned(sample: Sample, everything: Floats, statistic: float) -> float:
    """The share of random reassignments (with the real one) whose X^2 is as large."""
    random = np.random.default_rng(0)
    draws = min(DRAWS, max(999, CELLS // len(everything)))
    counts = everything.astype(np.int64)
    left = random.multivariate_hypergeometric(counts, int(sample.left.sum()), size=draws, method="marginals")
    came = np.stack(
        [
            random.multivariate_hypergeometric(counts - gone, int(sample.came.sum()), method="marginals")
            for gone in left
        ]
    )
    statistics = _pearson(
        (counts - came).astype(np.float64), (counts - left).astype(np.float64), everything, sample.size
    )
    return float((1 + (statistics >= statistic - 1e-9).sum()) / (draws + 1))


def _of_lengths(name: str, sample: Sample) -> Shift | None:
    if not sample.size:
        return None
    a, b = (np.cumsum(counts) / counts.sum() for counts in (sample.before, sample.after))
    d = float(np.abs(b - a).max())
    values = np.array(sample.values, np.float64)
    old, new = (float(values[int(np.searchsorted(shares, 0.5))]) for shares in (a, b))
    mean, mean_after = (
        float((values * counts).sum() / counts.sum()) for counts in (sample.before, sample.after)
    )
    p = kolmogorov_tail((math.sqrt(sample.size) + 0.12 + 0.11 / math.sqrt(sample.size)) * d)
    return Shift(name, "length", d, d, p, p, False, False, (("median", old, new), ("mean", mean, mean_after)))
