"""What every curation stage returns, and the one place it is written: nothing vanishes between two stages.

A stage is a pure function from frames to a `StageResult`; `write_stage` checks kept + dropped = input and
writes `data/<stage>/{examples,drops,...}.parquet` and `report.json` atomically, sorted by id. The report says
what the output was made from and what it holds, so that the next stage can tell whether it is stale (see
`curate.provenance`). A stage that drops a larger share than its `max_dropped` allows still writes its output,
so that a person can look, but fails, and no stage goes on from it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from curate.engine import Part, current, together
from curate.engine.stream import OnDisk
from curate.errors import AssayError, GateFailed
from curate.examples import EXAMPLES, LEDGER, conform
from curate.files import (
    ROW_GROUP,
    dump_json,
    read_stage_frame,
    replacing_file,
    replacing_folder,
    stage_schema,
    write_parquet,
)
from curate.provenance import SEALED, MadeFrom, file_digests
from curate.seal import seal
from curate.text import plural

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
        Examples that go on (schema `EXAMPLES`); empty where `parts` has them.
    dropped
        One or more ledger rows for each example that does not (schema `LEDGER`).
    report
        JSON-safe counts and facts for people and the manifest; no raw values, no times, no paths of one
        machine.
    tables
        Further frames to write beside, by file name (`findings`, `pairs`, ...), already sorted.
    parts
        The examples that go on as partitions of an engine: schema `EXAMPLES`, sorted by id from the first row
        to the last.
    """

    stage: str
    kept: pl.DataFrame
    dropped: pl.DataFrame
    report: Mapping[str, Any]
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    parts: Sequence[Part] | None = None


def stage_parts(path: Path, *, made_by: str) -> list[Part]:
    """The partitions of a stage's Parquet output on the engine in use; errors as of `read_stage_frame`."""
    engine = current()
    if engine.name == "local":
        return engine.parts(read_stage_frame(path, made_by=made_by))
    stage_schema(path, made_by=made_by)
    return engine.parts(path)


def funnel(result: StageResult, rows_in: int) -> dict[str, Any]:
    """Counts in and out with reasons: `{"in", "kept", "dropped", "reasons": {code: rows}}`."""
    reasons = (
        result.dropped.group_by("reason").agg(pl.col("example_id").n_unique().alias("rows")).sort("reason")
    )
    return {
        "in": rows_in,
        "kept": len(kept_ids(result)),
        "dropped": result.dropped["example_id"].n_unique(),
        "reasons": dict(reasons.iter_rows()),
    }


def kept_ids(result: StageResult) -> pl.Series:
    """The ids of the examples that go on."""
    if result.parts is None:
        return result.kept["example_id"]
    return together(result.parts, ("example_id",))["example_id"]


def conservation_faults(came_in: pl.Series, kept: pl.Series, dropped: pl.Series) -> dict[str, pl.Series]:
    """The ids for which kept + dropped is not what came in, by what is wrong with them; empty if all is well.

    Parameters
    ----------
    came_in, kept
        Ids, once each.
    dropped
        Ids of a ledger: one that has several reasons stands there several times.
    """
    once = pl.concat([kept, dropped.unique()]).sort()
    alike = len(once) == len(came_in) and not once.null_count() and once.equals(came_in.sort())
    if alike and (once.slice(1) != once.head(-1)).all():
        return {}  # as nearly always, in a tenth of the time that each question takes
    known = pl.concat([kept, dropped])
    faults = {
        "kept twice": kept.filter(kept.is_duplicated()),
        "both kept and dropped": kept.filter(kept.is_in(dropped.implode())),
        "neither kept nor dropped": came_in.filter(~came_in.is_in(known.implode())),
        "not in the input": known.filter(~known.is_in(came_in.implode())),
    }
    return {fault: ids.unique().sort() for fault, ids in faults.items() if len(ids)}


