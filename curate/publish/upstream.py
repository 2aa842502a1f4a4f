"""What the stages before `publish` left on disk: read by stretches of ids, and checked to fit together.

Every stage's table is sorted by id, so a partition of the examples and what the other tables say of its ids
are read together, and no more of them than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from curate.engine import Part
from curate.errors import AssayError
from curate.examples import EDITS, EXAMPLES, LEDGER
from curate.files import read_stage_frame, stage_schema
from curate.project import Project
from curate.provenance import read_report
from curate.splits import SPLITS
from curate.stage import conservation_faults, stage_parts
from curate.stages import DROPPING, REPORTING
from curate.text import plural
from curate.verdicts.table import VERDICTS


@dataclass(frozen=True)
class Upstream:
    """Everything a version, or a stretch of its ids, is made from.

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


# The columns that say which rows are where.
_IDS = ("example_id", "split")
# What a version is made from: stage, table, and the columns that are read.
_ASSIGNMENTS = pl.Schema({"example_id": pl.String(), "split": pl.String()})
_TABLES = (
    ("split", "examples", EXAMPLES),
    ("split", "assignments", _ASSIGNMENTS),
    ("ingest", "examples", EXAMPLES),
    *((stage, "drops", LEDGER) for stage in DROPPING),
    ("redact", "edits", EDITS),
    ("dedup", "verdicts", VERDICTS),
)


@dataclass(frozen=True)
class Stretch:
    """Examples that lie together, and all that any stage says of the ids from theirs on up to the next.

    Parameters
    ----------
    root
        Of the project.
    number
        Which one it is, from 0; one after another they are all ids, ascending.
    examples
        The rows of `data/split`.
    low, high
        The first id, and the first of the next stretch; None where the first begins and the last ends.
    """

    root: Path
    number: int
    examples: Part
    low: str | None
    high: str | None

    @property
    def rows(self) -> int:
        """Examples."""
        return self.examples.rows

    def read(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The examples."""
        return self.examples.read(columns)

    @property
    def where(self) -> pl.Expr | None:
        """What holds for its ids; None for all."""
        bounds = []
        if self.low is not None:
            bounds.append(pl.col("example_id") >= self.low)
        if self.high is not None:
            bounds.append(pl.col("example_id") < self.high)
        return pl.all_horizontal(bounds) if bounds else None

    def upstream(self, *, ids: bool = False) -> Upstream:
        """What the stages left of these rows, in all columns or only in those that say which they are."""

        def wanted(schema: pl.Schema) -> pl.Schema:
            return pl.Schema({name: dtype for name, dtype in schema.items() if not ids or name in _IDS})

        def table(stage: str, name: str, schema: pl.Schema) -> pl.DataFrame:
            return read_table(Project(self.root), stage, name, wanted(schema), self.where)

        examples = wanted(EXAMPLES)
        return Upstream(
            examples=_cast(self.read(examples.names()), examples),
            assignments=table("split", "assignments", _ASSIGNMENTS),
            ingested=table("ingest", "examples", EXAMPLES),
            drops={stage: table(stage, "drops", LEDGER) for stage in DROPPING},
            edits=table("redact", "edits", EDITS),
            reports={},
            verdicts=table("dedup", "verdicts", VERDICTS),
        )


def stretches(project: Project) -> list[Stretch]:
    """All examples, by the partitions of the engine in use."""
    path = project.stage("split") / "examples.parquet"
    parts = stage_parts(path, made_by="split")
    firsts = [None, *(str(part.read(("example_id",))["example_id"][0]) for part in parts[1:])]
    return [
        Stretch(project.root, number, part, low, high)
        for number, (part, low, high) in enumerate(zip(parts, firsts, [*firsts[1:], None], strict=True))
    ]


def read_table(
    project: Project, stage: str, name: str, schema: pl.Schema, where: pl.Expr | None = None
) -> pl.DataFrame:
    """A table that a stage left, in all rows or those of a stretch; verdicts that nobody gave are none."""
    path = project.stage(stage) / f"{name}.parquet"
    if name == "verdicts" and not path.exists():
        return schema.to_frame()
    rows = read_stage_frame(path, made_by=stage, where=where, columns=schema.names())
    return _cast(rows, schema)


def _cast(rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return rows.select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def check_tables(project: Project) -> dict[str, dict[str, Any]]:
    """The reports of the stages, after a look at whether all that a version is made from is there.

    Raises
    ------
    AssayError
        Naming the first stage whose output is missing or unreadable.
    """
    reports = {stage: read_report(project, stage) for stage in REPORTING}
    for stage, name, schema in _TABLES:
        path = project.stage(stage) / f"{name}.parquet"
        if name == "verdicts" and not path.exists():
            continue
        there = stage_schema(path, made_by=stage)
        if lacking := [column for column in schema if column not in there]:
            raise AssayError(
                f"{path} has no column {', '.join(lacking)}",
                fix=f"assay {stage}   (or: dvc repro -f -s {stage})",
            )
    return reports


@dataclass(frozen=True)
class Wrong:
    """Ids for which something is not so: how many, and the first five."""

    ids: int
    first: tuple[str, ...]


_OTHER_SPLIT = f"in a split other than {', '.join(SPLITS)}"
# What can be wrong, the first to be told first.
_ORDER = (
    "in more than one split",
    "in no split",
    "assigned to a split but not among the examples",
    _OTHER_SPLIT,
    "kept twice",
    "both kept and dropped",
    "neither kept nor dropped",
    "not in the input",
)


def faults(upstream: Upstream) -> dict[str, Wrong]:
    """What does not fit together, in words; the columns that say which rows they are suffice."""
    ids, assigned = upstream.examples["example_id"], upstream.assignments["example_id"]
    # What ingest itself dropped never came in.
    dropped = pl.concat([drops["example_id"] for stage, drops in upstream.drops.items() if stage != "ingest"])
    found = {
        "in more than one split": assigned.filter(assigned.is_duplicated()),
        "in no split": ids.filter(~ids.is_in(assigned.implode())),
        "assigned to a split but not among the examples": assigned.filter(~assigned.is_in(ids.implode())),
        _OTHER_SPLIT: upstream.assignments.filter(~pl.col("split").is_in(SPLITS).fill_null(False))[
            "example_id"
        ],
        **conservation_faults(upstream.ingested["example_id"], ids, dropped),
    }
    return {
        fault: Wrong(wrong.n_unique(), tuple(wrong.unique().sort().head(5)))
        for fault, wrong in found.items()
        if len(wrong)
    }


def refuse(found: Iterable[Mapping[str, Wrong]]) -> None:
    """Fail for the first fault of all stretches, in the order in which `faults` looks for them.

    Raises
    ------
    AssayError
        Naming up to five ids.
    """
    by_fault: dict[str, list[Wrong]] = {}
    for one in found:
        for fault, wrong in one.items():
            by_fault.setdefault(fault, []).append(wrong)
    for fault in sorted(by_fault, key=_ORDER.index):
        rows = sum(wrong.ids for wrong in by_fault[fault])
        first = [name for wrong in by_fault[fault] for name in wrong.first][:5]
        raise AssayError(
            f"data/split does not fit the stages before it: {plural(rows, 'row')} {fault}, "
            f"e.g. {', '.join(first)}",
            fix="run the stages again from the start: dvc repro -f split   (gold/ is untouched)",
        )


def check_upstream(upstream: Upstream) -> None:
    """Fail unless every example is in one split, and every ingested row is either an example or in a ledger.

    Raises
    ------
    AssayError
        Naming up to five ids for which that is not so.
    """
    refuse([faults(upstream)])
