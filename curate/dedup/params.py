"""Section `dedup` of `params.yaml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from curate.overlap.params import AgainstParams
from curate.params import DroppingParams, Params
from curate.semantic.params import SemanticParams

Parts = Literal["auto", "whole", "last_turn"]


class Similarity(Params):
    """What counts as a near-duplicate."""

    # Characters serve short texts, where one other word changes most word triples; for long texts word
    # 3-grams are quicker.
    unit: Literal["char", "word"] = Field(default="char", description="what a shingle is made of")
    # Four characters is about a word stem; the published figure for leaks in banking77 is at character
    # 4-grams.
    n: int = Field(default=4, ge=1, le=32, description="characters or words a shingle")
    # 0.8 is the common default of corpus deduplication (Lee et al. 2022, "Deduplicating training data makes
    # language models better").
    threshold: float = Field(
        default=0.8,
        gt=0,
        le=1,
        description="Jaccard index of the shingle sets from which two texts are near-duplicates",
    )
    # What rows share by design (a system prompt, a prompt template) would make any two of them alike.
    parts: Parts = Field(
        default="auto",
        description="what is compared: `auto` sets system turns and prompt templates apart, `whole` compares "
        "everything, `last_turn` only the last turn of the user",
    )


class DedupParams(Similarity, DroppingParams):
    """Knobs of the stage."""

    # Two people disagreed on one text: where it has one right answer no rule can tell who was right, so a
    # person looks; where many answers are right (rewriting, summary), two of them contradict nobody.
    on_conflict: Literal["auto", "review", "drop", "keeper", "keep"] = Field(
        default="auto",
        description="rows of one text with different outputs: `review` takes all out and lists them, "
        "`drop` takes all "
        "out, `keeper` trusts the keeper, `keep` keeps each output once; `auto` is `review` for "
        "classification, "
        "extraction and preference, `keep` for rewriting and summary",
    )
    # "Table for the 17th" and "table for the 27th" differ in one letter and in all that matters.
    weigh: Literal["auto", "always", "never"] = Field(
        default="auto",
        description="texts that differ in a number, date or negation are not near-duplicates: `auto` "
        "where the output "
        "follows the text (every kind but classification, where a negation parts conflicting labels only), "
        "`always`, `never`",
    )
    # The rows differ in what people wrote; only what was taken out makes them look alike.
    after_redaction: Literal["keep", "drop"] = Field(
        default="keep",
        description="rows whose input became equal only through redaction: `keep` counts them, "
        "`drop` keeps one of "
        "each output and takes out the rest as `equal_after_redaction`",
    )
    # An encoder takes a minute for every 10,000 rows, and is often wrong: asked for, never by default.
    semantic: SemanticParams | None = Field(
        default=None,
        description="look for rows of one meaning in other words among those that stay (`semantic: {}`): "
        "listed in "
        "data/dedup/semantic.parquet, the report and the queue of `assay triage --rows`, never dropped",
    )
    against: AgainstParams | None = Field(
        default=None,
        description="benchmark files whose text must not stand in training rows: "
        "`{files: [{path: data/raw/benchmark.jsonl, field: question}], action: drop}`",
    )
