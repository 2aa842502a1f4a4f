"""A gold version from its files, wherever those lie: a `gold/` folder, or objects in DVC's cache."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl

from curate.diff.records import Beside
from curate.diff.table import Part, Table
from curate.diff.version import SPLITS, Version, flatten
from curate.errors import AssayError

# The column of a classification row that holds its label.
LABEL = "output"


def gold_version(name: str, files: Mapping[str, Path], known: Beside | None = None) -> Version:
    """The gold version made of `files` (name in the gold folder -> path on this machine), with what is `known` beside it.

    Raises
    ------
    AssayError
        If no split is among them, or one is not Parquet.
    """
    known = known or Beside()
    parts = tuple(
        Part(split, scan(files[f"{split}.parquet"], f"{split}.parquet of {name}")) for split in SPLITS if f"{split}.parquet" in files
    )
    if not parts:
        raise AssayError(
            f"{name} is no gold version: it holds none of {', '.join(f'{split}.parquet' for split in SPLITS)}",
            fix="assay publish   (or name two plain files)",
        )
    table = Table(parts)
    if "example_id" not in table.schema:
        raise AssayError(
            f"{name} is no gold version: its rows have no column example_id",
            fix="compare the Parquet files themselves: assay diff OLD NEW --key COLUMN",
        )
    manifest = _manifest(files.get("manifest.json"), name)
    classified = flatten(manifest).get("task.kind", "classification") == "classification"
    records = {
        record: scan(files[f"{record}.parquet"], f"{record}.parquet of {name}")
        for record in ("ledger", "edits", "fingerprints")
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
        metrics=known.metrics,
        lock=known.lock,
        verdicts=known.verdicts,
        published=_as_published(manifest, files),
    )


def folder_files(folder: Path) -> dict[str, Path]:
    """The files of a gold folder by name."""
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}


def scan(path: Path, what: str) -> pl.LazyFrame:
    """A lazy Parquet file, its header read at once so that a bad one is named here."""
    try:
        # What a condition leaves out is not decoded: for a few rows two thirds of the time, and far less memory.
        rows = pl.scan_parquet(path, glob=False, parallel="prefiltered")
        rows.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise AssayError(
            f"{what} is not a readable Parquet file",
            fix=f"restore it: dvc checkout gold   (an old version's: rm -f {path} && dvc fetch --all-commits gold)",
        ) from error
    return rows


def _as_published(manifest: Mapping[str, Any], files: Mapping[str, Path]) -> Callable[[], bool]:
    """Whether every Parquet file has the digest (BLAKE2b, 32 bytes) that `publish` wrote into the manifest.

    1 GB takes about a second. It is begun here on a thread, which Python's lock does not stop, and waited for by whoever asks.
    """
    stated = manifest.get("files")
    tables = {name: path for name, path in files.items() if name.endswith(".parquet")}
    if not isinstance(stated, Mapping) or set(stated) != set(tables):
        return bool
    thread = ThreadPoolExecutor(1)
    begun = thread.submit(lambda: all(stated[name] == _digest(path) for name, path in sorted(tables.items())))
    thread.shutdown(wait=False)
    return begun.result


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).hexdigest()


def _manifest(path: Path | None, name: str) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise AssayError(f"manifest.json of {name} is not JSON", fix="assay publish") from error
    return loaded if isinstance(loaded, dict) else {}
