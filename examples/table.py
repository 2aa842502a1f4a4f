"""What an example's run came to, and the table of all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from train.cost import read_costs

_UNKNOWN = "-"


@dataclass(frozen=True)
class Figure:
    """One system's figure on the held-out rows: the card's metric with its interval, and what it cost.

    `train_seconds` and `row_ms` (one answer at a time) are None where this machine did not measure them.
    """

    system: str
    point: float
    low: float
    high: float
    train_seconds: float | None
    row_ms: float | None


@dataclass(frozen=True)
class Result:
    """The comparison of one example: its metric, held-out rows, systems from worst to best, and verdict."""

    kind: str
    metric: str
    target: float
    rows: int
    figures: tuple[Figure, ...]
    verdict: str
    headline: str


def read_result(folder: Path) -> Result:
    """What `assay evaluate` left in an example's folder."""
    comparison = json.loads(
        (folder / "reports" / "evaluation" / "comparison.json").read_text(encoding="utf-8")
    )
    costs = {
        stage: read_costs(folder / "reports", stage).get("systems", {}) for stage in ("train", "evaluate")
    }
    metric = comparison["metric"]["name"]
    figures = [
        Figure(
            system["name"],
            system[metric]["point"],
            system[metric]["low"],
            system[metric]["high"],
            costs["train"].get(system["name"], {}).get("train_seconds"),
            costs["evaluate"].get(system["name"], {}).get("latency_ms_median"),
        )
        for system in comparison["systems"]
    ]
    import yaml

    card = yaml.safe_load((folder / "task.yaml").read_text(encoding="utf-8"))
    return Result(
        card["kind"],
        metric,
        comparison["metric"]["target"],
        comparison["rows"]["test"],
        tuple(sorted(figures, key=lambda figure: (figure.point, figure.system))),
        comparison["verdict"]["outcome"],
        comparison["verdict"]["headline"],
    )


def show(runs: Iterable[tuple[str, Result | None, float]], console: Console) -> None:
    """Print the table: a line a system, examples apart, and each verdict in words below.

    Parameters
    ----------
    runs
        Name, result (None: it failed) and seconds of each example.
    """
    runs = list(runs)
    table = Table(title="Examples: systems on the same held-out rows", title_justify="left")
    for name in ("example", "system", "metric", "score", "interval", "fit s", "ms a row", "verdict"):
        table.add_column(name, justify="right" if name in ("score", "fit s", "ms a row") else "left")
    for name, result, seconds in runs:
        if result is None:
            table.add_row(name, _UNKNOWN, _UNKNOWN, _UNKNOWN, _UNKNOWN, _UNKNOWN, _UNKNOWN, "failed")
        for at, figure in enumerate(result.figures if result else ()):
            assert result is not None
            first = at == 0
            table.add_row(
                f"{name}\n{result.rows} rows, {seconds:,.0f} s" if first else "",
                figure.system,
                f"{result.metric}" if first else "",
                f"{figure.point:.3f}",
                f"{figure.low:.3f} to {figure.high:.3f}",
                _UNKNOWN if figure.train_seconds is None else f"{figure.train_seconds:,.1f}",
                _UNKNOWN if figure.row_ms is None else f"{figure.row_ms:,.0f}",
                result.verdict if first else "",
            )
        table.add_section()
    if not console.is_terminal:
        console.width = max(console.width, 140)
    console.print(table)
    for name, result, _ in runs:
        if result is not None:
            console.print(f"{name}: {result.headline}", soft_wrap=True, markup=False)
