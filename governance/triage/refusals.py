"""Rows that `assay predict` refused, or that `assay monitor --candidates` found most unlike gold, as a queue:
a person gives the right answer, and the row may come in.

Answers go to a file of their own (JSON Lines, a line an answer, appended at once), with the names that
section `ingest` of params.yaml gives to id, input and output: name it among `ingest.files` and its rows come
in. A later run of `assay predict` may write its file anew; what was answered stays, and is not asked again. A
row that is dropped has no output, so that ingest leaves it out.

Texts are those of the refused file, which are masked. What a person gives has to fit the task card.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import Field

from curate.errors import AssayError
from curate.examples import EXAMPLES, conform
from curate.files import canonical_json, write_text
from curate.params import Params
from curate.project import Project
from curate.read import need_columns, read_table
from curate.task import Kind
from curate.text import plain
from curate.validate.params import ValidateParams
from curate.validate.schema import requirements, schema_failures
from governance.predict.refused import UNLIKE, Names, further_columns, names_of
from governance.triage.row_verdicts import Wish
from governance.triage.rows import RowItem, RowQueue

# Refused for the input alone: there is nothing that a person could answer.
_NOTHING_TO_ANSWER = ("unreadable", "empty_input")


class TriageParams(Params):
    """Section `triage` of params.yaml."""

    refusals: str | None = Field(None, description="Refused rows of `assay predict` that wait for an answer.")
    answers: str = Field(
        "data/raw/answered.jsonl", description="Where their answers go, to be named in ingest.files."
    )


@dataclass(frozen=True)
class Refusals:
    """Refused rows of a file, and what was answered of them.

    Parameters
    ----------
    rows
        The file's rows that can be answered: `id, input, answer, reasons`.
    answered
        Ids that a line of the answers' file names.
    """

    rows: pl.DataFrame
    answered: frozenset[str]
    names: Names
    to: Path

    def queue(self, labels: Sequence[str]) -> RowQueue:
        """The rows that wait; `labels` are offered as answers, the model's own first."""
        waiting = self.rows.filter(~pl.col("id").is_in(sorted(self.answered)))
        items = tuple(
            RowItem(row["id"], "warning", (_why(row),), _choices(row["answer"], labels))
            for row in waiting.iter_rows(named=True)
        )
        texts = {
            row["id"]: {"input": row["input"], "output": row["answer"], "rejected": None}
            for row in waiting.iter_rows(named=True)
        }
        return RowQueue(items, waiting, texts)


def _why(row: Mapping[str, Any]) -> str:
    return str(row["reasons"]) if row["codes"] == UNLIKE else f"refused: {row['reasons']}"


def _choices(answer: str | None, labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*([answer] if answer else []), *labels]))


def read_refusals(project: Project, file: Path | None) -> Refusals:
    """The refused rows of `file`, or of the one that params name.

    Raises
    ------
    AssayError
        If no file is named, it is missing, or it is not one that `assay predict` wrote.
    """
    params = project.params("triage", TriageParams)
    named = file or (project.root / params.refusals if params.refusals else None)
    if named is None:
        raise AssayError(
            "no file of refused rows is named",
            fix="assay triage --refusals routed.refused.parquet   (or params.yaml: triage: {refusals: ...})",
        )
    names = names_of(project, named.name.split(".")[0])
    frame = read_table(named)
    need_columns(frame, [names.id, names.input, "answer", "codes", "reasons"], named.name)
    known = [name for name in further_columns(project, names) if name in frame.columns]
    rows = frame.select(
        pl.col(names.id).cast(pl.String).alias("id"),
        pl.col(names.input).cast(pl.String).alias("input"),
        pl.col("answer").cast(pl.String),
        pl.col("codes").cast(pl.String),
        pl.col("reasons").cast(pl.String),
        *(pl.col(name).cast(pl.String).alias(f"={name}") for name in known),
    ).unique("id", keep="first", maintain_order=True)
    hopeless = pl.any_horizontal(
        pl.col("codes").fill_null("").str.contains(code) for code in _NOTHING_TO_ANSWER
    )
    to = project.root / params.answers
    asked = rows.filter(~hopeless, pl.col("input").is_not_null())
    return Refusals(asked, frozenset(_answered(to, names)), names, to)


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except ValueError:
        raise AssayError(
            f"{path.name} holds a line that is not JSON",
            fix=f"correct that line of {path.name}, or move it away",
        ) from None


def _answered(path: Path, names: Names) -> list[str]:
    return [str(line[names.id]) for line in _lines(path) if names.id in line]


def answer(project: Project, refusals: Refusals, wishes: Sequence[Wish], who: str, today: date) -> None:
    """Write answers: a line each; an undo takes the row's line out again.

    Parameters
    ----------
    wishes
        `keep` (the model's answer is right), `relabel` with an output, `drop`, or `unsure`: take it back.

    Raises
    ------
    AssayError
        If a row is not there, or an answer does not fit the task card.
    """
    rows = {row["id"]: row for row in refusals.rows.iter_rows(named=True)}
    lines = _lines(refusals.to)
    for wish in wishes:
        if wish.example_id not in rows:
            raise AssayError(
                f"row {plain(wish.example_id, 60)} is not among the refused rows that can be answered",
                fix="assay triage --refusals FILE --list",
            )
        row = rows[wish.example_id]
        lines = [line for line in lines if str(line.get(refusals.names.id)) != wish.example_id]
        if wish.verdict == "unsure":
            continue
        output = {"keep": row["answer"], "drop": None}.get(wish.verdict, wish.changes.get("output"))
        if wish.verdict != "drop":
            output = _fitting(project, wish.example_id, row, output)
        lines.append(
            {
                **_others(project, refusals.names, row, today),
                refusals.names.id: wish.example_id,
                refusals.names.input: row["input"],
                refusals.names.output: output,
                "answered_by": who,
                "answered_on": today.isoformat(),
            }
        )
    refusals.to.parent.mkdir(parents=True, exist_ok=True)
    write_text(refusals.to, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def _others(project: Project, names: Names, row: Mapping[str, Any], today: date) -> dict[str, str | None]:
    """The further columns that section `ingest` names, which ingest asks every file for: as the file of the
    rows tells them, else when the row was collected is the day of the answer, and the rest is not known.
    """
    further = further_columns(project, names)
    days = {column: today.isoformat() for column, role in further.items() if role == "at"}
    return {column: row.get(f"={column}") or days.get(column) for column in further}


def _fitting(project: Project, name: str, row: Mapping[str, Any], output: str | None) -> str:
    """The answer in the form in which ingest writes it, if the card takes it."""
    if not output:
        raise AssayError(
            f"the model gave no answer to row {plain(name, 60)} that could be kept",
            fix=f"assay triage --refusals FILE --row {plain(name, 60)} --relabel OUTPUT",
        )
    if project.task.kind is Kind.EXTRACTION:
        try:
            output = canonical_json(json.loads(output))
        except ValueError:
            raise AssayError(
                f"the answer to row {plain(name, 60)} is not JSON", fix="give the whole JSON document"
            ) from None
    row = {"example_id": name, "input": row["input"], "output": output, "held_out": False}
    example = conform(pl.DataFrame([row]), EXAMPLES)
    faults = schema_failures(
        example, requirements(example, project.task, project.params("validate", ValidateParams))
    )
    if faults.height:
        told = faults.sort("reason", "evidence").row(0, named=True)
        raise AssayError(
            f"the answer to row {plain(name, 60)} does not fit the task card: {told['reason']} "
            f"({plain(told['evidence'], 200)})",
            fix="give an output that task.yaml allows",
        )
    return output
