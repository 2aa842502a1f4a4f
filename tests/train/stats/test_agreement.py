"""Krippendorff's alpha against published examples, the `krippendorff` package and its own definition."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from train.stats.agreement import agreement


def judged(*by_reviewer: str) -> pl.DataFrame:
    """One string a reviewer, one sign a unit; a point is missing."""
    rows = [
        (f"{unit:03}", f"r{reviewer}", value)
        for reviewer, values in enumerate(by_reviewer)
        for unit, value in enumerate(values.replace(" ", ""))
        if value != "."
    ]
    return pl.DataFrame(rows, schema=["unit", "reviewer", "value"], orient="row")


# Krippendorff, 2011, "Computing Krippendorff's alpha-reliability", sections A, B and C: two observers and two
# values; two observers and five values; four observers with missing ones. The last: his coders of 15 units,
# as Wikipedia works it out.
PUBLISHED = [
    (("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), 0.095),
    (("a a b b d c c c e d d a", "b a b b b c c c e d d d"), 0.692),
    (
        (
            "1 2 3 3 2 1 4 1 2 . . .",
            "1 2 3 3 2 2 4 1 2 5 . 3",
            ". 3 3 3 2 3 4 2 2 5 1 .",
            "1 2 3 3 2 4 4 1 2 5 1 .",
        ),
        0.743,
    ),
    (
        (
            ". . . . . 3 4 1 2 1 1 3 3 . 3",
            "1 . 2 1 3 3 4 3 . . . . . . .",
            ". . 2 1 3 4 4 . 2 1 1 3 3 . 4",
        ),
        0.691,
    ),
]


@pytest.mark.parametrize(("by_reviewer", "alpha"), PUBLISHED)
def test_alpha_is_that_of_published_examples(by_reviewer: tuple[str, ...], alpha: float) -> None:
    found = agreement(judged(*by_reviewer)).alpha
    assert found and found.point == pytest.approx(alpha, abs=0.0005)
    assert -1 <= found.low <= found.point <= found.high <= 1


def drawn(seed: int) -> pl.DataFrame:
    """Random judgements: 3 people, 40 units, 4 values, a third missing."""
    draw = np.random.default_rng(seed)
    values, missing = draw.integers(4, size=(3, 40)), draw.random((3, 40)) < 1 / 3
    values = np.where(draw.random((3, 40)) < 0.6, values[0], values)
    said = np.where(missing, ".", values.astype(str))
    return judged(*map("".join, said.tolist()))


# krippendorff 0.9.0: alpha(reliability_data, level_of_measurement="nominal").
PACKAGE = {
    0: 0.49936628643852976,
    1: 0.4582164890633763,
    2: 0.627666451195863,
    3: 0.40694239290989653,
    4: 0.4866666666666667,
    5: 0.7946870778928411,
}


@pytest.mark.parametrize(("seed", "alpha"), PACKAGE.items())
def test_alpha_is_that_of_the_package(seed: int, alpha: float) -> None:
    found = agreement(drawn(seed), resamples=50).alpha
    assert found and found.point == pytest.approx(alpha, abs=1e-12)


def by_definition(frame: pl.DataFrame) -> float | None:
    """Alpha from every pair of judgements, one by one."""
    units = [part["value"].to_list() for _, part in frame.group_by("unit") if part.height > 1]
    every = [value for unit in units for value in unit]
    if len(set(every)) < 2:
        return None
    observed = sum(
        sum(one != other for one, other in permutations(unit, 2)) / (len(unit) - 1) for unit in units
    ) / len(every)
    expected = sum(one != other for one, other in permutations(every, 2)) / (len(every) * (len(every) - 1))
    return 1 - observed / expected


_SIGNS: Any = st.text("abc.", min_size=6, max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(_SIGNS, min_size=2, max_size=4), st.randoms())
def test_alpha_is_its_definition_whatever_the_order_of_rows(rows: list[str], chance: Any) -> None:
    frame = judged(*rows)
    found = agreement(frame, resamples=20)
    expected = by_definition(frame)
    if expected is None:
        assert found.alpha is None
        return
    assert found.alpha and found.alpha.point == pytest.approx(expected)
    order = list(range(frame.height))
    chance.shuffle(order)
    assert agreement(frame[order], resamples=20) == found


def test_nobody_agrees_with_nobody() -> None:
    assert agreement(judged("abc", "...")).alpha is None
    assert agreement(judged("aaa", "aaa")).alpha is None  # one value: nothing varies
    assert agreement(judged("abc", "...")).units == 0


def test_full_agreement_is_not_certainty() -> None:
    found = agreement(judged("abab", "abab"))
    assert found.alpha and found.alpha.point == 1 and found.alpha.low < 0.3 and found.few
    many = agreement(judged("ab" * 50, "ab" * 50))
    assert many.alpha and many.alpha.low > 0.9 and not many.few
    assert found.same == 1


@pytest.mark.slow
def test_the_interval_covers_the_true_value() -> None:
    """Two people of whom each says the true one of two values 0.85 of the time: alpha is 0.49."""
    draw, covered = np.random.default_rng(5), 0
    for _ in range(200):
        truth = draw.integers(2, size=80)
        rows = ["".join(map(str, np.where(draw.random(80) < 0.85, truth, 1 - truth))) for _ in range(2)]
        found = agreement(judged(*rows), resamples=400).alpha
        assert found
        covered += found.low <= 0.49 <= found.high
    assert covered >= 180  # 190 of 200 at 95 %, less three standard errors
