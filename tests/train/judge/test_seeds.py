"""What further seeds say about a gain."""

from __future__ import annotations

import statistics
from typing import Any

import pytest

from train.judge.comparison import Judgement
from train.judge.seeds import Spread, with_seeds
from train.judge.verdict import Verdict


def judgement() -> Judgement:
    systems = [
        {"name": name, "title": name.title(), "accuracy": {"point": point}}
        for name, point in (("lora", 0.85), ("probe", 0.80))
    ]
    document: dict[str, Any] = {"systems": systems, "fine_tuned": "lora", "best_simpler": "probe"}
    document["verdict"] = {"outcome": "fine_tune", "headline": "h", "reasons": ["first"]}
    return Judgement(document, {}, Verdict("fine_tune", "h", ("first",)))


def said(*others: float) -> tuple[Judgement, str]:
    done = with_seeds(judgement(), {"lora": {"accuracy": Spread((0.85, *others))}}, "accuracy", "accuracy")
    return done, done.verdict.reasons[-1]


def test_a_narrow_spread_is_told_and_nothing_more() -> None:
    done, words = said(0.84, 0.86)
    figures = next(one for one in done.document["systems"] if one["name"] == "lora")["seeds"]
    assert figures["count"] == 3
    assert figures["accuracy"]["sd"] == pytest.approx(statistics.stdev([0.85, 0.84, 0.86]))
    assert (figures["accuracy"]["low"], figures["accuracy"]["high"]) == (0.84, 0.86)
    assert "3 seeds" in words and "larger than" not in words and "does not beat" not in words
    assert done.document["verdict"]["reasons"] == ["first", words]


def test_the_verdict_says_where_the_spread_is_larger_than_the_gain() -> None:
    _, words = said(0.79, 0.86)
    assert "spread of 0.070 is larger than the difference of +0.050" in words
    assert "With 1 of 3 seeds it does not beat Probe" in words


def test_one_seed_changes_nothing() -> None:
    before = judgement()
    assert with_seeds(before, {}, "accuracy", "accuracy") is before
