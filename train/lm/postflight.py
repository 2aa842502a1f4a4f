"""What fails silently in training, looked for after the last step: each an error with the fix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from curate.errors import AssayError

if TYPE_CHECKING:
    import torch

Ids = list[int]

# Prompts that adapter and merged model are both asked, and how far the largest logit may be off, as a share
# of the largest of all: folding changes the order of float32 additions, which moves logits by some 1e-5.
_PROMPTS = 4
_OFF = 1e-2


def refuse_unchanged(adapter: Mapping[str, torch.Tensor], knob: str) -> None:
    """Refuse an adapter that training left as it began.

    Parameters
    ----------
    adapter
        Tensors in peft's own names.
    knob
        Parameter that holds the learning rate, for the fix.

    Raises
    ------
    AssayError
        If every second matrix (B) is still zero.
    """
    if not any(bool(tensor.any()) for name, tensor in adapter.items() if "lora_B" in name):
        raise AssayError(
            "the adapter is unchanged after training: nothing was learned",
            fix=f"raise params.{knob}, or look at the training rows",
        )


def refuse_other_merged(trained: Any, merged: Any, prompts: Sequence[Ids]) -> None:
    """Refuse a merged model that answers otherwise than the adapter it was made of.

    Parameters
    ----------
    trained
        The base model under its adapter, as the loop left it, float32.
    merged
        The model with the adapter folded into its weights, float32.
    prompts
        Token ids; the first few are run through both.

    Raises
    ------
    AssayError
        If the logits of the next token differ by more than rounding.
    """
    import torch

    with torch.inference_mode():
        for ids in prompts[:_PROMPTS]:
            tokens = torch.tensor([ids])
            one, other = (model.eval()(input_ids=tokens).logits[0, -1].float() for model in (trained, merged))
            scale = float(one.abs().max()) or 1.0
            if not float((one - other).abs().max()) <= _OFF * scale:  # NaN is refused too
                raise AssayError(
                    "the merged model answers otherwise than its adapter: the adapter changes something that "
                    "cannot be folded into the weights",
                    fix="choose another params.train.language.model, and tell us which one this was",
                )
