"""Exchanged pairs stand out from what the other pairs teach; sound ones do not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

pytest.importorskip("sklearn")
from train.arrays import Floats
from train.pairs import pair_suspects

CALM = "I send it today and write to you when it leaves number"
CROSS = "That is not our fault and you should have read the rules number"


def pairs(rows: int, exchanged: set[int]) -> tuple[pl.Series, pl.Series, pl.Series, Floats]:
    noise = np.random.default_rng(3).normal(size=(2 * rows, 8))
    noise[:rows, 0] += 2
    noise[rows:, 0] -= 2
    chosen, rejected = [f"{CALM} {at}" for at in range(rows)], [f"{CROSS} {at}" for at in range(rows)]
    for at in exchanged:
        chosen[at], rejected[at] = rejected[at], chosen[at]
        noise[[at, rows + at]] = noise[[rows + at, at]]
    ids = pl.Series([f"p{at:03}" for at in range(rows)])
    return ids, pl.Series(chosen), pl.Series(rejected), noise


def test_exchanged_pairs_are_flagged_and_no_others() -> None:
    exchanged = {3, 40, 41, 77}
    ids, chosen, rejected, features = pairs(90, exchanged)
    judged = pair_suspects(ids, chosen, rejected, features=features)
    flagged = judged.filter("flagged")
    assert set(flagged["example_id"]) == {f"p{at:03}" for at in exchanged}
    assert set(flagged["suggested"]) == {"rejected"} and judged["given"].unique().to_list() == ["chosen"]
    assert judged["example_id"].sort().to_list() == ids.to_list()
    assert judged["score"].to_list() == judged["score"].sort(descending=True).to_list()


def test_in_sound_pairs_nothing_is_flagged_and_one_odd_answer_makes_no_suspect() -> None:
    ids, chosen, rejected, features = pairs(90, set())
    assert pair_suspects(ids, chosen, rejected, features=features)["flagged"].sum() == 0
    features[5, 0] = -2.0  # an answer that reads like the rejected ones, beside one that does too
    odd = chosen.scatter(5, f"{CROSS} once more")
    assert pair_suspects(ids, odd, rejected, features=features)["flagged"].sum() == 0


def test_the_order_of_rows_does_not_matter() -> None:
    ids, chosen, rejected, features = pairs(60, {8})
    order = np.random.default_rng(0).permutation(60)
    shuffled = pair_suspects(
        ids[order], chosen[order], rejected[order], features=features[np.concatenate([order, 60 + order])]
    )
    assert shuffled.equals(pair_suspects(ids, chosen, rejected, features=features))
