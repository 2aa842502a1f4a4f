"""The tables every stage speaks in: Examples, the drop ledger and findings.

Stages hand each other Parquet files with exactly these columns, in this order, sorted by their first columns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

EXAMPLES = pl.Schema(
    {
        "example_id": pl.String(),  # lasting id: the declared key, else a keyed content hash
        "input": pl.String(),  # what the system is given (a preference row's prompt)
        "output": pl.String(),  # label, canonical JSON, text; a preference row's chosen answer
        "rejected": pl.String(),  # preference only, else null
        "language": pl.String(),  # BCP 47 primary tag, e.g. "en"; null when unknown
        "source": pl.String(),  # key into the task card's `sources`
        "group": pl.String(),  # rows of one group never straddle a split
        "subject": pl.String(),  # the person a row is about, for erasure
        "licence": pl.String(),
        "lawful_basis": pl.String(),
        "collected_at": pl.String(),  # ISO 8601 date or date-time as given
        "held_out": pl.Boolean(),  # row of the task card's external held-out file
    }
)

LEDGER = pl.Schema(
    {
        "example_id": pl.String(),
        "stage": pl.String(),
        "reason": pl.String(),  # a short code such as `exact_duplicate`
        "evidence": pl.String(),  # for a person; never holds a raw value
        "kept_id": pl.String(),  # the kept twin, where there is one
        "score": pl.Float64(),  # similarity, probability: what the reason says
    }
)

FINDINGS = pl.Schema(
    {
        # keyed digest of entity, normalised value, row id, field, occurrence: no offsets
        "finding_id": pl.String(),
        "value_id": pl.String(),  # keyed digest of entity and normalised value
        "example_id": pl.String(),
        "field": pl.String(),
        "entity": pl.String(),
        "start": pl.Int64(),  # offsets in characters of the field as read
        "end": pl.Int64(),
        "score": pl.Float64(),  # 0..1
        "detector": pl.String(),
        "verified": pl.Boolean(),  # a checksum or strict parser confirmed it, and context agrees
    }
)

TEXT_FIELDS = ("input", "output", "rejected")


# What redaction did: one row for each value at each place it was taken from, and one with action `keep` for
# each finding that stays because a steward said so.
EDITS = pl.Schema(
    {
        "example_id": pl.String(),
        "field": pl.String(),
        "entity": pl.String(),
        "value_id": pl.String(),  # keyed digest of the value
        "action": pl.String(),
        "verdict": pl.String(),  # what a steward said of it, null where nobody did
    }
)


def conform(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """`frame` with exactly the schema's columns, order and dtypes; absent columns are null, extra ones
    dropped.
    """
    columns = [
        (pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype)).alias(name)
        for name, dtype in schema.items()
    ]
    return frame.select(columns)


def ledger(
    frame: pl.DataFrame,
    stage: str,
    reason: str | pl.Expr,
    evidence: str | pl.Expr = "",
    *,
    kept_id: pl.Expr | None = None,
    score: pl.Expr | None = None,
) -> pl.DataFrame:
    """Ledger rows for every row of `frame` (which has `example_id`); a plain string is taken as a literal."""
    as_expr: Any = lambda value: pl.lit(value, dtype=pl.String) if isinstance(value, str) else value
    return conform(
        frame.select(
            "example_id",
            pl.lit(stage).alias("stage"),
            as_expr(reason).alias("reason"),
            as_expr(evidence).alias("evidence"),
            (kept_id if kept_id is not None else pl.lit(None, dtype=pl.String)).alias("kept_id"),
            (score if score is not None else pl.lit(None, dtype=pl.Float64)).alias("score"),
        ),
        LEDGER,
    )


def no_ledger() -> pl.DataFrame:
    """An empty ledger."""
    return LEDGER.to_frame()
