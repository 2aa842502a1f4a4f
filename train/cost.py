"""What training and answering took: seconds and rates, which differ on every run.

They are kept under `reports/cost/`, which neither git nor DVC tracks, so that a second run of the same
pipeline leaves every tracked file as it was. On a machine that did not run the stage there is nothing to
read: then costs are unknown, never zero.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curate.files import write_json

SCHEMA = "assay.cost/1"


def write_costs(reports: Path, stage: str, systems: Mapping[str, Mapping[str, float]], **more: Any) -> None:
    """Write `reports/cost/<stage>.json`: figures by system, rounded to milliseconds, and whatever else is
    given.
    """
    rounded = {
        name: {figure: round(value, 3) for figure, value in figures.items()}
        for name, figures in systems.items()
    }
    write_json(reports / "cost" / f"{stage}.json", {"schema": SCHEMA, "systems": rounded, **more})


def read_costs(reports: Path, stage: str) -> dict[str, Any]:
    """What `write_costs` wrote for a stage; empty where it did not run here or left nothing readable."""
    try:
        costs = json.loads((reports / "cost" / f"{stage}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return costs if isinstance(costs, dict) and costs.get("schema") == SCHEMA else {}
