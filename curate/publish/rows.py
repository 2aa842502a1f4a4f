"""Published rows and their fingerprints, from what the stages left of some ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from curate.examples import TEXT_FIELDS
from curate.keys import Key
from curate.publish.digest import LENGTHS, PUBLISHED, marks, netstring, row_digests
from curate.publish.upstream import Upstream
from curate.splits import SPLITS

FINGERPRINTS = pl.Schema(
    {
        "example_id": pl.String(),
        "split": pl.String(),
        "source_digest": pl.String(),  # keyed digest of the ingested input, output and rejected: raw text
        "row_digest": pl.String(),  # of all published columns but the id
        "output_digest": pl.String(),  # of the published output: a relabelling shows without text
        "input_length": pl.UInt32(),  # characters as published: a shift in length shows without text
        "output_length": pl.UInt32(),
    }
)


@dataclass(frozen=True)
class Rows:
    """Published rows of a stretch of ids."""

    splits: Mapping[str, pl.DataFrame]
    fingerprints: pl.DataFrame


def _keyed(frame: pl.DataFrame, column: str, key: Key) -> pl.DataFrame:
    """`frame` with the values of `column` replaced by keyed digests, nulls left null."""
    distinct = frame[column].drop_nulls().unique().sort()
    digests = pl.Series(key.digests(column, distinct.to_list()), dtype=pl.String)
    return frame.with_columns(
        pl.col(column).replace_strict(distinct, digests, default=None, return_dtype=pl.String)
    )


def fingerprints(splits: Mapping[str, pl.DataFrame], ingested: pl.DataFrame, key: Key) -> pl.DataFrame:
    """Fingerprints of published rows (schema `FINGERPRINTS`), sorted by id."""
    outputs = pl.concat([splits[name].select("example_id", "output") for name in SPLITS])
    distinct = outputs.select("output").unique()
    by_output = outputs.join(
        distinct.with_columns(row_digests(distinct, ("output",)).alias("output_digest")),
        on="output",
        nulls_equal=True,
    )
    texts = ingested.join(outputs, on="example_id", how="semi").select(
        "example_id", netstring(TEXT_FIELDS).alias("text")
    )
    sources = texts.select(
        "example_id",
        pl.Series("source_digest", key.digests("source", texts["text"].to_list()), dtype=pl.String),
    )
    lengths = [pl.col(name).fill_null("").str.len_chars().alias(stated) for name, stated in LENGTHS.items()]
    texts = pl.concat([splits[name].select("example_id", *lengths) for name in SPLITS])
    rows = marks(splits)
    for more in (by_output, sources, texts):
        rows = rows.join(more, on="example_id", how="left")
    return rows.select(FINGERPRINTS.names()).sort("example_id")


def published_rows(upstream: Upstream, key: Key) -> Rows:
    """The rows as they are published, by split, and their fingerprints; all sorted by id."""
    examples = upstream.examples
    for column in ("group", "subject"):
        examples = _keyed(examples, column, key)
    placed = examples.join(upstream.assignments, on="example_id", how="inner")
    splits = {
        name: placed.filter(pl.col("split") == name).select(PUBLISHED.names()).sort("example_id")
        for name in SPLITS
    }
    return Rows(splits, fingerprints(splits, upstream.ingested, key))
