"""What can be put right is put right: rules with a `fix` rewrite the field, and each rewrite is counted.

A row is left as it is where its output counts characters of its input (offsets of spans): to take a character
out would move them. A label that the task card lists as it stands is left, too.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from curate.task import Kind
from curate.validate.rule import Rule, scope_fields

EDITS = pl.Schema({"example_id": pl.String, "field": pl.String, "rule": pl.String, "places": pl.UInt32})

# A JSON output that gives places in the input by number.
_OFFSETS = r'"(?i:[a-z_]*(?:start|begin|end|offset|span)[a-z_]*)"\s*:\s*\[?\s*\d'


def clean(
    examples: pl.DataFrame, kind: Kind, rules: list[Rule], labels: Collection[str] = ()
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rewrite what the rules can fix.

    Parameters
    ----------
    examples
        `example_id` and the text fields of `kind`.
    kind
        Decides which fields a rule looks at.
    rules
        Those with a `fix` are applied, in order.
    labels
        Labels of the task card, kept as they are.

    Returns
    -------
    tuple
        The examples in the same order, and `EDITS`: what was rewritten, sorted. No text of the row is in it.
    """
    edits = [EDITS.to_frame()]
    movable = ~pl.col("output").str.contains(_OFFSETS).fill_null(False)
    for rule in rules:
        for field in scope_fields(rule.fix_scope or rule.scope, kind) if rule.fix else ():
            assert rule.fix is not None
            broken = pl.col(field).is_not_null() & movable
            for gate in rule.gates:
                broken &= gate(field)
            if kind is Kind.CLASSIFICATION and field == "output":
                broken &= ~pl.col(field).is_in(list(labels))
            candidates = examples.filter(broken).select("example_id", "input", "output", field_text=field)
            fixed = candidates.with_columns(
                rule.fix("field_text").alias("fixed"),
                (pl.col("field_text").str.len_chars() - rule.fix("field_text").str.len_chars()).alias(
                    "places"
                ),
            ).filter(pl.col("fixed") != pl.col("field_text"))
            if fixed.is_empty():
                continue
            examples = (
                examples.join(
                    fixed.select("example_id", "fixed"), on="example_id", how="left", maintain_order="left"
                )
                .with_columns(pl.coalesce("fixed", field).alias(field))
                .drop("fixed")
            )
            counted = pl.col("places") if rule.counts_characters else pl.lit(1)
            edits.append(
                fixed.select(
                    "example_id",
                    pl.lit(field).alias("field"),
                    pl.lit(rule.code).alias("rule"),
                    counted.cast(pl.UInt32).alias("places"),
                )
            )
    return examples, pl.concat(edits).sort("example_id", "field", "rule")
