"""Both sides of a look in one form.

A row is a text of a unit (a group, where rows name one): repeats of it are collapsed before anything else is
done, and their count becomes its weight. So ten thousand copies of one message cost one row and weigh as one
(`train.drift.columns.LARGEST_SHARE` caps what a text may count for). Of more rows than are compared a sample
is taken by the digest of unit and text, which no order of the file changes. Texts are masked as the project's
policy masks gold, on both sides, and what a person decided to leave in gold is masked here too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import polars as pl

from curate.dedup.normalise import folded
from curate.placeholders import PLACEHOLDER

# What comes in: `row` is the place in the file; nulls mean that a row does not say.
RAW = pl.Schema(
    {
        "row": pl.Int64(),
        "id": pl.String(),
        "input": pl.String(),
        "language": pl.String(),
        "source": pl.String(),
        "group": pl.String(),
        "label": pl.String(),
        "at": pl.String(),
        "copies": pl.Int64(),
    }
)
Mask = Callable[[pl.DataFrame], pl.DataFrame]


def collapsed(raw: pl.DataFrame) -> pl.DataFrame:
    """One row for each text of a group.

    Returns
    -------
    pl.DataFrame
        The columns of the first such row in the file, with `text_key`, `group_key` (digest of the group, else
        of the text), `copies` (of this text and group), sorted by digest.
    """
    keyed = raw.with_columns(folded(raw["input"]).alias("folded")).with_columns(
        _digests(pl.col("folded")).alias("text_key"),
        _digests(pl.coalesce(pl.format("g {}", "group"), pl.format("t {}", "folded"))).alias("group_key"),
    )
    return (
        keyed.drop("folded")
        .sort("row")
        .group_by("text_key", "group_key", maintain_order=True)
        .agg(pl.col("copies").sum(), pl.exclude("copies", "text_key", "group_key").first())
        .sort("text_key", "group_key")
    )


def sampled(rows: pl.DataFrame, most: int) -> pl.DataFrame:
    """At most `most` rows, whole groups of them, by the digest of the group."""
    if rows.height <= most:
        return rows
    sizes = rows.group_by("group_key").len().sort("group_key")
    kept = sizes.filter(pl.col("len").cum_sum() <= most)
    return rows.join(kept.select("group_key"), on="group_key", how="semi").sort("text_key", "group_key")


def masked(rows: pl.DataFrame, mask: Mask, *, keep_ids: bool = False) -> pl.DataFrame:
    """`rows` with `input` masked and personal ids replaced; `placeholders` counts what stands masked.

    Parameters
    ----------
    keep_ids
        Of gold, whose ids ingest has looked at.
    """
    done = mask(rows.with_columns(pl.lit(None, pl.String).alias("output")))
    done = done.with_columns(rows["id"]) if keep_ids else done
    return done.drop("output").with_columns(
        pl.col("input").str.count_matches(PLACEHOLDER).cast(pl.Float64).alias("placeholders")
    )


def _digests(text: pl.Expr) -> pl.Expr:
    return text.map_elements(
        lambda value: hashlib.blake2b(value.encode(), digest_size=16).hexdigest(), return_dtype=pl.String
    )
