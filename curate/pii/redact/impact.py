"""What redaction would do to a data set, before it does it: the share of rows that change, and the values
worth most.

A policy that changes a tenth of the rows of a support export does its work; one that changes a sixth of a
general instruction set spoils it. Which of the two it is, ten values tell at a glance, so they are shown,
masked. Texts of those ten rows alone are read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from curate.text import mask

SHOWN = 10


@dataclass(frozen=True)
class Worth:
    """A value and how many rows would lose it; `masked` is its shape."""

    entity: str
    masked: str
    rows: int


@dataclass(frozen=True)
class Impact:
    """How many of `rows` would change, and the values that most of them would lose."""

    changed: int
    rows: int
    values: tuple[Worth, ...]

    @property
    def share(self) -> float:
        """Of the rows that would change."""
        return self.changed / max(self.rows, 1)

    def words(self, limit: float) -> str:
        """A warning in a sentence."""
        worth = ", ".join(f"{value.masked} ({value.entity}, {value.rows:,})" for value in self.values)
        return (
            f"redaction would change {self.changed:,} of {self.rows:,} rows ({self.share:.0%}; over "
            f"`redact.warn_row_share` {limit:.0%} look first). Worth most, by rows: {worth}"
        )


def impact(acted: pl.DataFrame, rows: int, texts: Callable[[list[str]], pl.DataFrame]) -> Impact:
    """The impact of what `acted` (from `curate.pii.redact.policy.decide`) says.

    Parameters
    ----------
    rows
        Of the data set.
    texts
        Gives the examples of some ids: `example_id` and the text fields.
    """
    taken = acted.filter(pl.col("action") != "keep")
    top = (
        taken.sort("example_id", "field", "start")
        .group_by("value_id", "entity", maintain_order=True)
        .agg(
            pl.col("example_id").n_unique().alias("rows"),
            pl.col("example_id", "field", "start", "end").first(),
        )
        .sort(["rows", "entity", "value_id"], descending=[True, False, False])
        .head(SHOWN)
    )
    named = {row["example_id"]: row for row in texts(top["example_id"].unique().sort().to_list()).to_dicts()}
    values = tuple(
        Worth(
            line["entity"],
            mask(
                ((named.get(line["example_id"]) or {}).get(line["field"]) or "")[line["start"] : line["end"]]
            ),
            line["rows"],
        )
        for line in top.iter_rows(named=True)
    )
    return Impact(taken["example_id"].n_unique(), rows, values)
