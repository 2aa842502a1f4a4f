"""The texts of a scan's rows by number: small files in memory; of large ones the rows asked for and those
that will be asked for next are read in one pass and kept until other ones are.
"""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import polars as pl

from curate.files import ROW_GROUP

# So many rows' texts stay in memory, some 30 MB; of larger files the rows asked for are read.
IN_MEMORY = 100_000
# Rows read at a time of those: a whole row group takes 87 MB on the way, a sixth 35 and half as long again.
AT_ONCE = ROW_GROUP // 6
_TEXTS = ("example_id", "input", "output", "rejected", "source")


class Texts:
    """Texts by row. May be asked from any thread; one reads at a time, so that the memory which that takes on
    the way is taken once.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._height = path, height(path)
        self._all = self._part(0, self._height).collect() if self._height <= IN_MEMORY else None
        self._kept = self._part(0, 0).collect()
        self._reading = threading.Lock()

    def of(self, rows: np.ndarray, then: np.ndarray) -> pl.DataFrame:
        """`row` and the texts of some rows, in their order; `then` are asked for next."""
        if self._all is not None:
            return self._all[rows]
        with self._reading:
            kept = self._kept
            if not np.isin(rows, kept["row"].to_numpy()).all():
                self._kept = kept = self._read(np.union1d(rows, then))
        return kept.filter(pl.col("row").is_in(rows.tolist()))

    def _read(self, rows: np.ndarray) -> pl.DataFrame:
        """A part of a row group at a time, so that no more is ever unpacked; by way of Python, since the few
        strings that a filter leaves would hold on to the memory of all.
        """
        wanted = pl.Series(rows).implode()
        found: list[tuple[object, ...]] = []
        for start in range(0, self._height, AT_ONCE):
            found += self._part(start, AT_ONCE).filter(pl.col("row").is_in(wanted)).collect().rows()
        return pl.DataFrame(found, schema=self._kept.schema, orient="row")

    def _part(self, start: int, many: int) -> pl.LazyFrame:
        part = pl.scan_parquet(self.path).select(_TEXTS).slice(start, many)
        return part.with_row_index("row", offset=start)


def height(path: Path) -> int:
    """Rows of a Parquet file, from its footer."""
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())
