"""Rows of one text stay on one side.

Where several rows say the same and all stay (the same draft rewritten in two ways), a side drawn for each by
itself would put what is learned into what is tested. Units whose rows share a cluster of `dedup` are placed
as one: on the test side if one of them falls there, else in validation if one does, else in training. So a
row that is held out never moves into training, whoever joins it; a training row moves out when a twin of it
is held out.
"""

from __future__ import annotations

import polars as pl

# The first side that one of them has is the side of all.
_FIRST = ("test", "validation", "train")


def side_together(placed: pl.DataFrame, rows: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """`placed` with one side for all units that hang together.

    Parameters
    ----------
    placed
        `unit, split`: the side that each would have by itself.
    rows
        `example_id, unit` of the rows that are divided.
    clusters
        `example_id, cluster` of the rows that stay.

    Returns
    -------
    pl.DataFrame
        `unit, split`, a row each unit.
    """
    linked = (
        rows.select("example_id", "unit")
        .join(clusters.select("example_id", "cluster"), on="example_id", how="inner")
        .select("unit", "cluster")
        .unique()
        .filter(pl.len().over("cluster") > 1)
    )
    if linked.is_empty():
        return placed
    families = _families(linked)
    places = range(len(_FIRST))
    rank = pl.col("split").replace_strict(list(_FIRST), list(places), return_dtype=pl.Int64)
    side = (
        pl.col("rank").min().over("family").replace_strict(list(places), list(_FIRST), return_dtype=pl.String)
    )
    alone = pl.lit("unit ") + pl.col("unit")
    return (
        placed.join(families, on="unit", how="left")
        .with_columns(rank.alias("rank"), pl.coalesce("family", alone).alias("family"))
        .select("unit", side.alias("split"))
    )


def _families(linked: pl.DataFrame) -> pl.DataFrame:
    """`unit, family`: units that a chain of clusters links, by the first unit's name."""
    head: dict[str, str] = {}

    def root(unit: str) -> str:
        while head.setdefault(unit, unit) != unit:
            head[unit] = head[head[unit]]
            unit = head[unit]
        return unit

    for (_,), part in linked.sort("cluster", "unit").group_by("cluster", maintain_order=True):
        units = part["unit"].to_list()
        for other in units[1:]:
            one, two = sorted((root(units[0]), root(other)))
            head[two] = one
    names = sorted(head)
    return pl.DataFrame(
        {"unit": names, "family": [root(name) for name in names]},
        schema={"unit": pl.String, "family": pl.String},
    )
