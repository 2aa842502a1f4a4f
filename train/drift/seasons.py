"""Seasons of a dated reference: stretches of time that live rows are compared with one by one.

A reference that spans months is a mix of weeks, and a week is not drawn like the mix. A stretch has as many
rows as are live, or a sixth of the reference, so that a test of it can still see something, and the
stretches overlap: each begins a third of one after the last, so that a week lies near the middle of one of
them whenever it is. Three that follow each other without overlapping left a week at their border unlike both
(`benchmarks/monitor.py seasonal`). Where the reference spans a year, its end and its beginning are joined:
next January is like last January, and lies between December and February.
"""

from __future__ import annotations

import math

import numpy as np

from train.arrays import Bools, Ints

# A stretch of fewer rows shows little: with 120 live rows a new topic needs 14 of them.
FEWEST_ROWS = 120
# Stretches that fit beside each other at most; each costs a test where something moved.
MOST = 6
# Stretches begin so many times as often as they would without overlapping.
OVERLAP = 3


def seasons(order: Ints, live_rows: int, *, whole_year: bool, overlap: int = OVERLAP) -> tuple[Bools, ...]:
    """Masks over the reference's rows, in time's order; none where it is too small for two.

    Parameters
    ----------
    order
        Place of each row in time, `0..`, int `[rows]`.
    whole_year
        Whether the reference spans a year, so that its end borders on its beginning.
    """
    rows = len(order)
    count = min(MOST, rows // max(live_rows, FEWEST_ROWS))
    if count < 2:
        return ()
    steps = count * overlap
    starts = range(steps if whole_year else steps - overlap + 1)
    found = []
    for start in starts:
        first = start * rows // steps
        found.append((order - first) % rows < math.ceil(rows / count))
    return tuple(np.asarray(mask) for mask in found)
