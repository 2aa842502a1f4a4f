"""What the manifest and the dataset card count over the rows of a version, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from curate.engine import Part
from curate.splits import SPLITS

# Columns whose rows are counted by value; `output` as well where it is a label.
COUNTED = ("language", "licence")
_SCHEMA = pl.Schema({"split": pl.String(), "column": pl.String(), "value": pl.String(), "rows": pl.UInt32()})


@dataclass(frozen=True)
class Counts:
    """Rows of a version by split, and by value of some columns.

    Parameters
    ----------
    rows
        By split.
    values
        `split, column, value, rows`: each value once for each split and column, null where a row states none.
    """

    rows: Mapping[str, int]
    values: pl.DataFrame

    @property
    def all_rows(self) -> int:
        """Of all splits."""
        return sum(self.rows.values())

    def of(self, column: str, split: str | None = None) -> dict[str | None, int]:
        """Rows by value of a column, values ascending and null first; of one split or of all."""
        lines = self.values.filter(pl.col("column") == column)
        if split is not None:
            lines = lines.filter(pl.col("split") == split)
        return dict(lines.group_by("value").agg(pl.col("rows").sum()).sort("value").iter_rows())

    def stated(self, column: str) -> list[str]:
        """The values of a column in any split, ascending."""
        return [value for value in self.of(column) if value is not None]


@dataclass(frozen=True)
class Counting:
    """The counts of some rows of one split: a table of `Counts.values`."""

    split: str
    columns: tuple[str, ...]

    def __call__(self, part: Part) -> pl.DataFrame:
        """The table."""
        rows = part.read(self.columns)
        return pl.concat(
            [
                _SCHEMA.to_frame(),
                *(
                    rows.group_by(pl.col(name).alias("value"))
                    .agg(pl.len().alias("rows"))
                    .select(pl.lit(self.split).alias("split"), pl.lit(name).alias("column"), "value", "rows")
                    for name in self.columns
                ),
            ]
        )


def counted(rows: Mapping[str, int], tables: Iterable[pl.DataFrame]) -> Counts:
    """Counts from those of parts."""
    both = pl.concat([_SCHEMA.to_frame(), *tables])
    values = both.group_by("split", "column", "value").agg(pl.col("rows").sum())
    return Counts({split: rows[split] for split in SPLITS}, values.sort("split", "column", "value"))
