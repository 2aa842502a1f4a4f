"""Builders of small Examples tables and task cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from curate.examples import EXAMPLES, conform
from curate.task import METRICS, Kind, Metric, TaskCard


@pytest.fixture
def examples() -> Callable[..., pl.DataFrame]:
    """(inputs, outputs, **columns) -> Examples with ids r0, r1, ..."""

    def build(inputs: list[str | None], outputs: list[str | None], **columns: list[Any]) -> pl.DataFrame:
        ids = [f"r{position}" for position in range(len(inputs))]
        frame = pl.DataFrame(
            {"example_id": ids, "input": inputs, "output": outputs, "held_out": [False] * len(ids)} | columns,
            schema_overrides={"input": pl.String, "output": pl.String},
        )
        return conform(frame, EXAMPLES)

    return build


@pytest.fixture
def card() -> Callable[..., TaskCard]:
    """(kind, **fields) -> a task card."""

    def build(kind: str, **fields: Any) -> TaskCard:
        return TaskCard(
            name="t",
            kind=Kind(kind),
            behaviour="b",
            metric=Metric(name=METRICS[kind][0], target=0.5),
            **fields,
        )

    return build
