"""Which numbers matrix products are made in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from train.params import TrainParams


def chosen_precision(params: TrainParams) -> str:
    """`float32` or `bfloat16`: what params say, or what this processor is faster with."""
    wanted = {"auto": "bfloat16" if native_bfloat16() else "float32"}
    return wanted.get(params.precision, params.precision)


def native_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 matrices itself; elsewhere that is emulated, and slower than
    float32.
    """
    import torch

    ask = getattr(torch.cpu, "get_capabilities", None)  # newer than the oldest torch that is allowed
    flags = ask() if ask else {}
    return any(flags.get(name, False) for name in ("avx512_bf16", "amx_bf16"))


@contextmanager
def frozen_weights_held(model: Any, precision: str) -> Iterator[None]:
    """While the block runs, the weights of linear layers that are not trained are kept in the numbers that
    products are made in.

    Autocast would convert them anew for each product, a tenth of a step's time; the results are the same
    bits. A matrix that is an embedding too stays as it is there.
    """
    import torch

    held = []
    if precision == "bfloat16":
        for layer in model.modules():
            if isinstance(layer, torch.nn.Linear) and not layer.weight.requires_grad:
                held.append((layer, layer.weight))
                weight = layer.weight.detach().to(torch.bfloat16)
                layer.weight = torch.nn.Parameter(weight, requires_grad=False)
    try:
        yield
    finally:
        for layer, weight in held:
            layer.weight = weight
