"""The comparison on made-up systems whose order is known."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import polars as pl
import pytest

from train.judge.comparison import Answers, Settings, judge
from train.kinds.classification import Classification

pytest.importorskip("scipy")
LABELS = ["billing", "delivery", "account", "other"]
SCORING = Classification(LABELS)
SETTINGS = Settings(
    "macro_f1", 0.9, worthwhile=0.01, risk=0.05, bootstrap=300, permutations=500, confidence=0.95, seed=0
)


def frame(rows: Any, seed: int, group: Any = None) -> Any:
    truth = np.random.default_rng(seed).integers(4, size=rows)
    ids = [f"{seed}-{i:04d}" for i in range(rows)]
    return pl.DataFrame(
        {"example_id": ids, "output": [LABELS[code] for code in truth], "group": group or [None] * rows},
        schema={"example_id": pl.String, "output": pl.String, "group": pl.String},
    )


def splits(test_rows: Any = 400, validation_rows: Any = 300, group: Any = None) -> Any:
    return {
        "train": frame(150, 1),
        "validation": frame(validation_rows, 2),
        "test": frame(test_rows, 3, group),
    }


def system(name: str, family: Any, skill: Any, where: Any, parameters: Any = 10, seed: int = 0) -> Any:
    """Right with probability `skill` (per split or one for all), and sure of itself to that degree."""
    proba = {}
    for index, (split, rows) in enumerate(where.items()):
        draw, share = np.random.default_rng([seed, index]), skill[split] if isinstance(skill, dict) else skill
        truth = np.array([LABELS.index(label) for label in rows["output"]], dtype=int)
        answer = np.where(draw.random(len(truth)) < share, truth, (truth + 1) % 4)
        proba[split] = np.full((len(truth), 4), (1 - share) / 3)
        proba[split][np.arange(len(truth)), answer] = share
    named = types.SimpleNamespace(
        name=name, title=name.title(), family=family, trainable_parameters=parameters
    )
    return Answers.of_probabilities(named, LABELS, proba, 1.0, 1.0)


def field_of(where: Any, lora: Any = 0.95, probe: Any = 0.8) -> Any:
    return [
        system("lora", "adapter", lora, where, 900, seed=4),
        system("majority", "baseline", 0.3, where, 0, seed=1),
        system("probe", "probe", probe, where, 50, seed=2),
        system("tfidf", "baseline", 0.65, where, 80, seed=3),
        system("full", "full", 0.95, where, 9000, seed=5),
    ]


def test_clearly_better_adapter_is_worth_it() -> None:
    where = splits()
    found = judge(where, SCORING, field_of(where), SETTINGS)
    assert found.verdict.outcome == "fine_tune"
    assert found.document["best_simpler"] == "probe"
    assert found.document["fine_tuned"] == "lora"
    first = found.document["comparisons"][0]
    assert (first["purpose"], first["system"], first["against"]) == ("verdict", "lora", "probe")
    assert first["p_metric"] < 0.01 and first["difference"]["low"] > 0.08
    assert found.document["verdict"]["outcome"] == "fine_tune"


def test_equal_systems_below_the_target_cannot_be_told_apart_on_few_rows() -> None:
    where = splits(test_rows=80)
    found = judge(where, SCORING, field_of(where, lora=0.81, probe=0.8), SETTINGS)
    assert found.verdict.outcome == "not_enough_data"
    assert found.document["power"]["detectable"] > 0.05
    assert found.document["power"]["rows_needed_for_worthwhile"] > 1000


def test_fine_tuning_must_beat_every_simpler_system_also_one_that_validation_rows_hide() -> None:
    where = splits()
    hidden = system("hidden", "baseline", {"train": 0.5, "validation": 0.5, "test": 0.96}, where, seed=7)
    found = judge(where, SCORING, [*field_of(where), hidden], SETTINGS)
    assert found.document["best_simpler"] == "hidden"
    assert found.verdict.outcome != "fine_tune"


def test_the_verdicts_p_value_is_the_largest_over_the_simpler_systems() -> None:
    where = splits()
    found = judge(where, SCORING, field_of(where), SETTINGS)
    largest = max(one["p_metric"] for one in found.document["comparisons"] if one["purpose"] != "control")
    shown = f"{largest:.3f}" if largest >= 0.001 else "p < 0.001"
    assert shown in found.verdict.reasons[0]


def test_validation_rows_may_be_absent() -> None:
    where = splits(validation_rows=0)
    assert judge(where, SCORING, field_of(where), SETTINGS).document["rows"]["validation"] == 0


def test_equally_good_simpler_systems_are_settled_by_fewer_parameters() -> None:
    where = splits()
    twins = [system("big", "probe", 0.8, where, 500, seed=2), system("small", "probe", 0.8, where, 5, seed=2)]
    assert (
        judge(where, SCORING, [*twins, system("lora", "adapter", 0.9, where)], SETTINGS).document[
            "best_simpler"
        ]
        == "small"
    )


def test_several_comparisons_carry_holm_corrected_p_values() -> None:
    where = splits()
    compared = judge(where, SCORING, field_of(where), SETTINGS).document["comparisons"]
    assert [(one["system"], one["against"]) for one in compared] == [
        ("lora", "probe"),
        ("lora", "majority"),
        ("lora", "tfidf"),
        ("full", "lora"),
    ]
    assert all(one["p_holm"] >= one["p_metric"] for one in compared)


def test_overfitting_is_reported_for_fine_tuned_systems_only() -> None:
    where = splits()
    memory = system("lora", "adapter", {"train": 1.0, "validation": 0.8, "test": 0.8}, where, seed=4)
    found = {
        one["name"]: one
        for one in judge(where, SCORING, [memory, *field_of(where)[1:]], SETTINGS).document["systems"]
    }
    assert found["lora"]["overfitting"]["train_minus_test_accuracy"] == pytest.approx(0.2, abs=0.06)
    assert set(found["lora"]["overfitting"]) == {
        "train_minus_validation_accuracy",
        "train_minus_test_accuracy",
    }
    assert "overfitting" not in found["probe"]


def test_without_a_fine_tuned_system_there_are_no_comparisons() -> None:
    where = splits()
    found = judge(where, SCORING, field_of(where)[1:4], SETTINGS)
    assert found.document["comparisons"] == [] and found.document["fine_tuned"] is None
    assert found.verdict.outcome == "not_enough_data"


def test_groups_widen_the_interval() -> None:
    grouped = splits(group=[f"g{i // 20}" for i in range(400)])
    alone = splits()
    fate = np.repeat(np.random.default_rng(0).random(20) < 0.8, 20)
    truth = np.array([LABELS.index(label) for label in alone["test"]["output"]])
    proba = {
        "train": np.zeros((0, 4)),
        "validation": np.zeros((0, 4)),
        "test": np.eye(4)[np.where(fate, truth, (truth + 1) % 4)],
    }
    named = types.SimpleNamespace(name="clumsy", title="Clumsy", family="baseline", trainable_parameters=0)
    clumsy = Answers.of_probabilities(named, LABELS, proba)
    empty = {"train": alone["train"].clear(), "validation": alone["validation"].clear()}
    width = {}
    for name, where in (("grouped", grouped), ("alone", alone)):
        document = judge({**where, **empty}, SCORING, [clumsy], SETTINGS).document
        width[name] = document["systems"][0]["accuracy"]["high"] - document["systems"][0]["accuracy"]["low"]
    assert width["grouped"] > 2.5 * width["alone"]


def test_few_groups_and_absent_labels_are_warned_of() -> None:
    where = splits(test_rows=40, group=[f"g{i % 8}" for i in range(40)])
    where["test"] = where["test"].with_columns(
        output=pl.when(pl.col("output") == "other").then(pl.lit("billing")).otherwise("output")
    )
    warnings = " ".join(judge(where, SCORING, field_of(where), SETTINGS).document["warnings"])
    assert "Only 8 independent groups" in warnings and "1 of 4 labels" in warnings


def test_tables_agree_with_the_document() -> None:
    where = splits()
    found = judge(where, SCORING, field_of(where), SETTINGS)
    predictions, comparison = found.tables["predictions"], found.tables["comparison"]
    assert predictions.height == 5 * 400
    for one in found.document["systems"]:
        rows = predictions.filter(pl.col("system") == one["name"])
        assert rows["correct"].mean() == pytest.approx(one["accuracy"]["point"])
        assert (rows["label"] == rows["predicted"]).equals(rows["correct"])
        shown = comparison.filter(pl.col("system") == one["name"]).row(0, named=True)
        assert (
            shown["macro_f1_low"]
            == one["macro_f1"]["low"]
            <= one["macro_f1"]["point"]
            <= one["macro_f1"]["high"]
        )
        mean_f1 = found.tables["per_class"].filter(pl.col("system") == one["name"])["f1"].mean()
        assert mean_f1 == pytest.approx(one["macro_f1"]["point"])
    assert (
        found.tables["confusion"]["actual"] == found.tables["confusion"]["predicted"]
    ).mean() == pytest.approx(found.document["systems"][0]["accuracy"]["point"])


def test_same_seed_same_judgement() -> None:
    where = splits()
    assert (
        judge(where, SCORING, field_of(where), SETTINGS).document
        == judge(where, SCORING, field_of(where), SETTINGS).document
    )
