"""A dataset version as the comparison sees it: its rows, and what its pipeline wrote down about them.

A gold version brings a manifest, a ledger, edits and fingerprints; a plain file brings rows alone and counts
as source itself. Everything is lazy: records are read for the ids that changed, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from curate.seal import Standing
from curate.versions.table import Table
from curate.versions.twins import Gone

CHANGE_KINDS = ("added", "removed", "edited", "relabelled", "moved")


@dataclass(frozen=True)
class Version:
    """One side of a diff.

    Parameters
    ----------
    name
        What the user called it; shown after neutralising.
    table
        The rows.
    keys
        Columns that name a row; empty for rows without a name.
    label
        The column whose change is a relabelling, if the rows have labels.
    gold
        Whether this is a published gold version, whose changes must have causes.
    manifest
        `manifest.json` of a gold version, else empty.
    ledger, edits, fingerprints
        A gold version's records; None where they were not published.
    row_verdicts
        People's verdicts on rows that were carried out (`example_id, verdict, decided_on, fields`); None
        where nobody decided on a row.
    metrics
        Figures of `reports/metrics.json` by dotted name, where there are any.
    published
        Says whether the Parquet files have the digests of the manifest, so that fingerprints may stand for
        rows; may have to wait for it.
    lock
        Leaves of `split.lock` by dotted name, where it is known.
    verdicts
        The stewards' verdicts in force (`curate.pii.decisions.standing`), where decisions are kept.
    unread
        Rows of a plain file that could not be read, and so are not compared.
    notes
        What a reader of the comparison should know of this version.
    changed
        The files that are not what the manifest says; None where it states no digests.
    seal
        Whether the manifest's seal is true; None for what is not a gold version.
    policy
        `params.yaml` and `task.yaml` as they stood, under `params` and `task`, where they are known.
    gone
        What erasures took out of the project.
    """

    name: str
    table: Table
    keys: tuple[str, ...] = ()
    label: str | None = None
    gold: bool = False
    manifest: Mapping[str, Any] = field(default_factory=dict)
    ledger: pl.LazyFrame | None = None
    edits: pl.LazyFrame | None = None
    fingerprints: pl.LazyFrame | None = None
    row_verdicts: pl.LazyFrame | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    published: Callable[[], bool] = bool  # which says False
    lock: Mapping[str, Any] = field(default_factory=dict)
    verdicts: pl.DataFrame | None = None
    unread: int = 0
    unread_words: frozenset[str] = frozenset()
    numbers: pl.Series | None = None
    notes: tuple[str, ...] = ()
    changed: Callable[[], tuple[str, ...] | None] = tuple
    seal: Standing | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)
    gone: Gone = field(default_factory=Gone)

    @cached_property
    def as_published(self) -> bool:
        """The outcome of `published`."""
        return self.published()

    @property
    def key_id(self) -> str | None:
        """Public name of the secret key behind keyed digests and ids made from content."""
        recorded = self.manifest.get("key_id")
        return str(recorded) if recorded is not None else None

    def records(self, of: str, ids: pl.Series, columns: Sequence[str] = ()) -> pl.DataFrame | None:
        """Rows of `ledger`, `edits`, `fingerprints` or `row_verdicts` about the given example ids, in all or
        some `columns`; None without such a table.
        """
        table: pl.LazyFrame | None = getattr(self, of)
        if table is None:
            return None
        rows = table.filter(pl.col("example_id").is_in(ids.drop_nulls().unique().implode()))
        return (rows.select(columns) if columns else rows).collect(engine="streaming")

    def damaged(self) -> str | None:
        """The first of this version's files that cannot be read to its end, if there is one; reads them
        all.
        """
        files = [
            (f"{part.split}.parquet of {self.name}" if part.split else self.name, part.rows)
            for part in self.table.parts
        ]
        records = {name: getattr(self, name) for name in ("ledger", "edits", "fingerprints")}
        records["verdicts"] = self.row_verdicts
        files += [
            (f"{name}.parquet of {self.name}", rows) for name, rows in records.items() if rows is not None
        ]
        for name, rows in files:
            try:
                rows.collect()
            except (pl.exceptions.ComputeError, OSError):
                return name
        return None


def flatten(value: Any, prefix: str = "") -> dict[str, Any]:
    """The leaves of nested mappings by dotted name; lists are leaves."""
    if not isinstance(value, Mapping):
        return {prefix: value}
    leaves: dict[str, Any] = {}
    for name in sorted(value, key=str):
        leaves |= flatten(value[name], f"{prefix}.{name}" if prefix else str(name))
    return leaves


def figures(value: Any) -> dict[str, float]:
    """The numeric leaves of a metrics document by dotted name."""
    return {
        name: float(leaf)
        for name, leaf in flatten(value).items()
        if isinstance(leaf, int | float) and not isinstance(leaf, bool)
    }
