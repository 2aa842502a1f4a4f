"""Section `monitor` of params.yaml."""

from __future__ import annotations

from pydantic import Field

from curate.params import Params


class MonitorParams(Params):
    """What looks of a year may spend, and how many rows a look compares."""

    alpha: float = Field(
        0.05, gt=0, lt=1, description="Chance that a year of looks raises an alarm though nothing has moved."
    )
    looks: int = Field(52, ge=1, le=3_650, description="Looks planned in a year.")
    encoder: str | None = Field(
        "all-MiniLM-L6-v2", description="Encoder of the meanings that are compared; null: words alone."
    )
    reference_rows: int = Field(
        2_000, ge=100, description="Gold rows compared at most; of more a sample by digest."
    )
    live_rows: int = Field(1_000, ge=100, description="Live rows compared at most, likewise.")
    off: tuple[str, ...] = Field(
        (), description="Columns that are not looked at, as `assay monitor` names them."
    )
