"""The default engine: one partition, in memory, in this process or a pool of processes on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import polars as pl

if TYPE_CHECKING:
    from curate.engine import Part, Workers

In = TypeVar("In")
Out = TypeVar("Out")


@dataclass(frozen=True)
class InMemory:
    """A partition that is a frame."""

    frame: pl.DataFrame

    @property
    def rows(self) -> int:
        """How many."""
        return self.frame.height

    def read(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The frame, or some of its columns."""
        return self.frame if columns is None else self.frame.select(columns)


def pooled(work: Callable[[In], Out], items: Iterable[In], workers: Workers | None) -> Iterator[Out]:
    """`work(item)` for each item in order, in this process or, with several workers, in theirs."""
    if workers is None:
        yield from map(work, items)
        return
    # Spawned, not forked: a fork would copy polars' thread pool in an unknown state.
    with ProcessPoolExecutor(workers.count, get_context("spawn"), workers.start, workers.arguments) as pool:
        yield from pool.map(work, items)


class Local:
    """Everything in memory."""

    name = "local"

    def __init__(self, folder: Path | None = None, rows: int | None = None) -> None:
        """Neither is needed: nothing is kept on disk, and all rows are one partition."""

    def __enter__(self) -> Local:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def parts(self, table: pl.DataFrame | Path) -> list[Part]:
        """One partition: the table."""
        return [InMemory(pl.read_parquet(table) if isinstance(table, Path) else table)]

    def map(
        self, work: Callable[[In], Out], items: Iterable[In], workers: Workers | None = None
    ) -> Iterator[Out]:
        """See `curate.engine.Engine`."""
        return pooled(work, items, workers)

    def store(self, work: Callable[[In], pl.DataFrame], items: Iterable[In]) -> list[Part]:
        """See `curate.engine.Engine`."""
        return [InMemory(work(item)) for item in items]

    def exchange(
        self, work: Callable[[Part], Mapping[int, pl.DataFrame]], parts: Iterable[Part]
    ) -> dict[int, Part]:
        """See `curate.engine.Engine`."""
        frames: dict[int, list[pl.DataFrame]] = {}
        for part in parts:
            for number, frame in work(part).items():
                frames.setdefault(number, []).append(frame)
        return {number: InMemory(pl.concat(frames[number])) for number in sorted(frames)}

    def drop(self, parts: Iterable[Part]) -> None:
        """Nothing to do: a frame goes when nobody holds it."""
