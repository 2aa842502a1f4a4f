"""Learning from rewards: the gradient by the formula, rewards that rise, and a reward that tells nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.errors import AssayError

pytest.importorskip("transformers")
import torch

from train.lm.base import load_base
from train.lm.prompt import Template
from train.loop import Settings, fine_tune
from train.objectives.reward import Drawing, Prompts, RewardLoss

DRAWING = Drawing(group=4, temperature=1.0, max_new_tokens=8)


@pytest.fixture
def base(tiny_lm: Path) -> Any:
    return load_base(str(tiny_lm))


def early_letters(rows: Sequence[int], answers: Sequence[str]) -> Any:
    """Share of an answer's characters that come before N."""
    return np.array([sum(letter < "N" for letter in said) / max(1, len(said)) for said in answers])


def objective(base: Any, reward: Any = early_letters, packed: bool = True) -> tuple[RewardLoss, Any]:
    template = Template(base.tokenizer)
    prompts = [template.prompt_ids("Say.", (), text) for text in ("one", "two words", "three", "it")]
    rewarded = Prompts(prompts, reward)
    loss = RewardLoss(rewarded, rewarded, template, DRAWING, precision="float32", packed=packed)
    return loss, base.fresh_model().requires_grad_(True)


def log_p(model: Any, prompt: list[int], answer: list[int]) -> torch.Tensor:
    logits = model(input_ids=torch.tensor([prompt + answer])).logits[0, len(prompt) - 1 : -1]
    return torch.log_softmax(logits, -1)[torch.arange(len(answer)), torch.tensor(answer)].sum()


@pytest.mark.parametrize("packed", [True, False])
def test_the_gradient_follows_the_formula(base: Any, packed: bool) -> None:
    loss, model = objective(base, packed=packed)
    rows = [0, 1, 3]
    torch.manual_seed(4)
    answers, rewards = loss._drawn(model, rows)
    torch.manual_seed(4)
    assert loss.backward(model, rows) == pytest.approx(1 - rewards.mean())
    found = torch.cat([one.grad.flatten() for one in model.parameters()])
    model.zero_grad()
    tokens = sum(len(answer) for drawn in answers for answer in drawn)
    total = torch.zeros(())
    for row, drawn, worth in zip(rows, answers, rewards, strict=True):
        for answer, one in zip(drawn, worth, strict=True):
            total = total - float(one - worth.mean()) * log_p(model, loss.train.prompts[row], answer) / tokens
    total.backward()
    plain = torch.cat([one.grad.flatten() for one in model.parameters()])
    assert plain.abs().max() > 0
    assert torch.allclose(found, plain, atol=1e-4 * float(plain.abs().max()) + 1e-6)


def test_answers_are_drawn_alike_from_one_seed_and_end_where_they_end(base: Any) -> None:
    loss, model = objective(base)
    drawn = []
    for _ in range(2):
        torch.manual_seed(1)
        drawn.append(loss._drawn(model, [0, 1, 2, 3])[0])
    assert drawn[0] == drawn[1]
    end = loss.template.end
    for answer in (answer for group in drawn[0] for answer in group):
        assert len(answer) <= 8 and end not in answer[:-1]
    assert len({tuple(answer) for group in drawn[0] for answer in group}) > 4


def test_rewards_rise(base: Any) -> None:
    loss, model = objective(base)
    settings = Settings(
        lr=1e-2, head_lr=1e-2, epochs=40, batch_size=4, warmup=0.0, weight_decay=0.0, clip=1.0, averaging=0.0,
        seed=0, threads=1,
    )  # fmt: skip
    history = fine_tune(model, loss, settings)
    drawn = [1 - one.train_loss for one in history]
    assert np.mean(drawn[-5:]) > np.mean(drawn[:3]) + 0.15
    assert history[-1].validation_accuracy == 1 - history[-1].validation_loss > 0.9


def test_a_reward_without_variance_is_refused(base: Any) -> None:
    loss, model = objective(base, lambda rows, answers: np.full(len(answers), 0.5))
    with pytest.raises(AssayError, match="no variance") as caught:
        loss.refuse_flat(model)
    assert caught.value.fix
    objective(base)[0].refuse_flat(model)
