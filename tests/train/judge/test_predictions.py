"""Predictions: raw beside parsed, whether the form holds, and what each row scored."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("sklearn")
from train.judge.predictions import by_row, predictions
from train.kinds.classification import Classification
from train.kinds.extraction import Extraction
from train.kinds.preference import Preference
from train.kinds.summary import Summary


def table(scoring: Any, rows: pl.DataFrame, answers: list[Any], written: list[str] | None = None) -> Any:
    series = pl.Series("answer", answers)
    one: Any = SimpleNamespace(
        answers=SimpleNamespace(
            name="system",
            answers={"test": series},
            written={"test": pl.Series(written)} if written else None,
        ),
        certainty=None,
        matrix=scoring.matrix(rows, series),
        right=scoring.right(rows, series),
    )
    return predictions([one], rows, scoring)


def frame(outputs: list[str]) -> pl.DataFrame:
    ids = [f"r{place}" for place in range(len(outputs))]
    return pl.DataFrame({"example_id": ids, "input": ["say 7"] * len(outputs), "output": outputs})


def test_an_answer_of_a_form_is_parsed_checked_and_scored_row_by_row() -> None:
    schema = {"type": "object", "required": ["a"]}
    found = table(
        Extraction(schema),
        frame(['{"a": 7}'] * 4),
        ['{"a": 7}', '{"b": 7}', "no JSON", '{"a": 7, "b": "x"}'],
    )
    assert found["raw"].to_list() == ['{"a": 7}', '{"b": 7}', "no JSON", '{"a": 7, "b": "x"}']
    assert [text and json.loads(text) for text in found["parsed"]] == [
        {"a": 7},
        {"b": 7},
        None,
        {"a": 7, "b": "x"},
    ]
    assert found["valid"].to_list() == [True, False, False, True]
    assert found["exact_match"].to_list() == [1.0, 0.0, 0.0, 0.0]
    assert found["field_f1"].round(3).to_list() == [1.0, 0.0, 0.0, 0.667]


def test_a_sentence_that_names_a_label_is_kept_beside_the_label() -> None:
    found = table(Classification(("a", "b")), frame(["a", "b"]), ["a", ""], ["The label is: a", "who knows"])
    assert found["raw"].to_list() == ["The label is: a", "who knows"]
    assert found["parsed"].to_list() == ['"a"', None] and found["valid"].to_list() == [True, False]
    assert found["macro_f1"].to_list() == [1.0, 0.0]


def test_sections_are_parsed_and_a_preference_writes_nothing() -> None:
    summary = Summary(("Problem", "Next step"))
    found = table(summary, frame(["x", "y"]), ["Problem: lost\nNext step: look", "Problem: lost"])
    assert [json.loads(text) for text in found["parsed"]] == [
        {"Problem": "lost", "Next step": "look"},
        {"Problem": "lost"},
    ]
    assert found["valid"].to_list() == [True, False]
    rows = frame(["x", "y"]).with_columns(pl.lit("zz").alias("rejected"))
    found = table(Preference(), rows, [0.25, -1.0])
    assert found["raw"].null_count() == 2 and found["parsed"].to_list() == ["0.25", "-1.0"]
    assert found["reward_accuracy"].to_list() == [1.0, 0.0]


def test_scores_of_rows_average_to_the_share_of_right_answers_in_any_block() -> None:
    scoring = Classification(tuple("abc"))
    draw = np.random.default_rng(0)
    rows = frame([str(label) for label in draw.choice(list("abc"), 2500)])
    answers = pl.Series([str(label) for label in draw.choice(list("abc"), 2500)])
    matrix = scoring.matrix(rows, answers)
    found = by_row(matrix, scoring)
    assert found["accuracy"].mean() == pytest.approx(scoring.figures(matrix)["accuracy"])
    assert len(found["macro_f1"]) == 2500
