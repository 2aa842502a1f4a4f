"""The quick way through two gold versions: published fingerprints say which rows differ, and no other row's
text is read.

Taken only where every Parquet file still has the digest that its manifest states; a row edited by hand after
publishing still has its old fingerprint. Both sides are read once, a stretch of ids at a time: memory is that
of a stretch and of what differs, whatever the rows. What differs in the rows that do is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from curate.diff.match.align import Alignment, by_single_key
from curate.diff.match.fingerprints import witnessed
from curate.files import ROW_GROUP
from curate.publish.digest import LENGTHS, PUBLISHED
from curate.versions.table import SEED, SPLIT, Table, digest_of
from curate.versions.version import Version

# Fingerprints of a side that are read at a time, as `publish` writes them: with their marks some 150 MB.
STRETCH = 8 * ROW_GROUP


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
    sides = _Prints(before), _Prints(after)
    differ: list[list[pl.DataFrame]] = [[], []]
    counted: dict[str, list[pl.DataFrame]] = {column: [] for column in sides[0].lengths}
    try:
        for old, new in _stretches(*sides):
            for column, lines in counted.items():
                lines.append(old.group_by(pl.col(LENGTHS[column]).alias("value")).len())
            if old.height == new.height and (old["mark"] == new["mark"]).all():
                continue
            for rows, others, found in zip((old, new), (new, old), differ, strict=True):
                found.append(rows.join(others, on="mark", how="anti").select(_MARKS))
    except _Unfit:
        return None
    if not all(side.complete() for side in sides) or not (before.as_published and after.as_published):
        return None
    lengths = {
        column: pl.concat(lines).group_by("value").agg(pl.col("len").sum())
        for column, lines in counted.items()
        if lines
    }
    left, right = (pl.concat([_NONE, *found]) for found in differ)
    return Printed(by_single_key(left, right), lengths)


# What alignment wants of a row. The ids are copied: polars' strings are views, and a few would hold all.
_MARKS = (pl.concat_str("example_id", pl.lit("")).alias("key"), "at", "digest", "split")
_NONE = pl.DataFrame(schema={"key": pl.String, "at": pl.UInt32, "digest": pl.UInt64, "split": SPLIT})


_CODES = {split: code for code, split in enumerate(SPLIT.categories)}


class _Unfit(Exception):
    """Fingerprints that are not one for each row, sorted by id."""


class _Prints:
    """The fingerprints of a version, read from the first id to the last."""

    def __init__(self, version: Version) -> None:
        assert version.fingerprints is not None  # `witnessed` said so
        columns = version.fingerprints.collect_schema()
        self.lengths = [column for column, stated in LENGTHS.items() if stated in columns]
        digest = digest_of(pl.col("example_id"), pl.col("row_digest").hash(SEED))
        self._table = version.fingerprints.select(
            "example_id",
            pl.col("split").cast(SPLIT, strict=False),
            digest.alias("digest"),
            *(LENGTHS[column] for column in self.lengths),
        )
        self._parts = list(zip(version.table.parts, version.table.heights, strict=True))
        # Rows seen of each part, which are numbered through.
        self._seen = [0] * len(self._parts)
        self._read = 0
        self.ended = False
        self.waiting = self._table.head(0).collect()

    def more(self) -> None:
        """Read on, so that some rows are waiting unless all are read."""
        if self.ended or self.waiting.height:
            return
        rows = self._table.slice(self._read, STRETCH).collect(engine="streaming")
        self.ended = rows.height < STRETCH
        ids = rows["example_id"]
        if ids.null_count() or not (ids[1:] > ids[:-1]).all():
            raise _Unfit
        if self._read and rows.height and not self._last < ids[0]:
            raise _Unfit
        if rows.height:
            self._last: str = ids[-1]
        self._read += rows.height
        self.waiting = rows

    def until(self, bound: str | None) -> pl.DataFrame:
        """Take the waiting rows up to the id `bound`, with their numbers (`at`) and a `mark` of the whole."""
        count = self.waiting.height
        if bound is not None:
            count = int(self.waiting["example_id"].search_sorted(bound, side="right"))
        rows, self.waiting = self.waiting.head(count), self.waiting.slice(count)
        codes = rows["split"].to_physical().fill_null(255).to_numpy()
        at, start = np.zeros(count, np.uint32), 0
        for number, (part, height) in enumerate(self._parts):
            mine = np.flatnonzero(codes == _CODES.get(part.split or "", -1))
            seen = self._seen[number]
            at[mine] = np.arange(start + seen, start + seen + len(mine), dtype=np.uint32)
            self._seen[number] += len(mine)
            start += height
        return rows.with_columns(at=at, mark=pl.col("digest") + pl.Series(codes).cast(pl.UInt64).hash(SEED))

    def complete(self) -> bool:
        """Whether there was a fingerprint for each row of each part, and no other."""
        heights = [height for _, height in self._parts]
        return self._seen == heights and self._read == sum(heights)


def _stretches(before: _Prints, after: _Prints) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Fingerprints of both sides from one id to another."""
    sides = before, after
    with ThreadPoolExecutor(2) as threads:
        while True:
            for _ in threads.map(_Prints.more, sides):
                pass
            if not any(side.waiting.height for side in sides):
                return
            # A side that is not read to its end may have more ids up to the other's last.
            lasts = [side.waiting["example_id"][-1] for side in sides if not side.ended]
            bound = min(lasts) if lasts else None
            yield before.until(bound), after.until(bound)
