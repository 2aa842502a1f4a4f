"""A gold version as the next version of a Delta table: for readers who want any version by its number, from
polars, DuckDB or Spark, without a checkout.

The table is a copy that nothing here depends on: its files have random names and its log has times, so its
bytes differ with every run; what is compared are content digests, which stand beside each commit. Each
version is written whole, through polars, some rows at a time. DVC does not know the table and no erasure
reaches it, so before a version is added all that the table tells of are looked up among the erasures.

Lance was tried as well (pylance 14.0.2, see docs/scale.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.documents import load_json
from curate.errors import AssayError, native_errors
from curate.project import Project
from curate.publish.manifest import MANIFEST
from curate.shards import table_files
from curate.splits import SPLITS
from curate.text import shell_word
from curate.versions.gold import scan
from curate.versions.twins import read_erasures
from governance.lineage.versions import called, files_of

# The key under which a commit of the table names the gold version.
DIGEST = "assay.content_digest"


@dataclass(frozen=True)
class Added:
    """A gold version in a table: its short digest, its number there, and whether it was written just now."""

    name: str
    number: int
    fresh: bool


def add_version(project: Project, name: str, table: Path, *, fetch: bool = False) -> Added:
    """Write the gold version called `name` as the next version of the Delta table in the folder `table`.

    A table whose newest version is this one stays as it is.

    Raises
    ------
    AssayError
        If there is no such version, the folder holds something else, or a version of it holds somebody who
        was taken out of gold since; or if deltalake is not installed.
    """
    try:
        from deltalake import CommitProperties, DeltaTable
    except ImportError:
        raise AssayError(
            "deltalake is not installed, which writes Delta tables", fix="pip install 'assay[delta]'"
        ) from None
    version = called(project, name)
    files = files_of(project, version, fetch=fetch)
    digest = str(load_json(files[MANIFEST], needs=("content_digest",))["content_digest"])
    there = DeltaTable.is_deltatable(str(table))
    if not there and table.exists() and (not table.is_dir() or any(table.iterdir())):
        raise AssayError(f"{table} exists and is not a Delta table", fix="name a new folder")
    history = DeltaTable(table).history() if there else []
    _refuse_erased(project, table, history)
    if history and history[0].get(DIGEST) == digest:
        return Added(digest[:12], int(history[0]["version"]), False)
    rows = pl.concat(
        [
            scan(paths, f"{split}.parquet of {version.name}").select(pl.lit(split).alias("split"), pl.all())
            for split in SPLITS
            if (paths := table_files(files, split))
        ]
    )
    options: dict[str, Any] = {
        "commit_properties": CommitProperties(custom_metadata={DIGEST: digest}),
        "partition_by": ["split"],
    }
    if there:  # a version of another release may have other columns
        options["schema_mode"] = "overwrite"
    with native_errors(
        f"{table} cannot be written as a Delta table", f"df -h; ls -ld {shell_word(table.parent)}"
    ):
        rows.sink_delta(table, mode="overwrite", delta_write_options=options)
    return Added(digest[:12], int(DeltaTable(table).version()), True)


def _refuse_erased(project: Project, table: Path, history: list[dict[str, Any]]) -> None:
    """Refuse a table of which a version was rewritten in the project since."""
    gone = read_erasures(project.root).contents
    old = sorted(int(one["version"]) for one in history if one.get(DIGEST) in gone)
    if old:
        numbers = ", ".join(map(str, old))
        raise AssayError(
            f"{table} holds rows that were taken out by an erasure since: its version {numbers}",
            fix=f"rm -r {shell_word(table)}, then the same command for each version that is wanted",
        )
