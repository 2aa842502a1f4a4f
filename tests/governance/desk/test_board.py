"""The board's arrays say what the tables say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.desk.board import Board, Group
from governance.desk.tables import CLOSED, from_frames

SHAPE = st.tuples(st.sampled_from(["PERSON", "PHONE"]), st.sampled_from(["Aa", "99", ""]), st.integers(0, 9))
# Row, value (None: not open) of each finding.
FINDING = st.tuples(st.integers(0, 5), st.none() | st.integers(0, 7))
VALUES = {
    "value_id": pl.String,
    "entity": pl.String,
    "pattern": pl.String,
    "score": pl.Float64,
    "threshold": pl.Float64,
    "verified": pl.Boolean,
    "findings": pl.UInt32,
    "rows": pl.UInt32,
    "unsure": pl.String,
}
Make = Callable[[list[tuple[str, str, int]], list[tuple[int, int | None]], list[str]], Board]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    texts = tmp_path_factory.mktemp("board") / "texts.parquet"
    pl.DataFrame(
        {name: ["x"] for name in ("example_id", "input", "output", "rejected", "source")}
    ).write_parquet(texts)

    def board(
        shapes: list[tuple[str, str, int]], findings: list[tuple[int, int | None]], of: list[str]
    ) -> Board:
        values = pl.DataFrame(
            {
                "value_id": [f"{at:024x}" for at in range(len(shapes))],
                "entity": [entity for entity, _, _ in shapes],
                "pattern": [pattern for _, pattern, _ in shapes],
                "score": [0.5 + score / 20 for _, _, score in shapes],
                "threshold": [0.4] * len(shapes),
                "verified": [False] * len(shapes),
                "findings": [1] * len(shapes),
                "rows": [1] * len(shapes),
                "unsure": [""] * len(shapes),
            },
            schema=VALUES,
        )
        kept = [(row, at if at is not None and at < len(shapes) else CLOSED) for row, at in findings]
        kept.sort()
        places = pl.DataFrame(kept, schema={"row": pl.UInt32, "value": pl.UInt32}, orient="row").with_columns(
            pl.lit("input").alias("field"),
            pl.lit("PERSON").alias("entity"),
            pl.lit(0, pl.UInt32).alias("start"),
            pl.lit(1, pl.UInt32).alias("end"),
        )
        return Board(from_frames(values, places, pl.Series(of, dtype=pl.String)), texts)

    return board


def counted(board: Board, waiting: np.ndarray, of: list[str]) -> list[Group]:
    """The groups, counted by joins."""
    items = [board.item(at) for at in range(len(board))]
    state = pl.DataFrame(
        {
            "entity": [item.entity for item in items],
            "pattern": [item.pattern for item in items],
            "away": [item.score - item.threshold for item in items],
            "open": waiting,
            "value": range(len(items)),
        },
        schema={
            "entity": pl.String,
            "pattern": pl.String,
            "away": pl.Float64,
            "open": pl.Boolean,
            "value": pl.UInt32,
        },
    )
    rows = pl.DataFrame({"row": range(len(of)), "source": of}, schema_overrides={"row": pl.UInt32})
    placed = (
        pl.DataFrame({name: board.made.arrays[name] for name in ("row", "value")})
        .filter(pl.col("value") != CLOSED)
        .join(rows, on="row")
    )
    frame = (
        placed.join(state.filter("open"), on="value")
        .group_by("entity", "pattern", "source")
        .agg(
            pl.col("value").n_unique().alias("values"),
            pl.len().alias("findings"),
            pl.col("row").n_unique().alias("rows"),
            pl.col("away").min().round(6),
            pl.col("value").min().alias("first"),
        )
        .sort("first", "source")
    )
    return [Group(**row) for row in frame.drop("first").iter_rows(named=True)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(SHAPE, max_size=8),
    st.lists(FINDING, max_size=20),
    st.lists(st.sampled_from(["", "mail", "chat"]), min_size=6, max_size=6),
    st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_groups_and_their_members_are_those_of_a_join(
    make: Make,
    shapes: list[tuple[str, str, int]],
    findings: list[tuple[int, int | None]],
    of: list[str],
    waits: list[bool],
) -> None:
    board = make(shapes, findings, of)
    waiting = np.array(waits[: len(shapes)], dtype=bool)
    groups = board.groups(waiting)
    assert groups == counted(board, waiting, of)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("governance.desk.board.CODES", 0)
        patch.setattr("governance.desk.board.PART", 2)
        assert board.groups(waiting) == groups
    for group in groups:
        members = board.members(group.entity, group.pattern, group.source)
        assert int(waiting[members].sum()) == group.values
        assert all(shapes[at][:2] == (group.entity, group.pattern) for at in members.tolist())
        assert members.tolist() == sorted(set(members.tolist()))
        rows = [row for row, value in findings if value in members.tolist()]
        assert board.reach(members) == (len(rows), len(set(rows)))
    assert len(board.members("PERSON", "Aa", "nowhere")) == 0
