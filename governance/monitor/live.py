"""The live file, the answers that `assay predict` gave to it, and labels that came late.

The file is read in parts and each part is collapsed at once, so memory grows with its distinct texts. Rows
without text, unreadable ones, and those longer than an input may be are set aside and counted: `predict`
refuses them too.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from curate.errors import AssayError
from curate.ingest.params import IngestParams
from curate.params import read_yaml
from curate.project import Project
from curate.read import need_columns, read_table
from curate.read.stream import parts
from curate.text import plain
from curate.validate.params import ValidateParams
from governance.monitor.rows import RAW, collapsed
from governance.predict.inputs import columns_of, live_rows

PART = 4_096
# Parts that are collapsed together: each time costs a pass over all distinct texts so far.
TOGETHER = 64


@dataclass(frozen=True)
class Fields:
    """Columns of a file that a person named; the others are as section `ingest` says."""

    inputs: tuple[str, ...] = ()
    id: str | None = None
    group: str | None = None
    label: str | None = None
    format: str = "auto"
    encoding: str = "utf-8"
    delimiter: str | None = None


@dataclass(frozen=True)
class Read:
    """A file's rows.

    Parameters
    ----------
    rows
        As `rows.collapsed` makes them, not yet masked.
    total
        Rows of the file.
    aside
        Rows set aside, by reason.
    grouped
        Whether rows name their group.
    says
        Columns of the file among `language`, `source`, `label`, `at`.
    """

    rows: pl.DataFrame
    total: int
    aside: dict[str, int] = field(default_factory=dict)
    grouped: bool = False
    says: frozenset[str] = frozenset()


def read_live(project: Project, path: Path, fields: Fields) -> Read:
    """The rows of a file.

    Raises
    ------
    AssayError
        If it cannot be read, holds no row, or lacks a column that was named.
    """
    limit = project.params("validate", ValidateParams).input.max_chars
    waiting: list[pl.DataFrame] = []
    total, aside, columns = 0, dict[str, int](), None
    roles: dict[str, str] = {}
    for part in parts(path, PART, format=fields.format, encoding=fields.encoding, delimiter=fields.delimiter):
        total += part.height
        if part.records.rejects.height:
            aside["unreadable"] = aside.get("unreadable", 0) + part.records.rejects.height
        if not part.records.frame.height:
            continue
        if columns is None:
            roles = _roles(project, part.records.frame, path, fields)
            carried = tuple(sorted(set(roles.values())))
            columns = columns_of(project, part.records.frame, path, fields.inputs, fields.id, carried)
            if columns.id is None:
                columns = replace(columns, id=_usual_id(part.records.frame))
        rows = live_rows(part, columns, path).filter(~pl.col("unreadable"))
        fine = _raw(rows, roles)
        for reason, bad in (
            ("empty", pl.col("input").fill_null("").str.strip_chars() == ""),
            ("too_long", pl.col("input").str.len_chars() > limit),
        ):
            if count := fine.filter(bad).height:
                aside[reason] = aside.get(reason, 0) + count
                fine = fine.filter(~bad.fill_null(True))
        waiting.append(collapsed(fine).select(*RAW))
        if len(waiting) >= TOGETHER:
            waiting = [collapsed(pl.concat(waiting)).select(*RAW)]
    stacked = pl.concat(waiting) if waiting else None
    if stacked is None or not stacked.height:
        raise AssayError(
            f"{plain(path.name, 80)} holds no row that can be compared"
            + (f" ({_counts(aside)})" if aside else ""),
            fix="export it again, with the column of the texts: --input COLUMN",
        )
    assert columns is not None
    says = {name for name, there in (("language", columns.language), ("source", columns.source)) if there}
    return Read(collapsed(stacked), total, aside, "group" in roles, frozenset(says | set(roles)))


def _usual_id(frame: pl.DataFrame) -> str | None:
    return next((name for name in ("id", "example_id") if name in frame.columns), None)


def _counts(aside: dict[str, int]) -> str:
    return ", ".join(f"{reason.replace('_', ' ')} {rows:,}" for reason, rows in aside.items())


def _roles(project: Project, frame: pl.DataFrame, path: Path, fields: Fields) -> dict[str, str]:
    """Which columns hold group, label and time, of those that the file has."""
    for column, option in ((fields.group, "--group"), (fields.label, "--label")):
        need_columns(frame, [column] if column else [], path.name, option=option)
    has_ingest = bool(read_yaml(project.root / "params.yaml").get("ingest") or {})
    usual = project.params("ingest", IngestParams).columns if has_ingest else None
    asked = {
        "group": fields.group or (usual.group if usual else None) or "group",
        "label": fields.label or (usual.output if usual and isinstance(usual.output, str) else None),
        "at": (usual.collected_at if usual else None) or "collected_at",
    }
    return {role: name for role, name in asked.items() if name and name in frame.columns}


def _raw(rows: pl.DataFrame, roles: dict[str, str]) -> pl.DataFrame:
    def carried(role: str) -> pl.Expr:
        name = f"={roles[role]}" if role in roles else None
        return (pl.col(name) if name else pl.lit(None)).cast(pl.String).alias(role)

    return rows.select(
        pl.col("row").cast(pl.Int64),
        "id",
        "input",
        "language",
        "source",
        *(carried(role) for role in ("group", "label", "at")),
        pl.lit(1, pl.Int64).alias("copies"),
    ).select(*RAW)


def read_answers(path: Path) -> pl.DataFrame:
    """`row, answer, confidence, refused, codes` of what `assay predict` wrote: the kept rows, and the refused
    ones beside them.

    Raises
    ------
    AssayError
        If a column is missing.
    """
    kept = read_table(path)
    need_columns(kept, ["row", "output"], path.name, option="--answers")
    frames = [_answers(kept, "output", refused=False)]
    beside = path.with_suffix(f".refused{path.suffix}")
    if beside.exists():
        frames.append(_answers(read_table(beside), "answer", refused=True))
    return pl.concat(frames).unique("row", keep="first", maintain_order=True).sort("row")


def _answers(frame: pl.DataFrame, column: str, *, refused: bool) -> pl.DataFrame:
    there = frame.columns
    return frame.select(
        pl.col("row").cast(pl.Int64),
        pl.col(column).cast(pl.String).alias("answer"),
        (pl.col("confidence") if "confidence" in there else pl.lit(None))
        .cast(pl.Float64)
        .alias("confidence"),
        (pl.col("codes").cast(pl.String) if refused and "codes" in there else pl.lit("")).alias("codes"),
        pl.lit(refused).alias("refused"),
    )


def read_labels(path: Path, project: Project, fields: Fields) -> pl.DataFrame:
    """`id, truth`: labels that came late, by the id of the live row.

    Raises
    ------
    AssayError
        If the file has no column of ids or of labels, or names a row twice with two labels.
    """
    frame = read_table(path)
    has_ingest = bool(read_yaml(project.root / "params.yaml").get("ingest") or {})
    usual = project.params("ingest", IngestParams).columns if has_ingest else None
    output = usual.output if usual and isinstance(usual.output, str) else None
    names = (fields.id, usual.id if usual else None, "id", "example_id")
    id_column = next((name for name in names if name and name in frame.columns), fields.id or "id")
    wanted = (fields.label, output, "label", "output")
    label = next((name for name in wanted if name and name in frame.columns), fields.label or "label")
    need_columns(frame, [id_column, label], path.name, option="--labels")
    told = frame.select(
        pl.col(id_column).cast(pl.String).alias("id"), pl.col(label).cast(pl.String).alias("truth")
    ).drop_nulls()
    told = told.unique(maintain_order=True)
    if told["id"].is_duplicated().any():
        raise AssayError(f"{plain(path.name, 80)} gives a row two labels", fix="leave one line for each row")
    return told
