"""Section `dedup.semantic` of `params.yaml`."""

from __future__ import annotations

from pydantic import Field

from curate.params import Params
from curate.semantic.door import DEFAULT_ENCODER


class SemanticParams(Params):
    """What counts as near in meaning."""

    # Read by eye on banking77, bitext and restaurant8k, and measured on benchmarks/paraphrases
    # (docs/curation.md).
    threshold: float = Field(
        default=0.9, gt=0, le=1, description="cosine of two embeddings from which two texts are listed"
    )
    encoder: str = Field(
        default=DEFAULT_ENCODER, description="the bundled one, a local folder, or a hub name"
    )
    tell_apart: bool = Field(
        default=True,
        description="leave out pairs that differ in a number, a date or a denial, name opposites (before, "
        "after) or hold the same words in another order",
    )
    exact_up_to: int = Field(
        default=300_000,
        ge=0,
        description="distinct texts up to which every pair is compared; beyond it, neighbours come from an "
        "index (extra `ann`), which misses some",
    )
