"""Every engine keeps the promises of `curate.engine.Engine`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.engine import ENGINES, Beside, Part, Workers, current, named, together, using

NAMES = [name for name in ENGINES if name in ("local", "stream")]


def doubled(part: Part) -> pl.DataFrame:
    return part.read().with_columns(pl.col("n") * 2)


def by_rest(part: Part) -> Mapping[int, pl.DataFrame]:
    frame = part.read()
    return {rest: frame.filter(pl.col("n") % 3 == rest) for rest in range(3)}


def rows(part: Part) -> int:
    return part.rows


_mine: list[int] = []


def start(value: int) -> None:
    _mine.append(value)


def started(item: int) -> tuple[int, int, int]:
    return item, sum(_mine), os.getpid()


@pytest.mark.parametrize("name", NAMES)
@given(numbers=st.lists(st.integers(-50, 50), max_size=30))
@settings(max_examples=10, deadline=None)
def test_partitions_in_order_are_the_table_and_rows_of_one_number_meet(name: str, numbers: list[int]) -> None:
    table = pl.DataFrame({"n": numbers}, schema={"n": pl.Int64})
    with tempfile.TemporaryDirectory() as folder, named(name, Path(folder) / "engine") as engine:
        table.write_parquet(Path(folder) / "table.parquet")
        for given_as in (table, Path(folder) / "table.parquet"):
            parts = engine.parts(given_as)
            assert together(parts).equals(table)
            assert together(parts, ["n"]).equals(table)
            beside = [Beside(part, pl.DataFrame({"m": pl.zeros(part.rows, eager=True)})) for part in parts]
            assert together(beside, ["m", "n"]).columns == ["m", "n"]
            assert sum(engine.map(rows, parts)) == table.height
            assert together(engine.store(doubled, parts)).equals(table.with_columns(pl.col("n") * 2))
            met = engine.exchange(by_rest, parts)
            assert list(met) == [0, 1, 2]
            for rest, part in met.items():
                assert part.read().equals(table.filter(pl.col("n") % 3 == rest))


@pytest.mark.parametrize("name", NAMES)
def test_workers_start_once_and_results_come_in_order(name: str, tmp_path: Path) -> None:
    with named(name, tmp_path / "engine") as engine:
        results = list(engine.map(started, range(5), Workers(1, start, (7,))))
    assert [(item, value) for item, value, _ in results] == [(item, 7) for item in range(5)]
    assert os.getpid() not in {process for *_, process in results}


def test_the_engine_is_local_unless_said_otherwise(tmp_path: Path) -> None:
    assert current().name == "local"
    with using(NAMES[-1], tmp_path / "engine") as engine:
        assert current() is engine
    assert current().name == "local"
