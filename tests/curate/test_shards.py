"""A table of gold in parts: which rows begin one, and what they are called."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.shards import (
    borders,
    folder_files,
    part_name,
    part_starts,
    row_sizes,
    split_of,
    table_files,
    table_names,
    table_of,
)


def table(rows: int, words: int = 20) -> pl.DataFrame:
    chance = random.Random(rows)
    texts = ["word " * chance.randrange(1, words) for _ in range(rows)]
    return pl.DataFrame({"example_id": [f"T-{row:06d}" for row in range(rows)], "input": texts, "score": 0.5})


def parts_of(frame: pl.DataFrame, limit: int) -> list[pl.DataFrame]:
    starts = part_starts([borders(frame, limit)], limit)
    return [frame[first:end] for first, end in pairwise([*starts, frame.height])]


@given(
    texts=st.lists(st.text(max_size=30) | st.none(), max_size=60),
    limit=st.integers(1, 2000),
    cuts=st.lists(st.integers(0, 60), max_size=5),
)
def test_parts_begin_at_the_same_rows_whatever_the_partitions(
    texts: list[str | None], limit: int, cuts: list[int]
) -> None:
    ids = [f"{row:03d}" for row in range(len(texts))]
    frame = pl.DataFrame(
        {"example_id": ids, "input": texts}, schema={"example_id": pl.String, "input": pl.String}
    )
    at = sorted({0, *(min(cut, frame.height) for cut in cuts), frame.height})
    pieces = [frame[first:end] for first, end in pairwise(at)]
    starts = part_starts((borders(piece, limit) for piece in pieces), limit)
    assert starts == part_starts([borders(frame, limit)], limit)
    sizes = row_sizes(frame)
    assert sizes.tolist() == [3 + len((text or "").encode()) for text in texts]
    if sizes.sum() <= limit:
        assert starts == [0]
    parts = list(pairwise([*starts, frame.height]))
    assert all(first < end for first, end in parts) or not texts
    assert all(sizes[first:end].sum() >= limit / 2 for first, end in parts[:-1])


def test_parts_are_about_as_large_as_asked() -> None:
    frame = table(20_000)
    sizes = [int(row_sizes(part).sum()) for part in parts_of(frame, 20_000)]
    mean = sum(sizes) / len(sizes)
    assert len(sizes) > 40 and 0.75 < mean / 20_000 < 1.35
    assert max(sizes) < 5 * 20_000


@pytest.mark.parametrize("row", [0, 2_500, 4_999])
def test_a_row_that_goes_leaves_the_parts_that_do_not_hold_it_as_they_were(row: int) -> None:
    frame = table(5_000)
    before = {part.write_csv() for part in parts_of(frame, 10_000)}
    after = {
        part.write_csv() for part in parts_of(frame.filter(pl.col("input").cum_count() != row + 1), 10_000)
    }
    assert len(before) > 20
    assert len(before - after) <= 3


def test_a_file_of_a_version_is_told_by_its_name() -> None:
    names = {
        "train.parquet": "train",
        "test.parquet/part-00000.parquet": "test",
        "ledger.parquet/part-00010.parquet": "ledger",
        "manifest.json": "",
        "notes/train.parquet": "",
        "train.parquet/more/part-00000.parquet": "",
        "train.parquet/README.md": "",
    }
    assert {name: table_of(name) for name in names} == names
    assert [split_of(name) for name in names] == ["train", "test", "", "", "", "", ""]


def test_the_files_of_a_table_come_in_the_order_of_its_rows(tmp_path: Path) -> None:
    (tmp_path / "train.parquet").mkdir()
    (tmp_path / "other").mkdir()
    for name in (*(f"train.parquet/{part_name(number)}" for number in (10, 2, 0)), "other/a", "test.parquet"):
        (tmp_path / name).write_text(name)
    files = folder_files(tmp_path)
    assert table_names(files, "train") == [
        f"train.parquet/part-{number:05d}.parquet" for number in (0, 2, 10)
    ]
    assert table_files(files, "test") == [tmp_path / "test.parquet"] and not table_files(files, "ledger")
    assert "other/a" not in files
