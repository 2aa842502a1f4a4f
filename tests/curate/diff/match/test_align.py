"""The merge of marks against a join of texts, whatever the marks: colliding ones too."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.diff.match.align import Alignment, by_content, by_key, by_text, nth_with_nth
from curate.versions.table import SPLIT, Part, Table

SIDE = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", "e", None]),
        st.integers(0, 2),
        st.sampled_from([None, "test", "train"]),
    ),
    max_size=9,
)


def marks(rows: list[tuple[str | None, int, str | None]], marks_a_key: int) -> pl.DataFrame:
    """Marks as a table makes them, but with so few different names of keys that they collide; the digest
    tells keys apart.
    """
    number = {key: place for place, key in enumerate(["a", "b", "c", "d", "e", None])}
    return pl.DataFrame(
        [
            (at, key, number[key] % marks_a_key, 10 * number[key] + content, split)
            for at, (key, content, split) in enumerate(rows)
        ],
        schema={"at": pl.UInt32, "key": pl.String, "name": pl.UInt64, "digest": pl.UInt64, "split": SPLIT},
        orient="row",
    )


def told(found: Alignment, sides: tuple[pl.DataFrame, pl.DataFrame]) -> Counter[Any]:
    """Every pair by number, those that did not change as well."""
    pairs = found.pairs.select("at_before", "at_after").rows() + found.unchanged.rows()
    for place, side in enumerate(sides):
        assert sorted(pair[place] for pair in pairs if pair[place] is not None) == side["at"].to_list()
    return Counter(pairs)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(old=SIDE, new=SIDE, marks_a_key=st.integers(1, 6))
def test_marks_pair_the_rows_that_a_join_of_key_texts_pairs(old: Any, new: Any, marks_a_key: int) -> None:
    sides = marks(old, marks_a_key), marks(new, marks_a_key)

    def keys_of(is_before: bool, at: pl.Series) -> pl.DataFrame:
        return sides[0 if is_before else 1].filter(pl.col("at").is_in(at.implode())).select("at", "key")

    def in_content_order(is_before: bool, side: pl.DataFrame) -> pl.DataFrame:
        return side.sort("split", "digest", "at", nulls_last=True)

    found = by_key(*(side.drop("key") for side in sides), keys_of, in_content_order)
    slow = by_text(*(side.select("key", "at", "digest", "split") for side in sides), in_content_order)
    assert told(found, sides) == told(slow, sides)
    assert found.duplicates.equals(slow.duplicates)
    for before, after in found.unchanged.rows():
        assert old[before] == new[after]


@settings(max_examples=200, deadline=None)
@given(old=st.lists(st.integers(0, 4), max_size=9), new=st.lists(st.integers(0, 4), max_size=9))
def test_equal_values_pair_in_turn(old: list[int], new: list[int]) -> None:
    places: dict[int, list[int]] = defaultdict(list)
    for place, value in enumerate(new):
        places[value].append(place)
    expected = [(place, places[value].pop(0)) for place, value in enumerate(old) if places[value]]
    left, right = nth_with_nth(np.array(old, np.uint64), np.array(new, np.uint64))
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == expected


def test_rows_without_a_key_that_differ_in_the_rest_alone_pair_by_it() -> None:
    schema = {"at": pl.UInt32, "digest": pl.UInt64, "rest": pl.UInt64, "split": SPLIT}
    old = pl.DataFrame([(0, 1, 1, None), (1, 2, 2, None), (2, 3, 3, None)], schema=schema, orient="row")
    new = pl.DataFrame([(0, 9, 2, None), (1, 1, 1, None), (2, 8, 7, None)], schema=schema, orient="row")
    found = by_content(old, new)
    assert found.unchanged.rows() == [(0, 1)]
    assert set(found.pairs.select("at_before", "at_after").rows()) == {(1, 0), (2, None), (None, 2)}


def test_held_rows_are_those_of_the_file() -> None:
    frame = pl.DataFrame({"t": ["a", None, "c", "d"], "n": [1, 2, None, 4]})
    table, columns = Table((Part(None, frame.lazy()),)), {"t": pl.String(), "n": pl.Int64()}
    held = table.holding(pl.Series([3, 1, 2]), columns)
    assert held.held is not None and held.held.rows() == [(1, None, 2), (2, "c", None), (3, "d", 4)]
    for at in ([1, 3], [2], [], [0, 1]):  # the last is not all held, and is read
        wanted = pl.Series(at, dtype=pl.UInt32)
        assert held.take(wanted, {"t": pl.String()}).equals(table.take(wanted, {"t": pl.String()}))
    assert held.take(pl.Series([1]), {"n": pl.Float64()})["n"].dtype == pl.Float64
