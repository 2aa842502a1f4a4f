"""Which shard each training row belongs to (`train.shards`; SISA: Bourtoule et al., 2021, arXiv:1912.03817).

A row goes where a hash of the seed, the number of shards and its *unit* says: the person it is about
(`subject`), else its `group`, else the row itself. So all rows of one person lie in one shard, and a shard
never depends on which other rows there are: an erasure moves nothing. The price is that shards are only
about equally large.
"""

from __future__ import annotations

import hashlib

import polars as pl

from curate.errors import AssayError
from curate.text import plural

# The unit of each row, beside the columns that systems learn from; only where there are shards.
UNIT = "unit"
# Fewer rows than this in a shard teach an adapter at best a form (`train.lm.preflight.FEWEST`).
FEWEST = 20
# Rows of a label that a shard has on average: a rule of thumb, not a measurement. A head fitted to two or
# three rows of a label follows their wording; benchmarks/sharding.py measures five and six.
FEWEST_A_LABEL = 4


def with_units(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` (with `example_id`, and `group` and `subject` where there are such) with column `unit`."""
    named = {"subject": "s", "group": "g", "example_id": "r"}
    units = [pl.lit(f"{sign}:") + pl.col(name) for name, sign in named.items() if name in rows.columns]
    return rows.with_columns(pl.coalesce(units).alias(UNIT))


def shard_of(unit: str, shards: int, seed: int) -> int:
    """The shard of a unit, from 0."""
    text = f"{seed}\x1f{shards}\x1f{unit}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, person=b"assay-shard").digest()) % shards


def parts_of(rows: pl.DataFrame, shards: int, seed: int) -> list[pl.DataFrame]:
    """The rows of each shard, in the order they came in, without their units."""
    rows = rows if UNIT in rows.columns else with_units(rows)
    where = pl.Series([shard_of(unit, shards, seed) for unit in rows[UNIT]], dtype=pl.Int64)
    return [rows.filter(where == shard).drop(UNIT) for shard in range(shards)]


def refuse_small(rows: pl.DataFrame, shards: int, seed: int, *, by_label: bool) -> None:
    """Fail before anything is trained if a shard is too small to learn from.

    Parameters
    ----------
    by_label
        Whether outputs are labels.

    Raises
    ------
    AssayError
        If a shard has fewer than `FEWEST` rows or one label, or the labels fewer than `FEWEST_A_LABEL` rows
        a shard on average.
    """
    parts = parts_of(rows, shards, seed)
    labels = rows["output"].n_unique() if by_label else 1
    each = rows.height / (labels * shards)
    most = rows.height // (labels * FEWEST_A_LABEL if by_label else FEWEST)
    if by_label and each < FEWEST_A_LABEL:
        raise AssayError(
            f"params.train.shards: {shards} leaves a shard {each:.1f} rows of each of {labels} labels on "
            f"average; fewer than {FEWEST_A_LABEL} teach little",
            fix=_fewer(most),
        )
    smallest = min(range(shards), key=lambda shard: parts[shard].height)
    small = parts[smallest]
    if small.height < FEWEST:
        why = ""
        largest = max(rows[UNIT].value_counts()["count"].to_list())
        if largest > FEWEST:
            why = f" (the rows of one person or group lie together, up to {largest} of them)"
        raise AssayError(
            f"params.train.shards: {shards} leaves shard {smallest + 1} {plural(small.height, 'row')} of "
            f"{rows.height:,}{why}; it takes {FEWEST}",
            fix=_fewer(min(most, rows.height // FEWEST, shards - 1)),
        )
    if by_label:
        for shard, part in enumerate(parts):
            if part["output"].n_unique() < 2:
                raise AssayError(
                    f"all rows of shard {shard + 1} of {shards} have one and the same label: there is "
                    "nothing to learn",
                    fix=_fewer(shards - 1),
                )


def _fewer(shards: int) -> str:
    if shards < 2:
        return "remove `shards` from section train of params.yaml, or add examples"
    return f"set params.train.shards to {shards} or fewer, or add examples"
