"""Cross-entropy of labels: what a classifier is trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from train.encoder import TokenIds, by_length, pad
from train.objectives.base import Objective

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Rows:
    """Tokenised texts and their label codes, int64 `[rows]`."""

    ids: TokenIds
    codes: npt.NDArray[np.int64]


class LabelLoss(Objective):
    """Mean cross-entropy, nats, of a model that maps (token ids, mask), both int64 `[batch, tokens]`, to
    logits `[batch, classes]`.

    Parameters
    ----------
    train, validation
        Rows learned from, and rows that only judge; the latter may be empty.
    smoothing
        Share of the probability that the target spreads over all classes.
    precision
        `float32` or `bfloat16`, of the matrix products.
    """

    def __init__(self, train: Rows, validation: Rows, *, smoothing: float, precision: str) -> None:
        self.train, self.validation = train, validation
        self.smoothing, self.precision = smoothing, precision
        self.lengths = np.array([len(one) for one in train.ids])

    def backward(self, model: torch.nn.Module, rows: list[int]) -> float:
        """One forward and backward pass over the whole batch."""
        import torch

        tokens, mask = pad([self.train.ids[row] for row in rows])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.precision == "bfloat16"):
            logits = model(tokens, mask)
        loss = torch.nn.functional.cross_entropy(
            logits.float(), torch.from_numpy(self.train.codes[rows]), label_smoothing=self.smoothing
        )
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    def validate(self, model: torch.nn.Module) -> tuple[float, float]:
        """Loss and share of labels given right."""
        import torch

        if not self.has_validation:
            return 0.0, 0.0
        model.eval()
        logits, codes = logits_of(model, self.validation.ids), torch.from_numpy(self.validation.codes)
        loss = torch.nn.functional.cross_entropy(logits, codes, label_smoothing=self.smoothing)
        return float(loss), float((logits.argmax(dim=1) == codes).double().mean())

    @property
    def has_validation(self) -> bool:
        """Whether there are validation rows."""
        return len(self.validation.codes) > 0

    def follows(self) -> dict[str, Any]:
        """Training rows and how their loss is computed."""
        return {
            "ids": self.train.ids,
            "codes": self.train.codes.tolist(),
            "smoothing": self.smoothing,
            "precision": self.precision,
        }


def logits_of(model: torch.nn.Module, ids: TokenIds, batch_size: int = 64) -> torch.Tensor:
    """Logits of a model in evaluation mode, float32 `[rows, classes]`; batches follow the set of texts, not
    their order.
    """
    import torch

    parts, order = [], by_length(ids)
    with torch.inference_mode():
        for start in range(0, len(order), batch_size):
            parts.append(model(*pad([ids[row] for row in order[start : start + batch_size]])).float())
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return torch.cat(parts)[torch.from_numpy(place)]
