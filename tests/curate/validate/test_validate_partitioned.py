"""Judged by partition, rows break what they break as a whole, whatever the cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.engine import current, together, using
from curate.stage import StageResult
from curate.task import TaskCard
from curate.validate.params import ValidateParams
from curate.validate.partitioned import validate_parts
from curate.validate.stage import validate

TEXTS = [
    *("a good text", "<b>bold</b> text", "Ã© broken", "", "N/A", "ze\u200bro width", "Hello {{name}}", "7"),
    "I am an AI and cannot help with that request, sorry about it.",
    "Je ne sais pas ce que vous voulez, mais je vais vous aider avec plaisir dès que possible.",
    "Das ist eine Antwort auf Deutsch, die nicht in der Sprache der Frage ist und lang genug.",
    "Please tell me when the parcel that I have ordered on Monday is going to arrive at my house.",
]
LABELS = ["refund", "Refund", "re\u200bfund", "delivery", "other", "", "refnud"]
KINDS = {
    "classification": {"labels": {"refund": "", "delivery": ""}},
    "rewriting": {"languages": ("en", "fr")},
    "summary": {"sections": ("Problem", "Action")},
    "extraction": {"output_schema": {"type": "object", "required": ["a"]}},
    "preference": {},
}
OUTPUTS = {"classification": LABELS, "extraction": ['{"a": 1}', '{"b": 2}', "{", "[]"]}


def told(result: StageResult) -> tuple[Any, ...]:
    kept = result.kept if result.parts is None else together(result.parts)
    drops = result.dropped.sort("example_id", "reason", "evidence").rows()
    tables = {name: frame.rows() for name, frame in result.tables.items()}
    return kept.rows(), drops, tables, result.report


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_partitions_break_what_the_whole_breaks(
    tmp_path: Path, examples: Callable[..., pl.DataFrame], card: Callable[..., TaskCard], kind: str, data: Any
) -> None:
    size = data.draw(st.integers(1, 24))
    said = st.lists(st.sampled_from(TEXTS), min_size=size, max_size=size)
    outputs = st.lists(st.sampled_from(OUTPUTS.get(kind, TEXTS)), min_size=size, max_size=size)
    rejected = data.draw(said) if kind == "preference" else [None] * size
    rows = examples(
        data.draw(said),
        data.draw(outputs),
        rejected=rejected,
        language=data.draw(st.lists(st.sampled_from(["en", "fr", None]), min_size=size, max_size=size)),
        held_out=data.draw(st.lists(st.booleans(), min_size=size, max_size=size)),
    ).sort("example_id")
    verdicts = pl.DataFrame(
        {"example_id": rows["example_id"].head(2), "verdict": ["keep", "drop"][: min(size, 2)]}
    )
    params = ValidateParams(rules={"label_variant": "quarantine", "answer_language": "quarantine"})
    task = card(kind, **KINDS[kind])
    expected = told(validate(rows, task, params, verdicts))
    with using("stream", tmp_path / "engine", rows=data.draw(st.integers(-(-size // 4), size + 1))):
        parts = current().parts(rows)
        result = validate_parts(parts, rows["example_id"], task, params, verdicts)
        assert result is not None
        assert told(result) == expected


def test_an_id_that_stands_twice_is_for_the_whole_to_refuse(
    tmp_path: Path, examples: Callable[..., pl.DataFrame], card: Callable[..., TaskCard]
) -> None:
    rows = pl.concat([examples(["a"], ["b"])] * 2)
    with using("stream", tmp_path / "engine", rows=1):
        assert (
            validate_parts(current().parts(rows), rows["example_id"], card("rewriting"), ValidateParams())
            is None
        )
