"""A gold version from its files, wherever those lie: a `gold/` folder, or objects in DVC's cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from curate.documents import load_json
from curate.errors import AssayError, native_errors
from curate.splits import SPLITS
from curate.text import shell_word
from curate.versions.records import Beside
from curate.versions.table import Part, Table
from curate.versions.version import Version, flatten

# The column of a classification row that holds its label.
LABEL = "output"


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
    parts = tuple(
        Part(split, scan(files[f"{split}.parquet"], f"{split}.parquet of {name}"))
        for split in SPLITS
        if f"{split}.parquet" in files
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
        record: scan(files[f"{record}.parquet"], f"{record}.parquet of {name}")
        for record in ("ledger", "edits", "fingerprints", "verdicts")
        if f"{record}.parquet" in files
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


def scan(path: Path, what: str) -> pl.LazyFrame:
    """A lazy Parquet file, its header read at once so that a bad one is named here."""
    damaged = shell_word(path)
    fix = (
        f"restore it: dvc checkout gold   (an old version's: mv {damaged} {damaged}.damaged, then the same "
        f"command with --fetch)"
    )
    with native_errors(f"{what} is not a readable Parquet file", fix):
        # What a condition leaves out is not decoded: for a few rows two thirds of the time, and far less
        # memory.
        rows = pl.scan_parquet(path, glob=False, parallel="prefiltered")
        rows.collect_schema()
    return rows


def _manifest(path: Path | None, name: str) -> dict[str, Any]:
    if path is None:
        return {}
    return load_json(path, fix="assay publish")
