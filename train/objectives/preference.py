"""Direct preference optimisation (Rafailov et al., 2023, arXiv:2305.18290): the chosen answer is to gain on
the rejected one, measured from where the model started.

    loss = -log sigmoid(beta ((log p(chosen) - log p0(chosen)) - (log p(rejected) - log p0(rejected))))

p0, the model before, is only needed for these rows: its log-probabilities are computed once, before the first
step, so no second copy of the model is kept. TRL's trainer is not used for the reasons in
`train.objectives.completion`.
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
class Preferences:
    """Token ids of prompts, of the answers chosen and of those rejected, the answers with an end token."""

    prompts: Sequence[Ids]
    chosen: Sequence[Ids]
    rejected: Sequence[Ids]


def _length(given: Preferences, row: int) -> int:
    """Tokens of a pair: the prompt stands before either answer."""
    return 2 * len(given.prompts[row]) + len(given.chosen[row]) + len(given.rejected[row])


class PreferenceLoss(Objective):
    """Mean loss a pair, nats.

    Parameters
    ----------
    start
        The model as it is before training: what gains are measured from.
    train, validation
        Pairs learned from, and pairs that only judge; the latter may be empty.
    beta
        How dear it is to move away from `start`.
    precision
        `float32` or `bfloat16`, of the matrix products.
    packed
        Whether pairs share a sequence; see `train.lm.pack.packs_exactly`.
    """

    def __init__(
        self,
        start: torch.nn.Module,
        train: Preferences,
        validation: Preferences,
        *,
        beta: float,
        precision: str,
        packed: bool = True,
    ) -> None:
        self.pairs = {"train": train, "validation": validation}
        self.beta, self.precision, self.packed = beta, precision, packed
        self.shared = common_prefix([*train.prompts, *validation.prompts]) if packed else 0
        self.lengths = np.array([_length(train, row) for row in range(len(train.prompts))], dtype=np.int64)
        self._before = {split: self._margins_before(start, given) for split, given in self.pairs.items()}

    def _margins_before(self, model: torch.nn.Module, given: Preferences) -> list[float]:
        import torch

        model.eval()
        margins = [0.0] * len(given.prompts)
        with torch.inference_mode():
            for rows in self._groups(given, range(len(given.prompts))):
                for row, margin in zip(rows, self._margins(model, given, rows).tolist(), strict=True):
                    margins[row] = margin
        return margins

    def _groups(self, given: Preferences, rows: Sequence[int]) -> list[list[int]]:
        lengths = [_length(given, row) - 2 * self.shared for row in rows]
        places = groups(lengths, self.shared, LONGEST if self.packed else 0)
        return [[rows[place] for place in group] for group in places]

    def _margins(self, model: torch.nn.Module, given: Preferences, rows: Sequence[int]) -> torch.Tensor:
        """Log-probability of the chosen answer less that of the rejected one, `[rows]`."""
        import torch

        prompts = [given.prompts[row] for row in rows for _ in range(2)]
        answers = [answer for row in rows for answer in (given.chosen[row], given.rejected[row])]
        if self.packed:
            told, _ = token_log_probabilities(model, prompts, answers, self.shared, self.precision)
            sums = [part.sum() for part in torch.split(told, [len(answer) for answer in answers])]
        else:
            sums = [
                token_log_probabilities(model, [prompt], [answer], 0, self.precision)[0].sum()
                for prompt, answer in zip(prompts, answers, strict=True)
            ]
        return torch.stack(sums[::2]) - torch.stack(sums[1::2])

    def _gains(self, model: torch.nn.Module, split: str, rows: Sequence[int]) -> torch.Tensor:
        """How much the margin of each pair has grown, times beta, `[rows]`."""
        import torch

        before = torch.tensor([self._before[split][row] for row in rows])
        return self.beta * (self._margins(model, self.pairs[split], rows) - before)

    def backward(self, model: torch.nn.Module, rows: list[int]) -> float:
        """As many passes as the pairs take; each adds its share of the gradient."""
        import torch

        total = 0.0
        for group in self._groups(self.pairs["train"], rows):
            loss = -torch.nn.functional.logsigmoid(self._gains(model, "train", group)).sum() / len(rows)
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        return total

    def validate(self, model: torch.nn.Module) -> tuple[float, float]:
        """Loss, and the share of pairs whose chosen answer has gained on the rejected one."""
        import torch

        if not self.has_validation:
            return 0.0, 0.0
        held = self.pairs["validation"]
        model.eval()
        with torch.inference_mode():
            gains = torch.cat(
                [
                    self._gains(model, "validation", group)
                    for group in self._groups(held, range(len(held.prompts)))
                ]
            )
        loss = -torch.nn.functional.logsigmoid(gains).mean()
        return float(loss), float((gains > 0).double().mean())

    @property
    def has_validation(self) -> bool:
        """Whether there are validation pairs."""
        return len(self.pairs["validation"].prompts) > 0

    def follows(self) -> dict[str, Any]:
        """Training pairs and how their loss is computed."""
        pairs = self.pairs["train"]
        return {
            "prompts": list(pairs.prompts),
            "chosen": list(pairs.chosen),
            "rejected": list(pairs.rejected),
            "before": self._before["train"],
            "beta": self.beta,
            "precision": self.precision,
            "packed": self.packed,
        }
