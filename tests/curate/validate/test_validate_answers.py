"""Answers that are in another language than their row, or break the style that the card asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from curate.task import Style, TaskCard
from curate.validate.params import ValidateParams
from curate.validate.stage import validate

GERMAN = [
    "Ihr Paket ist morgen früh bei Ihnen, bitte halten Sie die Nummer bereit.",
    "Die Werkstatt öffnet am Montag wieder und meldet sich dann bei Ihnen.",
]
ENGLISH = "Your parcel reaches you tomorrow morning, please have the number ready."
STRICT = ValidateParams(rules={"answer_language": "quarantine"})
Build = Callable[..., Any]


def german_rows(examples: Build, answers: list[str], text: str = "ein Entwurf") -> pl.DataFrame:
    rows: pl.DataFrame = examples(
        [f"{text} {at}" for at in range(len(answers))], answers, language=["de"] * len(answers)
    )
    return rows


def test_an_answer_in_another_language_is_reported_with_both(examples: Build, card: Build) -> None:
    rows = german_rows(examples, [*GERMAN * 6, ENGLISH])
    result = validate(rows, card("rewriting"), STRICT)
    assert result.dropped.select("example_id", "reason", "evidence").rows() == [
        ("r12", "answer_language", "output: reads as en, the row is de")
    ]
    warned = validate(rows, card("rewriting"))
    assert warned.dropped.is_empty() and warned.tables["warnings"]["example_id"].to_list() == ["r12"]


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ([*GERMAN, ENGLISH], "ein Entwurf"),  # a third of the answers: the task asks for it
        ([*GERMAN * 6, ENGLISH], "Übersetze ins Englische: Entwurf"),
        ([*GERMAN * 6, "Next Level Business Class"], "ein Entwurf"),  # too short to tell
    ],
)
def test_where_another_language_may_be_meant_nothing_is_said(
    examples: Build, card: Build, answers: list[str], text: str
) -> None:
    assert validate(german_rows(examples, answers, text), card("rewriting"), STRICT).dropped.is_empty()


def test_a_row_whose_prompt_names_another_language_than_either_is_told_of_once(
    examples: Build, card: Build
) -> None:
    rows = examples(
        [
            "Please answer in French: which papers do I need for the appointment?",
            *["Where is it?"] * 12,
        ],
        [GERMAN[0], *[ENGLISH] * 12],
    )
    assert validate(rows, card("rewriting"), STRICT).dropped.select("reason", "evidence").rows() == [
        ("answer_language", "output: reads as de, the input asks for fr")
    ]


def test_an_answer_that_breaks_the_style_does_not_reach_gold(examples: Build, card: Build) -> None:
    styled: TaskCard = card("rewriting", style=Style(never=("cheap",), protected=("noraFlow",)))
    rows = examples(
        ["a Noraflow for 9 euros", "buy one today", "two for 5 euros", "a Noraflow now"],
        ["A noraFlow costs 9 euros", "Buy a cheap one", "Two cost 6 euros", "The Noraflow is here"],
    )
    result = validate(rows, styled)
    assert result.dropped.select("example_id", "reason", "evidence").rows() == [
        ("r1", "style_words", "output: never: cheap"),
        ("r3", "style_words", "output: protected: noraFlow"),
    ]
    assert result.tables["warnings"].rows() == [("r2", "style_shape", "output: numbers")]


def test_style_rules_can_be_turned_off_and_other_kinds_have_none(examples: Build, card: Build) -> None:
    styled = card("rewriting", style=Style(never=("cheap",)))
    rows = examples(["buy one today"], ["Buy a cheap one"])
    assert validate(rows, styled, ValidateParams(rules={"style_words": "off"})).dropped.is_empty()
    assert validate(rows, card("rewriting")).dropped.is_empty()
