"""What a margin is worth: of findings with about this margin, the share that is right, on the tuning halves
of the judged sets.

Centred isotonic regression (Oron & Flournoy 2017) over pooled findings: between the middles of the steps that
isotonic regression makes, the score rises evenly, so that a threshold a little higher asks a little more.
Each set that holds names weighs the same, so that the scores hold for support text and for tweets on average
and not for the largest set; a false alarm where there are no names weighs as a finding of the largest does.
The scores step by 0.05, so that a table of whole margins says them exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curate.pii.detect.names.spans import Span
from curate.pii.detect.names.tagger import KINDS, Tagger
from recipes.name_tagger.judged import Judged
from recipes.name_tagger.rows import Row

STEPS = 20


def right(span: Span, row: Row) -> bool:
    """Half of the span or more is on a value of its kind (as in `benchmarks/pii/score.py`)."""
    covered = sum(
        max(0, min(span.end, end) - max(span.start, start))
        for start, end, kind in row.spans
        if kind == KINDS[span.kind]
    )
    return 2 * covered >= span.end - span.start


def margins(tagger: Tagger, sets: Sequence[Judged], kind: str) -> list[int]:
    """Rising margins, the n-th being the least from which the score is 0.05 n; those never reached are beyond
    any margin.
    """
    values: list[int] = []
    truths: list[bool] = []
    named: list[int] = []
    for one in sets:
        if kind not in one.kinds:
            continue
        found = [
            (span.margin, right(span, row))
            for row, spans in zip(one.rows, tagger.spans([row.text for row in one.rows]), strict=True)
            for span in spans
            if KINDS[span.kind] == kind
        ]
        values += [margin for margin, _ in found]
        truths += [truth for _, truth in found]
        named += [len(found) if any(row.spans for row in one.rows) else 0] * len(found)
    most = max(named)
    weights = [1 / max(count or most, 50) for count in named]
    grid = np.arange(min(values), max(values) + 1)
    scores = (
        np.floor(_centred(np.array(values), np.array(truths), np.array(weights), grid) * STEPS + 0.5) / STEPS
    )
    beyond = int(grid[-1]) + 1
    return [
        int(grid[np.argmax(scores >= step / STEPS)]) if (scores >= step / STEPS).any() else beyond
        for step in range(1, STEPS + 1)
    ]


def _centred(
    margins: NDArray[np.int64],
    truths: NDArray[np.bool_],
    weights: NDArray[np.float64],
    grid: NDArray[np.int64],
) -> NDArray[np.float64]:
    """The share of right findings at each margin of `grid`: straight lines between the weighted middles of
    isotonic regression's steps.
    """
    from sklearn.isotonic import IsotonicRegression

    steps = IsotonicRegression(y_min=0, y_max=1).fit_transform(margins, truths, sample_weight=weights)
    shares, block = np.unique(steps, return_inverse=True)
    middles = np.bincount(block, weights * margins) / np.bincount(block, weights)
    line: NDArray[np.float64] = np.interp(grid, middles, shares)
    return line
