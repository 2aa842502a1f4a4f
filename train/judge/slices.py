"""How a system does on parts of the held-out rows: each class, language, source and group.

A mean hides a language that fails. The worst of many parts is the unluckiest too, so nothing here is picked
after the fact: every part of at least `least` rows is judged, and its interval is as wide as the number of
parts asks for (Bonferroni). A part is called worse only if that whole interval lies below the mean of all
rows. Smaller parts are counted and not judged: of ten rows the worst is chance.

A class is judged by the share of its rows that are answered right, and so is every part of a classification:
macro-F1 of a part means another thing with each set of classes in it. Other kinds are judged by the task's
metric.

Where rows are right or wrong and independent, the interval is exact (Clopper & Pearson, 1934): in thirty rows
nothing is normal. Else it is the cluster bootstrap's; within one group its rows are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from curate.task import Kind
from train.arrays import Bools, Floats
from train.judge.scored import Scored
from train.kinds import Scoring
from train.stats.intervals import Bootstrap, Interval, cluster_codes, exact_share

SLICES = pl.Schema(
    {
        "system": pl.String(),
        "by": pl.String(),
        "slice": pl.String(),
        "rows": pl.Int64(),
        "groups": pl.Int64(),
        "metric": pl.String(),
        "value": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "mean": pl.Float64(),
        "worse": pl.Boolean(),
    }
)
# Resamples in the tail of an interval at the least, and resamples at the most.
_TAIL, _MOST = 20, 20_000


@dataclass(frozen=True)
class Part:
    """Some of the rows: what they have in common, its value as shown, and which they are, `[rows]`."""

    by: str
    name: str
    rows: Bools


def parts(test: pl.DataFrame, kind: Kind, least: int) -> tuple[list[Part], int]:
    """The parts of at least `least` rows, and how many are smaller.

    A part that is all rows says nothing new and is left out. Groups are named by their first row: a group may
    be a person.
    """
    found, small = [], 0
    for by, values in _columns(test, kind):
        codes = values.rank("dense").to_numpy()
        for code in sorted(set(codes[~np.isnan(codes)].tolist())):
            chosen = codes == code
            if chosen.all():
                continue
            if chosen.sum() < least:
                small += 1
                continue
            first = int(np.flatnonzero(chosen)[0])
            name = str(values[first]) if by != "group" else f"group of {test['example_id'][first]}"
            found.append(Part(by, name, chosen))
    return found, small


def _columns(test: pl.DataFrame, kind: Kind) -> Iterator[tuple[str, pl.Series]]:
    if kind is Kind.CLASSIFICATION:
        yield "class", test["output"]
    for name in ("language", "source", "group"):
        if name in test.columns and test[name].null_count() < test.height:
            yield name, test[name].cast(pl.String)


def slices(
    scored: Sequence[Scored],
    test: pl.DataFrame,
    scoring: Scoring,
    metric: str,
    kind: Kind,
    bootstrap: Bootstrap,
    least: int,
) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Every system on every part: schema `SLICES`, and for `comparison.json` the worst part of each system
    beside its mean.

    Parameters
    ----------
    test
        `example_id, output`, and `language`, `source`, `group` where there are such.
    metric
        The task's.
    bootstrap
        Over the groups of all rows; its seed and level are used for the parts too.
    """
    found, small = parts(test, kind, least)
    name = scoring.share_right if kind is Kind.CLASSIFICATION else metric
    lines, worst = [], {}
    for one in scored:
        mean = one.intervals[name].point
        mine = []
        for part in found:
            interval, groups = _interval(one, part, test, scoring, name, bootstrap, len(found))
            mine.append(
                (
                    one.answers.name,
                    part.by,
                    part.name,
                    int(part.rows.sum()),
                    groups,
                    name,
                    interval.point,
                    interval.low,
                    interval.high,
                    mean,
                    interval.high < mean,
                )
            )
        lines += mine
        if mine:
            lowest = min(mine, key=lambda line: (line[6], line[1], line[2]))
            worst[one.answers.name] = dict(zip(SLICES.names()[1:], lowest[1:], strict=True))
    table = pl.DataFrame(lines, schema=SLICES, orient="row")
    document = {"least_rows": least, "judged": len(found), "too_small": small, "metric": name, "worst": worst}
    return table, document


def _interval(
    one: Scored,
    part: Part,
    test: pl.DataFrame,
    scoring: Scoring,
    metric: str,
    bootstrap: Bootstrap,
    judged: int,
) -> tuple[Interval, int]:
    """The metric of a part with an interval at the level that so many parts ask for, and its groups."""
    level = 1 - (1 - bootstrap.level) / judged
    rows = np.flatnonzero(part.rows)
    # Within a group its own rows are all there is to draw from.
    alone = part.by == "group"
    clusters = np.arange(len(rows)) if alone else cluster_codes(test["group"][rows.tolist()])
    groups = 1 if alone else int(clusters.max()) + 1
    matrix = one.matrix[rows]
    if metric == scoring.share_right and int(clusters.max()) + 1 == len(rows):
        return exact_share(int(one.right[rows].sum()), len(rows), level), groups
    resamples = int(min(_MOST, max(bootstrap.resamples, 2 * _TAIL / (1 - level))))
    drawn = Bootstrap(clusters, resamples, bootstrap.seed, level)
    of: Any = scoring.metrics[metric].of
    interval: Interval = drawn.interval(drawn.per_cluster(_dense(matrix)), of, bounds=(0.0, 1.0))
    return interval, groups


def _dense(matrix: Any) -> Floats:
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix, dtype=np.float64)
