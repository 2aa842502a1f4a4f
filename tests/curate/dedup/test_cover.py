"""The join against a quadratic oracle, and the greedy cover against its definition."""

from __future__ import annotations

import random
import string

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedup import cover as covering
from curate.dedup import join, shingles
from curate.dedup.cover import cover, similar_between
from curate.dedup.normalise import folded
from curate.dedup.shingles import Documents
from curate.dedup.signatures import band_signatures, bands, prefix_signatures
from tests.curate.dedup.conftest import oracle_fold, oracle_pairs

words = st.sampled_from(
    [
        "pay",
        "card",
        "the",
        "my",
        "late",
        "Übung",
        "naïve",
        "x",
        "?!",
        "top-up",
        "北京",
        "e\u0301",
        "ﬁne",
        "rock'n'roll",
        "what’s",
        "whats",
        "1",
        ",",
    ]
)
texts = st.lists(st.lists(words, max_size=9).map(" ".join), max_size=25)
shapes = st.sampled_from([("char", 4), ("char", 1), ("word", 1), ("word", 2), ("word", 3)])
thresholds = st.sampled_from([0.3, 0.5, 0.7, 0.8, 1.0])


def distinct(raw: list[str]) -> list[str]:
    return list(dict.fromkeys(oracle_fold(text) for text in raw))


def as_dict(pairs: join.Pairs) -> dict[tuple[int, int], float]:
    return {
        (i, j): s
        for i, j, s in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.similarity.tolist(), strict=True)
    }


def greedy_oracle(count: int, pairs: dict[tuple[int, int], float], forced: int) -> list[int]:
    keeper: list[int] = []
    for j in range(count):
        twins = [i for i in range(j) if keeper[i] == i and (i, j) in pairs]
        keeper.append(twins[0] if twins and j >= forced else j)
    return keeper


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(texts, shapes, thresholds, st.integers(0, 4))
def test_cover_finds_the_pairs_of_a_quadratic_join_and_keeps_the_first_of_each(
    raw: list[str], shape: tuple[str, int], threshold: float, forced: int
) -> None:
    some = distinct(raw)
    expected = oracle_pairs(some, *shape, threshold)
    found = cover(
        Documents(folded(pl.Series(some, dtype=pl.String)), *shape), threshold, min(forced, len(some))
    )  # type: ignore[arg-type]
    assert found.exact and found.complete
    assert as_dict(found.pairs) == expected
    assert found.keeper.tolist() == greedy_oracle(len(some), expected, min(forced, len(some)))


@pytest.mark.slow
@settings(deadline=None, max_examples=120)
@given(texts, shapes, thresholds, st.integers(0, 4), st.lists(st.integers(0, 2), min_size=25, max_size=25))
def test_pairs_of_other_marks_are_spared_and_counted_and_the_cover_is_that_of_the_rest(
    raw: list[str], shape: tuple[str, int], threshold: float, forced: int, drawn: list[int]
) -> None:
    some = distinct(raw)
    forced = min(forced, len(some))
    marks = np.array(drawn[: len(some)], np.uint64)
    documents = Documents(folded(pl.Series(some, dtype=pl.String)), *shape, marks=marks)  # type: ignore[arg-type]
    near = oracle_pairs(some, *shape, threshold)
    expected = {(i, j): s for (i, j), s in near.items() if marks[i] == marks[j]}
    found = cover(documents, threshold, forced)
    assert as_dict(found.pairs) == expected
    assert found.spared == len(near) - len(expected)
    assert found.keeper.tolist() == greedy_oracle(len(some), expected, forced)
    # Too many to list: the same cover, the spared ones uncounted.
    limited = cover(documents, threshold, forced, limit=0)
    assert limited.keeper.tolist() == found.keeper.tolist()


def test_small_marks_do_not_turn_one_shingle_into_another() -> None:
    """A mark of 1 as it is would turn each letter into its neighbour, and so into one of the other text."""
    some = pl.Series(["", "pay übung whats", "card naïve top-up"])
    documents = Documents(some, "char", 1, marks=np.array([0, 0, 1], np.uint64))
    assert cover(documents, 0.3, limit=0).keeper.tolist() == [0, 1, 2]


