"""Content digests: blind to row order, sensitive to everything else."""

from __future__ import annotations

import hashlib
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.publish.digest import (
    CONTENT,
    PUBLISHED,
    content_digest,
    content_of,
    marks,
    netstring,
    row_digests,
    split_digest,
)

CELL = st.none() | st.text(max_size=6)
ROWS = st.lists(st.lists(CELL, min_size=len(CONTENT), max_size=len(CONTENT)), min_size=1, max_size=6)


def frame_of(rows: list[list[str | None]]) -> pl.DataFrame:
    return pl.DataFrame(
        [[f"id{position}", *row] for position, row in enumerate(rows)], schema=PUBLISHED, orient="row"
    )


def digest(frame: pl.DataFrame) -> str:
    return split_digest(frame["example_id"], row_digests(frame))


@given(ROWS, st.randoms())
@settings(max_examples=50, deadline=None)
def test_digest_does_not_depend_on_row_order(rows: Any, random: Any) -> None:
    frame = frame_of(rows)
    order = list(range(frame.height))
    random.shuffle(order)
    assert digest(frame[order]) == digest(frame)


@given(ROWS, st.data())
@settings(max_examples=100, deadline=None)
def test_any_change_of_any_cell_changes_the_digest(rows: Any, data: Any) -> None:
    frame = frame_of(rows)
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(CONTENT) - 1))
    new = data.draw(CELL.filter(lambda cell: cell != rows[row][column]))
    changed = [list(cells) for cells in rows]
    changed[row][column] = new
    assert digest(frame_of(changed)) != digest(frame)


def test_values_that_move_between_columns_or_rows_change_the_digest() -> None:
    blank = [None] * len(CONTENT)
    left, right = ["a", "b", *blank[2:]], ["ab", "", *blank[2:]]
    assert digest(frame_of([left])) != digest(frame_of([right]))
    assert digest(frame_of([[None, "a", *blank[2:]]])) != digest(frame_of([["a", None, *blank[2:]]]))
    assert digest(frame_of([["a", *blank[1:]], ["b", *blank[1:]]])) != digest(
        frame_of([["b", *blank[1:]], ["a", *blank[1:]]])
    )


def test_null_the_empty_text_and_a_dash_are_three_things() -> None:
    blank = [None] * (len(CONTENT) - 1)
    assert len({digest(frame_of([[cell, *blank]])) for cell in (None, "", "-", "0:")}) == 4


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=2, unique_by=tuple))
@settings(max_examples=100, deadline=None)
def test_netstrings_tell_any_two_rows_apart(rows: Any) -> None:
    lines = pl.DataFrame(rows, schema=dict.fromkeys("abc", pl.String), orient="row").select(
        netstring("abc").alias("line")
    )["line"]
    assert lines.n_unique() == 2 and lines.null_count() == 0


def test_row_digest_is_blake2b_over_netstrings_as_documented() -> None:
    frame = frame_of([["é", None, *["x"] * (len(CONTENT) - 2)]])
    line = "2:é-" + "1:x" * (len(CONTENT) - 2)
    assert (
        row_digests(frame)[0]
        == hashlib.blake2b(line.encode(), digest_size=16, person=b"assay-row/1").hexdigest()
    )


def test_a_row_that_changes_split_changes_the_version() -> None:
    frame = frame_of([["a"] * len(CONTENT), ["b"] * len(CONTENT)])
    here = content_of(marks({"train": frame, "validation": frame.head(0), "test": frame.head(0)}))
    there = content_of(marks({"train": frame[:1], "validation": frame.head(0), "test": frame[1:]}))
    swapped = content_of(marks({"train": frame.head(0), "validation": frame, "test": frame.head(0)}))
    assert len({found["content_digest"] for found in (here, there, swapped)}) == 3


def test_splits_of_equal_rows_have_equal_digests_and_versions_are_short_content_digests() -> None:
    empty = PUBLISHED.to_frame()
    found = content_of(marks({"train": empty, "validation": empty, "test": empty}))
    assert found["splits"]["train"] == found["splits"]["test"] == {"rows": 0, "digest": digest(empty)}
    assert found["version"] == found["content_digest"][:12]


@pytest.mark.parametrize("digests", [{"train": "a", "test": "b"}, {"train": "b", "test": "a"}])
def test_content_digest_is_a_digest_of_which_split_holds_what(digests: Any) -> None:
    assert content_digest(digests) == content_digest(dict(reversed(digests.items())))
    assert content_digest(digests) != content_digest({name: value + "x" for name, value in digests.items()})
