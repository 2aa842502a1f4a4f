"""What the fine-tuning loop needs to know of what it trains: rows, a loss with its gradient, and how well it
does on rows it does not learn from.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch


class Objective(ABC):
    """A loss over training rows, and its value on validation rows.

    `lengths` are the tokens of each training row, int64 `[rows]`: batches hold rows of like length.
    """

    lengths: npt.NDArray[np.int64]

    @abstractmethod
    def backward(self, model: torch.nn.Module, rows: list[int]) -> float:
        """Add to the parameters' gradients those of the mean loss over training rows `rows`, and return
        that loss.
        """

    @abstractmethod
    def validate(self, model: torch.nn.Module) -> tuple[float, float]:
        """Loss, the very one that is trained, and accuracy on validation rows; zeros if there are none."""

    @property
    @abstractmethod
    def has_validation(self) -> bool:
        """Whether there are validation rows to choose the best epoch by."""

    @abstractmethod
    def follows(self) -> dict[str, Any]:
        """The rows and settings that the loss follows, JSON-safe: a checkpoint of others is not resumed."""
