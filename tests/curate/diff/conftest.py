"""Small gold versions in memory, with true fingerprints and whatever records a test needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
import pytest

from curate.examples import EDITS, LEDGER, TEXT_FIELDS, conform
from curate.keys import Key
from curate.publish.digest import PUBLISHED
from curate.publish.rows import fingerprints
from curate.splits import SPLITS
from curate.versions.table import Part, Table
from curate.versions.version import Version

KEY = Key(b"0" * 32, "demo")


def gold(
    rows: Iterable[Mapping[str, Any]],
    *,
    name: str = "v",
    ledger: Iterable[Mapping[str, Any]] = (),
    edits: Iterable[Mapping[str, Any]] = (),
    manifest: Mapping[str, Any] | None = None,
    order: int | None = None,
) -> Version:
    """A version of rows `{example_id, input, output, split, raw?, raw_output?, ...}`; `raw` is the source's
    input where it is not `input`, and so for the output.
    """
    listed = list(rows)
    raw = pl.DataFrame(
        [
            {
                **row,
                "input": row.get("raw", row["input"]),
                "output": row.get("raw_output", row["output"]),
            }
            for row in listed
        ],
        schema={**PUBLISHED},
    ).select("example_id", *TEXT_FIELDS)
    frame = pl.DataFrame(listed, schema={**PUBLISHED, "split": pl.String})
    parts = {
        split: conform(frame.filter(pl.col("split") == split), PUBLISHED).sort("example_id")
        for split in SPLITS
    }
    prints = fingerprints(parts, raw, KEY)
    if order is not None:
        parts = {split: part.sample(fraction=1, shuffle=True, seed=order) for split, part in parts.items()}
    return Version(
        name,
        Table(tuple(Part(split, part.lazy()) for split, part in parts.items())),
        keys=("example_id",),
        label="output",
        gold=True,
        manifest={"task": {"kind": "classification"}, "key_id": "k1", **(manifest or {})},
        ledger=pl.DataFrame(list(ledger), schema=LEDGER).lazy(),
        edits=pl.DataFrame(list(edits), schema=EDITS).lazy(),
        fingerprints=prints.lazy(),
    )


def plain(
    rows: pl.DataFrame, *, keys: tuple[str, ...] = (), label: str | None = None, name: str = "f"
) -> Version:
    """A plain file's version."""
    return Version(name, Table((Part(None, rows.lazy()),)), keys=keys, label=label)


@pytest.fixture
def make_gold() -> Any:
    return gold


@pytest.fixture
def make_plain() -> Any:
    return plain
