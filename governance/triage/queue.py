"""What waits for a person: values, not findings, so that one verdict clears all repeats; the uncertain first.

Values of one entity and one shape (`UK_POSTCODE AA9 9AA`) stand together as a pattern, for they often deserve
one answer. Patterns come in order of their most uncertain value (the score least above the entity's
threshold), then of the rows they touch; so do the values within. What somebody was unsure of comes last. What
the policy keeps is not asked about, names too weak to act on apart. All in polars: a million findings are a
second or two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from curate.pii.decisions import judged
from curate.pii.redact.params import RedactParams
from curate.pii.redact.policy import decide
from curate.pii.scan.stage import ScanParams
from curate.pii.values import is_code

# The reason on a verdict that an undo put in place of one: such a value counts as never judged.
TAKEN_BACK = "taken back"


@dataclass(frozen=True)
class Item:
    """One open value.

    Parameters
    ----------
    pattern
        Its shape: `9` for a digit, `A` for a letter, in worded entities for a run of them.
    score, threshold
        The lowest score of its findings, and what a finding of its entity needs.
    verified
        Whether a check digit or strict parser confirmed any of them.
    unsure
        Who last was unsure of it, or an empty string.
    """

    value_id: str
    entity: str
    pattern: str
    score: float
    threshold: float
    verified: bool
    findings: int
    rows: int
    unsure: str = ""

    @property
    def group(self) -> tuple[str, str]:
        """What a key applies to after `a`."""
        return self.entity, self.pattern


_ITEMS = pl.Schema(
    {
        "value_id": pl.String(),
        "entity": pl.String(),
        "pattern": pl.String(),
        "score": pl.Float64(),
        "threshold": pl.Float64(),
        "verified": pl.Boolean(),
        "findings": pl.UInt32(),
        "rows": pl.UInt32(),
        "unsure": pl.String(),
    }
)


def open_findings(
    findings: pl.DataFrame,
    examples: pl.DataFrame,
    verdicts: pl.DataFrame,
    policy: RedactParams,
    entities: Sequence[str] = (),
) -> pl.DataFrame:
    """Findings that the policy acts on or leaves for their score alone, or of the named `entities`, on which
    no verdict but `unsure` is in force.
    """
    acted = decide(findings, examples, policy).filter(
        pl.col("entity").is_in(list(entities))
        if entities
        else (pl.col("action") != "keep") | pl.col("below_act")
    )
    known = verdicts.filter(pl.col("reason") != TAKEN_BACK)
    said = judged(acted.drop("verdict", "reviewer", "decided_on"), known)
    return said.filter(pl.col("verdict").is_null() | (pl.col("verdict") == "unsure"))


def build_queue(
    findings: pl.DataFrame,
    examples: pl.DataFrame,
    verdicts: pl.DataFrame,
    policy: RedactParams,
    scan: ScanParams,
    entities: Sequence[str] = (),
) -> list[Item]:
    """The open values in the order in which they are asked about.

    Parameters
    ----------
    findings, examples
        Of one scan.
    verdicts
        From `curate.pii.decisions.in_force`.
    entities
        Ask about these only, kept by the policy or not; none: about all that the policy acts on.
    """
    waiting = open_findings(findings, examples, verdicts, policy, entities)
    return items(waiting, examples, scan)


def items(waiting: pl.DataFrame, examples: pl.DataFrame, scan: ScanParams) -> list[Item]:
    """The values of `waiting` (findings with `verdict` and `reviewer`) in the order in which they are asked
    about.
    """
    return [Item(**row) for row in item_frame(waiting, examples, scan).iter_rows(named=True)]


def item_frame(waiting: pl.DataFrame, examples: pl.DataFrame, scan: ScanParams) -> pl.DataFrame:
    """`items` as a frame, a column for each part of an `Item`."""
    if not waiting.height:
        return _ITEMS.to_frame()
    values = (
        waiting.sort("value_id", "example_id", "field", "start")
        .group_by("value_id", "entity", maintain_order=True)
        .agg(
            pl.col("score").min(),
            pl.col("verified").any(),
            pl.len().alias("findings"),
            pl.col("example_id").n_unique().alias("rows"),
            # Unsure only where nothing of it was left unjudged.
            pl.when(pl.col("verdict").is_null().any())
            .then(pl.lit(""))
            .otherwise(pl.col("reviewer").first())
            .first()
            .alias("unsure"),
            pl.col("example_id", "field", "start", "end").first(),
        )
    )
    thresholds = {entity: scan.thresholds.get(entity, scan.threshold) for entity in values["entity"].unique()}
    shaped = with_pattern(values, examples).with_columns(
        pl.col("entity")
        .replace_strict(list(thresholds), list(thresholds.values()), return_dtype=pl.Float64)
        .alias("threshold")
    )
    away = (pl.col("score") - pl.col("threshold")).round(6)
    groups = ("unsure_last", "entity", "pattern")
    ordered = (
        shaped.with_columns(away.alias("away"), (pl.col("unsure") != "").alias("unsure_last"))
        .with_columns(
            pl.col("away").min().over(groups).alias("group_away"),
            pl.col("rows").sum().over(groups).alias("group_rows"),
        )
        .sort(
            ["unsure_last", "group_away", "group_rows", "entity", "pattern", "away", "rows", "value_id"],
            descending=[False, False, True, False, False, False, True, False],
        )
    )
    return ordered.select(pl.col(name).cast(kind) for name, kind in _ITEMS.items())


def with_pattern(places: pl.DataFrame, examples: pl.DataFrame) -> pl.DataFrame:
    """`places` (`entity, example_id, field, start, end`) with `pattern`, the shape of the value that stands
    there.
    """
    texts = pl.concat(
        examples.select("example_id", pl.lit(field).alias("field"), pl.col(field).alias("text"))
        for field in places["field"].unique().sort()
    )
    value = pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    codes = [entity for entity in places["entity"].unique().sort() if is_code(entity)]
    each = value.str.replace_all(r"\p{N}", "9").str.replace_all(r"\p{L}", "A")
    runs = value.str.replace_all(r"\p{N}+", "9").str.replace_all(r"\p{L}+", "A")
    shape = pl.when(pl.col("entity").is_in(codes)).then(each).otherwise(runs)
    return (
        places.join(texts, on=["example_id", "field"], how="left")
        .with_columns(shape.fill_null("").alias("pattern"))
        .drop("text")
    )
