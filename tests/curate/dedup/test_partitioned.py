"""The stage over partitions gives what it gives over the whole table: rows, ledger, tables and report."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedup import cover, spread
from curate.dedup.params import DedupParams
from curate.dedup.partitioned import needs_memory
from curate.dedup.stage import dedup, dedup_parts
from curate.engine import current, together, using
from curate.task import Kind
from curate.verdicts.table import VERDICTS
from tests.curate.dedup.conftest import table

OPENINGS = [
    "my card is lost",
    "my card is not lost",
    "refund for order 17",
    "refund for order 27",
    "hello",
    "",
]
KINDS = (Kind.CLASSIFICATION, Kind.REWRITING, Kind.PREFERENCE)


@pytest.fixture(autouse=True)
def _band_keys_and_small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cover, "MAX_PREFIX_CHARACTERS", -1)
    monkeypatch.setattr(spread, "BLOCK", 4)


@st.composite
def projects(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Rows before and after redaction, sorted by id, and verdicts on some."""
    rows, after = [], []
    for number in range(draw(st.integers(1, 25))):
        name = draw(st.sampled_from(["Ann", "Bob", "Ann Lee"]))
        text = f"{draw(st.sampled_from(OPENINGS))} {draw(st.sampled_from(['', 'please', name]))}"
        row = {
            "example_id": f"r{number:02d}",
            "input": text,
            "output": draw(st.sampled_from(["lost", "money"])),
            "rejected": draw(st.sampled_from(["lost", "money"])),
            "held_out": draw(st.integers(0, 6)) == 0,
        }
        rows.append(row)
        after.append({**row, "input": text.replace(name, "<PERSON_1>")})
    gone = draw(st.integers(0, len(rows) - 1))  # redaction may drop a row
    redacted = table(after).filter(pl.col("example_id") != f"r{gone:02d}") if len(rows) > 1 else table(after)
    verdicts = [
        {
            "example_id": row["example_id"],
            "verdict": verdict,
            "state": "in_force",
            "decided_on": row["example_id"],
        }
        | ({"input": "another text"} if verdict == "edit" else {})
        | ({"output": "money"} if verdict == "relabel" else {})
        for row in rows
        if (verdict := draw(st.sampled_from([None] * 8 + ["keep", "drop", "edit", "relabel"])))
    ]
    frame = pl.DataFrame(verdicts, schema=VERDICTS) if verdicts else VERDICTS.to_frame()
    return table(rows), redacted, frame


@given(
    project=projects(),
    size=st.integers(1, 30),
    kind=st.sampled_from(KINDS),
    weigh=st.sampled_from(["auto", "always"]),
    on_conflict=st.sampled_from(["auto", "review", "drop", "keeper", "keep"]),
    after=st.sampled_from(["keep", "drop"]),
)
@settings(max_examples=6, deadline=None)
def test_partitions_change_nothing(
    project: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
    size: int,
    kind: Kind,
    weigh: Literal["auto", "always"],
    on_conflict: Literal["auto", "review", "drop", "keeper", "keep"],
    after: Literal["keep", "drop"],
) -> None:
    written, redacted, verdicts = project
    params = DedupParams(n=2, threshold=0.6, weigh=weigh, on_conflict=on_conflict, after_redaction=after)
    expected = dedup(redacted, kind, params, written=written, verdicts=verdicts)
    with tempfile.TemporaryDirectory() as folder:
        ingested = Path(folder) / "examples.parquet"
        written.write_parquet(ingested)
        with using("stream", Path(folder) / "engine", rows=size):
            parts = current().parts(redacted)
            found = dedup_parts(parts, ingested, kind, params, verdicts=verdicts)
            assert found.parts is not None
            assert together(found.parts).equals(expected.kept)
    assert found.dropped.equals(expected.dropped)
    assert found.tables.keys() == expected.tables.keys()
    for name, frame in expected.tables.items():
        assert found.tables[name].equals(frame), name
        assert found.tables[name].schema == frame.schema
    assert found.report == expected.report


def test_what_needs_all_rows_at_once_says_so() -> None:
    assert needs_memory(Kind.EXTRACTION, DedupParams())
    assert needs_memory(Kind.SUMMARY, DedupParams(weigh="never"))
    assert not needs_memory(Kind.CLASSIFICATION, DedupParams(weigh="never"))
