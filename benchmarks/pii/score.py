"""Precision, recall and F2 for each entity, with intervals.

Found: every letter and digit of the value is covered by findings of its entity, else something personal stays
in the text. Right: at least half of a finding's characters are on values of its entity. So a finding that is
too long or too short costs. Findings are counted over the whole corpus: those on hard negatives and on other
entities' values are false.

Intervals, 95 %: Wilson (1927) for precision and recall; for F2 the percentile bootstrap over rows (1,000
draws, seeded; 2.5 and 97.5 %). F2 weighs recall over precision: a miss leaks, a false alarm costs a look.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np


class Found(NamedTuple):
    """What a system found in a text."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True)
class Score:
    """One entity's counts and rates; intervals as (low, high), None where nothing was counted."""

    entity: str
    values: int
    found: int
    findings: int
    right: int
    recall: float | None
    recall_interval: tuple[float, float] | None
    precision: float | None
    precision_interval: tuple[float, float] | None
    f2: float | None
    f2_interval: tuple[float, float] | None


def wilson(hits: int, total: int, z: float = 1.959964) -> tuple[float, float] | None:
    """Wilson's score interval of a share."""
    if not total:
        return None
    share = hits / total
    middle, spread = (
        share + z * z / (2 * total),
        z * sqrt(share * (1 - share) / total + z * z / (4 * total * total)),
    )
    return (
        max(0.0, (middle - spread) / (1 + z * z / total)),
        min(1.0, (middle + spread) / (1 + z * z / total)),
    )


def counts(
    text: str, wanted: Iterable[Found], found: Iterable[Found], entity: str
) -> tuple[int, int, int, int]:
    """Values, values found, findings and right findings of one entity in one text."""
    values = [(one.start, one.end) for one in wanted if one.entity == entity]
    spans = [(one.start, one.end) for one in found if one.entity == entity]
    covered = {at for start, end in spans for at in range(start, end)}
    personal = {at for start, end in values for at in range(start, end)}
    hit = sum(all(at in covered for at in range(start, end) if text[at].isalnum()) for start, end in values)
    right = sum(2 * sum(at in personal for at in range(start, end)) >= end - start for start, end in spans)
    return len(values), hit, len(spans), right


def _f2(values: float, found: float, findings: float, right: float) -> float:
    recall, precision = found / values if values else 0.0, right / findings if findings else 0.0
    return 5 * precision * recall / (4 * precision + recall) if precision + recall else 0.0


def score(rows: Sequence[tuple[int, int, int, int]], entity: str, draws: int = 1000, seed: int = 0) -> Score:
    """One entity's score from its counts of each row."""
    table = np.array([row for row in rows if any(row)], dtype=np.int64).reshape(-1, 4)
    values, found, findings, right = (int(total) for total in table.sum(axis=0))
    interval = None
    if values:
        # A row without a value or finding of the entity adds nothing to any sum; how many of the others a
        # draw holds is binomial.
        random = np.random.default_rng(seed)
        sizes = random.binomial(len(rows), len(table) / len(rows), draws)
        sums = (table[random.integers(0, len(table), size)].sum(axis=0) for size in sizes)
        low, high = np.quantile([_f2(*one) for one in sums], [0.025, 0.975])
        interval = (float(low), float(high))
    return Score(
        entity, values, found, findings, right,
        found / values if values else None, wilson(found, values),
        right / findings if findings else None, wilson(right, findings),
        _f2(values, found, findings, right) if values else None, interval,
    )  # fmt: skip
