"""The `report` section of `params.yaml`."""

from __future__ import annotations

from pydantic import Field

from curate.params import Params


class ReportParams(Params):
    """Section `report` of params.yaml."""

    truth: str | None = Field(
        None,
        description="a file of known, planted faults to compare the stages with; only generated data has one",
    )
