"""The `cost` section of `params.yaml`: what a machine, a token and a label cost.

Prices are read when the cost sheet is drawn, so another price trains and judges nothing anew.
"""

from __future__ import annotations

from pydantic import Field

from curate.params import Params


class Price(Params):
    """What one system's requests cost where it would run: by the token, or by the hour of a machine."""

    tokens_in: float | None = Field(None, ge=0, description="Currency of a million tokens read.")
    tokens_out: float | None = Field(None, ge=0, description="Currency of a million tokens written.")
    machine_hour: float | None = Field(None, ge=0, description="Currency of an hour of its machine.")


class CostParams(Params):
    """Section `cost` of params.yaml; without prices the sheet tells tokens and seconds alone."""

    currency: str = Field("", max_length=12, description="As it is to be shown, such as EUR.")
    machine_hour: float | None = Field(
        None, ge=0, description="Currency of an hour of the machine that trains and answers here."
    )
    prices: dict[str, Price] = Field(
        default_factory=dict,
        description="system -> its price, in place of `machine_hour`. `endpoint` has that of train.endpoint "
        "unless it is named here.",
    )
    labelling: float | None = Field(
        None, ge=0, description="Currency that the labels of the training rows cost, all together."
    )
