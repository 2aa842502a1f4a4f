"""Section `split` of `params.yaml`."""

from __future__ import annotations

from pydantic import Field, model_validator

from curate.params import Params


class SplitParams(Params):
    """Shares of the units (groups, or rows without one) and the seed. With an external held-out file the test
    share is its rows.
    """

    train: float = Field(default=0.7, gt=0, le=1, description="share of units to learn from")
    # Enough to choose epochs and calibrate by, and no more: these rows are lost to training.
    validation: float = Field(default=0.1, ge=0, lt=1, description="share of units to tune on")
    # The verdict's error bars shrink with the root of this; a fifth is the usual compromise for sets of a few
    # thousand rows.
    test: float = Field(default=0.2, ge=0, lt=1, description="share of units held out")
    seed: int = Field(default=0, ge=0, description="another seed is another split")

    @model_validator(mode="after")
    def _shares_make_one(self) -> SplitParams:
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-9:
            raise ValueError(f"train, validation and test must add up to 1, not {total:g}")
        return self
