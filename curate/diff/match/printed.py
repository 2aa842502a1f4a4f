"""The quick way through two gold versions: published fingerprints say which rows differ, and no other row's
text is read.

Taken only where every Parquet file still has the digest that its manifest states; a row edited by hand after
publishing still has its old fingerprint. Costs the ids and digests of all rows (some 60 bytes a row) and a
sort of 64-bit marks on each side. What differs in the rows that do is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from curate.diff.match.align import Alignment, by_single_key
from curate.diff.match.fingerprints import witnessed
from curate.publish.digest import LENGTHS, PUBLISHED
from curate.versions.table import SEED, SPLIT, Table, digest_of
from curate.versions.version import Version


@dataclass(frozen=True)
class Printed:
    """Two versions aligned by their fingerprints, no text read.

    Parameters
    ----------
    alignment
        As from the rows themselves.
    lengths
        Column -> `value, len` (characters, rows) of the older version, for those that its fingerprints tell.
    """

    alignment: Alignment
    lengths: dict[str, pl.DataFrame]

    def tables(
        self, before: Version, after: Version, columns: Mapping[str, pl.DataType]
    ) -> tuple[Table, Table] | None:
        """Both sides' tables with the rows that differ in memory; None if one does not stand where its
        fingerprint says.
        """
        sides = [
            side.table.holding_named(
                "example_id",
                self.alignment.pairs.select(pl.col(at).alias("at"), "key").drop_nulls("at"),
                {"example_id": PUBLISHED["example_id"], **columns},
            )
            for side, at in ((before, "at_before"), (after, "at_after"))
        ]
        old, new = sides
        return None if old is None or new is None else (replace(old, lengths=self.lengths), new)


def by_fingerprints(before: Version, after: Version) -> Printed | None:
    """The alignment of two versions by their fingerprints, or None where these cannot stand for the rows.

    `publish` sorts rows and fingerprints by id, so the n-th fingerprint of a split is its n-th row. That the
    fingerprints are so sorted and as many as the rows is checked here; that the rows are there, on those that
    `Printed.tables` reads.
    """
    if not all(witnessed(side) for side in (before, after)):
        return None
    with ThreadPoolExecutor(2) as threads:  # NumPy's sorts and searches let go of the interpreter
        old, new = threads.map(_printed, (before, after))
        if old is None or new is None or not (before.as_published and after.as_published):
            return None
        marks = list(threads.map(lambda side: np.sort(side["mark"].to_numpy()), (old, new)))
        differ = threads.map(_without, marks, marks[::-1])
        lengths = {
            column: old.group_by(pl.col(stated).alias("value")).len()
            for column, stated in LENGTHS.items()
            if stated in old.columns
        }
        left, right = (
            side.filter(pl.col("mark").is_in(some.implode())).select(
                pl.col("example_id").alias("key"), "at", "digest", "split"
            )
            for side, some in zip((old, new), differ, strict=True)
        )
    return Printed(by_single_key(left, right), lengths)


def _printed(version: Version) -> pl.DataFrame | None:
    """Fingerprints by id, with the number of the row that each is of; None if they are not sorted by id, or
    not one for each row.
    """
    assert version.fingerprints is not None  # `witnessed` said so
    stated = [name for name in LENGTHS.values() if name in version.fingerprints.collect_schema()]
    digest = digest_of(pl.col("example_id"), pl.col("row_digest").hash(SEED))
    rows = version.fingerprints.select(
        "example_id", pl.col("split").cast(SPLIT, strict=False), digest.alias("digest"), *stated
    ).collect(engine="streaming")
    ids, codes = rows["example_id"], rows["split"].to_physical().fill_null(255).to_numpy()
    if ids.null_count() or not (ids[1:] > ids[:-1]).all():
        return None
    at, start = np.empty(rows.height, np.uint32), 0
    for part, height in zip(version.table.parts, version.table.heights, strict=True):
        mine = (
            np.flatnonzero(codes == SPLIT.categories.to_list().index(part.split))
            if part.split in SPLIT.categories
            else np.empty(0)
        )
        if len(mine) != height:
            return None
        at[mine] = np.arange(start, start + height, dtype=np.uint32)
        start += height
    if start != rows.height:
        return None
    return rows.with_columns(at=at, mark=pl.col("digest") + pl.Series(codes).cast(pl.UInt64).hash(SEED))


def _without(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> pl.Series:
    """Values of sorted `left` that sorted `right` lacks."""
    if not len(right):
        return pl.Series(left)
    return pl.Series(left[right[np.minimum(np.searchsorted(right, left), len(right) - 1)] != left])
