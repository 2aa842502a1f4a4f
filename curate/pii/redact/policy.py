"""What is done with each finding: a steward's verdict first, then the policy of `params.redact`, most
specific rule first.

    verdict `not_personal` or `public`  ->  keep
    redact.policy, first rule that fits ->  its action
    score under redact.act_threshold    ->  keep, and ask (`below_act`), unless the verdict is `real`
    redact.actions[entity]              ->  that action
    KEPT, then redact.default

Reporting a weak name costs a look; acting on one costs the example a word. So names are acted on from a
higher score than the one they are reported from; what lies between waits in the queue. Otherwise a verdict
`real` or `unsure`, or none, leaves the finding to the policy: what nobody has looked at is treated as
personal.
"""

from __future__ import annotations

import polars as pl

from curate.examples import TEXT_FIELDS
from curate.pii.decisions import CLEARING, VERDICTS, judged
from curate.pii.redact.params import RedactParams


def decide(
    findings: pl.DataFrame, examples: pl.DataFrame, params: RedactParams, verdicts: pl.DataFrame | None = None
) -> pl.DataFrame:
    """`findings` with `source`, `verdict`, `reviewer`, `decided_on`, the `action` that follows and
    `below_act`: whether it is kept for its score alone.

    Parameters
    ----------
    findings
        Schema `FINDINGS`.
    examples
        At least `example_id` and `source`, and the texts that `with_asked_texts` adds.
    verdicts
        From `curate.pii.decisions.in_force`; None: nobody has decided anything.

    Returns
    -------
    pl.DataFrame
        The rows and order of `findings`.
    """
    sourced = findings.join(
        examples.select("example_id", "source"), on="example_id", how="left", maintain_order="left"
    )
    said = judged(sourced, VERDICTS.to_frame() if verdicts is None else verdicts)
    entities = findings["entity"].unique().to_list()
    by_entity = pl.col("entity").replace_strict(
        entities, [params.action(entity) for entity in entities], return_dtype=pl.String
    )
    needed = pl.col("entity").replace_strict(
        entities, [params.acts_from(entity) for entity in entities], return_dtype=pl.Float64
    )
    ruled = pl.coalesce(
        pl.lit(None, pl.String),
        *(pl.when(rule.fits()).then(pl.lit(rule.action)) for rule in params.policy),
    )
    if not entities:
        return said.with_columns(action=pl.lit(None, pl.String), below_act=pl.lit(False))
    said = said.with_columns(_best=_best_scores(findings, examples))
    weak = (
        (pl.col("_best") < needed)
        & ruled.is_null()
        & (by_entity != "keep")
        & ~pl.col("verdict").is_in([*CLEARING, "real"]).fill_null(False)
    )
    kept = weak | pl.col("verdict").is_in(CLEARING).fill_null(False)
    action = pl.when(kept).then(pl.lit("keep")).otherwise(pl.coalesce(ruled, by_entity))
    return said.with_columns(action.alias("action"), weak.alias("below_act")).drop("_best")


def with_asked_texts(findings: pl.DataFrame, sources: pl.DataFrame, examples: pl.LazyFrame) -> pl.DataFrame:
    """What `decide` needs of the Examples table: `sources` (each row's id and source), with the texts of
    those rows alone that hold a value which scores better elsewhere; of most tables no text is read.
    """
    asked = findings.filter(pl.col("score") < pl.col("score").max().over("value_id"))["example_id"].unique()
    if not len(asked):
        return sources
    texts = examples.filter(pl.col("example_id").is_in(asked.implode())).select("example_id", *TEXT_FIELDS)
    return sources.join(texts.collect(), on="example_id", how="left", maintain_order="left")


def _best_scores(findings: pl.DataFrame, examples: pl.DataFrame) -> pl.Series:
    """The score that decides about each finding: its own, or for a name of several words the best that the
    same name has anywhere.

    The tagger's score follows the rest of the row, so one sentence that many rows share would lose its
    `Margaret Whitlock` in most of them and keep her in one. A single word ("Will") is judged where it stands.
    """
    if not {"value_id", "field", "start", "end"} <= set(findings.columns):
        return findings["score"].cast(pl.Float64)
    scored = findings.select(
        "example_id",
        "field",
        "start",
        "end",
        pl.col("score").cast(pl.Float64),
        pl.col("score").cast(pl.Float64).max().over("value_id").alias("best"),
    ).with_row_index("at")
    weaker = scored.filter(pl.col("best") > pl.col("score"))
    decisive = scored["score"].to_list()
    for field in weaker["field"].unique():
        if field not in examples.columns:
            continue
        texts = examples.select("example_id", pl.col(field).alias("text"))
        name = pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start")).str.strip_chars()
        named = weaker.filter(pl.col("field") == field).join(texts, on="example_id")
        for at, best in named.filter(name.str.contains(" ", literal=True)).select("at", "best").iter_rows():
            decisive[at] = best
    return pl.Series("_best", decisive, dtype=pl.Float64)
