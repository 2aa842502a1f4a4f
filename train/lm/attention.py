"""Attention of packed rows (`train.lm.pack`): each looks at the shared beginning and at itself.

transformers lets a model's attention be replaced by name. Ours takes the packed sequence apart into rows, so
that its cost grows with the rows and not with their square, as it does behind one mask over everything: 16
rows of 60 tokens behind 176 took 140 ms of a core a layer, forward and backward, and take 31 (bfloat16).
Without rows it is torch's own.

Where a gradient is wanted, attention is two matrix products and a softmax in between, as transformers' eager
one: the backward pass of torch's fused kernel takes twice as long on a processor. It keeps the weights, so
long rows go to the fused kernel all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from train.lm.pack import Packed

_NAME = "assay_rows"
# Attention weights kept by a layer: 12 million are 70 MB, 2 GB in the 30 layers of a 135M model.
_KEPT = 12_000_000


def attend_in_rows(model: Any) -> None:
    """Let `model`, a causal language model of transformers, attend as this file does; done once."""
    if model.config._attn_implementation == _NAME:
        return
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(_NAME, attend)
    AttentionMaskInterface.register(_NAME, sdpa_mask)
    model.set_attn_implementation(_NAME)


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    packed: Packed | None = None,
    scaling: float | None = None,
    **given: Any,
) -> tuple[torch.Tensor, None]:
    """Attention as transformers asks for it: `query` `[batch, heads, tokens, size]`, `key` and `value` with
    fewer heads, to `[batch, tokens, heads, size]`.
    """
    if packed is None:
        from transformers.integrations.sdpa_attention import sdpa_attention_forward

        out: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **given
        )
        return out
    if any(given.get(name) is not None for name in ("softcap", "s_aux", "sliding_window", "position_bias")):
        raise ValueError(
            "this attention does more than this file can; `packs_exactly` runs such rows one by one"
        )
    return _rows(query, key, value, packed, scaling or query.shape[-1] ** -0.5), None


def _rows(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, packed: Packed, scaling: float
) -> torch.Tensor:
    import torch

    if torch.is_autocast_enabled("cpu"):
        query, key, value = (one.to(torch.get_autocast_dtype("cpu")) for one in (query, key, value))
    tokens, shared = query.shape[2], packed.shared
    cached = key.shape[2] > tokens
    whole = packed.rows * packed.width
    behind = 0 if cached else shared

    def own(states: torch.Tensor, start: int) -> torch.Tensor:
        """Rows as a batch, `[rows, heads, width, size]`."""
        one = states[0, :, start : start + whole]
        return one.reshape(one.shape[0], packed.rows, packed.width, -1).transpose(0, 1)

    def all_of(states: torch.Tensor) -> torch.Tensor:
        """The shared part and the row, `[rows, heads, shared + width, size]`."""
        first = states[:, :, :shared].expand(packed.rows, -1, -1, -1)
        return torch.cat([first, own(states, shared)], dim=2)

    made = _attend(own(query, behind), all_of(key), all_of(value), packed.mask, scaling)
    parts = [made.transpose(1, 2).flatten(0, 1)]
    if behind:
        causal = torch.ones(shared, shared, dtype=torch.bool).tril()[None, None]
        first = _attend(query[:, :, :shared], key[:, :, :shared], value[:, :, :shared], causal, scaling)
        parts.insert(0, first[0].transpose(0, 1))
    rest = tokens - behind - whole
    if rest:
        parts.append(parts[0].new_zeros(rest, *parts[0].shape[1:]))
    return torch.cat(parts)[None]


def _attend(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor, scaling: float
) -> torch.Tensor:
    """`[rows, heads, width, size]`; several heads of `query` share one of `key` and `value`."""
    import torch

    heads, keys = query.shape[1], key.shape[1]
    hidden = torch.zeros(mask.shape, dtype=query.dtype).masked_fill_(~mask, float("-inf"))
    if not query.requires_grad or query[..., 0].numel() * key.shape[2] > _KEPT:
        key, value = (one.repeat_interleave(heads // keys, dim=1) for one in (key, value))
        return torch.nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=hidden, scale=scaling
        )
    grouped = query.reshape(len(query), keys, -1, query.shape[-1]) * scaling
    scores = (grouped @ key.transpose(-1, -2)).view(len(query), heads, -1, key.shape[2]) + hidden
    weights = torch.softmax(scores, dim=-1, dtype=torch.float32).to(value.dtype)
    made: torch.Tensor = weights.view(*grouped.shape[:3], -1) @ value
    return made.view(*query.shape[:3], -1)
