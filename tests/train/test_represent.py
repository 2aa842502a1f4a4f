"""Thin classes, declared shares, regions of live inputs that no row is near, and the next labels."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.semantic.vectors import whole
from train.represent import represent
from train.represent.classes import classes, rows_that_show
from train.represent.live import look, nearest
from train.represent.mix import against, length_bands, mix, wilson
from train.represent.picture import axes
from train.represent.represent import Sample
from train.vectors import embedded

TOPICS = {
    "billing": ["refund the invoice", "charged twice on my card", "a receipt for the payment"],
    "delivery": ["where is my parcel", "the driver never came", "my parcel is late"],
}


def sample(rows: int, first: int = 0) -> Sample:
    said = [
        (label, f"{text} {word}")
        for label, texts in TOPICS.items()
        for text in texts
        for word in ("today", "please", "at once", "again", "now", "soon")
    ][first : first + rows]
    return Sample(
        pl.Series([f"r{first + at:03}" for at in range(len(said))], dtype=pl.String),
        pl.Series([text for _, text in said], dtype=pl.String),
        pl.Series([label for label, _ in said], dtype=pl.String),
        {"language": pl.Series([*["en"] * (len(said) - 1), "cy"][: len(said)], dtype=pl.String)},
    )


def live() -> Sample:
    texts = [f"plant {n} apple trees in the garden" for n in range(5)] + [
        "my parcel is late today",
        "refund the invoice now",
    ]
    return Sample(pl.Series([f"l{at}" for at in range(7)]), pl.Series(texts))


WORDS = partial(embedded, by="words")


def test_a_topic_that_no_row_is_near_is_a_region_and_its_inputs_come_next() -> None:
    told = represent(
        sample(36),
        Sample(pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.String)),
        live(),
        embed=WORDS,
        wanted=2,
    )
    assert told.live is not None
    assert told.live.regions["inputs"].to_list() == [5]
    assert set(told.live.regions["rows"][0]) == {f"l{at}" for at in range(5)}
    assert told.live.far == 5 and told.wanting == 1
    assert told.live.candidates["row"][0] in {f"l{at}" for at in range(5)}
    # All five inputs of the region are nearer to one of the two than to a row; the other two are rows.
    assert told.live.candidates["stands_for"].sum() == 5
    assert set(told.map["part"]) == {"train", "live"}
    without = represent(sample(36), sample(0), embed=WORDS)
    assert without.live is None and without.wanting == 0


def test_the_order_of_rows_does_not_matter() -> None:
    rows, order = sample(36), np.random.default_rng(0).permutation(36)
    assert rows.labels is not None
    shuffled = Sample(
        rows.ids[order], rows.texts[order], rows.labels[order], {"language": rows.columns["language"][order]}
    )
    one, other = (represent(each, sample(6, 6), live(), embed=WORDS) for each in (rows, shuffled))
    assert one.live is not None and other.live is not None
    assert one.map.equals(other.map) and one.mix.equals(other.mix) and one.classes.equals(other.classes)
    assert one.live.regions.equals(other.live.regions)
    assert one.live.candidates.equals(other.live.candidates)


def test_thin_classes_come_first_with_the_rows_they_lack() -> None:
    needed = rows_that_show(0.2, 0.2)
    train = pl.Series(["a"] * 50 + ["b"] * 50 + ["c"] * 2)
    table = classes(train, pl.Series(["a"] * (needed + 3) + ["b"] * 10))
    assert table["label"].to_list() == ["c", "b", "a"]
    assert table["thin"].to_list() == [True, True, False]
    assert table["missing"].to_list() == [needed, needed - 10, 0]
    assert table["moves"].to_list() == [
        pytest.approx(1 / 3, abs=1e-6),
        pytest.approx(1 / 30, abs=1e-6),
        pytest.approx(1 / 3 / (needed + 3), abs=1e-6),
    ]
    found = table["detectable"].to_list()
    assert found == sorted(found, reverse=True) and found[2] <= 0.21


def test_a_group_is_under_represented_only_where_chance_cannot_say_it() -> None:
    rows = {"language": pl.Series(["en"] * 95 + ["cy"] * 5)}
    table = against({"language": {"en": 0.8, "cy": 0.2}}, rows)
    assert table.filter("under")["value"].to_list() == ["cy"]
    lacking = int(table.filter("under")["missing"][0])
    assert (5 + lacking) / (100 + lacking) >= 0.2 > (5 + lacking - 1) / (100 + lacking - 1)
    assert not against({"language": {"cy": 0.06}}, rows)["under"].any()


@given(st.integers(0, 200), st.integers(1, 200))
def test_the_interval_of_a_share_holds_it(hits: int, trials: int) -> None:
    hits = min(hits, trials)
    low, high = wilson(hits, trials, 1.96)
    assert 0 <= low <= hits / trials + 1e-12 and hits / trials - 1e-12 <= high <= 1


def test_shares_are_told_by_part_and_lengths_in_quarters_of_the_training_rows() -> None:
    train, other = pl.Series(["a" * n for n in range(1, 41)]), pl.Series(["a" * 100, "a"])
    bands = length_bands(train, {"train": train, "live": other})
    told = mix({"length": bands})
    assert told.filter(pl.col("part") == "train")["share"].to_list() == pytest.approx([0.25] * 4, abs=0.03)
    assert sorted(told.filter(pl.col("part") == "live")["rows"].to_list()) == [1, 1]


def test_nearest_rows_are_those_of_a_full_sort() -> None:
    values = whole(np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32))
    places, alike = nearest(values[:7], values, 4)
    products = values[:7].astype(np.int64) @ values.T.astype(np.int64)
    for row in range(7):
        expected = sorted(range(30), key=lambda at: (-products[row, at], at))[:4]
        assert places[row].tolist() == expected and alike[row].tolist() == products[row, expected].tolist()


def test_no_live_inputs_and_one_label_are_no_fault() -> None:
    values = np.eye(4, dtype=np.float32)
    labels = pl.Series("label", ["a"] * 4)
    told = look(values, labels, values[:0], values[:0], pl.Series([], dtype=pl.String), wanted=3)
    assert told.inputs == told.far == 0 and told.candidates.is_empty()
    told = look(values, labels, values[:2], values[:2], pl.Series(["x", "y"]), wanted=1)
    assert told.candidates["uncertainty"].to_list() == [0.0] and told.candidates["second"].to_list() == [None]


def test_the_map_shows_the_directions_that_part_the_rows_most() -> None:
    rng = np.random.default_rng(1)
    values = np.zeros((50, 6), dtype=np.float32)
    values[:, 2], values[:, 4] = rng.normal(size=50) * 5, rng.normal(size=50)
    _, two, shown = axes(values)
    assert abs(two[2, 0]) > 0.99 and abs(two[4, 1]) > 0.99 and shown > 0.999
    assert two[2, 0] > 0 and two[4, 1] > 0
