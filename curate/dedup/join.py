"""The similarity join: candidate pairs from shared keys, two exact filters, then the exact Jaccard index of
each survivor.

Pairs are made run by run from sorted postings, at most `PAIRS_AT_ONCE` at a time, so memory follows the pairs
that survive and not the candidates. Every pair that comes out has been verified on its full shingle sets:
precision is 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.dedup.shingles import I64, MATRIX_CELLS, U64, Corpus
from curate.dedup.signatures import Signatures

Mask = NDArray[np.bool_]
# Candidate pairs made, filtered and forgotten at a time: about 150 MB of temporaries.
PAIRS_AT_ONCE = 1 << 20
# Hashes of the sets held during verification: 256 MB.
HASHES_AT_ONCE = 1 << 25


@dataclass(frozen=True)
class Pairs:
    """Verified pairs: document numbers (`left < right`) and their Jaccard index, sorted by both; and how many
    more reached the threshold but were spared, since their marks differ.
    """

    left: I64
    right: I64
    similarity: NDArray[np.float64]
    spared: int = 0

    def __len__(self) -> int:
        return len(self.left)


def no_pairs() -> Pairs:
    """No pairs."""
    return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float64))


def together(parts: list[Pairs]) -> Pairs:
    """Disjoint sets of pairs as one, sorted."""
    if not parts:
        return no_pairs()
    left, right = (np.concatenate([getattr(part, side) for part in parts]) for side in ("left", "right"))
    order = np.lexsort((right, left))
    similarity = np.concatenate([part.similarity for part in parts])[order]
    return Pairs(left[order], right[order], similarity, sum(part.spared for part in parts))


@dataclass(frozen=True)
class Runs:
    """Postings of one table with the range of partners of each: candidates before they are made."""

    documents: I64
    begin: I64
    counts: I64


def _shared(signatures: Signatures, wanted: Mask) -> Iterator[tuple[U64, I64]]:
    """For each table, the postings of the `wanted`, and how many share each key."""
    low = np.uint64((1 << signatures.bits) - 1)
    everything = bool(wanted.all())
    for table in signatures.tables:
        postings = table if everything else table[wanted[(table & low).astype(np.int64)]]
        keys = postings >> np.uint64(signatures.bits)
        new = np.ones(len(keys), np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=new[1:])
        yield postings, np.diff(np.append(np.flatnonzero(new), len(keys)))


def partners(signatures: Signatures, first: Mask, second: Mask | None) -> Iterator[Runs]:
    """For each table, who meets whom: within `first`, or each of `first` with each of `second` (whose numbers
    are all higher).
    """
    low = np.uint64((1 << signatures.bits) - 1)
    for postings, lengths in _shared(signatures, first if second is None else first | second):
        shared = np.repeat(lengths > 1, lengths)
        documents = (postings[shared] & low).astype(np.int64)
        lengths = lengths[lengths > 1]
        heads = np.cumsum(lengths) - lengths
        position = np.arange(len(documents))
        ends = np.repeat(heads + lengths, lengths)
        if second is None:
            yield Runs(documents, position + 1, ends - position - 1)
        elif len(documents):
            # A run ascends by number, so the second side is its tail.
            own = first[documents]
            tail = np.repeat(heads + np.add.reduceat(own.astype(np.int64), heads), lengths)
            yield Runs(documents, tail, np.where(own, ends - tail, 0))


def raw_count(signatures: Signatures, first: Mask, second: Mask | None = None) -> int:
    """Candidate pairs that would be made, repeats over tables included."""
    if second is not None:
        return sum(int(runs.counts.sum()) for runs in partners(signatures, first, second))
    return sum(int((lengths * (lengths - 1)).sum()) // 2 for _, lengths in _shared(signatures, first))


def _possible(signatures: Signatures, left: I64, right: I64, threshold: float) -> Mask:
    """Which pairs may reach the threshold by size and bitmap."""
    a, b = signatures.sizes[left], signatures.sizes[right]
    fits = np.minimum(a, b) >= threshold * np.maximum(a, b) - 1e-9
    near = np.flatnonzero(fits)
    differ = np.bitwise_count(signatures.bitmaps[left[near]] ^ signatures.bitmaps[right[near]]).sum(
        axis=1, dtype=np.int64
    )
    fits[near] = differ <= (1 - threshold) / (1 + threshold) * (a[near] + b[near]) + 1e-9
    return fits


def candidates(
    signatures: Signatures,
    threshold: float,
    first: Mask,
    second: Mask | None = None,
    limit: int | None = None,
) -> U64 | None:
    """Distinct pairs that share a key and pass the filters, packed `left << 32 | right` and sorted; None if
    above `limit`.
    """
    found = np.zeros(0, np.uint64)
    fresh: list[U64] = []
    waiting = 0
    for runs in partners(signatures, first, second):
        reach = np.cumsum(runs.counts)
        at, total = 0, int(reach[-1]) if len(reach) else 0
        while at < total:
            upto = min(at + PAIRS_AT_ONCE, total)
            a, b = (
                int(np.searchsorted(reach, at, side="right")),
                int(np.searchsorted(reach, upto, side="left")) + 1,
            )
            counts = runs.counts[a:b].copy()
            skip = at - (int(reach[a - 1]) if a else 0)
            counts[-1] -= int(reach[b - 1]) - upto
            counts[0] -= skip
            begin = runs.begin[a:b].copy()
            begin[0] += skip
            left = np.repeat(runs.documents[a:b], counts)
            step = np.arange(upto - at) - np.repeat(np.cumsum(counts) - counts, counts)
            right = runs.documents[np.repeat(begin, counts) + step]
            fits = _possible(signatures, left, right, threshold)
            fresh.append((left[fits].astype(np.uint64) << np.uint64(32)) | right[fits].astype(np.uint64))
            waiting += len(fresh[-1])
            at = upto
            if waiting > max(4 * PAIRS_AT_ONCE, len(found)):
                found, fresh, waiting = _merge(found, fresh), [], 0
                if limit is not None and len(found) > limit:
                    return None
    found = _merge(found, fresh)
    return None if limit is not None and len(found) > limit else found


def _merge(found: U64, fresh: list[U64]) -> U64:
    if not fresh:
        return found
    merged = np.concatenate([found, *fresh])
    merged.sort()
    first = np.ones(len(merged), np.bool_)
    np.not_equal(merged[1:], merged[:-1], out=first[1:])
    return merged[first]


def verify(documents: Corpus, signatures: Signatures, packed: U64, threshold: float) -> Pairs:
    """The candidates whose exact Jaccard index reaches the threshold, but for those whose marks differ."""
    left, right = (
        (packed >> np.uint64(32)).astype(np.int64),
        (packed & np.uint64(0xFFFFFFFF)).astype(np.int64),
    )
    kept = []
    tiles = list(_tiles(signatures.sizes, left, right))
    involved = [np.unique(np.concatenate([left[part], right[part]])) for part in tiles]
    for part, numbers, sets in zip(tiles, involved, documents.sets_of(involved), strict=True):
        similarity = _jaccard(
            *sets, np.searchsorted(numbers, left[part]), np.searchsorted(numbers, right[part])
        )
        near = similarity >= threshold
        good = near
        if documents.marks is not None:
            good = near & (documents.marks[left[part]] == documents.marks[right[part]])
        spared = int(near.sum() - good.sum())
        kept.append(Pairs(left[part][good], right[part][good], similarity[good], spared))
    return together(kept)


def marked(pairs: Pairs, marks: U64) -> Pairs:
    """The pairs whose marks agree; the others are spared."""
    good = marks[pairs.left] == marks[pairs.right]
    spared = pairs.spared + int(len(good) - good.sum())
    return Pairs(pairs.left[good], pairs.right[good], pairs.similarity[good], spared)


def _tiles(sizes: I64, left: I64, right: I64) -> Iterator[I64]:
    """Pair numbers in groups whose documents' sets fit into memory together."""
    if not len(left):
        return
    involved = np.unique(np.concatenate([left, right]))
    block = np.cumsum(sizes[involved]) // (HASHES_AT_ONCE // 2)
    tile = (
        block[np.searchsorted(involved, left)] * (int(block[-1]) + 1)
        + block[np.searchsorted(involved, right)]
    )
    order = np.argsort(tile, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(tile[order])) + 1)


