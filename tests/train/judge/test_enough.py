"""Which simpler way is enough: by the rule of the verdict, with the evidence, and the data before all."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from curate.task import Kind
from train.judge.enough import contradicting, which_is_enough
from train.kinds.classification import Classification
from train.kinds.extraction import Extraction
from train.kinds.preference import Preference
from train.kinds.rewriting import Rewriting

FAMILIES = {
    "prompt": "prompt",
    "retrieved": "retrieval",
    "probe": "probe",
    "lora": "adapter",
    "lm_lora": "adapter",
}


def document(
    scores: dict[str, float], gains: dict[str, tuple[float, float, float]], target: float = 0.8
) -> dict[str, Any]:
    tuned = "lm_lora" if "lm_lora" in scores else None
    return {
        "metric": {"name": "f", "target": target},
        "metrics": {"f": "F1"},
        "systems": [
            {"name": name, "title": name, "family": FAMILIES[name], "f": {"point": score}}
            for name, score in scores.items()
        ],
        "fine_tuned": tuned,
        "best_simpler": max((name for name in scores if name != tuned), key=lambda name: scores[name]),
        "comparisons": [
            {
                "purpose": "verdict",
                "system": tuned,
                "against": name,
                "difference": {"point": point, "low": low, "high": high},
                "p_metric": 0.001 if low > 0 else 0.4,
            }
            for name, (point, low, high) in gains.items()
        ],
    }


def ways(found: dict[str, Any]) -> dict[str, bool]:
    return {line["way"]: line["enough"] for line in found["ways"]}


def test_retrieval_is_enough_where_a_gain_over_it_is_ruled_out_and_prompting_is_not() -> None:
    found = which_is_enough(
        document(
            {"prompt": 0.3, "retrieved": 0.7, "lm_lora": 0.69},
            {"prompt": (0.39, 0.3, 0.5), "retrieved": (-0.01, -0.03, 0.005)},
        ),
        0.01,
        0.05,
        0.0,
        0.0,
    )
    assert ways(found) == {"prompting": False, "retrieval": True, "fix the data first": False}
    assert found["enough"] == "retrieval" and "ruled out" in found["sentence"]
    assert found["sentence"].startswith("Enough is retrieval: retrieved scores 0.700 F1")


def test_none_is_enough_where_the_gain_is_shown_over_each() -> None:
    found = which_is_enough(
        document(
            {"prompt": 0.1, "retrieved": 0.3, "lm_lora": 0.6},
            {"prompt": (0.5, 0.4, 0.6), "retrieved": (0.3, 0.2, 0.4)},
        ),
        0.01,
        0.05,
        0.02,
        0.0,
    )
    assert found["enough"] is None and not found["data_first"]
    assert found["sentence"].startswith("Neither prompting nor retrieval was shown to be enough: retrieved")


def test_the_simplest_of_several_is_named_and_a_tuned_encoder_is_smaller_than_a_language_model() -> None:
    found = which_is_enough(
        document(
            {"prompt": 0.2, "lora": 0.92, "lm_lora": 0.92},
            {"prompt": (0.7, 0.6, 0.8), "lora": (0.0, -0.02, 0.004)},
        ),
        0.01,
        0.05,
        0.0,
        0.0,
    )
    assert found["enough"] == "smaller system"
    line = next(line for line in found["ways"] if line["way"] == "smaller system")
    assert line["system"] == "lora"


@pytest.mark.parametrize(("doubtful", "against"), [(0.06, 0.0), (0.0, 0.06)])
def test_noise_above_the_gap_says_to_fix_the_data_first(doubtful: float, against: float) -> None:
    made = document({"retrieved": 0.84, "lm_lora": 0.87}, {"retrieved": (0.03, 0.01, 0.05)})
    found = which_is_enough(made, 0.01, 0.05, doubtful, against)
    assert found["data_first"] and found["sentence"].startswith("Fix the data first: ")
    assert not which_is_enough(made, 0.01, 0.05, 0.01, 0.0)["data_first"]


def test_without_a_fine_tuned_system_the_target_decides() -> None:
    found = which_is_enough(document({"prompt": 0.85, "retrieved": 0.7}, {}), 0.01, 0.05, 0.0, 0.0)
    assert found["enough"] == "prompting" and ways(found)["retrieval"] is False


def gold(rows: list[tuple[str, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["input", "output", "rejected"][: len(rows[0])], orient="row")


def test_contradictions_are_counted_by_kind() -> None:
    labels = gold([("Lost card", "a"), ("lost  CARD", "a"), ("lost card", "b"), ("other", "b")])
    assert contradicting(labels, Kind.CLASSIFICATION, Classification(("a", "b"))) == 0.25
    same = gold([("x", '{"n": 1, "d": "y"}'), ("x", '{"d": "y", "n": 1.0}'), ("x", '{"n": 2}'), ("z", "{}")])
    assert contradicting(same, Kind.EXTRACTION, Extraction()) == 0.25
    texts = gold(
        [
            ("x", "We are very sorry for this"),
            ("x", "We are so sorry for this"),
            ("x", "Go away!"),
            ("y", "hm"),
        ]
    )
    assert contradicting(texts, Kind.REWRITING, Rewriting()) == 0.25
    pairs = gold([("x", "kind", "rude"), ("x", "kind", "curt"), ("x", "rude", "kind"), ("y", "a", "b")])
    assert contradicting(pairs, Kind.PREFERENCE, Preference()) == 0.25
    assert contradicting(labels.clear(), Kind.CLASSIFICATION, Classification(("a", "b"))) == 0.0
