"""What the stages before `publish` left on disk, read in one go and checked to fit together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.examples import EDITS, EXAMPLES, LEDGER
from curate.files import read_stage_frame
from curate.project import Project
from curate.provenance import read_report
from curate.splits import SPLITS
from curate.stage import conservation_faults
from curate.stages import DROPPING, REPORTING
from curate.text import plural
from curate.verdicts.table import VERDICTS


@dataclass(frozen=True)
class Upstream:
    """Everything a version is made from.

    Parameters
    ----------
    examples, assignments
        `data/split`: schema `EXAMPLES`; and `example_id, split`.
    ingested
        `data/ingest`: the raw rows (schema `EXAMPLES`), for digests of the source.
    drops
        Drop ledger by stage (schema `LEDGER`).
    edits
        `data/redact`: schema `EDITS`.
    reports
        `report.json` by stage.
    verdicts
        `data/dedup`: people's verdicts on rows that were carried out (schema
        `curate.verdicts.table.VERDICTS`).
    """

    examples: pl.DataFrame
    assignments: pl.DataFrame
    ingested: pl.DataFrame
    drops: Mapping[str, pl.DataFrame]
    edits: pl.DataFrame
    reports: Mapping[str, Mapping[str, Any]]
    verdicts: pl.DataFrame = field(default_factory=VERDICTS.to_frame)


def _frame(project: Project, stage: str, name: str, schema: pl.Schema) -> pl.DataFrame:
    path = project.stage(stage) / f"{name}.parquet"
    frame = read_stage_frame(path, made_by=stage)
    if lacking := [column for column in schema if column not in frame.columns]:
        raise AssayError(
            f"{path} has no column {', '.join(lacking)}", fix=f"assay {stage}   (or: dvc repro -f -s {stage})"
        )
    return frame.select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def read_upstream(project: Project) -> Upstream:
    """Read what the stages of `project` left.

    Raises
    ------
    AssayError
        Naming the first stage whose output is missing or unreadable.
    """
    reports = {stage: read_report(project, stage) for stage in REPORTING}
    return Upstream(
        examples=_frame(project, "split", "examples", EXAMPLES),
        assignments=_frame(
            project, "split", "assignments", pl.Schema({"example_id": pl.String(), "split": pl.String()})
        ),
        ingested=_frame(project, "ingest", "examples", EXAMPLES),
        drops={stage: _frame(project, stage, "drops", LEDGER) for stage in DROPPING},
        edits=_frame(project, "redact", "edits", EDITS),
        reports=reports,
        verdicts=_frame(project, "dedup", "verdicts", VERDICTS)
        if (project.stage("dedup") / "verdicts.parquet").exists()
        else VERDICTS.to_frame(),
    )


def check_upstream(upstream: Upstream) -> None:
    """Fail unless every example is in one split, and every ingested row is either an example or in a ledger.

    Raises
    ------
    AssayError
        Naming up to five ids for which that is not so.
    """
    ids, assigned = upstream.examples["example_id"], upstream.assignments["example_id"]
    # What ingest itself dropped never came in.
    dropped = pl.concat([drops["example_id"] for stage, drops in upstream.drops.items() if stage != "ingest"])
    faults = {
        "in more than one split": assigned.filter(assigned.is_duplicated()),
        "in no split": ids.filter(~ids.is_in(assigned.implode())),
        "assigned to a split but not among the examples": assigned.filter(~assigned.is_in(ids.implode())),
        f"in a split other than {', '.join(SPLITS)}": upstream.assignments.filter(
            ~pl.col("split").is_in(SPLITS).fill_null(False)
        )["example_id"],
        **conservation_faults(upstream.ingested["example_id"], ids, dropped),
    }
    for fault, wrong in faults.items():
        if len(wrong):
            raise AssayError(
                f"data/split does not fit the stages before it: {plural(wrong.n_unique(), 'row')} {fault}, "
                f"e.g. {', '.join(wrong.unique().sort().head(5))}",
                fix="run the stages again from the start: dvc repro -f split   (gold/ is untouched)",
            )
