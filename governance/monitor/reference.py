"""What live rows are compared with: the gold version of the project, another one, or any file.

Gold holds each text once; its ledger says how many rows were dropped as repeats of each, and so what a row
stood for before. Without that a phrase which every third customer writes would seem to be new.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from curate.digests import sha256_of
from curate.documents import load_parquet
from curate.errors import AssayError
from curate.project import Project
from curate.publish.gold import load_gold
from curate.text import plain
from governance.monitor.live import Fields, Read, read_live
from governance.monitor.rows import RAW, collapsed

# Rows of the reference under which nothing is compared.
FEWEST = 40


@dataclass(frozen=True)
class Reference:
    """The side that is compared with.

    Parameters
    ----------
    digest
        Of the gold version's content, or of the file.
    held_out
        Ids of its validation and test rows; of a file none are named.
    is_gold
        Whether it was curated here.
    """

    read: Read
    digest: str
    name: str
    held_out: frozenset[str] = frozenset()
    is_gold: bool = True
    repeats_known: bool = True


def read_reference(project: Project, against: Path | None, fields: Fields) -> Reference:
    """The reference: `against`, or the project's gold.

    Raises
    ------
    AssayError
        If it is not there, cannot be read or is too small.
    """
    folder = project.gold if against is None else against
    if against is None or (folder / "manifest.json").exists() or folder.is_dir():
        found = _gold(folder)
    else:
        found = Reference(
            read_live(project, folder, fields), sha256_of(folder), plain(folder.name, 80), is_gold=False
        )
    if found.read.rows.height < FEWEST:
        raise AssayError(
            f"{found.name} holds {found.read.rows.height} rows that differ: too few to compare with "
            f"(at least {FEWEST})",
            fix="publish more rows, or name a larger file: --against FILE",
        )
    return found


def _gold(folder: Path) -> Reference:
    gold = load_gold(folder)
    parts = [frame.with_columns(pl.lit(split).alias("split")) for split, frame in gold.splits.items()]
    rows = pl.concat(parts).sort("example_id")
    repeats, known = _repeats(folder)
    raw = rows.with_row_index("row").select(
        pl.col("row").cast(pl.Int64),
        pl.col("example_id").alias("id"),
        "input",
        "language",
        "source",
        "group",
        pl.col("output").alias("label"),
        pl.col("collected_at").alias("at"),
        (1 + pl.col("example_id").replace_strict(repeats, default=0, return_dtype=pl.Int64)).alias("copies"),
    )
    held_out = frozenset(rows.filter(pl.col("split") != "train")["example_id"])
    says = frozenset(
        role for role in ("language", "source", "label", "at") if raw[role].null_count() < raw.height
    )
    grouped = bool(raw["group"].drop_nulls().is_duplicated().any())
    read = Read(collapsed(raw.select(*RAW)), rows.height, {}, grouped, says)
    name = str(gold.manifest.get("version") or folder.name)
    return Reference(read, str(gold.manifest["content_digest"]), name, held_out, True, known)


def _repeats(folder: Path) -> tuple[dict[str, int], bool]:
    """How many rows were dropped as repeats of each row of gold, and whether its ledger is there to say."""
    path = folder / "ledger.parquet"
    if not path.exists():
        return {}, False
    dropped = load_parquet(path, columns=["stage", "kept_id"]).filter(
        (pl.col("stage") == "dedup") & pl.col("kept_id").is_not_null()
    )
    return dict(dropped.group_by("kept_id").len().iter_rows()), True


def windows_of(rows: pl.DataFrame, live_rows: int) -> pl.Series:
    """The season of each reference row: windows of time with as many rows each, int; -1 without one.

    A window holds as many rows as are live, at least `200`, since a smaller one shows little; a reference of
    under two windows, or of rows without dates, has none.
    """
    none = pl.Series("window", [-1], dtype=pl.Int64).new_from_index(0, rows.height)
    count = min(_MOST_WINDOWS, rows.height // max(live_rows, _WINDOW_ROWS))
    if count < 2 or rows["at"].null_count() or rows["at"].n_unique() < 2 * count:
        return none
    order = rows.select(pl.struct("at", "text_key", "group_key").rank("ordinal").alias("rank"))["rank"]
    return ((order.cast(pl.Int64) - 1) * count // rows.height).alias("window")


_WINDOW_ROWS, _MOST_WINDOWS = 200, 6
