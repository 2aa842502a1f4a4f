"""What live rows are compared with: the gold version of the project, another one, or any file.

Gold holds each text once; its ledger says how many rows were dropped as repeats of each, and so what a row
stood for before. Without that a phrase which every third customer writes would seem to be new.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from curate.digests import sha256_of
from curate.documents import load_parquet
from curate.errors import AssayError
from curate.project import Project
from curate.publish.gold import load_gold
from curate.text import plain
from governance.monitor.live import Fields, Read, read_live
from governance.monitor.rows import RAW, collapsed
from train.arrays import Bools, Ints
from train.drift.seasons import seasons

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


def seasons_of(rows: pl.DataFrame, live_rows: int) -> tuple[tuple[Bools, ...], tuple[str, ...]]:
    """Stretches of the reference's time (`train.drift.seasons`) as masks over `rows`, and their days.

    A reference that is too small for two, or has rows without a date, has none.
    """
    if rows["at"].null_count() or rows["at"].n_unique() < FEWEST_TIMES:
        return (), ()
    order = rows.select(pl.struct("at", "text_key", "group_key").rank("ordinal").alias("rank"))["rank"]
    place = order.cast(pl.Int64).to_numpy() - 1
    days = rows["at"].gather(np.argsort(place)).str.slice(0, 10)
    dates = days.str.to_date(strict=False)
    first, last = dates[0], dates[-1]
    whole_year = isinstance(first, date) and isinstance(last, date) and (last - first).days >= YEAR_DAYS
    masks = seasons(place, live_rows, whole_year=whole_year)
    return masks, tuple(_days_of(np.sort(place[mask]), days) for mask in masks)


def _days_of(places: Ints, days: pl.Series) -> str:
    """`2026-01-04 to 2026-03-01`; one that goes on at the beginning starts after its gap."""
    gaps = np.flatnonzero(np.diff(places) > 1)
    start, end = (places[gaps[0] + 1], places[gaps[0]]) if len(gaps) else (places[0], places[-1])
    return f"{days[int(start)]} to {days[int(end)]}"


# Different days (or times) that rows must have to be put in order of time.
FEWEST_TIMES = 4
# From eleven months on the end of a reference borders on the beginning of the next year.
YEAR_DAYS = 334
