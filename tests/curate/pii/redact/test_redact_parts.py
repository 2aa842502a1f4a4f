"""Redaction of partitions is that of the whole table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.engine import current, together, using
from curate.keys import Key
from curate.pii.detect.params import ScanParams
from curate.pii.redact.closed import Closed
from curate.pii.redact.params import RedactParams
from curate.pii.redact.plan import Plan
from curate.pii.redact.stage import redact, redact_parts
from curate.pii.scan.stage import scan
from curate.task import Kind

Make = Callable[..., pl.DataFrame]
TEXTS = ["call 07911 123456", "write to jo@example.com or al@example.com", "nothing here", "jo@example.com"]


@pytest.mark.parametrize("kind", [Kind.REWRITING, Kind.CLASSIFICATION])
@given(
    rows=st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(TEXTS)), min_size=1, max_size=12),
    size=st.integers(1, 12),
    action=st.sampled_from(["replace", "drop_row", "mask"]),
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_partitions_change_nothing(
    detector: Any,
    key: Key,
    examples: Make,
    tmp_path_factory: pytest.TempPathFactory,
    kind: Kind,
    rows: list[tuple[str, str]],
    size: int,
    action: Literal["replace", "drop_row", "mask"],
) -> None:
    table = examples(*({"input": text, "output": said} for text, said in rows)).sort("example_id")
    findings, _ = scan(table, ScanParams(ner=None), key, kind, detector)
    params = RedactParams.model_validate({"actions": {"EMAIL_ADDRESS": action}})
    expected = redact(table, findings, params, key, kind)
    folder: Path = tmp_path_factory.mktemp("parts")
    table.write_parquet(folder / "examples.parquet")
    plan = Plan(params, key, kind, "", Closed(kind), frozenset(), ())
    with using("stream", folder / "engine", rows=size):
        parts = current().parts(folder / "examples.parquet")
        found = redact_parts(parts, folder / "examples.parquet", findings, plan)
        assert found.parts is not None
        assert together(found.parts).equals(expected.kept)
    assert found.dropped.sort("example_id", "evidence").equals(
        expected.dropped.sort("example_id", "evidence")
    )
    assert found.tables["edits"].equals(expected.tables["edits"])
    assert found.report == expected.report
