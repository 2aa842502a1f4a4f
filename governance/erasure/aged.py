"""Rows past their retention, for `assay erase --expired`: as the gate `retention` counts them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from curate.ingest.params import IngestParams
from curate.project import Project
from curate.splits import SPLITS
from governance.erasure.plan import Aged
from governance.retention import is_computed, until


def aged(project: Project, today: date) -> Aged:
    """Rows of gold and of `data/ingest` whose time is up, and which raw rows they come from."""
    terms = {
        name: source.retention
        for name, source in project.task.sources.items()
        if is_computed(source.retention)
    }
    params = project.params("ingest", IngestParams)
    columns = params.columns
    only = next(iter(project.task.sources), None) if len(project.task.sources) == 1 else None
    default = params.defaults.source or only
    rows: set[str] = set()
    for path in _tables(project):
        table = pl.read_parquet(path, columns=["example_id", "source", "collected_at"])
        rows.update(table.filter(past(table, "source", "collected_at", terms, today, None))["example_id"])

    def raw(frame: pl.DataFrame) -> pl.Series:
        return past(frame, columns.source, columns.collected_at, terms, today, default)

    return Aged(frozenset(rows), raw)


def _tables(project: Project) -> list[Path]:
    paths = [project.gold / f"{split}.parquet" for split in SPLITS]
    return [path for path in [*paths, project.stage("ingest") / "examples.parquet"] if path.exists()]


def past(
    frame: pl.DataFrame,
    source: str | None,
    collected: str | None,
    terms: Mapping[str, str],
    today: date,
    default: str | None,
) -> pl.Series:
    """Which rows of a frame are past their retention, bool.

    Parameters
    ----------
    source, collected
        Columns; a row without a source is of `default`.
    """
    named = (
        frame[source].cast(pl.String)
        if source in frame.columns
        else pl.Series([None] * frame.height, dtype=pl.String)
    )
    at = (
        frame[collected].cast(pl.String)
        if collected in frame.columns
        else pl.Series([None] * frame.height, dtype=pl.String)
    )
    pairs = pl.DataFrame({"source": named.fill_null(default or ""), "at": at})
    answers = {
        (name, when): _is_past(terms.get(name), when, today) for name, when in pairs.unique().iter_rows()
    }
    return pl.Series([answers[pair] for pair in pairs.iter_rows()], dtype=pl.Boolean)


def _is_past(retention: str | None, when: str | None, today: date) -> bool:
    if retention is None:
        return False
    try:
        end = until(retention, date.fromisoformat(when[:10]) if when else None)
    except ValueError:
        end = until(retention, None)
    return end is not None and end < today
