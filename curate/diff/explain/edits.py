"""Why fields and labels changed: their source, a person's verdict, the redaction, parameters, code, in this
order.
"""

from __future__ import annotations

import polars as pl

from curate.diff.explain.decided import decisions
from curate.diff.explain.pipeline import code_change, knob_changes, stage_changes
from curate.diff.explain.reasons import (
    EXPLANATION,
    IN_SOURCE,
    JUDGED,
    REDACTED,
    RENUMBERED,
    UNEXPLAINED,
    two_places,
)
from curate.diff.explain.redactions import redactions_between
from curate.diff.match.fingerprints import same_key
from curate.placeholders import UNNUMBERED
from curate.versions.version import Version

# Columns that ingest fills from the task card or the file and that no later stage rewrites.
PROVENANCE = ("language", "source", "group", "subject", "licence", "lawful_basis", "collected_at")
FROM_CARD = ("source", "licence", "lawful_basis")
# Columns that are published as digests made with the secret key.
KEYED = ("group", "subject")


def edits(lines: pl.DataFrame, before: Version, after: Version) -> pl.DataFrame:
    """Edited fields and labels: the source differs, else the redaction, else parameters, else code; else
    nobody knows.

    `source_digest` covers the texts. Provenance columns come from the file or the task card, by way of ingest
    alone.
    """
    joined = lines.join(
        _sources(lines["row"], before, after),
        left_on="row",
        right_on="example_id",
        how="left",
        maintain_order="left",
    )
    redactions = redactions_between(lines["row"], before, after)
    joined = joined.join(
        redactions,
        left_on=["row", "field"],
        right_on=["example_id", "field"],
        how="left",
        maintain_order="left",
    )
    joined = joined.join(
        _elsewhere(redactions), left_on="row", right_on="example_id", how="left", maintain_order="left"
    )
    joined = joined.join(
        decisions(lines["row"], before, after),
        left_on="row",
        right_on="example_id",
        how="left",
        maintain_order="left",
    )
    provenance = pl.col("field").is_in(PROVENANCE)
    known = pl.col("source_differs").is_not_null()
    edited = pl.col("change").replace_strict(IN_SOURCE, default=None, return_dtype=pl.String)
    keyed = pl.col("field").is_in(KEYED) & pl.lit(not same_key(before, after))
    likeness = pl.format("was {}; paired by likeness, {}", "was", two_places("similarity"))
    redact, ingest = stage_changes(before, after, "redact", "scan"), stage_changes(before, after, "ingest")
    # Rules with a fix take out what nobody sees and null markers behind a prompt.
    cleaned = stage_changes(before, after, "validate")
    card, code = knob_changes(before, after, "task.sources"), code_change(before, after)
    # (when, stage, reason, evidence of the row, because of the pipeline); the first that holds
    rules: list[tuple[pl.Expr, str, pl.Expr | str, pl.Expr | str, str]] = [
        (pl.col("similarity").is_not_null(), "source", edited, likeness, ""),
        (keyed, "publish", "the secret key changed, and digests made with it", "", ""),
        (provenance & pl.lit(bool(ingest)), "ingest", "read otherwise", "", ingest),
        (
            pl.col("field").is_in(FROM_CARD) & pl.lit(bool(card)),
            "ingest",
            "edited in source or task card",
            "",
            card,
        ),
        (provenance & pl.lit(after.fingerprints is not None), "source", edited, "", ""),
        (pl.col("source_differs").fill_null(False), "source", edited, "", ""),
        (
            pl.col("verdict_reason").is_not_null(),
            "dedup",
            pl.col("verdict_reason"),
            pl.col("verdict_evidence"),
            "",
        ),
        (pl.col("judged").fill_null(False), "redact", JUDGED, pl.col("redaction"), ""),
        (pl.col("redaction").is_not_null(), "redact", REDACTED, pl.col("redaction"), redact or code),
        (_renumbered() & pl.col("elsewhere").is_not_null(), "redact", RENUMBERED, pl.col("elsewhere"), ""),
        (known & pl.lit(bool(redact)), "redact", REDACTED, "", redact),
        (known & pl.lit(bool(cleaned)), "validate", "put right otherwise", "", cleaned),
        (known & pl.lit(bool(ingest)), "ingest", "read otherwise", "", ingest),
        (known & pl.lit(bool(code)), "curate", "made by other code", "", code),
        (pl.lit(True), "", UNEXPLAINED, "", ""),
    ]
    return joined.with_columns(
        pl.coalesce(*(pl.when(rule[0]).then(_text(rule[at])) for rule in rules)).alias(name)
        for at, name in enumerate(EXPLANATION, start=1)
    )


def _renumbered() -> pl.Expr:
    """Whether the two texts differ in the names of placeholders alone, not in their entities."""
    same = [pl.col(name).str.replace_all(UNNUMBERED, "<${1}${2}>") for name in ("before", "after")]
    return (same[0] == same[1]).fill_null(False)


def _elsewhere(redactions: pl.DataFrame) -> pl.DataFrame:
    """What was redacted otherwise anywhere in a row: `example_id, elsewhere`."""
    said = pl.col("field") + ": " + pl.col("redaction")
    return redactions.group_by("example_id").agg(said.sort().str.join("; ").alias("elsewhere"))


def _text(value: pl.Expr | str) -> pl.Expr:
    return pl.lit(value) if isinstance(value, str) else value


def _sources(ids: pl.Series, before: Version, after: Version) -> pl.DataFrame:
    """Whether each row's source record differs; no line where a side cannot tell."""
    nothing = pl.DataFrame(schema={"example_id": pl.String, "source_differs": pl.Boolean})
    sides = before.fingerprints, after.fingerprints
    if not same_key(before, after) or not all(
        side is not None and "source_digest" in side.collect_schema() for side in sides
    ):
        return nothing
    old, new = (
        side.records("fingerprints", ids, ("example_id", "source_digest")) for side in (before, after)
    )
    assert old is not None and new is not None
    both = old.unique("example_id", keep="any").join(
        new.unique("example_id", keep="any"), on="example_id", suffix="_new"
    )
    return both.select(
        "example_id", (pl.col("source_digest") != pl.col("source_digest_new")).alias("source_differs")
    )
