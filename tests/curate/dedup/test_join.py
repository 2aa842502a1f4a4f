"""The join by itself: who meets whom within a part of the documents, and between two parts; the limit."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import polars as pl
import pytest

from curate.dedup import join
from curate.dedup.cover import similar_between
from curate.dedup.shingles import Documents
from curate.dedup.signatures import Signatures, band_signatures, prefix_signatures
from tests.curate.dedup.conftest import oracle_pairs

Sign = Callable[[Documents, float], Signatures]
# Nine texts in three families; within a family each resembles each.
FAMILIES = [
    f"{stem} and I would like to know {end}"
    for stem in ("my parcel has not arrived", "the lamp does not light up", "your shop charged me twice")
    for end in ("why", "why now", "why that is")
]
DOCUMENTS = Documents(pl.Series(FAMILIES), "char", 4)
THRESHOLD = 0.7
SIMILAR = set(oracle_pairs(FAMILIES, "char", 4, THRESHOLD))


def numbers(packed: np.ndarray | None) -> set[tuple[int, int]]:
    assert packed is not None
    return {(int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in packed}


def mask(*chosen: int) -> join.Mask:
    return np.isin(np.arange(len(FAMILIES)), chosen)


@pytest.mark.parametrize("sign", [prefix_signatures, band_signatures])
@pytest.mark.parametrize("chosen", [range(9), (0, 1, 2), (0, 2, 3, 4, 8), (8,), ()])
def test_candidates_within_a_part_hold_all_its_similar_pairs_and_no_others(sign: Sign, chosen: range) -> None:
    signatures = sign(DOCUMENTS, THRESHOLD)
    within = set(combinations(chosen, 2))
    found = numbers(join.candidates(signatures, THRESHOLD, mask(*chosen)))
    assert SIMILAR & within <= found <= within
    # A pair is counted once in each table where the two share a key.
    count = join.raw_count(signatures, mask(*chosen))
    assert count == sum(int(runs.counts.sum()) for runs in join.partners(signatures, mask(*chosen), None))
    assert count >= len(found)


@pytest.mark.parametrize("sign", [prefix_signatures, band_signatures])
@pytest.mark.parametrize(
    ("first", "second"), [((0, 1, 3), (4, 5)), ((0, 1), (2, 8)), ((0,), (7, 8)), ((), (8,))]
)
def test_candidates_between_two_parts_cross_from_one_to_the_other(
    sign: Sign, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    signatures = sign(DOCUMENTS, THRESHOLD)
    crossing = {(left, right) for left in first for right in second}
    found = numbers(join.candidates(signatures, THRESHOLD, mask(*first), mask(*second)))
    assert SIMILAR & crossing <= found <= crossing


def test_candidates_beyond_the_limit_are_none_and_at_the_limit_all() -> None:
    signatures, everyone = prefix_signatures(DOCUMENTS, THRESHOLD), mask(*range(9))
    every = join.candidates(signatures, THRESHOLD, everyone)
    assert every is not None and len(every) >= len(SIMILAR) == 9
    at_limit = join.candidates(signatures, THRESHOLD, everyone, limit=len(every))
    assert numbers(at_limit) == numbers(every)
    assert join.candidates(signatures, THRESHOLD, everyone, limit=len(every) - 1) is None


def test_a_pair_wider_than_the_matrix_is_compared_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    signatures = prefix_signatures(DOCUMENTS, THRESHOLD)
    packed = join.candidates(signatures, THRESHOLD, mask(*range(9)))
    assert packed is not None
    whole = join.verify(DOCUMENTS, signatures, packed, THRESHOLD)
    for cells in (1, 90, 200):
        monkeypatch.setattr(join, "MATRIX_CELLS", cells)
        again = join.verify(DOCUMENTS, signatures, packed, THRESHOLD)
        assert again.similarity.tolist() == whole.similarity.tolist()
    assert set(zip(whole.left.tolist(), whole.right.tolist(), strict=True)) == SIMILAR


def test_pairs_between_tables_whose_marks_differ_are_neither_found_nor_counted() -> None:
    marks = np.array([1, 2, 2], np.uint64)
    documents = Documents(pl.Series(FAMILIES[:3]), "char", 4, marks=marks)
    pairs, _ = similar_between(documents, THRESHOLD, np.array([False, False, True]))
    assert (pairs.left.tolist(), pairs.right.tolist(), pairs.spared) == ([1], [2], 0)


@pytest.mark.parametrize(
    ("shared", "first", "second", "threshold"), [(7, 1, 2, 0.7), (8, 0, 2, 0.8), (1, 1, 1, 1 / 3)]
)
def test_a_pair_exactly_at_the_threshold_passes_the_filters(
    shared: int, first: int, second: int, threshold: float
) -> None:
    counts = {"both": shared, "left": first, "right": second}
    words = {side: [f"{side}{at}" for at in range(count)] for side, count in counts.items()}
    texts = [" ".join(words["both"] + words[side]) for side in ("left", "right")]
    documents = Documents(pl.Series(texts), "word", 1)
    both = np.ones(2, np.bool_)
    signatures = prefix_signatures(documents, threshold)
    packed = join.candidates(signatures, threshold, both)
    assert packed is not None
    assert join.verify(documents, signatures, packed, threshold).similarity.tolist() == [threshold]
