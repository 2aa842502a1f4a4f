"""The exact test with unequal chances of standing in a slice, against counting; chances by the text."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from train.text_slices import by_text, firsts

_ROWS = st.lists(st.tuples(st.floats(1e-4, 1e4), st.booleans()), min_size=1, max_size=9)


@settings(deadline=None)
@given(_ROWS, st.data())
def test_the_distribution_is_that_of_all_sets_counted(
    rows: list[tuple[float, bool]], data: st.DataObject
) -> None:
    own = data.draw(st.integers(0, len(rows)))
    odds, first = np.array([one for one, _ in rows]), np.array([one for _, one in rows])
    counted = np.zeros(min(own, int(first.sum())) + 1)
    for some in combinations(range(len(rows)), own):
        counted[int(first[list(some)].sum())] += np.prod(odds[list(some)])
    assert firsts(odds, first, own) == pytest.approx(counted / counted.sum(), abs=1e-9)


@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e6])
def test_equal_odds_are_fishers_test(factor: float) -> None:
    first = np.arange(500) < 60
    told = firsts(np.full(500, factor), first, 40)
    assert told == pytest.approx(hypergeom(500, 60, 40).pmf(np.arange(41)), abs=1e-9)


def test_chances_follow_the_texts_where_slices_do_and_are_shares_where_not() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(600, 8))
    texts = [str(at) for at in range(600)]
    follows = (features[:, 0] + rng.normal(scale=0.3, size=600) > 0).astype(np.int64)
    told = by_text(texts, features)(follows)
    assert told.sum(axis=1) == pytest.approx(np.ones(600))
    assert np.mean((told[:, 1] > 0.5) == (follows == 1)) > 0.85
    drawn = rng.integers(2, size=600)
    drawn[:50] = -1  # rows in no slice
    assert np.abs(by_text(texts, features)(drawn)[:, 1] - 0.5).mean() < 0.1
    assert by_text(texts, features)(np.zeros(600, dtype=np.int64)) == pytest.approx(np.ones((600, 1)))
