"""Reinforcement from a reward that can be worked out: answers that score above others to the same prompt
become likelier (GRPO: Shao et al., 2024, arXiv:2402.03300).

    advantage of an answer = its reward - the mean reward of the answers drawn to its prompt
    loss = -sum over answers of (advantage x sum of log p of its tokens) / tokens of all answers

The advantage is not divided by the rewards' spread, which would favour prompts that are too easy or too hard
(Liu et al., 2025, arXiv:2503.20783); the sum is divided by the tokens of the batch, so that a long answer
weighs by its length (Yu et al., 2025, arXiv:2503.14476). Each batch is drawn from the model as it is and used
for one step, so nothing has to be clipped. No second model is held: without a penalty for moving away from
the start, few steps at a low rate are what keeps the model near it.

Written here rather than taken from TRL's trainer: it reads the whole prompt again for every answer, and a run
that was killed does not end in the same bytes (see `train.objectives.completion`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from curate.errors import AssayError
from train.arrays import Floats
from train.lm.decode import Decoder, common_prefix
from train.lm.likelihood import token_log_probabilities
from train.lm.pack import LONGEST, causal, groups
from train.lm.prompt import Template
from train.objectives.base import Objective

if TYPE_CHECKING:
    import torch

Ids = list[int]
# From row numbers and one answer to each, to rewards in 0..1.
Reward = Callable[[Sequence[int], Sequence[str]], Floats]

# Prompts whose answers are drawn before the first step, to see that rewards differ at all.
_TRIED = 16
_TRIAL_SEED = 7


@dataclass(frozen=True)
class Prompts:
    """Token ids of prompts, and what an answer to each is worth."""

    prompts: Sequence[Ids]
    reward: Reward


@dataclass(frozen=True)
class Drawing:
    """How answers are drawn: `group` to each prompt, at `temperature`, of at most `max_new_tokens`."""

    group: int
    temperature: float
    max_new_tokens: int
    threads: int = 1


class RewardLoss(Objective):
    """Mean loss a token. What is reported in its place is 1 - mean reward, which is what should fall.

    Parameters
    ----------
    train, validation
        Prompts learned from, and prompts that only judge; the latter may be empty.
    template
        Of the model's tokenizer.
    precision
        `float32` or `bfloat16`, of the matrix products.
    packed
        Whether answers share a sequence; see `train.lm.pack.packs_exactly`.
    """

    def __init__(
        self,
        train: Prompts,
        validation: Prompts,
        template: Template,
        drawing: Drawing,
        *,
        precision: str,
        packed: bool = True,
    ) -> None:
        self.train, self.validation, self.template = train, validation, template
        self.drawing, self.precision, self.packed = drawing, precision, packed
        self.lengths = np.array([len(prompt) for prompt in train.prompts], dtype=np.int64)

    def refuse_flat(self, model: torch.nn.Module) -> None:
        """Refuse a reward that tells no answer from another.

        Raises
        ------
        AssayError
            If all answers drawn to each of the first prompts are worth the same.
        """
        import torch

        torch.manual_seed(_TRIAL_SEED)
        rewards = self._drawn(model, list(range(len(self.train.prompts)))[:_TRIED])[1]
        if not bool((np.ptp(rewards, axis=1) > 0).any()):
            raise AssayError(
                f"the reward has no variance: to each of {len(rewards)} prompts all {self.drawing.group} "
                f"answers are worth the same ({rewards.min():.2f} to {rewards.max():.2f}): there is nothing "
                "to learn",
                fix="choose a metric that grades answers (chrf, field_f1), or raise params.train.lm_grpo."
                "temperature; leave lm_grpo out if the model is right already",
            )

    def backward(self, model: torch.nn.Module, rows: list[int]) -> float:
        """Draw answers, reward them, and add the gradient; returns 1 - mean reward."""
        import torch

        answers, rewards = self._drawn(model, rows)
        model.train()
        gains = (rewards - rewards.mean(axis=1, keepdims=True)).ravel().tolist()
        prompts = [self.train.prompts[row] for row in rows for _ in range(self.drawing.group)]
        written = [answer for drawn in answers for answer in drawn]
        tokens = sum(map(len, written))
        weighed = [place for place, gain in enumerate(gains) if gain != 0 and written[place]]
        for group in self._groups(prompts, written, weighed):
            told, _ = token_log_probabilities(
                model,
                [prompts[place] for place in group],
                [written[place] for place in group],
                self._shared(prompts),
                self.precision,
            )
            weights = [gains[place] for place in group for _ in written[place]]
            loss = -(told * torch.tensor(weights)).sum() / tokens
            loss.backward()  # type: ignore[no-untyped-call]
        return 1.0 - float(rewards.mean())

    def _shared(self, prompts: Sequence[Ids]) -> int:
        return common_prefix(prompts) if self.packed else 0

    def _groups(
        self, prompts: Sequence[Ids], answers: Sequence[Ids], places: Sequence[int]
    ) -> list[list[int]]:
        shared = self._shared(prompts)
        lengths = [len(prompts[place]) - shared + len(answers[place]) for place in places]
        longest = LONGEST if self.packed else 0
        return [[places[at] for at in group] for group in groups(lengths, shared, longest)]

    def _decoder(self, model: torch.nn.Module) -> Decoder:
        model.eval()
        return Decoder(causal(model), self.template, self.drawing.max_new_tokens, self.drawing.threads)

    def _products(self) -> Any:
        import torch

        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.precision == "bfloat16")

    def _drawn(self, model: torch.nn.Module, rows: Sequence[int]) -> tuple[list[list[Ids]], Floats]:
        """Answers to each prompt, and their rewards, `[rows, group]`."""
        with self._products():
            answers = self._decoder(model).sample(
                [self.train.prompts[row] for row in rows], self.drawing.group, self.drawing.temperature
            )
        texts = [
            self.template.tokenizer.decode(answer, skip_special_tokens=True)
            for drawn in answers
            for answer in drawn
        ]
        whose = [row for row in rows for _ in range(self.drawing.group)]
        return answers, self.train.reward(whose, texts).reshape(len(rows), self.drawing.group)

    def validate(self, model: torch.nn.Module) -> tuple[float, float]:
        """1 - mean reward of greedy answers, and that mean."""
        if not self.has_validation:
            return 0.0, 0.0
        with self._products():
            texts = self._decoder(model).answer(self.validation.prompts)
        reward = float(self.validation.reward(range(len(texts)), texts).mean())
        return 1.0 - reward, reward

    @property
    def has_validation(self) -> bool:
        """Whether there are validation rows."""
        return len(self.validation.prompts) > 0

    def follows(self) -> dict[str, Any]:
        """Training prompts and how answers are drawn."""
        return {
            "prompts": list(self.train.prompts),
            "drawing": vars(self.drawing),
            "precision": self.precision,
            "packed": self.packed,
        }
