"""The board's arrays say what the tables say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.desk.board import Board, Group

SHAPE = st.tuples(st.sampled_from(["PERSON", "PHONE"]), st.sampled_from(["Aa", "99", ""]), st.integers(0, 9))
# Row, value (None: not open) of each finding.
FINDING = st.tuples(st.integers(0, 5), st.none() | st.integers(0, 7))
VALUES = {
    "value_id": pl.String,
    "entity": pl.Categorical,
    "pattern": pl.Categorical,
    "score": pl.Float64,
    "threshold": pl.Float64,
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
            },
            schema=VALUES,
        )
        kept = [(row, at if at is not None and at < len(shapes) else None) for row, at in findings]
        kept.sort(key=lambda one: (one[0], one[1] is None, one[1] or 0))
        places = pl.DataFrame(
            {"row": [row for row, _ in kept], "value": [value for _, value in kept]},
            schema={"row": pl.UInt32, "value": pl.UInt32},
        )
        return Board(values, places, pl.Series("source", of, dtype=pl.Categorical), texts)

    return board


def counted(board: Board, waiting: np.ndarray, of: list[str]) -> list[Group]:
    """The groups, counted by joins."""
    state = board.values.select(
        pl.col("entity", "pattern").cast(pl.String),
        (pl.col("score") - pl.col("threshold")).alias("away"),
        pl.Series("open", waiting),
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("value"),
    )
    rows = pl.DataFrame({"row": range(len(of)), "source": of}, schema_overrides={"row": pl.UInt32})
    placed = board.places.drop_nulls().join(rows, on="row")
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
    assert len(board.members("PERSON", "Aa", "nowhere")) == 0
