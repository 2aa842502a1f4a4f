"""Greedy choice is what a slow loop over all rows would choose, whatever the order, threads or blocks."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import train.selection as selection
from curate.semantic.vectors import exact_length, whole
from train.selection import CHOSEN, choose, divided, selected


def slow(
    points: np.ndarray,
    quality: np.ndarray,
    budget: int,
    weight: np.ndarray | None = None,
    covered: np.ndarray | None = None,
) -> list[int]:
    """Facility location, written as its definition says: the best addition, again and again, in Python's
    whole numbers.
    """
    levels = [round(float(q) * 63) for q in quality]
    matters = levels if weight is None else [round(float(w) * 63) for w in weight]
    before_all = [0] * len(points) if covered is None else [max(int(c), 0) * 63 for c in covered]
    alike = [[max(int(a @ b), 0) for b in points.astype(int)] for a in points.astype(int)]
    rows, order = range(len(points)), list[int]()

    def reached(chosen: list[int]) -> int:
        return sum(
            matters[i] * max([before_all[i], *(levels[j] * alike[i][j] for j in chosen)]) for i in rows
        )

    for sound in (True, False):
        mine = [at for at in rows if (levels[at] >= 0.5 * 63) == sound]
        while len(order) < budget and (left := [at for at in mine if at not in order]):
            before = reached(order)
            gains = {at: reached([*order, at]) - before for at in left}
            best = min(left, key=lambda at: (-gains[at], at))
            if gains[best] == 0:
                order += sorted(left, key=lambda at: (-levels[at], at))[: budget - len(order)]
                break
            order.append(best)
    return order


@settings(deadline=None, max_examples=150)
@given(
    arrays(np.float32, st.tuples(st.integers(1, 12), st.just(3)), elements=st.integers(-2, 2)),
    st.data(),
)
def test_lazy_greedy_chooses_what_the_slow_oracle_does(values: np.ndarray, data: st.DataObject) -> None:
    quality = np.array(
        data.draw(st.lists(st.sampled_from([0.0, 0.3, 0.6, 1.0]), min_size=len(values), max_size=len(values)))
    )
    budget = data.draw(st.integers(0, len(values)))
    points = whole(values)
    assert choose(points, quality, budget).order == slow(points, quality, budget)
    some = st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=len(values), max_size=len(values))
    weight = np.array(data.draw(some))
    # What is there already is like each row by so much of its own length.
    covered = np.rint(np.array(data.draw(some)) * (points.astype(np.float64) ** 2).sum(axis=1))
    order = choose(points, quality, budget, weight=weight, covered=covered).order
    assert order == slow(points, quality, budget, weight, covered)


def texts(rows: int, seed: int) -> tuple[pl.Series, pl.Series, pl.Series, np.ndarray, pl.Series]:
    rng = np.random.default_rng(seed)
    said = pl.Series([f"text {at % (rows - 5)}" for at in range(rows)])  # some are repeats
    values = rng.normal(size=(rows, 8)).astype(np.float32)
    values[rows - 5 :] = values[:5]
    labels = pl.Series([f"l{one}" for one in rng.integers(3, size=rows)])
    quality = pl.Series(rng.choice([0.2, 0.7, 1.0], rows))
    return pl.Series([f"r{at:03}" for at in range(rows)]), said, labels, values, quality


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 60), st.sampled_from([0.0, 0.5, 1.0]))
def test_the_order_of_rows_and_the_size_of_blocks_do_not_matter(
    seed: int, budget: int, evenness: float
) -> None:
    ids, said, labels, values, quality = texts(60, seed)
    told = selected(ids, said, labels, values, budget, quality=quality, evenness=evenness)
    order = np.random.default_rng(seed).permutation(60)
    block, selection._BLOCK = selection._BLOCK, 7
    try:
        again = selected(
            ids[order],
            said[order],
            labels[order],
            values[order],
            budget,
            quality=quality[order],
            evenness=evenness,
        )
    finally:
        selection._BLOCK = block
    assert again.chosen.equals(told.chosen) and again.passed_over.equals(told.passed_over)
    assert again.strata.equals(told.strata)
    assert told.chosen.height == budget and told.chosen.schema == CHOSEN
    assert sorted([*told.chosen["example_id"], *told.passed_over["example_id"]]) == ids.to_list()
    assert told.chosen["rank"].to_list() == list(range(1, budget + 1))


def test_threads_do_not_matter() -> None:
    limits = pytest.importorskip("threadpoolctl").threadpool_limits
    ids, said, labels, values, quality = texts(400, 5)
    runs = []
    for threads in (1, 2):
        with limits(threads):
            runs.append(selected(ids, said, labels, values, 60, quality=quality))
    assert runs[0].chosen.equals(runs[1].chosen) and runs[0].passed_over.equals(runs[1].passed_over)


def test_one_row_for_each_group_then_repeats_only_to_fill() -> None:
    values = np.repeat(np.eye(3, dtype=np.float32), [5, 3, 2], axis=0)
    ids = pl.Series([f"r{at}" for at in range(10)])
    said = pl.Series([f"{'abc'[at]}" for at in (0, 0, 0, 0, 0, 1, 1, 1, 2, 2)])
    told = selected(ids, said, pl.repeat("", 10, eager=True), values, 4)
    assert told.chosen["why"].to_list() == ["first", "covers", "covers", "fills"]
    assert told.chosen["stands_for"].to_list()[:3] == [4, 3, 2]  # the repeat of the largest stands for itself
    assert told.strata["coverage"].to_list() == [pytest.approx(1.0, abs=1e-3)]
    assert told.passed_over["like"].to_list().count(told.chosen["example_id"][0]) == 3


def test_doubted_rows_come_last() -> None:
    values = np.eye(4, dtype=np.float32)
    ids, quality = pl.Series(["a", "b", "c", "d"]), pl.Series([0.1, 1.0, 0.9, 0.4])
    told = selected(ids, ids, pl.repeat("", 4, eager=True), values, 3, quality=quality)
    assert told.chosen["example_id"].to_list() == ["b", "c", "d"]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(0, 120), st.floats(0, 1))
def test_the_budget_is_spent_whole_and_no_stratum_gets_more_than_it_has(
    sizes: list[int], budget: int, evenness: float
) -> None:
    given_ = divided(sizes, budget, evenness)
    assert sum(given_) == min(budget, sum(sizes))
    assert all(0 <= got <= size for got, size in zip(given_, sizes, strict=True))
    if evenness == 1:  # even: whoever has fewer than another has none left
        assert all(got >= max(given_) - 1 or got == size for got, size in zip(given_, sizes, strict=True))
    if budget >= sum(size > 0 for size in sizes):
        assert all(got for got, size in zip(given_, sizes, strict=True) if size)


def test_by_share_follows_the_rows() -> None:
    assert divided([600, 300, 100], 100, 0.0) == [60, 30, 10]
    assert divided([600, 300, 100], 99, 1.0) == [33, 33, 33]
    assert divided([600, 10, 100], 100, 1.0) == [45, 10, 45]


@given(arrays(np.float32, (6, 40), elements=st.floats(-1, 1, width=32)))
def test_products_of_whole_vectors_are_exact(values: np.ndarray) -> None:
    points, scale = whole(values), exact_length(values.shape[1])
    numbers = points.astype(np.int64)
    assert np.array_equal((points @ points.T).astype(np.int64), numbers @ numbers.T)
    cosine = (numbers @ numbers.T) / scale**2
    lengths = np.linalg.norm(values.astype(float), axis=1, keepdims=True)
    unit = values / np.where(lengths > 0, lengths, 1)
    assert np.allclose(cosine, unit @ unit.T, atol=0.01)
