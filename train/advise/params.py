"""The `advise` section of `params.yaml`: what only the owner of a task knows before anybody trains."""

from __future__ import annotations

from pydantic import Field

from curate.params import Params


class AdviseParams(Params):
    """Section `advise` of params.yaml; prices stand in section `cost`."""

    requests_per_month: float | None = Field(
        None, ge=0, description="Requests that the finished system answers in a month."
    )
    months: float = Field(12, gt=0, description="Months over which training has to pay.")
    training: float | None = Field(
        None, ge=0, description="Currency that training is expected to cost, all trials together."
    )
    prompt_tokens: float | None = Field(
        None,
        ge=0,
        description="Tokens of instructions and examples before each request.  [default: three rows]",
    )
