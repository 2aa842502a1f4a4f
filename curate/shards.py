"""How a table of a gold version lies on disk: one Parquet file, or a folder of that file's name with parts.

    gold/train.parquet                         # up to `publish.shard_mb` of text
    gold/train.parquet/part-00000.parquet      # above it: consecutive rows, in the order of the table

A part is about so large; where it ends is said by the rows themselves (a hash of a row's id, weighed by its
length: content-defined chunking, Muthitacharoen and others, SOSP 2001), and not by a count from the top. So a
row that is added, changed or taken out moves no border but those beside it: the other parts keep their
bytes, and DVC stores and sends only what is new. No digest of content follows the cut.

Whoever reads a version goes through `table_files` (files by name, as DVC's cache has them) or hands the
folder itself to polars, DuckDB or `datasets`, which read it as they read the file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from curate.splits import SPLITS

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

SUFFIX = ".parquet"
# Bytes that a value takes which is not text.
_NUMBER = 8


def part_name(number: int) -> str:
    """The name of a part in its folder; as text it sorts as the numbers do."""
    return f"part-{number:05d}{SUFFIX}"


def folder_files(folder: Path) -> dict[str, Path]:
    """The files of a version's folder by their name in it, those of parts among them."""
    inner = [path for path in folder.iterdir() if path.suffix == SUFFIX and path.is_dir()]
    every = [path for place in (folder, *inner) for path in place.iterdir() if path.is_file()]
    return {path.relative_to(folder).as_posix(): path for path in sorted(every)}


def table_files(files: Mapping[str, Path], table: str) -> list[Path]:
    """Where the rows of `table` lie, in their order; nothing where the version has no such table.

    Parameters
    ----------
    files
        The version's files by their name in its folder.
    table
        Such as `train`.
    """
    return [files[name] for name in table_names(files, table)]


def table_names(names: Iterable[str], table: str) -> list[str]:
    """Those of `names` that hold rows of `table`, in the order of the rows."""
    return sorted(name for name in names if table_of(name) == table)


def table_of(name: str) -> str:
    """The table that a file of a version's folder belongs to; empty for a document."""
    first, _, part = name.partition("/")
    holds_rows = first.endswith(SUFFIX) and (not part or (part.endswith(SUFFIX) and "/" not in part))
    return first.removesuffix(SUFFIX) if holds_rows else ""


def split_of(name: str) -> str:
    """The split whose rows a file of a version's folder holds; empty for any other file."""
    table = table_of(name)
    return table if table in SPLITS else ""


@dataclass(frozen=True)
class Borders:
    """Where parts may begin among some rows.

    Parameters
    ----------
    rows, size
        How many rows, and how many bytes of text they have.
    at
        Each such row: its number, and the bytes before it.
    """

    rows: int
    size: int
    at: tuple[tuple[int, int], ...]


def borders(frame: pl.DataFrame, limit: int) -> Borders:
    """Where parts of some `limit` bytes may begin among the rows of `frame`.

    Half of `limit` is sure (`part_starts`); for the other half a row begins a part with the probability that
    its bytes are of it, by a hash of its id.
    """
    import numpy as np

    sizes = row_sizes(frame)
    chance = sizes.astype(np.float64) / max(limit / 2, 1.0)
    chosen = np.flatnonzero(_hashed(frame["example_id"]) < chance)
    before = np.concatenate([np.zeros(1, np.uint64), np.cumsum(sizes, dtype=np.uint64)])
    at = tuple((int(row), int(before[row])) for row in chosen)
    return Borders(frame.height, int(before[-1]), at)


def row_sizes(frame: pl.DataFrame) -> NDArray[np.uint64]:
    """Bytes of each row's texts, UTF-8."""
    import polars as pl

    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    lengths = [pl.col(name).str.len_bytes().fill_null(0).cast(pl.UInt64) for name in texts]
    others = pl.lit(_NUMBER * (frame.width - len(texts)), dtype=pl.UInt64)
    return frame.select(pl.sum_horizontal(*lengths, others).alias("size"))["size"].to_numpy()


def _hashed(ids: pl.Series) -> NDArray[np.float64]:
    """A number from 0 to 1 for each id, the same on every machine.

    CRC-32 is linear: ids that differ in some digits have checksums that lie in a pattern. The mixing after it
    is that of MurmurHash3 (fmix32, public domain).
    """
    import numpy as np

    sums = np.array([zlib.crc32(name.encode()) for name in ids.to_list()], np.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        sums ^= sums >> np.uint32(shift)
        sums *= np.uint32(factor)
    sums ^= sums >> np.uint32(16)
    return sums / np.float64(1 << 32)


def part_starts(found: Iterable[Borders], limit: int) -> list[int]:
    """The rows at which the parts of a table begin, 0 first: that one alone for a table of up to `limit`
    bytes. `found` are the borders of its rows, some rows after the other, cut anywhere.
    """
    starts, rows, size, last = [0], 0, 0, 0
    for one in found:
        for row, before in one.at:
            if size + before - last >= limit / 2:
                starts.append(rows + row)
                last = size + before
        rows, size = rows + one.rows, size + one.size
    return starts if size > limit else [0]
