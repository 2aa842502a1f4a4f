"""Seasons of a reference: overlapping stretches that leave no row and no week out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.drift.columns import Pool, value_column
from train.drift.look import look
from train.drift.seasons import FEWEST_ROWS, MOST, seasons


@given(rows=st.integers(2, 3_000), live=st.integers(1, 900), whole_year=st.booleans())
def test_every_row_is_of_a_season_and_each_has_as_many_rows_as_are_live(
    rows: int, live: int, whole_year: bool
) -> None:
    order = np.random.default_rng(rows).permutation(rows)
    masks = seasons(order, live, whole_year=whole_year)
    if rows < 2 * max(live, FEWEST_ROWS):
        assert masks == ()
        return
    assert np.any(masks, axis=0).all()
    assert all(mask.sum() >= max(live, rows / (MOST + 1)) for mask in masks)
    places = [np.sort(order[mask]) for mask in masks]
    joined = [int((np.diff(place) > 1).sum()) for place in places]
    assert sum(joined) == 0 or (whole_year and max(joined) == 1)


@pytest.mark.parametrize("whole_year", [True, False])
def test_any_moment_lies_in_the_middle_third_of_a_season_unless_the_reference_ends(whole_year: bool) -> None:
    order = np.arange(600)
    masks = seasons(order, 200, whole_year=whole_year)
    middles = [int(np.flatnonzero(mask).mean()) for mask in masks if np.diff(np.flatnonzero(mask)).max() == 1]
    away = [min(abs(at - middle) for middle in middles) for at in range(100, 500)]
    assert max(away) <= 200 / 6 + 1
    assert any(mask[0] and mask[-1] for mask in masks) == whole_year


def test_a_week_at_the_border_of_two_seasons_is_like_neither_and_like_the_one_between() -> None:
    """Texts grow over the year. A week between two stretches that do not overlap is unlike both."""
    draw = np.random.default_rng(3)
    place = np.arange(900)
    values = np.concatenate([draw.normal(place / 300, 1), draw.normal(1.0, 1, 150)])
    live = np.arange(1_050) >= 900
    pad = np.zeros(150, dtype=bool)

    def moved(overlap: int) -> bool:
        masks = seasons(place, 300, whole_year=False, overlap=overlap)
        pool = Pool(live, np.arange(1_050), np.ones(1_050), tuple(np.append(mask, pad) for mask in masks))
        (seen,) = look(pool, [value_column(pool, "length", "mean", values)], 0.01)
        return seen.moved

    assert moved(1) and not moved(3)
