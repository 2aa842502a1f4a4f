"""Keys that bring similar documents together, and two exact filters that part the others.

Two documents are a candidate pair if they share a key. Two kinds of key serve:

* **prefix** keys are exact (recall 1.0): order all shingles from rare to common; sets with Jaccard >= t share
  a shingle among the first `|x| - ceil(t |x|) + 1` of each (Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma
  and Srikant 2007, "AllPairs"). Cheap while shingles are rare; character shingles of a big corpus are not.
* **band** keys come from MinHash (Broder 1997) cut into `b` bands of `r` (Leskovec, Rajaraman and Ullman, ch.
  3): documents with Jaccard s share one with probability `1 - (1 - s^r)^b`. Cost is the same whatever the
  corpus.

Each document also leaves its set's size and a 512-bit bitmap of it. A pair can reach t only if the smaller
set has at least t times the larger one's size, and if the bitmaps differ in at most `(1-t)/(1+t) (|x|+|y|)`
bits (Sandes, Teodoro and Melo 2018, "Bitmap filter"). Neither filter loses a pair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import polars as pl

from curate.dedup.shingles import I64, U64, Documents, constants, mix, padded, repeats

# A pair exactly at the threshold is missed by all bands with at most this probability; pairs above it, with
# less.
MISS = 1e-4
# More hashes a document buy fewer false candidates, which the bitmaps part cheaply anyway.
MAX_PERMUTATIONS = 144
BITMAP_BITS = 512
# Shingle frequencies are counted by the low bits of the hash: 4 M counters, 32 MB. A shared counter makes a
# shingle look commoner than it is, which costs candidates, never pairs.
_COUNTERS = 1 << 22

Out = TypeVar("Out")


@dataclass(frozen=True)
class Signatures:
    """What the join knows of each document.

    Parameters
    ----------
    sizes
        int64 (documents,): distinct shingles.
    bitmaps
        uint64 (documents, 8).
    tables
        Each a sorted uint64 array of packed postings: key in the high bits, document number in the low
        `bits`.
    bits
        How many low bits hold the document number.
    exact
        Whether sharing a key is certain for every pair at the threshold.
    """

    sizes: I64
    bitmaps: U64
    tables: Sequence[U64] = field(repr=False)
    bits: int
    exact: bool


def bands(threshold: float) -> tuple[int, int]:
    """Bands and rows of MinHash for a threshold: the most rows whose recall at it is `1 - MISS` within
    `MAX_PERMUTATIONS`.
    """
    best = (1, 1)
    for rows in range(1, 17):
        count = 1 if threshold >= 1 else int(np.ceil(np.log(MISS) / np.log1p(-(threshold**rows))))
        if rows == 1 or count * rows <= MAX_PERMUTATIONS:
            best = (count, rows)
    return best


def over_chunks(
    documents: Documents, work: Callable[[int, int], Out], done: Callable[[int], None] | None = None
) -> list[Out]:
    """`work(begin, end)` for each chunk, on as many threads as polars uses; results in chunk order, so
    threads do not show.
    """
    chunks = documents.chunks()
    with ThreadPoolExecutor(max(1, pl.thread_pool_size())) as pool:
        results = []
        for (_begin, end), result in zip(chunks, pool.map(lambda chunk: work(*chunk), chunks), strict=True):
            results.append(result)
            if done:
                done(end)
        return results


def _bitmap(matrix: U64) -> U64:
    marks = np.zeros((len(matrix), BITMAP_BITS), np.uint8)
    marks[np.arange(len(matrix))[:, None], (matrix & np.uint64(BITMAP_BITS - 1)).astype(np.intp)] = 1
    return np.packbits(marks, axis=1, bitorder="little").view(np.uint64)


def _band_keys(matrix: U64, count: int, rows: int) -> U64:
    """Keys uint64 (count, documents): the minima of `rows` permutations of 32-bit hashes make one key.

    A permutation is `(hash xor x) * odd` modulo 2^32: a bijection, and with the hash well mixed, near enough
    to min-wise independent (measured recall agrees with the formula, see the tests).
    """
    short = np.ascontiguousarray((matrix >> np.uint64(32)).astype(np.uint32).T)
    work = np.empty_like(short)
    seeds = constants(count * rows, stream=2)
    keys = np.empty((count, len(matrix)), np.uint64)
    for band in range(count):
        key = np.full(len(matrix), band + 1, np.uint64)
        for row in range(band * rows, (band + 1) * rows):
            np.bitwise_xor(short, np.uint32(seeds[row] >> np.uint64(32)), out=work)
            np.multiply(work, np.uint32(int(seeds[row]) & 0xFFFFFFFF | 1), out=work)
            key = mix(key ^ np.minimum.reduce(work, axis=0).astype(np.uint64))
        keys[band] = key
    return keys


def packed(keys: U64, documents: I64, bits: int) -> U64:
    """Postings: the key's high bits over the document number."""
    low = np.uint64((1 << bits) - 1)
    return (keys & ~low) | documents.astype(np.uint64)


