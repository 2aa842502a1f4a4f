"""The published fingerprints as witnesses that changed rows are as published."""

from __future__ import annotations

import polars as pl

from curate.publish.digest import CONTENT, PUBLISHED, row_digests
from curate.versions.version import Version

NEEDED = ("example_id", "split", "row_digest")


def disputed(changes: pl.DataFrame, before: Version, after: Version) -> pl.DataFrame:
    """Changed rows that are not what a version published: edited, added, moved or taken out by hand
    afterwards.

    Returns
    -------
    pl.DataFrame
        `row`, `dispute`: one line a row, for a person. Empty where the versions carry no fingerprints.
    """
    disputes = [
        _disputed(changes, side, f"at_{when}")
        for side, when in ((before, "before"), (after, "after"))
        if witnessed(side) and not side.as_published
    ]
    empty = pl.DataFrame(schema={"row": pl.String, "dispute": pl.String})
    return pl.concat([empty, *disputes]).unique("row", keep="first", maintain_order=True)


def same_key(before: Version, after: Version) -> bool:
    """Whether keyed digests and content ids of the two versions can be compared."""
    return before.key_id == after.key_id


def witnessed(version: Version) -> bool:
    """Whether a version has fingerprints, over rows of the published columns."""
    columns = version.fingerprints.collect_schema().names() if version.fingerprints is not None else []
    return set(NEEDED) <= set(columns) and version.table.schema == dict(PUBLISHED)


def _disputed(changes: pl.DataFrame, version: Version, at: str) -> pl.DataFrame:
    name = "was" if at == "at_before" else "row"  # a row paired by likeness had another name before
    published = version.records("fingerprints", changes[name], NEEDED)
    assert published is not None  # `_witnessed` said so
    places = version.table.places(changes[at].drop_nulls())
    rows = version.table.take(changes[at].drop_nulls(), {name: PUBLISHED[name] for name in CONTENT})
    actual = (
        changes.select("row", pl.coalesce(name, "row").alias("name"), pl.col(at).alias("at"))
        .unique()
        .join(rows.select("at", row_digests(rows).alias("actual")), on="at", how="left")
    )
    actual = actual.join(places, on="at", how="left")
    both = actual.join(
        published.select("example_id", "row_digest", pl.col("split").alias("stated")),
        left_on="name",
        right_on="example_id",
        how="left",
    )
    present, known = pl.col("at").is_not_null(), pl.col("row_digest").is_not_null()
    where = f"{version.name}: "
    dispute = (
        pl.when(present & ~known)
        .then(pl.lit(where + "the row has no fingerprint, so it was not published"))
        .when(~present & known)
        .then(pl.lit(where + "the row was published and is gone"))
        .when(present & (pl.col("actual") != pl.col("row_digest")))
        .then(pl.lit(where + "the row is not what its fingerprint says: changed after publishing"))
        .when(present & (pl.col("split") != pl.col("stated")))
        .then(pl.lit(where + "the row was published in another split"))
    )
    return (
        both.select("row", dispute.alias("dispute"))
        .filter(pl.col("dispute").is_not_null())
        .sort("row", "dispute")
    )
