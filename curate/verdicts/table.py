"""The table in which verdicts on rows go from stage to stage."""

from __future__ import annotations

import polars as pl

# What `redact` writes of the verdicts: one row for each that names a row of today.
VERDICTS = pl.Schema(
    {
        "example_id": pl.String(),
        "verdict": pl.String(),
        "state": pl.String(),  # in_force, stale, refused
        "disputed": pl.Boolean(),  # another person decided otherwise, on another branch
        "decided_on": pl.String(),
        "input": pl.String(),  # new text, null where the verdict leaves the field alone
        "output": pl.String(),
        "rejected": pl.String(),
        "evidence": pl.String(),  # what speaks against it, such as `input: PERSON`
    }
)
