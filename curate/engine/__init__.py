"""Where the work on partitions runs: one plan, several engines, the same bytes.

The functions of the stages are pure: frame in, frame out. An engine decides on which rows at a time they are
run and where: `local` in this process with the table in memory, `stream` partition by partition with the rest
on disk, others (`ENGINES`) on other machines. What comes out is the same whatever the engine, the number of
workers and the cut into partitions; `tests/curate/engine` holds it.

A plan is written against these methods alone:

    parts = engine.parts(table)     # the partitions of a frame or a Parquet file, in its order
    engine.map(work, parts)         # `work(part)` for each; anything small comes back, in order
    engine.store(work, parts)       # the frames that `work` gives stay where they were made
    engine.exchange(work, parts)    # rows meet: the frames that `work` gives for one number are one partition
    engine.drop(parts)              # what is not needed any more

Scan, redaction, rules and fingerprints are `map` and `store`. Only what must compare rows of several
partitions is an `exchange`: bands of near-duplicates, thresholds of a split, counts of labels.

Deliberately not here: a scheduler, a queue, a protocol between machines. Workers of this machine are the
standard library's process pool; other machines are a library's business.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import polars as pl

from curate.engine.local import Local

In = TypeVar("In")
Out = TypeVar("Out")

# Name -> `module:Class` of an engine; called with the folder for what it keeps on disk.
ENGINES = {
    "local": "curate.engine.local:Local",
    "stream": "curate.engine.stream:Stream",
    "daft": "curate.engine.daft:Daft",
}


class Part(Protocol):
    """Some rows that lie together, wherever that is. Picklable: a worker reads it where it runs."""

    @property
    def rows(self) -> int:
        """How many."""

    def read(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows themselves, in memory; only some columns where that is asked."""


@dataclass(frozen=True)
class Workers:
    """Processes that work on partitions.

    Parameters
    ----------
    count
        How many; an engine over several machines may take more.
    start, arguments
        Called as `start(*arguments)` once in each before its first partition: what is dear to build and to
        send (a detector) is made there and kept in a global of its module. Both picklable.
    """

    count: int
    start: Callable[..., None]
    arguments: tuple[Any, ...] = ()


class Engine(Protocol):
    """Runs functions on partitions.

    Every function handed over (`work`) is pure and, where `workers` or another machine run it, picklable: a
    function of a module, or a frozen dataclass with `__call__`. Results come in the order of what went in, so
    that nothing depends on who was done first. A method raises what `work` raises, and leaves no output.
    """

    name: str

    def parts(self, table: pl.DataFrame | Path) -> list[Part]:
        """The partitions of a frame or a Parquet file; one after another they are the table, in its order."""

    def map(
        self, work: Callable[[In], Out], items: Iterable[In], workers: Workers | None = None
    ) -> Iterator[Out]:
        """`work(item)` for each item, in order. Items are parts or anything picklable (a batch of texts);
        results come as they are asked for, so what is written at once is never in memory together.

        Without `workers` the engine runs `work` where it likes; with them, in processes that have started so.
        """

    def store(self, work: Callable[[In], pl.DataFrame], items: Iterable[In]) -> list[Part]:
        """`work(item)` for each item (a part, a batch of records), kept as a partition: in memory, on this
        disk, or where it was made.
        """

    def exchange(
        self, work: Callable[[Part], Mapping[int, pl.DataFrame]], parts: Iterable[Part]
    ) -> dict[int, Part]:
        """Bring rows of several partitions together: `work` sorts the rows of a part under numbers, and all
        rows of one number become one partition, those of earlier parts first. Numbers ascend in the result.
        """

    def drop(self, parts: Iterable[Part]) -> None:
        """Forget partitions that `store` or `exchange` made: room on the disk, nothing else."""


@dataclass(frozen=True)
class Beside:
    """A partition with more columns beside its own, row by row: what a plan has found out about its rows."""

    part: Part
    columns: pl.DataFrame

    @property
    def rows(self) -> int:
        """How many."""
        return self.part.rows

    def read(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Both."""
        own = None if columns is None else [name for name in columns if name not in self.columns.columns]
        both = self.columns if own == [] else self.part.read(own).hstack(self.columns)
        return both if columns is None else both.select(columns)


@dataclass(frozen=True)
class Numbered:
    """A partition that knows which it is: an `exchange` then keeps the rows of several apart."""

    number: int
    part: Part

    @property
    def rows(self) -> int:
        """How many."""
        return self.part.rows

    def read(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows."""
        return self.part.read(columns)


def together(parts: Iterable[Part], columns: Sequence[str] | None = None) -> pl.DataFrame:
    """The rows of all parts in memory, in order: for tables and columns that are small by nature."""
    return pl.concat([part.read(columns) for part in parts])


_current: ContextVar[Engine] = ContextVar("engine")


def current() -> Engine:
    """The engine in use here: `local` unless `using` says otherwise."""
    return _current.get(None) or Local()


def named(name: str, folder: Path, **settings: Any) -> AbstractContextManager[Engine]:
    """The engine called `name`, to be entered; `folder` is its own for the time, and gone afterwards.

    Parameters
    ----------
    settings
        Further keys of section `engine` of params.yaml, handed to the engine's class.
    """
    module, _, cls = ENGINES[name].partition(":")
    engine: AbstractContextManager[Engine] = getattr(importlib.import_module(module), cls)(folder, **settings)
    return engine


@contextmanager
def using(name: str, folder: Path, **settings: Any) -> Iterator[Engine]:
    """Run the block on the engine called `name`: `current()` is that one."""
    with named(name, folder, **settings) as engine:
        token = _current.set(engine)
        try:
            yield engine
        finally:
            _current.reset(token)
