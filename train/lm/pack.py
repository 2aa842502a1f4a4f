"""Several rows in one sequence behind the beginning that they share, so that it is run once and nothing is
padding.

    shared | row 1 | row 2 | row 3

Each row sees the shared part and itself, never its neighbours, and counts its positions from the end of the
shared part: hidden states, loss and gradient are those of rows run one by one, up to rounding. A system turn
of 200 tokens before messages of 40 would otherwise be six parts of seven of the work.

Models that take no mask of their own (some sliding-window and recurrent ones) cannot be packed;
`packs_exactly` finds out by trying.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

Ids = list[int]

# Tokens of a packed sequence; attention is quadratic in them, every other cost is linear.
LONGEST = 1024
# Lengths are filled up to a multiple, since a processor's bfloat16 kernels are prepared again for each shape.
_MULTIPLE = 64


@dataclass(frozen=True)
class Packed:
    """Rows as one sequence.

    Parameters
    ----------
    ids, positions
        int64 `[1, tokens]`.
    mask
        Which token sees which, bool `[1, 1, tokens, tokens]`; None for a row alone, where each sees all
        before it.
    starts
        Where each row begins in the sequence; its tokens follow each other.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor | None
    starts: tuple[int, ...]


def pack(shared: Ids, rows: Sequence[Ids]) -> Packed:
    """One sequence of `shared` and then each of `rows`, filled up to a round length by tokens that nobody
    sees.
    """
    import torch

    length = len(shared) + sum(map(len, rows))
    whole = -(-length // _MULTIPLE) * _MULTIPLE
    ids, positions, owner = list(shared), list(range(len(shared))), [0] * len(shared)
    starts = []
    for number, row in enumerate(rows, start=1):
        starts.append(len(ids))
        ids += row
        positions += range(len(shared), len(shared) + len(row))
        owner += [number] * len(row)
    filler = whole - length
    if len(rows) == 1:
        return Packed(
            torch.tensor([ids + [0] * filler]), torch.tensor([list(range(whole))]), None, tuple(starts)
        )
    block = np.array(owner + [-1] * filler)
    # A token sees what stands before it in its own block or in the shared one; filler sees itself.
    sees = (block[:, None] == block[None, :]) | (block[None, :] == 0)
    sees &= np.tril(np.ones((whole, whole), dtype=bool))
    return Packed(
        torch.tensor([ids + [0] * filler]),
        torch.tensor([positions + [0] * filler]),
        torch.from_numpy(sees)[None, None],
        tuple(starts),
    )


def groups(lengths: Sequence[int], shared: int, longest: int = LONGEST) -> Iterator[list[int]]:
    """Places of the rows that share a sequence: as many in a row as fit, one at least."""
    group: list[int] = []
    taken = shared
    for place, length in enumerate(lengths):
        if group and taken + length > longest:
            yield group
            group, taken = [], shared
        group.append(place)
        taken += length
    if group:
        yield group


def hidden_states(model: Any, packed: Packed) -> torch.Tensor:
    """Last hidden states, `[tokens, size]`."""
    out = causal(model).get_decoder()(
        input_ids=packed.ids,
        attention_mask=packed.mask,
        position_ids=packed.positions,
        use_cache=False,
    )
    states: torch.Tensor = out.last_hidden_state[0]
    return states


def logits_at(model: Any, states: torch.Tensor) -> torch.Tensor:
    """Logits over the vocabulary, float32 `[places, vocabulary]`, of chosen hidden states `[places, size]`:
    the head is a fifth of a small model's work, and is not run where nobody asks.
    """
    logits: torch.Tensor = causal(model).get_output_embeddings()(states)
    return logits.float()


def causal(model: Any) -> Any:
    """The language model itself, out of an adapter's wrapping."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def packs_exactly(model: Any) -> bool:
    """Whether packing gives this model's own answers: two short rows behind a shared beginning, and each
    alone.
    """
    import torch

    shared, rows = [5, 6, 7], [[8, 9, 10, 11], [12, 13]]
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            together = pack(shared, rows)
            states = hidden_states(model, together)
            for start, row in zip(together.starts, rows, strict=True):
                alone = causal(model).get_decoder()(input_ids=torch.tensor([shared + row]), use_cache=False)
                same = alone.last_hidden_state[0, len(shared) :].float()
                scale = float(same.abs().max()) or 1.0
                if float((states[start : start + len(row)].float() - same).abs().max()) > 0.05 * scale:
                    return False
    except (RuntimeError, TypeError, ValueError, NotImplementedError):
        return False
    finally:
        model.train(training)
    return True
