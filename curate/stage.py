"""What every curation stage returns, and the one place it is written: nothing vanishes between two stages.

A stage is a pure function from frames to a `StageResult`; `write_stage` checks kept + dropped = input and
writes `data/<stage>/{examples,drops,...}.parquet` and `report.json` atomically, sorted by id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.examples import EXAMPLES, LEDGER, conform
from curate.files import write_folder

# Called with (done, total) rows or steps; the rim draws it.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class StageResult:
    """A stage's outcome.

    Parameters
    ----------
    stage
        The stage's name.
    kept
        Examples that go on (schema `EXAMPLES`).
    dropped
        One or more ledger rows for each example that does not (schema `LEDGER`).
    report
        JSON-safe counts and facts for people and the manifest; no raw values, no times, no paths of one
        machine.
    tables
        Further frames to write beside, by file name (`findings`, `pairs`, ...), already sorted.
    """

    stage: str
    kept: pl.DataFrame
    dropped: pl.DataFrame
    report: Mapping[str, Any]
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def funnel(result: StageResult, rows_in: int) -> dict[str, Any]:
    """Counts in and out with reasons: `{"in", "kept", "dropped", "reasons": {code: rows}}`."""
    reasons = (
        result.dropped.group_by("reason").agg(pl.col("example_id").n_unique().alias("rows")).sort("reason")
    )
    return {
        "in": rows_in,
        "kept": result.kept.height,
        "dropped": result.dropped["example_id"].n_unique(),
        "reasons": dict(reasons.iter_rows()),
    }


def check_conservation(result: StageResult, input_ids: pl.Series) -> None:
    """Fail unless every input id is either kept once or in the ledger, and nothing else is.

    Raises
    ------
    AssayError
        Naming up to five ids that vanished, doubled or appeared from nowhere.
    """
    kept, dropped = result.kept["example_id"], result.dropped["example_id"].unique()
    known = pl.concat([kept, dropped])
    faults = {
        "kept twice": kept.filter(kept.is_duplicated()).unique(),
        "both kept and dropped": dropped.filter(dropped.is_in(kept.implode())),
        "lost": input_ids.filter(~input_ids.is_in(known.implode())),
        "not in the input": known.filter(~known.is_in(input_ids.implode())).unique(),
    }
    for fault, ids in faults.items():
        if len(ids):
            raise AssayError(
                f"stage `{result.stage}` does not conserve rows: {len(ids)} {fault}, e.g. "
                f"{', '.join(sorted(ids)[:5])}",
                fix="this is a defect in assay; the previous output is untouched: please report it with "
                "these ids",
            )


def write_stage(result: StageResult, input_ids: pl.Series, folder: Path) -> dict[str, Any]:
    """Check conservation, then write the stage's folder atomically. Returns the report with its funnel."""
    check_conservation(result, input_ids)
    kept = conform(result.kept, EXAMPLES).sort("example_id")
    drops = conform(result.dropped, LEDGER).sort("example_id", "reason", "evidence")
    report = {"stage": result.stage, "funnel": funnel(result, len(input_ids)), **result.report}
    write_folder(folder, {"examples": kept, "drops": drops, **result.tables}, {"report": report})
    return report
