"""Pairs of vectors whose cosine reaches a threshold, compared in whole numbers.

Float sums depend on their order, hence on block size, threads and library, and a pair at the threshold would
come and go. So vectors are rounded to whole numbers (`whole`): by Cauchy-Schwarz every partial sum of a
product stays below 2^24, so a float32 matrix product is exact in whatever order it adds. Rounding moves a
cosine by about 1e-4. Cosines are rounded to `DIGITS`, and the rounded ones decide, so that what is shown
agrees with what was decided.

Cost: n^2 / 2 products in blocks of `BLOCK` x `BLOCK`, 64 MB at a time: 0.6 s of CPU for 7,600 vectors of
384 numbers, so some 25 s for 50,000. Beyond some 300,000 see `neighbours`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from curate.errors import AssayError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.float32]  # whole numbers, held as float32

# The square of a vector's length stays below 2^24, up to which float32 holds every whole number.
_EXACT = 2**12
DIGITS = 4
BLOCK = 4096
# Neighbours that the index is asked for; a text with more of them than this has some left out.
NEIGHBOURS = 32
# Below half a unit of the last digit, for the float32 sieve before the exact test.
_SLACK = 2e-4


@dataclass(frozen=True)
class Near:
    """Pairs: `left < right` by place (or places in the two tables), cosine to `DIGITS`, sorted."""

    left: Ints
    right: Ints
    cosine: Floats


def exact_length(size: int) -> int:
    """The length that stands for 1 in whole vectors of `size` numbers.

    Rounding adds at most half a unit to each number, `sqrt(size) / 2` to the length.
    """
    return _EXACT - math.ceil(math.sqrt(size) / 2) - 1


def whole(vectors: npt.NDArray[Any]) -> Whole:
    """Vectors, made of length `exact_length`, as whole numbers in float32.

    Products of two rows are exact in whatever order they are added up, and divided by the square of
    `exact_length` they are the cosine to within 0.001. A vector of zeros stays one and is near nothing.
    """
    exact = np.asarray(vectors, dtype=np.float64)
    lengths = np.sqrt((exact * exact).sum(axis=1, keepdims=True))
    unit = exact / np.where(lengths > 0, lengths, 1)
    return np.rint(unit * exact_length(vectors.shape[1])).astype(np.float32)


def within(vectors: Whole, threshold: float, block: int = BLOCK) -> Near:
    """Every pair of one table."""
    return _joined(_blocks(vectors, vectors, threshold, block, upper=True))


def between(left: Whole, right: Whole, threshold: float, block: int = BLOCK) -> Near:
    """Every pair of a row of `left` with a row of `right`."""
    return _joined(_blocks(left, right, threshold, block, upper=False))


def neighbours(vectors: Whole, threshold: float, asked: int = NEIGHBOURS) -> Near:
    """Pairs among the nearest `asked` of each vector by an HNSW index (usearch), verified exactly.

    Vectors are added in their order on one thread, so that the index is the same each time. What it misses is
    measured in `benchmarks/meaning.py`.

    Raises
    ------
    AssayError
        If usearch is not installed.
    """
    try:
        from usearch.index import Index
    except ImportError as error:
        raise AssayError(
            f"{len(vectors):,} texts are too many to compare all pairs, and usearch is not installed",
            fix='pip install "assay[ann]"   (or a larger dedup.semantic.exact_up_to, and patience)',
        ) from error
    index = Index(ndim=vectors.shape[1], metric="cos", dtype="f32")
    places = np.arange(len(vectors))
    index.add(places, vectors, threads=1)
    found = index.search(vectors, min(asked, len(vectors)), threads=1)
    keys = np.asarray(found.keys).reshape(len(vectors), -1).astype(np.int64)
    first = np.repeat(places, keys.shape[1])
    second = keys.reshape(-1)
    low, high = np.minimum(first, second), np.maximum(first, second)
    codes = np.unique((low * len(vectors) + high)[low < high])
    return _joined(_exact(vectors, vectors, codes // len(vectors), codes % len(vectors), threshold))


def _blocks(left: Whole, right: Whole, threshold: float, block: int, *, upper: bool) -> Iterator[Near]:
    lengths = (
        np.linalg.norm(left.astype(np.float64), axis=1),
        np.linalg.norm(right.astype(np.float64), axis=1),
    )
    floor = np.float32(threshold - _SLACK)
    for start in range(0, len(left), block):
        rows = left[start : start + block]
        least = floor * lengths[0][start : start + block].astype(np.float32)
        for other in range(start if upper else 0, len(right), block):
            products = rows @ right[other : other + block].T
            bound = lengths[1][other : other + block].astype(np.float32)
            first, second = np.nonzero(products >= least[:, None] * bound)
            first, second = first + start, second + other
            if upper:
                first, second = first[first < second], second[first < second]
            yield from _exact(left, right, first, second, threshold)


def _exact(left: Whole, right: Whole, first: Ints, second: Ints, threshold: float) -> Iterator[Near]:
    """Of candidate pairs those at or over the threshold; in pieces, so that memory stays small."""
    for start in range(0, len(first), 1 << 16):
        i, j = first[start : start + (1 << 16)], second[start : start + (1 << 16)]
        one, other = left[i].astype(np.float64), right[j].astype(np.float64)
        # Whole numbers below 2^53: exact in any order.
        squares = (one * one).sum(axis=1) * (other * other).sum(axis=1)
        some = squares > 0
        cosine = np.zeros(len(i))
        cosine[some] = (one * other).sum(axis=1)[some] / np.sqrt(squares[some])
        cosine = np.minimum(np.round(cosine, DIGITS), 1.0)
        keep = (cosine >= threshold) & some
        yield Near(i[keep], j[keep], cosine[keep])


def _joined(parts: Iterator[Near]) -> Near:
    listed = list(parts)
    if not listed:
        return Near(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    left, right = (np.concatenate([getattr(part, side) for part in listed]) for side in ("left", "right"))
    cosine = np.concatenate([part.cosine for part in listed])
    order = np.lexsort((right, left))
    return Near(left[order], right[order], cosine[order])
