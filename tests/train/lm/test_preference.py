"""Preference loss: the formula, on rows one by one; and that training moves margins the right way."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("transformers")
import polars as pl
import torch

from train.kinds.preference import Preference
from train.lm.base import load_base
from train.loop import Settings, fine_tune
from train.objectives.preference import PreferenceLoss, Preferences

PAIRS = Preferences(
    [[1, 2, 3, 4], [1, 2, 9], [1, 2, 3, 3, 3]],
    [[7, 8, 2], [40, 2], [50, 51, 52, 2]],
    [[9, 2], [41, 42, 43, 2], [2]],
)
NONE = Preferences([], [], [])


@pytest.fixture
def model(tiny_lm: Path) -> Any:
    return load_base(str(tiny_lm)).fresh_model()


def log_p(model: Any, prompt: list[int], answer: list[int]) -> torch.Tensor:
    logits = model(input_ids=torch.tensor([prompt + answer])).logits[0, len(prompt) - 1 : -1]
    return torch.log_softmax(logits, -1)[torch.arange(len(answer)), torch.tensor(answer)].sum()


def margin(model: Any, row: int) -> torch.Tensor:
    return log_p(model, PAIRS.prompts[row], PAIRS.chosen[row]) - log_p(
        model, PAIRS.prompts[row], PAIRS.rejected[row]
    )


@pytest.mark.parametrize("packed", [True, False])
def test_loss_and_gradient_follow_the_formula(model: Any, tiny_lm: Path, packed: bool) -> None:
    before = load_base(str(tiny_lm)).fresh_model()
    objective = PreferenceLoss(model, PAIRS, PAIRS, beta=0.3, precision="float32", packed=packed)
    assert objective.validate(model)[0] == pytest.approx(math.log(2), abs=1e-4)  # nothing has moved yet
    with torch.no_grad():
        model.get_input_embeddings().weight.mul_(1.1)
    model.requires_grad_(True)
    value = objective.backward(model, [0, 1, 2])
    found = torch.cat([one.grad.flatten() for one in model.parameters()])
    model.zero_grad()
    gains = torch.stack([0.3 * (margin(model, row) - margin(before, row).detach()) for row in range(3)])
    loss = -torch.nn.functional.logsigmoid(gains).mean()
    loss.backward()
    assert value == pytest.approx(float(loss.detach()), abs=1e-4)
    plain = torch.cat([one.grad.flatten() for one in model.parameters()])
    assert torch.allclose(found, plain, atol=1e-4)
    assert objective.validate(model)[1] == pytest.approx(float((gains > 0).double().mean()))


def test_training_on_pairs_raises_their_margins(model: Any) -> None:
    model.requires_grad_(True)
    start = [float(margin(model, row).detach()) for row in range(3)]
    settings = Settings(
        lr=1e-2, head_lr=1e-2, epochs=5, batch_size=3, warmup=0.0, weight_decay=0.0, clip=1.0, averaging=0.0,
        seed=0, threads=1,
    )  # fmt: skip
    history = fine_tune(model, PreferenceLoss(model, PAIRS, NONE, beta=0.1, precision="float32"), settings)
    assert sum(float(margin(model, row).detach()) - start[row] for row in range(3)) > 0.5
    assert history[-1].train_loss < history[0].train_loss


def test_reward_accuracy_and_length_bias_are_counted() -> None:
    rows = pl.DataFrame(
        {"input": [""] * 4, "output": ["aaaa", "a", "aa", "a"], "rejected": ["a", "aa", "bb", "bbb"]}
    )
    scoring, margins = Preference(), pl.Series([1.0, -0.5, 2.0, 0.5])
    figures = scoring.figures(scoring.matrix(rows, margins))
    assert figures == {"reward_accuracy": 0.75, "prefers_longer": pytest.approx(2 / 3)}
    line = scoring.breakdown(rows, margins)["margins"].row(0, named=True)
    assert line == {
        "rows": 4,
        "mean_margin": 0.75,
        "prefers_longer": pytest.approx(2 / 3),
        "people_prefer_longer": pytest.approx(1 / 3),
    }
    assert scoring.right(rows, margins).tolist() == [True, False, True, True]