def test_a_giant_family_that_differs_in_its_numbers_is_covered_in_little_time() -> None:
    family = pl.Series(
        [
            f"your parcel with the number {i:06d} left our depot this morning and will be here soon"
            for i in range(20_000)
        ]
    )
    marks = np.arange(20_000, dtype=np.uint64)
    found = cover(Documents(family, "word", 2, marks=marks), 0.7)
    assert found.spared is None and (found.keeper == np.arange(20_000)).all()


@pytest.mark.slow
@settings(deadline=None, max_examples=80)
@given(texts, shapes, thresholds, st.integers(0, 4), st.integers(0, 5))
def test_halving_keeps_the_same_documents_under_the_same_keepers(
    raw: list[str], shape: tuple[str, int], threshold: float, forced: int, limit: int
) -> None:
    some = distinct(raw)
    documents = Documents(folded(pl.Series(some, dtype=pl.String)), *shape)  # type: ignore[arg-type]
    forced = min(forced, len(some))
    whole, halved = cover(documents, threshold, forced), cover(documents, threshold, forced, limit=limit)
    assert halved.keeper.tolist() == whole.keeper.tolist()
    listed = as_dict(halved.pairs)
    assert listed.items() <= as_dict(whole.pairs).items()
    dropped = [j for j, i in enumerate(whole.keeper.tolist()) if i != j]
    assert all((whole.keeper[j], j) in listed for j in dropped)


@pytest.mark.parametrize("limit", [0, 1, 5, 40])
@pytest.mark.parametrize("forced", [0, 3, 11, 23, 24])
def test_families_that_are_halved_have_the_keepers_of_the_definition(forced: int, limit: int) -> None:
    stems = ("my parcel has not arrived", "the lamp does not light up", "your shop charged me twice")
    ends = ("why", "why now", "why that is", "when", "when it is", "who", "who it was", "how")
    family = [f"{stem} and I would like to know {end}" for end in ends for stem in stems]
    expected = greedy_oracle(24, oracle_pairs(family, "char", 4, 0.7), forced)
    halved = cover(Documents(pl.Series(family), "char", 4), 0.7, forced, limit=limit)
    assert halved.keeper.tolist() == expected
    assert not halved.complete
    pairs = as_dict(halved.pairs)
    assert all((keeper, at) in pairs for at, keeper in enumerate(expected) if keeper != at)


@pytest.mark.slow
def test_a_family_of_two_thousand_is_listed_in_full_and_a_greater_one_is_not() -> None:
    family = [f"your parcel {at:04d} left our depot and will be here soon" for at in range(2_100)]
    some = cover(Documents(pl.Series(family[:2_000]), "word", 1), 0.7)
    assert some.complete and len(some.pairs) == 2_000 * 1_999 // 2
    all_of_it = cover(Documents(pl.Series(family), "word", 1), 0.7)
    assert not all_of_it.complete and (all_of_it.keeper == 0).all()


@settings(deadline=None, max_examples=80)
@given(texts, texts, shapes, thresholds)
def test_a_join_of_two_tables_finds_the_pairs_of_a_quadratic_one(
    one: list[str], other: list[str], shape: tuple[str, int], threshold: float
) -> None:
    left, right = distinct(one), distinct(other)
    documents = Documents(folded(pl.Series(left + right, dtype=pl.String)), *shape)  # type: ignore[arg-type]
    pairs, exact = similar_between(documents, threshold, np.arange(len(documents)) >= len(left))
    crossing = {
        (i, j): s for (i, j), s in oracle_pairs(left + right, *shape, threshold).items() if i < len(left) <= j
    }
    assert exact and as_dict(pairs) == crossing


