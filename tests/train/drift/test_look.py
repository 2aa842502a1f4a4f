"""A look over several columns: quiet where nothing moved, seasons of the reference included."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.drift.columns import Pool, value_column
from train.drift.look import look


def pool_of(old: int, new: int, seasons: int = 0) -> Pool:
    live = np.arange(old + new) >= old
    of = np.arange(old + new) * seasons // old
    masks = tuple((of == season) & ~live for season in range(seasons))
    return Pool(live, np.arange(old + new), np.ones(old + new), masks)


def test_a_season_that_the_reference_holds_is_not_drift_and_one_that_it_lacks_is() -> None:
    draw = np.random.default_rng(2)
    values = np.concatenate([draw.normal(0, 1, 300), draw.normal(3, 1, 300), draw.normal(3, 1, 80)])
    dated = pool_of(600, 80, seasons=2)
    (seen,) = look(dated, [value_column(dated, "length", "ordered", values)], 0.001)
    assert not seen.moved and seen.season == 1
    undated = pool_of(600, 80)
    (seen,) = look(undated, [value_column(undated, "length", "ordered", values)], 0.001)
    assert seen.moved and seen.season == -1
    values[600:] += 3
    (seen,) = look(dated, [value_column(dated, "length", "ordered", values)], 0.001)
    assert seen.moved and seen.seasons == 2


def test_a_p_value_settled_below_the_level_is_held_against_every_season() -> None:
    """At a generous level an early p-value may be an alarm, so all seasons are asked."""
    draw = np.random.default_rng(4)
    values = np.concatenate([draw.normal(0, 1, 300), draw.normal(2, 1, 300), draw.normal(2, 1, 80)])
    dated = pool_of(600, 80, seasons=2)
    (seen,) = look(dated, [value_column(dated, "length", "ordered", values)], 0.2)
    assert not seen.moved


def test_one_moved_column_of_many_is_named_and_the_others_are_not() -> None:
    draw = np.random.default_rng(6)
    pool = pool_of(400, 100)
    columns = [value_column(pool, f"n{at}", "ordered", draw.normal(size=500)) for at in range(5)]
    columns.append(value_column(pool, "moved", "mean", draw.normal(size=500) + pool.live))
    assert [one.name for one in look(pool, columns, 0.01) if one.moved] == ["moved"]


def test_looks_at_one_source_raise_an_alarm_as_seldom_as_the_level_says() -> None:
    alarms = 0
    for trial in range(150):
        draw = np.random.default_rng(trial)
        pool = replace(pool_of(120, 40), units=np.arange(160) // 2)
        values = np.repeat(draw.normal(size=(80, 3)), 2, axis=0)
        columns = [value_column(pool, f"n{at}", "mean", values[:, at]) for at in range(3)]
        alarms += any(one.moved for one in look(pool, columns, 0.05))
    assert alarms <= 15  # P(Bin(150, 0.05) > 15) < 0.01