def check_conservation(result: StageResult, input_ids: pl.Series) -> None:
    """Fail unless every input id is either kept once or in the ledger, and nothing else is.

    Raises
    ------
    AssayError
        Naming up to five ids that vanished, doubled or appeared from nowhere.
    """
    faults = conservation_faults(input_ids, kept_ids(result), result.dropped["example_id"])
    for fault, ids in faults.items():
        raise AssayError(
            f"stage `{result.stage}` does not conserve rows: {len(ids)} {fault}, e.g. {', '.join(ids[:5])}",
            fix="this is a defect in assay; the previous output is untouched: please report it with "
            "these ids",
        )


def write_stage(
    result: StageResult,
    input_ids: pl.Series,
    folder: Path,
    made_from: Mapping[str, Any],
    max_dropped: float | None = None,
) -> dict[str, Any]:
    """Check conservation, then write the stage's folder atomically. Returns the report with its funnel.

    Parameters
    ----------
    made_from
        From `curate.provenance.begin`.
    max_dropped
        The largest share of the rows that the stage may drop.

    Raises
    ------
    GateFailed
        If it dropped more; the folder is written all the same.
    """
    check_conservation(result, input_ids)
    kept = result.parts if result.parts is not None else conform(result.kept, EXAMPLES).sort("example_id")
    drops = conform(result.dropped, LEDGER).sort("example_id", "reason", "evidence")
    counts = funnel(result, len(input_ids))
    report = {"stage": result.stage, "funnel": counts, **result.report}
    share = counts["dropped"] / counts["in"] if counts["in"] else 0.0
    if max_dropped is not None:
        report["drop_share"] = {"dropped": round(share, 6), "allowed": max_dropped}
    report = write_outputs(folder, {"examples": kept, "drops": drops, **result.tables}, report, made_from)
    if max_dropped is not None and share > max_dropped:
        reasons = ", ".join(f"{code} {rows:,}" for code, rows in counts["reasons"].items())
        # A share that allows this run, rounded up so that it does.
        enough = min(1.0, math.ceil(share * 100) / 100)
        raise GateFailed(
            f"{result.stage} dropped {counts['dropped']:,} of {plural(counts['in'], 'row')} ({reasons}), "
            f"over the {max_dropped:.0%} that `{result.stage}.max_dropped` allows",
            fix=f"look at {folder.name}/drops.parquet beside the raw rows (assay why ROW); if the "
            f"rows are rightly "
            f"dropped, set `{result.stage}.max_dropped: {enough:g}` in params.yaml, then: assay "
            f"{result.stage}   "
            "(or: dvc repro)",
        )
    return report


def write_table(
    table: pl.DataFrame | Sequence[Part], path: Path, first: int = 0, rows: int | None = None
) -> None:
    """`write_parquet` of a frame, or of partitions one after another, in all or some rows: the same bytes,
    whatever the cut.
    """
    if isinstance(table, pl.DataFrame):
        write_parquet(table.slice(first, rows), path)
        return
    with replacing_file(path) as fresh:
        lazy_table(table).slice(first, rows).sink_parquet(
            fresh, compression="zstd", compression_level=3, statistics=True, row_group_size=ROW_GROUP
        )


def lazy_table(parts: Sequence[Part]) -> pl.LazyFrame:
    """Partitions as one lazy frame that reads them as they are wanted."""
    paths = [path for part in parts if isinstance(part, OnDisk) for path in part.paths]
    if paths and all(isinstance(part, OnDisk) for part in parts):
        return pl.scan_ipc(paths)
    return together(parts).lazy()


def write_outputs(
    folder: Path,
    frames: Mapping[str, pl.DataFrame | Sequence[Part]],
    report: Mapping[str, Any],
    made_from: Mapping[str, Any],
) -> dict[str, Any]:
    """Write a stage's folder, all or nothing; returns its report with `made_from` and the digests of
    `outputs`, sealed where `made_from` comes from `curate.provenance.begin`.
    """
    with replacing_folder(folder) as fresh:
        for name, frame in frames.items():
            write_table(frame, fresh / f"{name}.parquet")
        whole = {**report, "made_from": dict(made_from), "outputs": file_digests(fresh)}
        if isinstance(made_from, MadeFrom) and made_from.key is not None:
            # As it is read back: a tuple becomes a list.
            whole = seal(json.loads(dump_json(whole)), made_from.key, SEALED)
        (fresh / "report.json").write_text(dump_json(whole), encoding="utf-8")
    return whole
