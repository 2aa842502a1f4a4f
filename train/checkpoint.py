"""Checkpoints of a training run: one safetensors file after each epoch, whole or not at all, and no
pickle.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class State:
    """Lists of tensors by name, one tensor a trained parameter; the epochs so far; and what run it belongs
    to.
    """

    tensors: dict[str, list[torch.Tensor]]
    history: list[dict[str, Any]]
    fingerprint: str


def write_checkpoint(path: Path, state: State) -> None:
    """Replace the checkpoint at `path`."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    flat = {
        f"{name}.{at}": tensor.contiguous()
        for name, tensors in state.tensors.items()
        for at, tensor in enumerate(tensors)
    }
    fresh = path.with_suffix(".new")
    save_file(flat, fresh, metadata={"history": json.dumps(state.history), "fingerprint": state.fingerprint})
    fresh.replace(path)


def read_checkpoint(path: Path, fingerprint: str) -> State | None:
    """The checkpoint at `path`, or None if there is none that belongs to this run or it cannot be read."""
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        return None
    tensors: dict[str, dict[int, torch.Tensor]] = {}
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("fingerprint") != fingerprint:
                return None
            for key in file.keys():  # noqa: SIM118  (no mapping)
                name, place = key.rsplit(".", 1)
                tensors.setdefault(name, {})[int(place)] = file.get_tensor(key)
    except (SafetensorError, OSError):
        return None
    return State(
        {name: [parts[i] for i in sorted(parts)] for name, parts in tensors.items()},
        json.loads(metadata["history"]),
        fingerprint,
    )