def near_copies(rows: int, seed: int = 3) -> pl.Series:
    """Random 48-word texts, a third of them copies with a few words changed."""
    chance = random.Random(seed)
    vocabulary = ["".join(chance.choices(string.ascii_lowercase, k=6)) for _ in range(4000)]
    some = [chance.choices(vocabulary, k=48) for _ in range(rows * 2 // 3)]
    for _ in range(rows - len(some)):
        copy = list(chance.choice(some))
        for _ in range(chance.randint(0, 4)):
            copy[chance.randrange(48)] = chance.choice(vocabulary)
        some.append(copy)
    return pl.Series(sorted({" ".join(row) for row in some}))


@pytest.mark.parametrize(("unit", "n", "threshold"), [("word", 3, 0.7), ("char", 4, 0.8)])
def test_band_keys_lose_fewer_than_one_pair_in_a_thousand_and_invent_none(
    unit: shingles.Unit, n: int, threshold: float
) -> None:
    documents = Documents(near_copies(6000), unit, n)
    everyone = np.ones(len(documents), np.bool_)
    results = []
    for signatures in (prefix_signatures(documents, threshold), band_signatures(documents, threshold)):
        packed = join.candidates(signatures, threshold, everyone)
        assert packed is not None
        results.append(as_dict(join.verify(documents, signatures, packed, threshold)))
    exact, approximate = results
    assert len(exact) > 1000
    assert approximate.items() <= exact.items()
    assert len(approximate) >= 0.999 * len(exact)


def test_recall_at_the_threshold_is_what_the_band_formula_says() -> None:
    for threshold in (0.3, 0.5, 0.7, 0.8, 0.9, 1.0):
        count, rows = bands(threshold)
        assert 1 - (1 - threshold**rows) ** count >= 0.9998


def test_chunks_and_blocks_and_threads_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = Documents(near_copies(600), "word", 3)
    whole = cover(documents, 0.7)
    for characters, cells, pairs, hashes in ((300, 100, 7, 500), (5000, 4096, 100, 1 << 20)):
        monkeypatch.setattr(shingles, "CHUNK_CHARACTERS", characters)
        monkeypatch.setattr(shingles, "MATRIX_CELLS", cells)
        monkeypatch.setattr(join, "MATRIX_CELLS", cells)
        monkeypatch.setattr(join, "PAIRS_AT_ONCE", pairs)
        monkeypatch.setattr(join, "HASHES_AT_ONCE", hashes)
        monkeypatch.setattr(pl, "thread_pool_size", lambda: 3)
        again = cover(documents, 0.7)
        assert as_dict(again.pairs) == as_dict(whole.pairs)
        assert again.keeper.tolist() == whole.keeper.tolist()


@pytest.mark.slow
def test_a_giant_family_is_covered_without_listing_its_pairs() -> None:
    # 20,000 texts that all resemble each other: 200 million pairs, of which only those with the keeper are
    # made.
    family = pl.Series(
        [
            f"your parcel with the number {i:06d} left our depot this morning and will be with you by "
            f"this evening at the latest"
            for i in range(20_000)
        ]
    )
    found = cover(Documents(family, "word", 2), 0.7)
    assert not found.complete
    assert (found.keeper == 0).all()
    assert len(found.pairs) < 4_000_000


def test_salts_part_equal_texts() -> None:
    same = pl.Series(["the very same text here", "the very same text here!"])
    assert len(cover(Documents(same, "char", 4), 0.8).pairs) == 1
    assert len(cover(Documents(same, "char", 4, np.array([1, 2], np.uint64)), 0.8).pairs) == 0


def test_odd_documents_pass() -> None:
    odd = pl.Series(["", "?", "!!!", "a", "a b", "x" * 1_000_000, "x" * 1_000_001, "😀😀", "١٢٣", "\u0301"])
    found = cover(Documents(folded(odd), "char", 4), 0.8)
    assert found.keeper.tolist() == [0, 1, 2, 3, 4, 5, 5, 7, 8, 9]
    assert covering.cover(Documents(odd.clear(), "word", 3), 0.8).keeper.tolist() == []
