"""Full fine-tuning: every weight of the encoder is trained. The control that says what the adapter gives up.

The folder holds the whole encoder (90 MB for MiniLM-L6), where LoRA's holds 3 MB.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from train.params import FineTuneParams, FullParams, TrainParams
from train.systems.finetuned import FineTuned
from train.systems.linear import Softmax

if TYPE_CHECKING:
    import torch

    from train.systems.network import Network


class Full(FineTuned):
    """All weights, same loop, same start from the probe."""

    name = "full"
    title = "Full fine-tuning (control)"
    family = "full"

    def knobs(self, params: TrainParams) -> FullParams:
        """Section `train.full`."""
        return params.full

    def trainable(self, knobs: FineTuneParams) -> torch.nn.Module:
        """The encoder, all of it."""
        return self.encoder.fresh_model(dropout=knobs.dropout, attention="eager").requires_grad_(True)

    def keep(self, network: Network) -> None:
        """The trained network is the one that predicts."""
        self.network = network.eval().requires_grad_(False)

    def save(self, folder: Path) -> None:
        """Write every weight."""
        from safetensors.torch import save_file

        tensors = {name: tensor.contiguous() for name, tensor in self.network.state_dict().items()}
        save_file(tensors, folder / "weights.safetensors", metadata={"format": "pt"})

    def load(self, folder: Path) -> None:
        """Read every weight."""
        from safetensors.torch import load_file

        tensors = load_file(folder / "weights.safetensors")
        labels, size = tensors["head.weight"].shape
        self.assemble(
            self.encoder.fresh_model(attention="eager"), Softmax(np.zeros((labels, size)), np.zeros(labels))
        )
        self.network.load_state_dict(tensors)
        self.trained = sum(parameter.numel() for parameter in self.network.parameters())
