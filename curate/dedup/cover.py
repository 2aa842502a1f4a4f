"""Which documents to keep: the greedy cover, and the verified pairs found on the way.

Documents come numbered by priority. Going down the numbers, a document is kept unless it is similar to a kept
one before it; then its keeper is the first such (the lexicographically first maximal independent set of the
similarity graph). So a dropped document always has a kept twin of its own, never only a chain of others
between them; and the result depends on the documents, not on how the pairs were found.

Listing all pairs is quadratic in a giant family of near-identical documents. When the pairs pass `limit`, the
set is halved: cover the first half, drop from the second half what a keeper of the first covers, cover the
rest. That is the same greedy cover, step for step, since only a *kept* lower number ever decides; but the
pairs among covered documents are never made. `complete` says whether all were. With band keys both are
subject to the same recall.

Documents may carry marks: a pair whose marks differ is not a pair of twins, however similar (see
`curate.dedup.weight`). Such pairs are verified and counted as spared, which is quadratic in a giant family
again ("order 000001", "order 000002", ...); past `limit` the marks become salts, so that those pairs are
never made, and `spared` is unknown.

Candidates do not depend on marks, so a second cover by coarser marks (of pairs that the finer ones spare)
costs no second search: the verified pairs are parted twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from curate.dedup.join import Mask, Pairs, candidates, marked, raw_count, together, verify
from curate.dedup.shingles import I64, U64, Corpus, Documents
from curate.dedup.signatures import Signatures, band_signatures, prefix_signatures

# Up to this many documents all pairs are made, whatever they share.
SMALL = 2048
# Candidates before the filters cost about 50 ns each. Prefix keys may make so many (a second of work) and so
# many more a document (as much work as its band keys would be) before band keys take over.
PREFIX_RAW, PREFIX_RAW_EACH = 20_000_000, 100
# Beyond so many, a set of documents is halved.
MAX_RAW = 200_000_000
# Corpora beyond this many characters go to band keys at once: their shingles are too common for prefixes to
# pay.
MAX_PREFIX_CHARACTERS = 1 << 26


@dataclass(frozen=True)
class Cover:
    """Keeper of each document (itself if kept), verified pairs, whether these are all, whether candidates
    were exact, and how many pairs were spared for their marks (None: too many to count).

    `coarse` is the keeper of each document in the cover by the coarser marks; None if it was not asked for,
    or takes a search of its own.
    """

    keeper: I64
    pairs: Pairs
    complete: bool
    exact: bool
    spared: int | None
    coarse: I64 | None = None


class _TooMany(Exception):
    """More pairs than are listed, among documents with marks."""


class Signed(Corpus, Protocol):
    """Documents that lie elsewhere and are signed there."""

    def signed(self, threshold: float, done: Callable[[int], None] | None = None) -> Signatures:
        """Signatures with band keys."""


def sign(
    documents: Documents | Signed,
    threshold: float,
    done: Callable[[int], None] | None = None,
    second: Mask | None = None,
) -> Signatures:
    """Exact prefix keys where they are affordable, else MinHash band keys; the choice depends on the
    documents alone.
    """
    if not isinstance(documents, Documents):
        return documents.signed(threshold, done)
    if int(documents.texts.str.len_chars().sum()) <= MAX_PREFIX_CHARACTERS:
        signatures = prefix_signatures(documents, threshold, done)
        first = np.ones(len(documents), np.bool_) if second is None else ~second
        if len(documents) <= SMALL or raw_count(
            signatures, first, second
        ) <= PREFIX_RAW + PREFIX_RAW_EACH * len(documents):
            return signatures
    return band_signatures(documents, threshold, done)


def similar_between(documents: Documents, threshold: float, second: Mask) -> tuple[Pairs, bool]:
    """All verified pairs of a document outside `second` with one in it (whose numbers are all higher), and
    whether keys were exact. Pairs that are spared for their marks are not counted here.
    """
    documents = documents.salted()
    signatures = sign(documents, threshold, second=second)
    packed = candidates(signatures, threshold, ~second, second)
    assert packed is not None
    return verify(documents, signatures, packed, threshold), signatures.exact


def pair_limit(documents: int) -> int:
    """Pairs listed at most before halving: eight a document, two million at least (a family of 2,000 in
    full).
    """
    return max(2_000_000, 8 * documents)


def cover(
    documents: Documents | Signed,
    threshold: float,
    forced: int = 0,
    *,
    limit: int | None = None,
    done: Callable[[int], None] | None = None,
    coarse: U64 | None = None,
) -> Cover:
    """The greedy cover of documents numbered by priority.

    Parameters
    ----------
    documents
        Distinct documents in order of priority.
    threshold
        Jaccard index from which two are near-duplicates, 0 < t <= 1.
    forced
        The first so many are kept whatever they resemble (held-out rows).
    limit
        Pairs to list before halving; default `pair_limit`.
    done
        Called with the number of documents signed so far.
    coarse
        Marks for a second cover of the same `Documents`, which have marks.
    """
    try:
        return _cover(documents, threshold, forced, limit, done, coarse)
    except _TooMany:
        return replace(_cover(documents.salted(), threshold, forced, limit, None), spared=None)


def _cover(
    documents: Documents | Signed,
    threshold: float,
    forced: int,
    limit: int | None,
    done: Callable[[int], None] | None,
    coarse: U64 | None = None,
) -> Cover:
    signatures = sign(documents, threshold, done)
    count = len(documents)
    most = pair_limit(count) if limit is None else limit
    keeper = np.full(count, -1, np.int64)
    parts: list[Pairs] = []
    by_coarse: I64 | None = None
    complete = True

    def mask(numbers: I64) -> Mask:
        chosen = np.zeros(count, np.bool_)
        chosen[numbers] = True
        return chosen

    def settle(numbers: I64) -> None:
        """Decide all of `numbers`, none of which is similar to a keeper decided before."""
        nonlocal by_coarse, complete
        chosen = mask(numbers)
        packed = None
        small = len(numbers) <= (SMALL if limit is None else 2)
        if small or raw_count(signatures, chosen) <= MAX_RAW:
            packed = candidates(signatures, threshold, chosen, limit=None if small else most)
        if packed is not None:
            if coarse is None or documents.marks is None or not isinstance(documents, Documents):
                pairs = verify(documents, signatures, packed, threshold)
            else:  # with marks there is one set, never halved
                near = verify(replace(documents, marks=None), signatures, packed, threshold)
                pairs = marked(near, documents.marks)
                by_coarse = np.full(count, -1, np.int64)
                _greedy(by_coarse, numbers, marked(near, coarse), forced)
            parts.append(pairs)
            _greedy(keeper, numbers, pairs, forced)
            return
        if documents.marks is not None:
            raise _TooMany
        complete = False
        half = (
            max(len(numbers) // 2, min(forced, len(numbers) - 1))
            if forced < len(numbers) and numbers[0] < forced
            else len(numbers) // 2
        )
        ahead, behind = numbers[:half], numbers[half:]
        settle(ahead)
        kept = ahead[keeper[ahead] == ahead]
        packed = candidates(signatures, threshold, mask(kept), mask(behind))
        assert packed is not None
        pairs = verify(documents, signatures, packed, threshold)
        parts.append(pairs)
        free = pairs.right >= forced
        order = np.lexsort((pairs.left[free], pairs.right[free]))
        covered, at = np.unique(pairs.right[free][order], return_index=True)
        keeper[covered] = pairs.left[free][order][at]
        rest = behind[keeper[behind] == -1]
        if len(rest):
            settle(rest)

    if count:
        settle(np.arange(count))
    pairs = together(parts)
    return Cover(keeper, pairs, complete, signatures.exact, pairs.spared, by_coarse)


def _greedy(keeper: I64, numbers: I64, pairs: Pairs, forced: int) -> None:
    """Decide `numbers` in order, given all pairs among them (sorted by left)."""
    taken = keeper.copy()
    heads, begins = np.unique(pairs.left, return_index=True)
    ends = np.searchsorted(pairs.left, heads, side="right")
    # One step a document that has a later twin: each decision needs those before it.
    for head, begin, end in zip(heads.tolist(), begins.tolist(), ends.tolist(), strict=True):
        if taken[head] == -1:
            later = pairs.right[begin:end]
            later = later[(taken[later] == -1) & (later >= forced)]
            taken[later] = head
    alone = numbers[taken[numbers] == -1]
    taken[alone] = alone
    keeper[:] = taken
