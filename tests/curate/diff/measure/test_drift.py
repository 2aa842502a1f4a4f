"""Shifts are tested as the textbook does where versions share no row, and see what a naive test misses where
they do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.diff.difference import compare
from curate.diff.measure.drift import (
    LEVEL,
    Sample,
    _of_categories,
    _of_lengths,
)
from curate.stats import holm

stats = pytest.importorskip("scipy.stats")


def sample(before: list[int], left: list[int], came: list[int]) -> Sample:
    return Sample(tuple(range(len(before))), *(np.array(counts, float) for counts in (before, left, came)))


@settings(max_examples=50, deadline=None)
@given(counts=st.lists(st.tuples(st.integers(10, 500), st.integers(10, 500)), min_size=2, max_size=6))
def test_without_a_shared_row_the_tests_are_pearsons_and_kolmogorovs(counts: list[tuple[int, int]]) -> None:
    old, new = (list(side) for side in zip(*counts, strict=True))
    found = _of_categories("x", sample(old, old, new))
    wanted = stats.chi2_contingency(np.array([old, new]), correction=False)
    assert found is not None and not found.exact
    assert found.statistic == pytest.approx(wanted.statistic) and found.p == pytest.approx(
        wanted.pvalue, abs=1e-12
    )
    assert found.effect == pytest.approx(stats.contingency.association(np.array([old, new]), method="cramer"))
    length = _of_lengths("x", sample(old, old, new))
    values = [np.repeat(np.arange(len(side)), side) for side in (old, new)]
    assert length is not None
    assert length.statistic == pytest.approx(stats.ks_2samp(*values).statistic)


def test_the_level_holds_for_versions_that_share_rows() -> None:
    random = np.random.default_rng(1)
    shares = np.array([0.5, 0.3, 0.2])
    hits = 0
    for _ in range(400):
        kept, left, came = (random.multinomial(size, shares) for size in (2_000, 150, 250))
        found = _of_categories("x", sample((kept + left).tolist(), left.tolist(), came.tolist()))
        assert found is not None
        hits += found.p < 0.05
    assert 8 <= hits <= 34  # 20 expected of 400; Binomial(400, 0.05) lies there but for 0.2 %


def test_few_rows_that_came_are_judged_by_reassignment() -> None:
    kept = [50, 50, 0]
    none = _of_categories("x", sample(kept[:2], [0, 0], [1, 1]))
    new = _of_categories("x", sample(kept, [0, 0, 0], [0, 0, 4]))
    assert none is not None and none.exact and none.p > 0.5
    assert new is not None and new.exact and new.p < 0.001


def test_the_columns_of_a_comparison_are_judged_together(make_gold: Any) -> None:
    """One column of several with a shift that alone would be significant, and is not among the others."""
    old = [
        {
            **row,
            "language": "ab"[at // 2 % 2],
            "source": "st"[at // 4 % 2],
            "input": f"hello {'x' * (at // 8 % 7)}",
        }
        for at, row in enumerate(rows("ab" * 560))
    ]
    more = [*old[0:48:2], *old[1:89:2]]  # 24 of the label a, 44 of b
    new = [*old, *({**row, "example_id": f"n{at}"} for at, row in enumerate(more))]
    found = compare(make_gold(old), make_gold(new)).summary.shifts
    assert [shift.p_adjusted for shift in found] == pytest.approx(sorted(holm([shift.p for shift in found])))
    tested = {shift.column: shift for shift in found}
    assert len(tested) == 4
    assert all(shift.significant == (shift.p_adjusted < LEVEL) for shift in found)
    smallest = min(found, key=lambda shift: shift.p)
    assert smallest.p < LEVEL < smallest.p_adjusted and not smallest.significant
    assert smallest.p_adjusted == pytest.approx(len(found) * smallest.p)


def rows(labels: str, text: str = "hello there") -> list[dict[str, Any]]:
    return [
        {
            "example_id": f"{text}{number}",
            "input": text,
            "output": label,
            "split": "train",
            "language": "en",
            "source": "s",
        }
        for number, label in enumerate(labels)
    ]


def test_new_rows_of_one_label_are_a_shift_that_an_independent_test_misses(make_gold: Any) -> None:
    old = rows("ab" * 500)
    new = [*old, *rows("b" * 25, "some much longer text than before")]
    found = {shift.column: shift for shift in compare(make_gold(old), make_gold(new)).summary.shifts}
    assert stats.chi2_contingency([[500, 500], [500, 525]], correction=False).pvalue > 0.5
    assert found["output"].significant and found["output"].movers[0][0] in "ab"
    assert (
        found["input"].significant
        and found["input"].kind == "length"
        and found["input"].movers[1][2] > found["input"].movers[1][1]
    )
    assert "language" not in found  # one value only: nothing to shift


def test_a_random_sample_of_the_same_rows_is_no_shift_and_nothing_changed_is_not_tested(
    make_gold: Any,
) -> None:
    old = rows("ab" * 100)
    summary = compare(make_gold(old), make_gold([*old[:80], *old[90:]])).summary
    assert summary.shifts and not any(shift.significant for shift in summary.shifts)
    assert compare(make_gold(old), make_gold(old)).summary.shifts == ()


def test_relabelled_rows_leave_one_label_and_come_to_another(make_plain: Any) -> None:
    old = pl.DataFrame({"id": range(400), "q": ["x", "y"] * 200, "t": [f"text {n}" for n in range(400)]})
    new = old.with_columns(pl.when(pl.col("id") < 60).then(pl.lit("x")).otherwise("q").alias("q"))
    forth, back = (
        compare(*(make_plain(side, keys=("id",), label="q") for side in pair)).summary.shifts
        for pair in ((old, new), (new, old))
    )
    assert [(shift.column, shift.kind, shift.significant) for shift in forth] == [("q", "category", True)]
    assert set(forth[0].movers) == {("x", 0.5, 0.575), ("y", 0.5, 0.425)}
    assert (forth[0].statistic, forth[0].effect) == (
        pytest.approx(back[0].statistic),
        pytest.approx(back[0].effect),
    )
