"""Keys and values in one piece of memory from the first token to the last.

transformers' own cache copies everything that it holds for each new token: for 32 rows of 300 tokens 220 MB a
step of a 135M model, as much as the step itself reads. Here a token's keys and values are written where there
is room for them. Layers that are no plain growing ones (sliding windows, recurrent ones) stay as they are.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer


class _Room(DynamicLayer):  # type: ignore[misc]
    """A layer's keys and values; `keys` and `values` are the part that is filled."""

    keys: torch.Tensor
    values: torch.Tensor

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room
        self._memory: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write further tokens and return all so far."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        held = self.get_seq_length()
        whole = held + key_states.shape[-2]
        if self._memory is None or self._memory[0].shape[-2] < whole:
            self._memory = (self._larger(key_states, whole), self._larger(value_states, whole))
            for memory, before in zip(self._memory, (self.keys, self.values), strict=True):
                if held:
                    memory[..., :held, :] = before
        for memory, states in zip(self._memory, (key_states, value_states), strict=True):
            memory[..., held:whole, :] = states
        self.keys, self.values = (memory[..., :whole, :] for memory in self._memory)
        return self.keys, self.values

    def _larger(self, states: torch.Tensor, whole: int) -> torch.Tensor:
        rows, heads, _, size = states.shape
        return states.new_empty(rows, heads, max(self.room, whole), size)


def room_for(config: Any, prefix: Any, rows: int, tokens: int) -> Any:
    """A cache for `rows` sequences of `tokens` tokens, each behind the one of `prefix`, which is left as it
    was; None is no prefix.
    """
    given = prefix if prefix is not None else DynamicCache(config=config)
    layers = []
    for layer in given.layers:
        if type(layer) is not DynamicLayer:
            other = copy.deepcopy(layer)
            if prefix is not None:
                other.batch_repeat_interleave(rows)
            layers.append(other)
            continue
        roomy = _Room(tokens)
        if prefix is not None and layer.get_seq_length():
            roomy.update(layer.keys.expand(rows, -1, -1, -1), layer.values.expand(rows, -1, -1, -1))
        layers.append(roomy)
    made = copy.copy(given)
    made.layers = layers
    return made
