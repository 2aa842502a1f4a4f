"""Label Studio's JSON export: a task's `data`, and `annotations` whose results name the question
(`from_name`) and hold the answer.

JSON-MIN, its other export, has these as columns already; what is left to do there (one choice is a text,
several are `{"choices": [...]}`) is done where cells become text. Predictions of a model are never read.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.ingest.cells import decoded
from curate.ingest.layouts.annotated import Annotated, agreed, one_or_all

# Where answers stand in this and in old exports.
_ANSWERS = ("annotations", "completions")
# Columns of bookkeeping in JSON-MIN; two of them tell the format.
_BOOKKEEPING = ("annotator", "annotation_id", "lead_time", "created_at", "updated_at")
_OTHER = ("id", "inner_id", "agreement", "total_annotations", "cancelled_annotations", "predictions")
_TELLING = 2
_SPAN = ("start", "end", "text", "startOffset", "endOffset", "globalOffsets")


def read_full(frame: pl.DataFrame) -> Annotated | None:
    """A full export as fields and questions; None if the file is not one."""
    answers = next((name for name in _ANSWERS if name in frame.columns), None)
    if answers is None or "data" not in frame.columns:
        return None
    tasks = [decoded(cell) for cell in frame["data"].to_list()]
    annotations = [decoded(cell) for cell in frame[answers].to_list()]
    if not any(isinstance(task, dict) for task in tasks) or not any(
        isinstance(listed, list) for listed in annotations
    ):
        return None
    rows = [_by_question(listed if isinstance(listed, list) else []) for listed in annotations]
    fields = dict.fromkeys(name for task in tasks if isinstance(task, dict) for name in task)
    questions = dict.fromkeys(name for row in rows for given in row for name in given)
    rows_of_fields = [task if isinstance(task, dict) else {} for task in tasks]
    return Annotated(
        "label_studio",
        "Label Studio",
        {name: [row.get(name) for row in rows_of_fields] for name in sorted(fields)},
        {name: [agreed([given.get(name) for given in row]) for row in rows] for name in sorted(questions)},
        ("data", answers),
    )


def _by_question(listed: list[Any]) -> list[dict[str, Any]]:
    """For each annotator who did not skip the task: question -> answer. Answers marked as the truth stand
    alone.
    """
    given = [
        one
        for one in listed
        if isinstance(one, dict) and not one.get("was_cancelled") and isinstance(one.get("result"), list)
    ]
    truths = [one for one in given if one.get("ground_truth")]
    by_row = []
    for one in truths or given:
        values: dict[str, list[Any]] = {}
        spans: set[str] = set()
        for result in one["result"]:
            if not isinstance(result, dict):
                continue
            name = str(result.get("from_name") or result.get("type") or "result")
            value, is_span = _value(result)
            values.setdefault(name, []).extend(value)
            if is_span:
                spans.add(name)
        answers = {name: given if name in spans else one_or_all(given) for name, given in values.items()}
        by_row.append(answers)
    return by_row


def _value(result: dict[str, Any]) -> tuple[list[Any], bool]:
    """What one result says, and whether it says it of a span of the text."""
    value = result.get("value")
    if not isinstance(value, dict):
        return [result.get("value") if "value" in result else _without_ids(result)], False
    if ("start" in value or "startOffset" in value) and "end" in value:
        return [value], True
    said = {name: answer for name, answer in value.items() if name not in _SPAN or name == "text"}
    if len(said) == 1:
        answer = next(iter(said.values()))
        return (list(answer) if isinstance(answer, list) else [answer]), False
    return [value], False


def _without_ids(result: dict[str, Any]) -> dict[str, Any]:
    return {name: content for name, content in result.items() if name not in ("id", "from_name", "to_name")}


def is_min(frame: pl.DataFrame) -> bool:
    """Whether a file is a JSON-MIN export."""
    there = set(frame.columns)
    return len(there & set(_BOOKKEEPING)) >= _TELLING and bool(there & {"annotator", "annotation_id"})


def min_columns(frame: pl.DataFrame) -> dict[str, Any] | None:
    """Input and output of a JSON-MIN export; None unless there is just one other column beside the text."""
    rest = [name for name in frame.columns if name not in (*_BOOKKEEPING, *_OTHER)]
    text = next((name for name in ("text", "prompt") if name in rest), None)
    others = [name for name in rest if name != text]
    return {"input": text, "output": others[0]} if text and len(others) == 1 else None
