"""A gold version from its files, wherever those lie: a `gold/` folder, or objects in DVC's cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from curate.documents import load_json
from curate.errors import AssayError, native_errors
from curate.shards import table_files
from curate.splits import SPLITS
from curate.text import shell_word
from curate.versions.records import Beside
from curate.versions.table import Part, Table
from curate.versions.version import Version, flatten

# The column of a classification row that holds its label.
LABEL = "output"
# Tables beside the rows.
RECORDS = ("ledger", "edits", "fingerprints", "verdicts")


def gold_version(
    name: str, files: Mapping[str, Path], published: Callable[[], bool], known: Beside | None = None
) -> Version:
    """The gold version made of `files` (name in the gold folder -> path on this machine), with what is
    `known` beside it.

    `published`: see `curate.versions.published.changed_since`.

    Raises
    ------
    AssayError
        If no split is among them, or one is not Parquet.
    """
    known = known or Beside()
    tables = {table: table_files(files, table) for table in (*SPLITS, *RECORDS)}
    parts = tuple(
        Part(split, scan(tables[split], f"{split}.parquet of {name}")) for split in SPLITS if tables[split]
    )
    if not parts:
        wanted = ", ".join(f"{split}.parquet" for split in SPLITS)
        raise AssayError(
            f"{name} is not a gold version: it holds none of {wanted}",
            fix="assay publish   (or name two plain files)",
        )
    table = Table(parts)
    if "example_id" not in table.schema:
        raise AssayError(
            f"{name} is not a gold version: its rows have no column example_id",
            fix="compare the Parquet files themselves: assay diff OLD NEW --key COLUMN",
        )
    manifest = _manifest(files.get("manifest.json"), name)
    classified = flatten(manifest).get("task.kind", "classification") == "classification"
    records = {
        record: scan(tables[record], f"{record}.parquet of {name}") for record in RECORDS if tables[record]
    }
    return Version(
        name,
        table,
        keys=("example_id",),
        label=LABEL if classified and LABEL in table.schema else None,
        gold=True,
        manifest=manifest,
        ledger=records.get("ledger"),
        edits=records.get("edits"),
        fingerprints=records.get("fingerprints"),
        row_verdicts=records.get("verdicts"),
        metrics=known.metrics,
        lock=known.lock,
        verdicts=known.verdicts,
        published=published,
        policy=known.policy,
    )


def scan(paths: Sequence[Path], what: str) -> pl.LazyFrame:
    """A lazy table of Parquet files, one after another; their headers are read at once so that a bad one is
    named here.
    """
    for path in paths:
        damaged = shell_word(path)
        fix = (
            f"restore it: dvc checkout gold   (an old version's: mv {damaged} {damaged}.damaged, then the "
            f"same command with --fetch)"
        )
        with native_errors(f"{what} is not a readable Parquet file", fix):
            pl.read_parquet_schema(path)
    # What a condition leaves out is not decoded: for a few rows two thirds of the time, and far less memory.
    return pl.scan_parquet(list(paths), glob=False, parallel="prefiltered")


def _manifest(path: Path | None, name: str) -> dict[str, Any]:
    if path is None:
        return {}
    return load_json(path, fix="assay publish")
