"""Pairs by cosine, against a slow oracle in Python's whole numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.semantic.vectors import DIGITS, Near, between, exact_length, neighbours, whole, within


def units(seed: int, rows: int, size: int, noise: float) -> np.ndarray:
    """Unit vectors around a few centres, so that many cosines lie near any threshold."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(3, size))
    vectors = centres[rng.integers(0, 3, rows)] + noise * rng.normal(size=(rows, size))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def slow(left: np.ndarray, right: np.ndarray, threshold: float, upper: bool) -> list[tuple[int, int, float]]:
    found = []
    rows = [[int(x) for x in row] for row in left]
    others = [[int(x) for x in row] for row in right]
    for i, one in enumerate(rows):
        for j, other in enumerate(others):
            if upper and j <= i:
                continue
            product = sum(x * y for x, y in zip(one, other, strict=True))
            squares = sum(x * x for x in one) * sum(y * y for y in other)
            cosine = min(1.0, round(product / math.sqrt(squares), DIGITS)) if squares else -1.0
            if cosine >= threshold:
                found.append((i, j, cosine))
    return found


def listed(near: Near) -> list[tuple[int, int, float]]:
    return list(zip(near.left.tolist(), near.right.tolist(), near.cosine.tolist(), strict=True))


@given(st.integers(0, 10_000), st.integers(0, 40), st.sampled_from([0.3, 0.8, 0.9]), st.integers(1, 17))
def test_pairs_are_those_of_the_oracle_whatever_the_block(
    seed: int, rows: int, threshold: float, block: int
) -> None:
    vectors = whole(units(seed, rows, 24, 0.4))
    assert listed(within(vectors, threshold, block)) == slow(vectors, vectors, threshold, True)
    half = rows // 2
    assert listed(between(vectors[:half], vectors[half:], threshold, block)) == slow(
        vectors[:half], vectors[half:], threshold, False
    )


@given(st.integers(0, 10_000), st.randoms())
def test_pairs_do_not_depend_on_the_order_of_rows(seed: int, random: object) -> None:
    vectors = whole(units(seed, 30, 24, 0.3))
    order = np.random.default_rng(seed + 1).permutation(30)
    plain = {(i, j): cosine for i, j, cosine in listed(within(vectors, 0.85))}
    moved = listed(within(vectors[order], 0.85, 7))
    assert {(*sorted((int(order[i]), int(order[j]))), cosine) for i, j, cosine in moved} == {
        (*pair, cosine) for pair, cosine in plain.items()
    }


def test_products_of_whole_vectors_are_exact_in_float32() -> None:
    """The largest possible sum of absolute products stays below 2^24, so no partial sum is rounded."""
    for size in (2, 384, 1024, 4096):
        vectors = np.abs(whole(units(5, 50, size, 1.0))).astype(np.float64)
        assert (vectors @ vectors.T).max() < 2**24
        assert (exact_length(size) + math.sqrt(size) / 2) ** 2 < 2**24


def test_an_empty_table_and_zero_vectors_have_no_pairs() -> None:
    assert listed(within(whole(np.zeros((0, 8), np.float32)), 0.5)) == []
    assert listed(within(whole(np.zeros((3, 8), np.float32)), 0.5)) == []


def test_the_index_finds_what_the_exact_search_finds_on_a_small_table() -> None:
    pytest.importorskip("usearch")
    vectors = whole(units(3, 200, 32, 0.8))
    exact = set(listed(within(vectors, 0.8)))
    found = set(listed(neighbours(vectors, 0.8, asked=100)))
    assert found <= exact and len(found) >= 0.95 * len(exact) > 0
    assert listed(neighbours(vectors, 0.8)) == listed(neighbours(vectors, 0.8))
