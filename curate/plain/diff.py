"""What changed between two tables, row by row: `assay diff` on frames.

The comparison is that of `curate/diff/`; a plain table has no pipeline behind it, so a change's only cause is
that the source changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from curate.diff.difference import Difference, compare
from curate.plain.frames import Table, frame_of
from curate.plain.result import Result, among
from curate.text import plural
from curate.versions.table import Part
from curate.versions.table import Table as Rows
from curate.versions.version import CHANGE_KINDS, Version


@dataclass(frozen=True, repr=False)
class DiffResult(Result):
    """The difference between two tables.

    Parameters
    ----------
    before, after
        The tables.
    difference
        Everything that was found, for the faces of `curate.diff`: `markdown(result.difference)`.
    """

    before: pl.DataFrame
    after: pl.DataFrame
    difference: Difference

    @property
    def _gone(self) -> pl.Series:
        removed = self.difference.changes.filter(pl.col("change") == "removed")["at_before"]
        return among(pl.int_range(self.before.height, eager=True), removed.cast(pl.Int64))

    @property
    def kept(self) -> pl.DataFrame:
        """Rows of the table before that the table after still has, as they were."""
        return self.before.filter(~self._gone)

    @property
    def dropped(self) -> pl.DataFrame:
        """Rows of the table before that the table after lacks."""
        return self.before.filter(self._gone)

    def counts(self) -> dict[str, int]:
        """Changes by kind: `added`, `removed`, `edited`, `relabelled`; kinds without one are left out."""
        changes = self.difference.changes.group_by("change").len().iter_rows()
        return dict(sorted(changes, key=lambda one: CHANGE_KINDS.index(one[0])))

    def details(self) -> pl.DataFrame:
        """A line for each change: `change, row, field`; `difference.table` has the values too."""
        return self.difference.table.select("change", "row", "field")

    def headline(self) -> str:
        """How many changes there are."""
        before, after = plural(self.before.height, "row"), plural(self.after.height, "row")
        return f"{plural(self.difference.changes.height, 'change')} from {before} to {after}"


def diff(
    before: Table,
    after: Table,
    *,
    key: str | Sequence[str] = (),
    label: str | None = None,
    tolerance: float = 0.0,
    names: tuple[str, str] = ("the table before", "the table after"),
) -> DiffResult:
    """Compare two tables.

    Parameters
    ----------
    before, after
        Polars, pandas or pyarrow tables, or `datasets.Dataset`s.
    key
        The column, or columns, that name a row; without one rows are matched by content, then by likeness.
    label
        The column whose change is a relabelling.
    tolerance
        Numbers that differ by this much at most, relative to the larger of them (or absolutely, below 1),
        count as equal.

    Raises
    ------
    AssayError
        If a key or label column is missing.

    Examples
    --------
    >>> import polars as pl
    >>> old = pl.DataFrame({"id": [1, 2], "text": ["a", "b"]})
    >>> new = pl.DataFrame({"id": [2, 3], "text": ["B", "c"]})
    >>> diff(old, new, key="id").counts()
    {'added': 1, 'removed': 1, 'edited': 1}
    """
    frames = [frame_of(table, name) for table, name in zip((before, after), names, strict=True)]
    keys = (key,) if isinstance(key, str) else tuple(key)
    versions = [
        Version(name, Rows((Part(None, frame.lazy()),)), keys=keys, label=label)
        for name, frame in zip(names, frames, strict=True)
    ]
    return DiffResult(frames[0], frames[1], compare(versions[0], versions[1], tolerance=tolerance))