def pack(keys: U64, documents: I64, bits: int) -> U64:
    """Sorted postings."""
    postings = packed(keys, documents, bits)
    postings.sort()
    return postings


def _scan(documents: Documents, begin: int, end: int, threshold: float | None) -> tuple[I64, U64, U64 | None]:
    """Sizes and bitmaps of a chunk, and its band keys if a threshold is given."""
    hashes, counts = documents.part(begin, end)
    shape = bands(threshold) if threshold is not None else (0, 0)
    sizes = np.zeros(len(counts), np.int64)
    bitmaps = np.zeros((len(counts), BITMAP_BITS // 64), np.uint64)
    keys = np.zeros((shape[0], len(counts)), np.uint64)
    for rows, matrix in padded(hashes, counts):
        sizes[rows] = matrix.shape[1] - repeats(matrix).sum(axis=1)
        bitmaps[rows] = _bitmap(matrix)
        if threshold is not None:
            keys[:, rows] = _band_keys(matrix, *shape)
    return sizes, bitmaps, keys if threshold is not None else None


def band_signatures(
    documents: Documents, threshold: float, done: Callable[[int], None] | None = None
) -> Signatures:
    """Signatures with MinHash band keys, one table a band."""
    sizes, bitmaps, keys = band_columns(documents, threshold, done)
    bits = max(1, len(documents).bit_length())
    numbers = np.flatnonzero(sizes > 0)
    tables = [pack(column[numbers], numbers, bits) for column in keys]
    return Signatures(sizes, bitmaps, tables, bits, exact=False)


def band_columns(
    documents: Documents, threshold: float, done: Callable[[int], None] | None = None
) -> tuple[I64, U64, Iterator[U64]]:
    """Sizes, bitmaps and, band by band, the key of each document."""
    parts = over_chunks(documents, lambda begin, end: _scan(documents, begin, end, threshold), done)
    sizes, bitmaps = _joined(parts)

    def columns() -> Iterator[U64]:
        for band in range(bands(threshold)[0]):
            cut = [part[2][band] for part in parts if part[2] is not None]
            yield np.concatenate(cut) if cut else np.zeros(0, np.uint64)

    return sizes, bitmaps, columns()


def _joined(parts: list[tuple[I64, U64, U64 | None]]) -> tuple[I64, U64]:
    if not parts:
        return np.zeros(0, np.int64), np.zeros((0, BITMAP_BITS // 64), np.uint64)
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def prefix_signatures(
    documents: Documents, threshold: float, done: Callable[[int], None] | None = None
) -> Signatures:
    """Signatures with the exact prefix keys, in one table; a shingle counted once can join nothing and is
    left out.

    All shingles are held at once, 8 bytes each, so callers bound the corpus.
    """
    shingled = dict(zip(documents.chunks(), over_chunks(documents, documents.part), strict=True))
    every = [hashes & np.uint64(_COUNTERS - 1) for hashes, _ in shingled.values()]
    frequency = (
        np.bincount(np.concatenate(every).astype(np.intp), minlength=_COUNTERS).astype(np.uint64)
        if every
        else np.zeros(0, np.uint64)
    )
    del every

    def work(begin: int, end: int) -> tuple[I64, U64, U64 | None, I64]:
        hashes, counts = shingled[begin, end]
        sizes = np.zeros(len(counts), np.int64)
        bitmaps = np.zeros((len(counts), BITMAP_BITS // 64), np.uint64)
        keys, owners = [], []
        for rows, matrix in padded(hashes, counts):
            again = repeats(matrix)
            size = matrix.shape[1] - again.sum(axis=1)
            sizes[rows], bitmaps[rows] = size, _bitmap(matrix)
            often = frequency[(matrix & np.uint64(_COUNTERS - 1)).astype(np.intp)]
            often[again] = np.uint64(0xFFFFFFFF)
            # Rank by frequency, ties by the hash's high bits: one order for the whole corpus.
            ranked = (often << np.uint64(32)) | (matrix >> np.uint64(32))
            ranked.sort(axis=1)
            prefix = size - np.ceil(threshold * size - 1e-9).astype(np.int64) + 1
            width = int(prefix.max())
            chosen = (np.arange(width) < prefix[:, None]) & (
                ranked[:, :width] >> np.uint64(32) > np.uint64(1)
            )
            keys.append(mix(ranked[:, :width][chosen]))
            owners.append(np.repeat(rows + begin, chosen.sum(axis=1)))
        none = np.zeros(0, np.uint64), np.zeros(0, np.int64)
        return (
            sizes,
            bitmaps,
            np.concatenate(keys) if keys else none[0],
            np.concatenate(owners) if owners else none[1],
        )

    parts = over_chunks(documents, work, done)
    bits = max(1, len(documents).bit_length())
    sizes, bitmaps = _joined([part[:3] for part in parts])
    if not parts:
        return Signatures(sizes, bitmaps, [], bits, exact=True)
    keys = np.concatenate([part[2] for part in parts if part[2] is not None])
    return Signatures(
        sizes, bitmaps, [pack(keys, np.concatenate([part[3] for part in parts]), bits)], bits, exact=True
    )
