"""Cross-entropy of answers given their prompts: what a language model is fine-tuned on.

Only the tokens of the answer, its end token among them, are learned; prompts are read and never imitated.
Written here rather than taken from TRL's trainer, which runs the whole prompt of every row and the head over
every position: on two cores the shared system turn alone is most of that work (`train.lm.pack`), and its
checkpoints do not end in the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from train.lm.decode import common_prefix
from train.lm.likelihood import token_log_probabilities
from train.lm.pack import LONGEST, groups
from train.objectives.base import Objective

if TYPE_CHECKING:
    import torch

Ids = list[int]


@dataclass(frozen=True)
class Completions:
    """Token ids of prompts and of their answers, the latter with an end token."""

    prompts: Sequence[Ids]
    answers: Sequence[Ids]


class CompletionLoss(Objective):
    """Mean cross-entropy, nats a token of the answer.

    Parameters
    ----------
    train, validation
        Rows learned from, and rows that only judge; the latter may be empty.
    precision
        `float32` or `bfloat16`, of the matrix products.
    packed
        Whether rows share a sequence; see `train.lm.pack.packs_exactly`.
    """

    def __init__(
        self, train: Completions, validation: Completions, *, precision: str, packed: bool = True
    ) -> None:
        self.train, self.validation, self.precision = train, validation, precision
        self.packed = packed
        self.shared = common_prefix([*train.prompts, *validation.prompts]) if packed else 0
        self.lengths = np.array(
            [len(prompt) + len(answer) for prompt, answer in zip(train.prompts, train.answers, strict=True)],
            dtype=np.int64,
        )

    def backward(self, model: torch.nn.Module, rows: list[int]) -> float:
        """As many passes as the rows take; each adds its share of the gradient."""
        total, wanted = 0.0, sum(len(self.train.answers[row]) for row in rows)
        for group in self._groups(self.train, rows):
            loss, _ = self._loss(model, self.train, group)
            (loss / wanted).backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        return total / wanted

    def validate(self, model: torch.nn.Module) -> tuple[float, float]:
        """Loss, and the share of the answers' tokens that come first among all."""
        import torch

        if not self.has_validation:
            return 0.0, 0.0
        model.eval()
        order = sorted(
            range(len(self.validation.prompts)),
            key=lambda row: (len(self.validation.prompts[row]), self.validation.prompts[row]),
        )
        loss, hits, tokens = 0.0, 0, 0
        with torch.inference_mode():
            for group in self._groups(self.validation, order):
                part, right = self._loss(model, self.validation, group)
                loss, hits = loss + float(part), hits + right
                tokens += sum(len(self.validation.answers[row]) for row in group)
        return loss / tokens, hits / tokens

    def _groups(self, given: Completions, rows: Sequence[int]) -> list[list[int]]:
        lengths = [len(given.prompts[row]) - self.shared + len(given.answers[row]) for row in rows]
        places = groups(lengths, self.shared, LONGEST if self.packed else 0)
        return [[rows[place] for place in group] for group in places]

    def _loss(self, model: torch.nn.Module, given: Completions, rows: list[int]) -> tuple[torch.Tensor, int]:
        """Summed loss over the answers' tokens of rows in one sequence, and how many come first."""
        told, first = token_log_probabilities(
            model,
            [given.prompts[row] for row in rows],
            [given.answers[row] for row in rows],
            self.shared,
            self.precision,
        )
        return -told.sum(), int(first.sum())

    @property
    def has_validation(self) -> bool:
        """Whether there are validation rows."""
        return len(self.validation.prompts) > 0

    def follows(self) -> dict[str, Any]:
        """Training rows and how their loss is computed."""
        return {
            "prompts": list(self.train.prompts),
            "answers": list(self.train.answers),
            "precision": self.precision,
            "packed": self.packed,
        }