def _jaccard(flat: U64, sizes: I64, a: I64, b: I64) -> NDArray[np.float64]:
    """Exact Jaccard index of each pair of sets, `a` and `b` being their places: sort both sets as one row and
    count its distinct hashes.
    """
    starts = np.cumsum(sizes) - sizes
    both = sizes[a] + sizes[b]
    order = np.argsort(both, kind="stable")
    similarity = np.empty(len(a), np.float64)
    at = 0
    while at < len(order):
        widths = both[order[at : at + MATRIX_CELLS]]
        fits = np.searchsorted(widths * np.arange(1, len(widths) + 1), MATRIX_CELLS, side="right")
        rows = order[at : at + max(1, int(fits))]
        column = np.arange(int(both[rows[-1]]))
        x, y = a[rows][:, None], b[rows][:, None]
        # Left set, then right set, then the right set's last hash over and over: a repeat adds nothing
        # distinct.
        matrix = flat[
            np.where(
                column < sizes[x], starts[x] + column, starts[y] + np.minimum(column - sizes[x], sizes[y] - 1)
            )
        ]
        matrix.sort(axis=1)
        union = 1 + (matrix[:, 1:] != matrix[:, :-1]).sum(axis=1)
        similarity[rows] = (both[rows] - union) / union
        at += len(rows)
    return similarity
