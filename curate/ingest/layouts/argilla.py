"""Argilla's exports, of all its ages, as fields and questions.

Records as JSON (`fields`, `responses`), their `datasets` form (`NAME.responses` beside `NAME.suggestion` in
version 2, lists of `{value, status}` beside `NAME-suggestion` in version 1), and the first tasks'
(`annotation`). Only what a person submitted counts: drafts, discarded answers and suggestions do not.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.ingest.cells import decoded, is_nested
from curate.ingest.layouts.annotated import Annotated, agreed

_RESPONSES, _SUGGESTION = ".responses", "-suggestion"
_SUBMITTED = {"submitted", "completed", "validated", ""}
_BOOKKEEPING = {
    *("id", "status", "_server_id", "external_id", "metadata", "vectors", "inserted_at", "updated_at"),
    *("prediction", "prediction_agent", "annotation_agent", "multi_label", "explanation", "event_timestamp"),
    *("metrics", "tokens"),
}


def read_argilla(frame: pl.DataFrame) -> Annotated | None:
    """An export as fields and questions; None if the file is not one."""
    there = set(frame.columns)
    if "fields" in there and there & {"responses", "suggestions"}:
        return _records(frame)
    if any(name.endswith(_RESPONSES) for name in there):
        return _version_2(frame)
    asked = [name.removesuffix(_SUGGESTION) for name in frame.columns if name.endswith(_SUGGESTION)]
    if asked and set(asked) <= there:
        return _version_1(frame, asked)
    if "annotation" in there and there & {"annotation_agent", "prediction", "multi_label"}:
        return _first(frame)
    return None


def _made(fields: dict[str, list[Any]], questions: dict[str, list[Any]], *columns: str) -> Annotated:
    return Annotated("argilla", "Argilla", fields, questions, columns)


def _values(frame: pl.DataFrame, name: str) -> list[Any]:
    return [decoded(cell) if is_nested(cell) else cell for cell in frame[name].to_list()]


def _submitted(status: Any) -> bool:
    return status is None or str(status).rpartition(".")[2].lower() in _SUBMITTED


def _records(frame: pl.DataFrame) -> Annotated | None:
    fields = _values(frame, "fields")
    if not any(isinstance(cell, dict) for cell in fields):
        return None
    responses = _values(frame, "responses") if "responses" in frame.columns else [None] * frame.height
    answers = [_answers(cell) for cell in responses]
    suggested = _values(frame, "suggestions") if "suggestions" in frame.columns else []
    questions = {name for row in answers for name in row} | {
        name for cell in suggested for name in _suggested(cell)
    }
    names = {name for cell in fields if isinstance(cell, dict) for name in cell}
    rows = [cell if isinstance(cell, dict) else {} for cell in fields]
    return _made(
        {name: [row.get(name) for row in rows] for name in sorted(names)},
        {name: [agreed(row.get(name, [])) for row in answers] for name in sorted(questions)},
        "fields",
        "responses",
    )


def _suggested(cell: Any) -> list[str]:
    if isinstance(cell, dict):
        return list(cell)
    listed = cell if isinstance(cell, list) else []
    return [str(one["question_name"]) for one in listed if isinstance(one, dict) and one.get("question_name")]


def _answers(cell: Any) -> dict[str, list[Any]]:
    """Question -> the values submitted, from `{question: [{value}]}` or `[{values: {question: {value}}}]`."""
    answers: dict[str, list[Any]] = {}
    if isinstance(cell, dict):
        for name, given in cell.items():
            for one in given if isinstance(given, list) else []:
                if isinstance(one, dict) and _submitted(one.get("status")) and one.get("value") is not None:
                    answers.setdefault(name, []).append(one["value"])
    for one in cell if isinstance(cell, list) else []:
        if isinstance(one, dict) and isinstance(one.get("values"), dict) and _submitted(one.get("status")):
            for name, given in one["values"].items():
                value = given.get("value") if isinstance(given, dict) else given
                if value is not None:
                    answers.setdefault(name, []).append(value)
    return answers


def _fields(frame: pl.DataFrame, *not_these: str) -> dict[str, list[Any]]:
    """Columns that are neither bookkeeping nor an answer."""
    names = [
        name
        for name in frame.columns
        if name not in _BOOKKEEPING
        and name not in not_these
        and not any(name.startswith((f"{one}.", f"{one}-")) for one in not_these)
        and not name.startswith(("metadata.", "vectors."))
    ]
    return {name: frame[name].to_list() for name in names}


def _version_2(frame: pl.DataFrame) -> Annotated:
    asked = [name.removesuffix(_RESPONSES) for name in frame.columns if name.endswith(_RESPONSES)]
    questions = {}
    columns = []
    for name in asked:
        given = _values(frame, f"{name}{_RESPONSES}")
        columns.append(f"{name}{_RESPONSES}")
        of_status = f"{name}{_RESPONSES}.status"
        statuses = _values(frame, of_status) if of_status in frame.columns else [None] * frame.height
        questions[name] = [
            agreed(_submitted_values(values, states)) if isinstance(values, list) else values
            for values, states in zip(given, statuses, strict=True)
        ]
    return _made(_fields(frame, *asked), questions, *columns)


def _submitted_values(values: list[Any], states: Any) -> list[Any]:
    """What annotators submitted, given the state of each answer where the file has them."""
    each = states if isinstance(states, list) else [None] * len(values)
    return [
        value for value, state in zip(values, each, strict=False) if value is not None and _submitted(state)
    ]


def _version_1(frame: pl.DataFrame, asked: list[str]) -> Annotated:
    questions = {}
    for name in asked:
        given = _values(frame, name)
        questions[name] = [
            agreed(_answers({name: values}).get(name, [])) if isinstance(values, list) else values
            for values in given
        ]
    return _made(_fields(frame, *asked), questions, *asked)


def _first(frame: pl.DataFrame) -> Annotated:
    fields = _fields(frame, "annotation")
    columns = ["annotation"]
    if "inputs" in fields:
        inputs = [decoded(cell) if is_nested(cell) else cell for cell in fields.pop("inputs")]
        names = {name for cell in inputs if isinstance(cell, dict) for name in cell}
        fields |= {
            name: [cell.get(name) if isinstance(cell, dict) else None for cell in inputs] for name in names
        }
        columns.append("inputs")
    statuses = frame["status"].to_list() if "status" in frame.columns else [None] * frame.height
    answers = [
        answer if str(status).rpartition(".")[2].lower() != "discarded" else None
        for answer, status in zip(_values(frame, "annotation"), statuses, strict=True)
    ]
    return _made(dict(sorted(fields.items())), {"annotation": answers}, *columns)
