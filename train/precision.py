"""Which numbers matrix products are made in."""

from __future__ import annotations

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
