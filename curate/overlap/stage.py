"""Rows that hold text of a benchmark: out with the reason `benchmark_text`, or listed for a person.

A model trained on them is measured by memory, there as in the held-out set. Input and output are looked at
together, as people wrote them. Held-out rows stay: they are not learnt from. So does a row that somebody
decided to keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.digests import sha256_of
from curate.errors import AssayError
from curate.examples import ledger, no_ledger
from curate.overlap.find import overlaps
from curate.overlap.params import AgainstParams
from curate.project import Project
from curate.read import read_table
from curate.text import plain

REASON = "benchmark_text"
OVERLAPS = pl.Schema(
    {
        "example_id": pl.String(),
        "file": pl.String(),
        "file_row": pl.Int64(),  # from 0
        "kind": pl.String(),  # whole, long or short
        "share": pl.Float64(),
        "words": pl.Int64(),  # of the benchmark's row
        "dropped": pl.Boolean(),
    }
)


@dataclass(frozen=True)
class Cleared:
    """What was found: rows for the ledger, every overlap (schema `OVERLAPS`), and counts for the report."""

    dropped: pl.DataFrame
    table: pl.DataFrame
    report: dict[str, Any]


def read_benchmarks(project: Project, params: AgainstParams) -> dict[str, tuple[pl.Series, str]]:
    """The texts of each benchmark file and its SHA-256, by path.

    Raises
    ------
    AssayError
        If a file or its column is not there.
    """
    read = {}
    for benchmark in params.files:
        path = project.root / benchmark.path
        if not path.is_file():
            raise AssayError(
                f"benchmark file {plain(benchmark.path)} of dedup.against does not exist",
                fix="put it there (dvc pull?), or take it out of dedup.against in params.yaml",
            )
        frame = read_table(path)
        if benchmark.field not in frame.columns:
            raise AssayError(
                f"{plain(benchmark.path)} has no column {plain(benchmark.field, 40)!r}",
                fix=f"name one of: {', '.join(plain(name, 40) for name in frame.columns[:20])}",
            )
        read[benchmark.path] = (frame[benchmark.field].cast(pl.String), sha256_of(path))
    return read


def without_benchmarks(
    written: pl.DataFrame,
    benchmarks: Mapping[str, tuple[pl.Series, str]],
    params: AgainstParams,
    spared: pl.Series,
) -> Cleared:
    """Rows of `written` (schema `EXAMPLES`, as people wrote them) that hold benchmark text.

    Parameters
    ----------
    spared
        Ids of rows that somebody decided to keep.
    """
    rows = written.filter(~pl.col("held_out").fill_null(False)).select(
        pl.col("example_id").alias("id"),
        pl.concat_str(pl.col("input").fill_null(""), pl.col("output").fill_null(""), separator="\n").alias(
            "text"
        ),
    )
    parts, files = [], []
    for path, (texts, digest) in benchmarks.items():
        test = pl.DataFrame({"id": pl.Series(range(len(texts)), dtype=pl.Int64), "text": texts})
        found = overlaps(rows, test, params)
        pairs = found.pairs.select(
            pl.col("train_row").alias("example_id"),
            pl.lit(path).alias("file"),
            pl.col("test_row").alias("file_row"),
            "kind",
            "share",
            "words",
        )
        parts.append(pairs)
        files.append(
            {
                "path": path,
                "sha256": digest,
                "rows": len(texts),
                "rows_found": pairs["file_row"].n_unique(),
                "examples": pairs["example_id"].n_unique(),
                "template_runs": found.template_runs,
            }
        )
    table = pl.concat(parts)
    leaves = pl.lit(params.action == "drop") & ~pl.col("example_id").is_in(spared.implode())
    table = table.with_columns(leaves.alias("dropped")).cast(OVERLAPS)
    table = table.sort("example_id", "file", "file_row")
    first = table.filter("dropped").unique("example_id", keep="first", maintain_order=True)
    dropped = no_ledger()
    if first.height:
        evidence = pl.format("holds text of row {} of {} ({}, {} words)", "file_row", "file", "kind", "words")
        dropped = ledger(first, "dedup", REASON, evidence, score=pl.col("share"))
    report = {
        "action": params.action,
        "files": files,
        "examples": table["example_id"].n_unique(),
        "examples_dropped": first.height,
    }
    return Cleared(dropped, table, report)


def edited(project: Project, report: Mapping[str, Any]) -> list[str]:
    """Benchmark files that are not those of the stage's report; one that is absent is not judged."""
    return [
        plain(each["path"])
        for each in report.get("against", {}).get("files", ())
        if (project.root / each["path"]).is_file()
        and sha256_of(project.root / each["path"]) != each["sha256"]
    ]
