"""The quick way by fingerprints gives what reading every row gives, and is left wherever fingerprints cannot
stand for the rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from curate.diff import compare
from curate.diff.match import printed
from curate.diff.match.printed import by_fingerprints
from curate.versions.version import Version

ROWS = [
    {
        "example_id": f"r{number}",
        "input": "word " * (number + 1),
        "output": "ab"[number % 2],
        "split": ("train", "test")[number % 3 == 0],
    }
    for number in range(12)
]
CHANGED = [
    {**ROWS[1], "input": "other words", "split": "test"},
    {**ROWS[2], "output": "c"},
    *ROWS[4:],
    {**ROWS[5], "example_id": "s1"},
]


def published(version: Version, prints: pl.DataFrame | None = None) -> Version:
    return replace(
        version, published=lambda: True, **({} if prints is None else {"fingerprints": prints.lazy()})
    )


def same(quick: Any, slow: Any) -> bool:
    return bool(
        quick.changes.equals(slow.changes)
        and quick.duplicates.equals(slow.duplicates)
        and quick.summary == slow.summary
    )


@pytest.mark.parametrize("stretch", [1, 3, 11, 1000])
def test_everything_a_difference_says_is_the_same_by_fingerprints(
    make_gold: Any, monkeypatch: pytest.MonkeyPatch, stretch: int
) -> None:
    monkeypatch.setattr(printed, "STRETCH", stretch)
    before, after = make_gold(ROWS), make_gold(CHANGED)
    found = by_fingerprints(published(before), published(after))
    assert found is not None and set(found.lengths) == {"input", "output"}
    assert same(compare(published(before), published(after)), compare(before, after))


@pytest.mark.parametrize("lacking", [["input_length", "output_length"], ["output_length"]])
def test_fingerprints_of_an_older_version_without_lengths_serve_as_well(
    make_gold: Any, lacking: list[str]
) -> None:
    before, after = make_gold(ROWS), make_gold(CHANGED)
    older = published(before, before.fingerprints.collect().drop(lacking))
    assert by_fingerprints(older, published(after)) is not None
    assert same(compare(older, published(after)), compare(before, after))


@pytest.mark.parametrize("stretch", [1, 1000])
@pytest.mark.parametrize("how", ["unsorted", "one missing", "one twice", "without an id"])
def test_fingerprints_that_are_not_one_for_each_row_in_order_are_not_used(
    make_gold: Any, monkeypatch: pytest.MonkeyPatch, how: str, stretch: int
) -> None:
    monkeypatch.setattr(printed, "STRETCH", stretch)
    before, after = make_gold(ROWS), make_gold(CHANGED)
    prints = before.fingerprints.collect()
    made = {
        "unsorted": prints.reverse(),
        "one missing": prints.head(-1),
        "one twice": pl.concat([prints, prints.tail(1)]),
        "without an id": prints.with_columns(
            pl.when(pl.col("example_id") != "r3").then("example_id").alias("example_id")
        ),
    }[how]
    assert by_fingerprints(published(before, made), published(after)) is None
    assert compare(published(before, made), published(after)).summary.rows == (12, 11)


def test_a_changed_row_that_does_not_stand_where_its_fingerprint_says_is_found_by_reading_the_rows(
    make_gold: Any,
) -> None:
    before, after = make_gold(ROWS), make_gold(CHANGED)
    prints = after.fingerprints.with_columns(pl.col("example_id").replace({"r2": "r3"}))
    wrong = published(after, prints.collect())
    found = by_fingerprints(published(before), wrong)
    assert found is not None and found.tables(before, wrong, {"input": pl.String()}) is None
    assert (
        compare(published(before), wrong)
        .changes.select("change", "row")
        .equals(compare(before, after).changes.select("change", "row"))
    )
