"""The network that is fine-tuned: encoder, mean pooling, unit length, linear head started from the probe.

Because the head starts as the probe, the first step already stands where the probe ended, and whatever is
gained afterwards is gained by the encoder. Pooling, normalisation and head run in float32 whatever the
encoder's precision.
"""

from __future__ import annotations

import numpy as np
import torch

from train.arrays import Floats, Ints
from train.encoder import mean_pool
from train.systems.base import mean_log_loss, softmax
from train.systems.linear import Softmax


class Network(torch.nn.Module):
    """Maps token ids and mask, int64 `[batch, tokens]`, to logits, float32 `[batch, labels]`."""

    def __init__(self, backbone: torch.nn.Module, start: Softmax) -> None:
        super().__init__()
        self.backbone = backbone
        labels, size = start.weight.shape
        self.head = torch.nn.Linear(size, labels)
        with torch.no_grad():
            self.head.weight.copy_(torch.from_numpy(start.weight))
            self.head.bias.copy_(torch.from_numpy(start.bias))

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits of a batch."""
        hidden = self.backbone(input_ids=tokens, attention_mask=mask).last_hidden_state
        with torch.autocast("cpu", enabled=False):
            logits: torch.Tensor = self.head(torch.nn.functional.normalize(mean_pool(hidden, mask)))
        return logits

    def cool(self, temperature: float) -> None:
        """Divide all logits by `temperature`, once and for all."""
        with torch.no_grad():
            self.head.weight.div_(temperature)
            self.head.bias.div_(temperature)

    def softmax(self) -> Softmax:
        """The head as arrays."""
        return Softmax(self.head.weight.detach().double().numpy(), self.head.bias.detach().double().numpy())


def best_temperature(logits: Floats, codes: Ints) -> float:
    """The temperature of the lowest log loss on validation rows (Guo et al., 2017, arXiv:1706.04599); 1
    without rows.

    A search over a fixed grid of 0.2 to 5 in steps of 2 %: the loss is convex in 1 / temperature and flat at
    its best.
    """
    if not len(codes):
        return 1.0
    grid = np.exp(np.linspace(np.log(0.2), np.log(5.0), 163))
    return float(min(grid.tolist(), key=lambda one: mean_log_loss(softmax(logits / one), codes)))
