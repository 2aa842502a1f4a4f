"""Training curves and their sentences, and the gap between rows learned from and rows never seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("scipy")
from train.judge.overfitting import course, curves, gap, training_cards
from train.judge.params import EvaluateParams
from train.judge.scored import Answers
from train.kinds.classification import Classification

LABELS = ["a", "b", "c", "d"]


def card(losses: list[tuple[float, float]], validation: int = 20, seed: int = 0) -> dict[str, Any]:
    """A model's card after epochs of (training, validation) loss; the lowest of the latter was kept."""
    epochs = [
        {"epoch": place, "train_loss": train, "validation_loss": held, "validation_accuracy": 0.5}
        for place, (train, held) in enumerate(losses)
    ]
    best = min(epochs, key=lambda one: (one["validation_loss"], one["epoch"]))
    fitted = {"epochs": epochs, "best_epoch": best["epoch"]}
    return {"name": "lora", "seed": seed, "rows": {"train": 90, "validation": validation}, "fitted": fitted}


@pytest.mark.parametrize(
    ("held", "turned", "chosen", "words"),
    [
        ([0.9, 0.5, 0.4], False, 3, "lowest at the end"),
        ([0.9, 0.5, 0.505], False, 2, "hardly moved"),
        ([0.9, 0.5, 0.7, 0.9], True, 2, "turned up again to 0.900"),
        ([0.5, 0.7], True, 1, "1 epoch would have been enough"),
    ],
)
def test_a_validation_loss_that_turned_up_again_is_called_overfitting(
    held: list[float], turned: bool, chosen: int, words: str
) -> None:
    found = course(card([(1 / (place + 1), loss) for place, loss in enumerate(held)]))
    assert (found["turned_up"], found["chosen"], found["epochs"]) == (turned, chosen, len(held))
    assert words in found["words"] and ("overfitting" in found["words"]) is turned


def test_without_validation_rows_nothing_is_claimed() -> None:
    found = course(card([(0.9, 0.0), (0.5, 0.0)], validation=0))
    assert not found["turned_up"] and found["chosen"] == 2 and "no validation rows" in found["words"]
    assert curves([card([(0.9, 0.0)], validation=0)])["rows"].to_list() == ["train"]


def test_curves_hold_every_epoch_of_every_seed_and_mark_the_one_kept(tmp_path: Path) -> None:
    for folder, seed in (("lora", 0), ("seeds/lora-1", 1)):
        (tmp_path / folder).mkdir(parents=True)
        text = json.dumps(card([(0.9, 0.6), (0.5, 0.4), (0.3, 0.8)], seed=seed))
        (tmp_path / folder / "model.json").write_text(text)
    (tmp_path / "majority").mkdir()
    (tmp_path / "majority/model.json").write_text(json.dumps({"name": "majority", "fitted": {}}))
    table = curves(training_cards(tmp_path))
    assert table.columns == ["system", "seed", "epoch", "rows", "loss", "accuracy", "chosen"]
    assert table.height == 2 * 3 * 2 and table["seed"].unique().sort().to_list() == [0, 1]
    assert table.filter("chosen")["epoch"].unique().to_list() == [2]


def answers(splits: dict[str, pl.DataFrame], right: dict[str, float]) -> Answers:
    """A system right on a share of each split."""
    given = {}
    for split, rows in splits.items():
        draw = np.random.default_rng(len(split))
        wrong = draw.random(rows.height) >= right[split]
        places = [(LABELS.index(label) + bad) % 4 for label, bad in zip(rows["output"], wrong, strict=True)]
        given[split] = pl.Series("label", [LABELS[place] for place in places])
    return Answers("lora", "LoRA", "adapter", 1, given)


@pytest.mark.parametrize(
    ("right", "around"), [({"train": 1.0, "test": 0.5}, 0.5), ({"train": 0.7, "test": 0.7}, 0)]
)
def test_the_gap_is_the_metric_on_either_side_with_an_interval(
    right: dict[str, float], around: float
) -> None:
    splits = {
        split: pl.DataFrame(
            {
                "output": [LABELS[place % 4] for place in range(200)],
                "group": [str(place // 2) for place in range(200)],
            }
        )
        for split in right
    }
    found = gap(
        answers(splits, right), splits, Classification(LABELS), "accuracy", EvaluateParams(bootstrap=300)
    )
    interval = found["gap"]
    assert interval["point"] == pytest.approx(found["train"] - found["held_out"])
    assert interval["low"] < around < interval["high"] and interval["high"] - interval["low"] < 0.35
