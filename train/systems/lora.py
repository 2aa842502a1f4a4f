"""LoRA: low-rank adapters on every linear layer of the encoder (Hu et al., 2021, arXiv:2106.09685).

Only the adapters (rank x (inputs + outputs) numbers a layer, 3 % of MiniLM-L6) and the head are trained. The
folder holds the adapter in peft's own format, so that `peft.PeftModel.from_pretrained(encoder, folder)` loads
it, and the head beside it. To predict, the adapters are folded into the weights: they then cost nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curate.files import dump_json
from train.encoder import BUNDLED
from train.params import AdapterParams, FineTuneParams, LoraParams, TrainParams
from train.pretrained import quiet
from train.systems.finetuned import FineTuned
from train.systems.linear import Softmax

if TYPE_CHECKING:
    import torch

    from train.systems.network import Network


class Lora(FineTuned):
    """Low-rank adapters on all linear layers, mean pooling, head started from the probe."""

    name = "lora"
    title = "LoRA adapter on the encoder"
    family = "adapter"
    adapter: dict[str, torch.Tensor]
    config: dict[str, Any]
    head: Softmax

    def knobs(self, params: TrainParams) -> LoraParams:
        """Section `train.lora`."""
        return params.lora

    def trainable(self, knobs: FineTuneParams) -> torch.nn.Module:
        """The encoder with adapters that start as no change at all."""
        from peft import get_peft_model

        assert isinstance(knobs, LoraParams)
        config = adapter_config(knobs, "FEATURE_EXTRACTION")
        with quiet():
            model: torch.nn.Module = get_peft_model(
                self.encoder.fresh_model(dropout=knobs.dropout, attention="eager"), config
            )
        return model

    def keep(self, network: Network) -> None:
        """Take adapter and head out; predict from a fresh encoder with the adapter folded in."""
        from peft import get_peft_model_state_dict

        backbone: Any = network.backbone
        self.adapter = {
            name: tensor.detach().clone()
            for name, tensor in get_peft_model_state_dict(backbone, save_embedding_layers=False).items()
        }
        self.config = plain_config(backbone.peft_config["default"].to_dict(), published(self.encoder.name))
        self.head = network.softmax()
        self._assemble()

    def _assemble(self) -> None:
        from peft import LoraConfig, get_peft_model, set_peft_model_state_dict

        with quiet():
            model = get_peft_model(self.encoder.fresh_model(attention="eager"), LoraConfig(**self.config))
            set_peft_model_state_dict(model, self.adapter)
            self.assemble(model.merge_and_unload(), self.head)

    def save(self, folder: Path) -> None:
        """Write adapter and head."""
        from safetensors.numpy import save_file
        from safetensors.torch import save_file as save_tensors

        save_tensors(self.adapter, folder / "adapter_model.safetensors", metadata={"format": "pt"})
        (folder / "adapter_config.json").write_text(dump_json(self.config), encoding="utf-8")
        save_file({"weight": self.head.weight, "bias": self.head.bias}, folder / "head.safetensors")

    def load(self, folder: Path) -> None:
        """Read adapter and head."""
        from safetensors.numpy import load_file
        from safetensors.torch import load_file as load_tensors

        self.adapter = load_tensors(folder / "adapter_model.safetensors")
        self.config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        head = load_file(folder / "head.safetensors")
        self.head = Softmax(head["weight"], head["bias"])
        self.trained = sum(tensor.numel() for tensor in self.adapter.values()) + self.head.size
        self._assemble()


def adapter_config(knobs: AdapterParams, task_type: str) -> Any:
    """peft's configuration of adapters on every linear layer."""
    from peft import LoraConfig

    return LoraConfig(
        r=knobs.rank,
        lora_alpha=knobs.alpha,
        lora_dropout=knobs.adapter_dropout,
        target_modules="all-linear",
        bias="none",
        task_type=task_type,
    )


def plain_config(config: dict[str, Any], base: str) -> dict[str, Any]:
    """peft's configuration as sorted plain values, naming the `base` it belongs to."""
    plain = {name: sorted(value) if isinstance(value, set) else value for name, value in config.items()}
    plain = {name: getattr(value, "value", value) for name, value in plain.items()}
    return {**plain, "base_model_name_or_path": base, "inference_mode": True}


def published(encoder: str) -> str:
    """The name under which others find an encoder: the bundled one is not a folder of this machine."""
    known = encoder in (BUNDLED, f"sentence-transformers/{BUNDLED}")
    return f"sentence-transformers/{BUNDLED}" if known else encoder
