"""What `ingest` says of the files that it read and of the rows that it kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.ingest.columns import Mapped, shown_path
from curate.ingest.normalise import STEPS
from curate.ingest.params import IngestParams
from curate.ingest.rows import Raw
from curate.read import shown_name


@dataclass(frozen=True)
class Tally:
    """How many examples there are by language and by source, and how many of them are held out."""

    languages: Mapping[str, int]
    sources: Mapping[str, int]
    held_out: int
    rows: int


def tally_of(kept: pl.DataFrame) -> Tally:
    """Of examples."""

    def by(column: str) -> dict[str, int]:
        return dict(kept.group_by(pl.col(column).fill_null("unknown")).len().sort(column).iter_rows())

    return Tally(by("language"), by("source"), int(kept["held_out"].sum()), kept.height)


def added(tallies: Sequence[Tally]) -> Tally:
    """Of several parts together."""
    return Tally(
        summed(one.languages for one in tallies),
        summed(one.sources for one in tallies),
        sum(one.held_out for one in tallies),
        sum(one.rows for one in tallies),
    )


def summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts by name, names ascending."""
    whole: Counter[str] = Counter()
    for one in counts:
        whole.update(one)
    return dict(sorted(whole.items()))


def file_facts(raw: Raw, found: Mapped) -> dict[str, Any]:
    """How one file was read."""
    return {
        "path": shown_path(raw.path),
        "held_out": raw.held_out,
        "rows": raw.records.frame.height,
        "unreadable": raw.records.rejects.height,
        "examples": found.frame.height,
        "layout": found.reading.layout,
        "read_as": found.reading.said(),
        "looks_like": found.reading.overlooked,
        "columns": dict(sorted(found.used.items())),
        "unused_columns": sorted(shown_name(name) for name in found.unused),
    }


def report_of(
    files: Iterable[Mapping[str, Any]],
    kept: Tally,
    normalised: Iterable[Mapping[str, int]],
    params: IngestParams,
) -> dict[str, Any]:
    """The stage's report but for what looks personal.

    Parameters
    ----------
    normalised
        How many values each step of normalisation changed, of each part.
    """
    changed = summed(normalised)
    return {
        "files": sorted(files, key=lambda one: (bool(one["held_out"]), str(one["path"]))),
        "ids": "declared" if params.columns.id else "content",
        "normalised": {step: changed.get(step, 0) for step in STEPS},
        "languages": dict(kept.languages),
        "sources": dict(kept.sources),
        "held_out": kept.held_out,
    }


def places_of(*dropped: pl.DataFrame) -> pl.DataFrame:
    """Where each dropped row stood: `file, unit, line, reason, example_id`."""
    columns = ("file", "unit", "line", "reason", "example_id")
    return pl.concat([frame.select(columns) for frame in dropped]).sort("file", "line", "reason")
