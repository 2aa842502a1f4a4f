"""People's verdicts on rows that one version carried out and the other did not."""

from __future__ import annotations

import polars as pl

from curate.text import plural
from curate.versions.version import Version

# The reasons of a change that a verdict made.
DROPPED, RELABELLED, EDITED, KEPT = (
    "verdict: dropped",
    "verdict: relabelled",
    "verdict: edited",
    "verdict: kept",
)
TAKEN_BACK = "verdict taken back"
_REASONS = {"drop": DROPPED, "relabel": RELABELLED, "edit": EDITED, "keep": KEPT}
_TABLE = {"example_id": pl.String, "verdict_reason": pl.String, "verdict_evidence": pl.String}


def decisions(ids: pl.Series, before: Version, after: Version) -> pl.DataFrame:
    """The rows on which the verdict differs: `example_id, verdict_reason, verdict_evidence`."""
    sides = []
    for side in (before, after):
        table = side.records("row_verdicts", ids, ("example_id", "verdict", "decided_on"))
        empty = pl.DataFrame(schema=dict.fromkeys(("example_id", "verdict", "decided_on"), pl.String))
        sides.append(empty if table is None else table.unique("example_id", keep="any"))
    both = sides[0].join(sides[1], on="example_id", how="full", coalesce=True, suffix="_new")
    differ = both.filter(
        pl.col("verdict").ne_missing(pl.col("verdict_new"))
        | pl.col("decided_on").ne_missing(pl.col("decided_on_new"))
    )
    if differ.is_empty():
        return pl.DataFrame(schema=_TABLE)
    new = pl.col("verdict_new").replace_strict(_REASONS, default=None, return_dtype=pl.String)
    return differ.select(
        "example_id",
        new.fill_null(pl.lit(TAKEN_BACK)).alias("verdict_reason"),
        pl.when(pl.col("verdict_new").is_null())
        .then(pl.format("{} of {}", "verdict", "decided_on"))
        .otherwise(pl.format("of {}", "decided_on_new"))
        .alias("verdict_evidence"),
    )


def changed_verdicts(before: Version, after: Version) -> str:
    """How many verdicts on rows differ, in words, for a row that came or went with another; "" if none."""
    tables = [
        side.row_verdicts.select("example_id", "verdict", "decided_on").collect()
        if side.row_verdicts is not None
        else pl.DataFrame(schema=dict.fromkeys(("example_id", "verdict", "decided_on"), pl.String))
        for side in (before, after)
    ]
    on = ["example_id", "verdict", "decided_on"]
    come = tables[1].join(tables[0], on=on, how="anti").height
    gone = tables[0].join(tables[1], on=on, how="anti").height
    said = [
        f"{plural(count, 'verdict')} on rows {word}"
        for count, word in ((come, "new"), (gone, "gone"))
        if count
    ]
    return ", ".join(said)
