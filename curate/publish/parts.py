"""Writing a table of gold: one file, or parts of some size (`curate.shards`), one in memory at a time.

The table is read twice: once for where parts may end, once to be written. The bytes are the same for a table
in memory and for one that an engine keeps in partitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from curate.engine import Engine, Part
from curate.engine.local import InMemory
from curate.shards import SUFFIX, Borders, borders, part_name, part_starts
from curate.stage import write_table


@dataclass(frozen=True)
class _Bordering:
    limit: int

    def __call__(self, part: Part) -> Borders:
        return borders(part.read(), self.limit)


def write_parts(
    table: pl.DataFrame | Sequence[Part], folder: Path, name: str, limit: int, engine: Engine
) -> bool:
    """Write `table` into `folder` as `name.parquet`; returns whether that is a folder of parts.

    Parameters
    ----------
    limit
        Bytes of text from which it is.
    engine
        Where the partitions are looked through.
    """
    parts: Sequence[Part] = [InMemory(table)] if isinstance(table, pl.DataFrame) else table
    starts = part_starts(engine.map(_Bordering(limit), parts), limit)
    place = folder / f"{name}{SUFFIX}"
    if len(starts) == 1:
        write_table(table, place)
        return False
    place.mkdir()
    ends = [*starts, sum(part.rows for part in parts)]
    for number, (first, end) in enumerate(pairwise(ends)):
        write_table(table, place / part_name(number), first, end - first)
    return True
