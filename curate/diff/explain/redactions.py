"""What was redacted otherwise in the two versions, and whether stewards' verdicts account for it."""

from __future__ import annotations

import polars as pl

from curate.diff.match.fingerprints import same_key
from curate.versions.version import Version


def redactions_between(ids: pl.Series, before: Version, after: Version) -> pl.DataFrame:
    """Fields that were redacted otherwise: `example_id, field, redaction, judged`.

    `redaction` reads as "EMAIL_ADDRESS keep → EMAIL_ADDRESS mask"; `judged` says that verdicts account for
    all of it.
    """
    sides = []
    for side in (before, after):
        edits = side.records("edits", ids)
        if edits is None:
            return pl.DataFrame(
                schema={
                    "example_id": pl.String,
                    "field": pl.String,
                    "redaction": pl.String,
                    "judged": pl.Boolean,
                }
            )
        ordered = edits.sort("example_id", "field", "entity", "action", "value_id", nulls_last=True)
        did = pl.col("entity") + pl.lit(" ") + pl.col("action")
        sides.append(
            ordered.group_by("example_id", "field").agg(
                did.unique(maintain_order=True).str.join(", ").alias("did"),
                (did + " " + pl.col("value_id").fill_null("")).str.join(",").alias("exactly"),
            )
        )
    both = sides[0].join(
        sides[1], on=["example_id", "field"], how="full", coalesce=True, suffix="_new", nulls_equal=True
    )
    differ = both.filter(pl.col("exactly").ne_missing(pl.col("exactly_new")))
    differ = differ.join(_verdicts(ids, before, after), on=["example_id", "field"], how="left")
    text = (
        pl.when(pl.col("did") == pl.col("did_new"))
        .then(pl.col("did") + " on other values")
        .otherwise(pl.col("did").fill_null("nothing") + " → " + pl.col("did_new").fill_null("nothing"))
    )
    return differ.select(
        "example_id",
        "field",
        pl.concat_str([text, "verdict"], separator="; ", ignore_nulls=True).alias("redaction"),
        "judged",
    )


def _verdicts(ids: pl.Series, before: Version, after: Version) -> pl.DataFrame:
    """Fields where a value is treated otherwise on which the stewards' word differs between the sides:
    `example_id, field, verdict, judged`.

    `judged`: on all values that are treated otherwise there.
    """
    nothing = pl.DataFrame(
        schema={"example_id": pl.String, "field": pl.String, "verdict": pl.String, "judged": pl.Boolean}
    )
    if before.verdicts is None or after.verdicts is None or not same_key(before, after):
        return nothing
    old, new = (side.records("edits", ids) for side in (before, after))
    assert old is not None and new is not None  # the caller saw them
    on = ["example_id", "field", "value_id", "entity", "action"]
    # What a steward said of each place, as redaction itself judged it: verdicts on single findings included.
    on += ["verdict"] if "verdict" in old.columns and "verdict" in new.columns else []
    gone, come = (
        left.select(on).unique().join(right.select(on), on=on, how="anti", nulls_equal=True)
        for left, right in ((old, new), (new, old))
    )
    other = pl.concat(
        [gone.with_columns(pl.lit("old").alias("side")), come.with_columns(pl.lit("new").alias("side"))]
    )
    if "verdict" not in on:
        other = other.with_columns(pl.lit(None, pl.String).alias("verdict"))
    value = ["example_id", "field", "value_id"]
    words = other.group_by(value).agg(
        pl.col("verdict").filter(pl.col("side") == side).drop_nulls().sort().first().alias(side)
        for side in ("old", "new")
    )
    # A value without a word at its own place (an edit of an older version) has the word on the value.
    by_value = _on_values(before.verdicts), _on_values(after.verdicts)
    words = (
        words.join(by_value[0], on="value_id", how="left")
        .join(by_value[1], on="value_id", how="left", suffix="_new")
        .with_columns(
            pl.when(pl.coalesce("old", "new").is_null()).then("verdict").otherwise("old").alias("old"),
            pl.when(pl.coalesce("old", "new").is_null()).then("verdict_new").otherwise("new").alias("new"),
        )
        .join(
            _days(after.verdicts), left_on=["value_id", "new"], right_on=["value_id", "verdict"], how="left"
        )
    )
    day = pl.when(pl.col("day").is_not_null()).then(" of " + pl.col("day")).otherwise(pl.lit(""))
    word = pl.col("old").fill_null("none") + pl.lit(" → ") + pl.col("new").fill_null("withdrawn") + day
    changed = pl.col("old").ne_missing(pl.col("new"))
    said = (
        words.with_columns(pl.when(changed).then("verdict " + word).alias("said"))
        .group_by("example_id", "field")
        .agg(
            pl.col("said").drop_nulls().unique().sort().str.join("; ").alias("verdict"),
            pl.col("said").is_not_null().all().alias("judged"),
        )
    )
    return said.filter(pl.col("verdict") != "")


def _on_values(verdicts: pl.DataFrame) -> pl.DataFrame:
    """`value_id, verdict` of the verdicts on values."""
    on_value = pl.col("finding_id").is_null() if "finding_id" in verdicts.columns else pl.lit(True)
    return verdicts.filter(on_value).select("value_id", "verdict")


def _days(verdicts: pl.DataFrame) -> pl.DataFrame:
    """`value_id, verdict, day`: when each word was last given."""
    return verdicts.group_by("value_id", "verdict").agg(pl.col("date").str.head(10).max().alias("day"))
