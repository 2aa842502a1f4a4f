"""When a row counts as holding another table's text."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from curate.params import Params


class OverlapParams(Params):
    """What counts as shared text."""

    # Brown et al. (2020, GPT-3, appendix C) and lm-evaluation-harness: any shared run of 13 words.
    long: int = Field(default=13, ge=2, le=64, description="words of a run that counts by itself")
    # Chowdhery et al. (2022, PaLM, section 8): 70 % of the 8-grams.
    short: int = Field(default=8, ge=2, le=64, description="words of a run that counts by its share")
    share: float = Field(
        default=0.7,
        gt=0,
        le=1,
        description="share of a test row's short runs that stand in one training row from which it counts",
    )
    # "I want to cancel my order" stands in longer rows by chance; see docs/curation.md.
    least: int = Field(
        default=6, ge=1, description="words that a test row must have to count as contained whole"
    )
    # A heading that the benchmark puts above each of its questions is not a question.
    common: int = Field(
        default=10, ge=1, description="test rows from which a run is a template and counts for nothing"
    )


class Benchmark(Params):
    """A file whose text must not stand in training rows."""

    path: str = Field(description="relative to the project")
    field: str = Field(description="its column with the text")


class AgainstParams(OverlapParams):
    """Section `dedup.against` of params.yaml."""

    files: tuple[Benchmark, ...] = Field(min_length=1, description="benchmark files, each `{path, field}`")
    action: Literal["drop", "review"] = Field(
        default="drop",
        description="`drop` takes rows with benchmark text out as `benchmark_text`, `review` lists them in "
        "data/dedup/overlaps.parquet and the queue of `assay triage --rows`",
    )
