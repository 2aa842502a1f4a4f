"""Data larger than memory on one machine: partitions lie on disk, one at a time is read and worked on.

A table that is a Parquet file is read where it lies, some row groups at a time; what a plan keeps between two
passes is written as uncompressed Arrow files under the engine's folder, which is removed with it. Memory is
that of a partition and of what the plan itself holds; the disk takes what is kept, once. A killed run leaves
its folder, which the next run of the same place sweeps (`curate.engine.choose`).

Partitions are worked on one after another in this process: polars and NumPy use its threads. `workers` run as
in `local`, and stay for the next `map` that asks for the same ones, since each takes seconds to start.
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from curate.files import ROW_GROUP, space_errors

if TYPE_CHECKING:
    from curate.engine import Part, Workers

In = TypeVar("In")
Out = TypeVar("Out")

# Rows of a partition: two row groups of a stage's file, so that none is read twice. Texts of 300 characters
# take 75 MB, and what scan and fingerprints make of them a few times that.
ROWS = 2 * ROW_GROUP


@dataclass(frozen=True)
class InParquet:
    """Consecutive rows of a Parquet file."""

    path: Path
    first: int
    rows: int

    def read(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows; other row groups of the file are not touched."""
        table = pl.scan_parquet(self.path).slice(self.first, self.rows)
        return (table if columns is None else table.select(columns)).collect()


@dataclass(frozen=True)
class OnDisk:
    """The rows of some Arrow files, one after another."""

    paths: tuple[Path, ...]
    rows: int

    def read(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows."""
        wanted = None if columns is None else list(columns)
        return pl.concat([pl.read_ipc(path, columns=wanted) for path in self.paths])


class Stream:
    """Partitions on disk."""

    name = "stream"

    def __init__(self, folder: Path, rows: int = ROWS) -> None:
        """`folder` must not exist yet; `rows` is the size of a partition."""
        self.folder = folder
        self.rows = rows
        self._names = count()
        self._pool: tuple[bytes, ProcessPoolExecutor] | None = None

    def __enter__(self) -> Stream:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700)  # what lies in it are raw texts
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_pool()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end_pool(self) -> None:
        if self._pool:
            self._pool[1].shutdown(cancel_futures=True)
            self._pool = None

    def _kept(self, frame: pl.DataFrame) -> OnDisk:
        path = self.folder / f"{next(self._names)}.arrow"
        with space_errors(path):
            frame.write_ipc(path, compression="uncompressed")
        return OnDisk((path,), frame.height)

    def parts(self, table: pl.DataFrame | Path) -> list[Part]:
        """Partitions of `rows` rows, one at least."""
        if isinstance(table, Path):
            height = int(pl.scan_parquet(table).select(pl.len()).collect().item())
            starts = range(0, max(height, 1), self.rows)
            return [InParquet(table, first, min(self.rows, height - first)) for first in starts]
        starts = range(0, max(table.height, 1), self.rows)
        return [self._kept(table.slice(first, self.rows)) for first in starts]

    def map(
        self, work: Callable[[In], Out], items: Iterable[In], workers: Workers | None = None
    ) -> Iterator[Out]:
        """See `curate.engine.Engine`."""
        if workers is None:
            return map(work, items)
        wanted = pickle.dumps((workers.count, workers.start, workers.arguments))
        if self._pool is None or self._pool[0] != wanted:
            self._end_pool()
            pool = ProcessPoolExecutor(workers.count, get_context("spawn"), workers.start, workers.arguments)
            self._pool = wanted, pool
        return self._pool[1].map(work, items)

    def store(self, work: Callable[[In], pl.DataFrame], items: Iterable[In]) -> list[Part]:
        """See `curate.engine.Engine`."""
        return [self._kept(work(item)) for item in items]

    def exchange(
        self, work: Callable[[Part], Mapping[int, pl.DataFrame]], parts: Iterable[Part]
    ) -> dict[int, Part]:
        """See `curate.engine.Engine`."""
        kept: dict[int, list[OnDisk]] = {}
        for part in parts:
            for number, frame in work(part).items():
                kept.setdefault(number, []).append(self._kept(frame))
        return {
            number: OnDisk(
                tuple(path for piece in kept[number] for path in piece.paths),
                sum(piece.rows for piece in kept[number]),
            )
            for number in sorted(kept)
        }

    def drop(self, parts: Iterable[Part]) -> None:
        """Remove what was kept on disk."""
        for part in parts:
            if isinstance(part, OnDisk):
                for path in part.paths:
                    path.unlink(missing_ok=True)
