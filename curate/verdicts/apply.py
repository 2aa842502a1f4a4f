"""Verdicts on rows carried out: rows dropped, relabelled and edited before twins are looked for, and rows
kept that a rule of the pipeline would drop.

What somebody kept, relabelled or edited is settled: among rows of one text with different outputs it stays,
those that agree with it are its repeats, and those that do not leave as before. `keep` besides spares a row
that is a duplicate, or breaks a quality rule. Nothing spares a row that the held-out set holds too, nor one
that does not fit the schema of its kind.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from curate.examples import TEXT_FIELDS, ledger, no_ledger
from curate.verdicts.table import VERDICTS

DROPPED = "verdict_drop"
_SETTLED = ("keep", "relabel", "edit")
# Reasons for which a row leaves because another says the same.
_REPEATS = ("near_duplicate", "exact_duplicate", "equal_after_redaction")


def in_force(verdicts: pl.DataFrame | None) -> pl.DataFrame:
    """Those that are to be carried out, of a frame of schema `VERDICTS`."""
    table = VERDICTS.to_frame() if verdicts is None else verdicts
    return table.filter(pl.col("state") == "in_force")


def without(verdicts: pl.DataFrame) -> pl.DataFrame:
    """Ledger rows of stage `dedup` for the rows that somebody dropped."""
    gone = verdicts.filter(pl.col("verdict") == "drop")
    if gone.is_empty():
        return no_ledger()
    return ledger(gone, "dedup", DROPPED, pl.format("decided on {}", "decided_on"))


def changed(rows: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """`rows` (`example_id` and the text fields) with the new texts in place, in the same order."""
    texts = verdicts.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in TEXT_FIELDS))
    if texts.is_empty():
        return rows
    new = texts.select("example_id", *(pl.col(name).alias(f"_{name}") for name in TEXT_FIELDS))
    joined = rows.join(new, on="example_id", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(f"_{name}", name).alias(name) for name in TEXT_FIELDS).select(
        rows.columns
    )


def written(rows: pl.DataFrame, redacted: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """`rows` as people wrote them, but for each changed row its text as it reads after redaction and edit: an
    edit says nothing of what was written before.

    Parameters
    ----------
    redacted
        The same rows with the verdicts carried out (see `changed`).
    """
    texts = verdicts.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in TEXT_FIELDS))
    for name in TEXT_FIELDS:
        edited = texts.filter(pl.col(name).is_not_null()).select("example_id")
        if edited.is_empty():
            continue
        new = redacted.join(edited, on="example_id", how="semi").select(
            "example_id", pl.col(name).alias("_new")
        )
        is_edited = pl.col("example_id").is_in(edited["example_id"].implode())
        rows = (
            rows.join(new, on="example_id", how="left", maintain_order="left")
            .with_columns(pl.when(is_edited).then("_new").otherwise(name).alias(name))
            .drop("_new")
        )
    return rows


def settle(
    rows: pl.DataFrame, verdicts: pl.DataFrame, conflicts: Sequence[str], unit: Sequence[str]
) -> pl.DataFrame:
    """Judged rows of `curate.dedup` in which what people settled stays.

    Parameters
    ----------
    rows
        From `curate.dedup.judge.judge`, with `output`, the answer in the form in which it was compared.
    conflicts
        The reasons for which rows leave because their outputs differ.
    unit
        The columns that name a group of rows whose outputs must agree.

    Returns
    -------
    pl.DataFrame
        `rows` with other reasons, and `settled_by`: the row that a person decided on and that has another
        output, of rows that still leave for that.
    """
    nobody = pl.lit(None, dtype=pl.String).alias("settled_by")
    decided = verdicts.filter(pl.col("verdict").is_in(_SETTLED)).select(
        "example_id", pl.col("verdict").alias("said")
    )
    if decided.is_empty():
        return rows.with_columns(nobody)
    rows = rows.join(decided, on="example_id", how="left", maintain_order="left")
    in_conflict = pl.col("reason").is_in(conflicts).fill_null(False)
    kept = pl.col("said") == "keep"
    first = (
        rows.filter(in_conflict & pl.col("said").is_not_null())
        .sort((~kept).cast(pl.Int8), "priority")
        .group_by(*unit, "output", maintain_order=True)
        .agg(pl.col("example_id").first().alias("settled"))
    )
    any_settled = first.group_by(*unit, maintain_order=True).agg(pl.col("settled").first().alias("other"))
    rows = rows.join(first, on=[*unit, "output"], how="left", maintain_order="left").join(
        any_settled, on=list(unit), how="left", maintain_order="left"
    )
    spared = kept & (in_conflict | pl.col("reason").is_in(_REPEATS))
    is_first = in_conflict & (pl.col("example_id") == pl.col("settled"))
    repeats = in_conflict & pl.col("settled").is_not_null()
    reason = (
        pl.when((spared | is_first).fill_null(False))
        .then(None)
        .when(repeats)
        .then(pl.concat_str(pl.col("kind").fill_null("near"), pl.lit("_duplicate")))
        .otherwise("reason")
    )
    return rows.with_columns(
        pl.when(in_conflict & pl.col("settled").is_null()).then("other").alias("settled_by"),
        pl.when(repeats).then("settled").otherwise("twin").alias("twin"),
        reason.alias("reason"),
    ).drop("said", "settled", "other")
