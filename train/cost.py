"""What training and answering took: seconds and rates, which differ on every run.

They are kept under `reports/cost/`, which neither git nor DVC tracks, so that a second run of the same
pipeline leaves every tracked file as it was. On a machine that did not run the stage there is nothing to
read: then costs are unknown, never zero.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from curate.files import write_json, write_parquet

SCHEMA = "assay.cost/1"
SAMPLES = pl.Schema({"system": pl.String(), "figure": pl.String(), "value": pl.Float64()})


def write_costs(
    reports: Path,
    stage: str,
    systems: Mapping[str, Mapping[str, float]],
    samples: Mapping[str, Mapping[str, Sequence[float]]] | None = None,
    **more: Any,
) -> None:
    """Write `reports/cost/<stage>.json`: figures by system, rounded to milliseconds, and whatever else is
    given; and `<stage>.parquet`, `system, figure, value`: figures of single rows, from which ranges are made.
    """
    rounded = {
        name: {figure: round(value, 3) for figure, value in figures.items()}
        for name, figures in systems.items()
    }
    machine = {"cores": os.cpu_count() or 1, "load": round(load(), 2)}
    if samples is not None:
        lines = [
            (system, figure, value)
            for system, figures in samples.items()
            for figure, values in figures.items()
            for value in values
        ]
        write_parquet(
            pl.DataFrame(lines, schema=SAMPLES, orient="row"), reports / "cost" / f"{stage}.parquet"
        )
    document = {"schema": SCHEMA, "systems": rounded, "machine": machine, **more}
    write_json(reports / "cost" / f"{stage}.json", document)


def load() -> float:
    """Processes that ran or waited over the last minute: above the number of cores, times say little."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def read_costs(reports: Path, stage: str) -> dict[str, Any]:
    """What `write_costs` wrote for a stage; empty where it did not run here or left nothing readable."""
    try:
        costs = json.loads((reports / "cost" / f"{stage}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return costs if isinstance(costs, dict) and costs.get("schema") == SCHEMA else {}


def read_samples(reports: Path, stage: str) -> dict[str, dict[str, list[float]]]:
    """The figures of single rows that `write_costs` wrote, by system and figure; empty where there are
    none.
    """
    path = reports / "cost" / f"{stage}.parquet"
    try:
        frame = pl.read_parquet(path) if path.exists() else SAMPLES.to_frame()
    except (OSError, pl.exceptions.PolarsError):
        return {}
    if frame.schema != SAMPLES:
        return {}
    samples: dict[str, dict[str, list[float]]] = {}
    for (system, figure), part in frame.group_by(["system", "figure"], maintain_order=True):
        samples.setdefault(str(system), {})[str(figure)] = part["value"].to_list()
    return samples
