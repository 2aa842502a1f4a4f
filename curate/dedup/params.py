"""Section `dedup` of `params.yaml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from curate.params import DroppingParams, Params


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


class DedupParams(Similarity, DroppingParams):
    """Knobs of the stage."""

    # Two people disagreed on one text: no rule can tell who was right, so by default a person looks.
    on_conflict: Literal["review", "drop", "keeper"] = Field(
        default="review",
        description="rows of a cluster with different outputs: `review` takes all out and lists them, "
        "`drop` takes all out, `keeper` trusts the keeper",
    )
