"""Several rows in one sequence behind the beginning that they share, so that it is run once.

    shared | row 1 | row 2 | row 3

Each row sees the shared part and itself, never its neighbours, and counts its positions from the end of the
shared part: hidden states, loss and gradient are those of rows run one by one, up to rounding. A system turn
of 200 tokens before messages of 40 would otherwise be five parts of six of the work. `train.lm.attention`
lets a row look only at what it may see, so the cost is linear in the number of rows.

A row may end in branches, each of which sees the row and itself: a text is then read once for all its
possible answers (`train.lm.likelihood`).

Models whose attention cannot be replaced (some sliding-window and recurrent ones) cannot be packed;
`packs_exactly` finds out by trying.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from train.arrays import Bools

if TYPE_CHECKING:
    import torch

Ids = list[int]

# Tokens of a packed sequence: what a pass keeps for the gradient is some 2 MB a token of a 135M model.
LONGEST = 1024
# Lengths are filled up to a multiple, since a processor's bfloat16 kernels are prepared again for each shape.
_MULTIPLE = 64


@dataclass(frozen=True)
class Branches:
    """Continuations that stand behind every row, as a tree: what two have in common stands there once.

    Parameters
    ----------
    tokens
        One a node.
    depths
        How many nodes stand above each.
    sees
        bool `[nodes, nodes]`: which nodes each looks at, itself among them.
    """

    tokens: tuple[int, ...]
    depths: tuple[int, ...]
    sees: Bools


@dataclass(frozen=True)
class Packed:
    """Rows as one sequence.

    Parameters
    ----------
    ids, positions
        int64 `[1, tokens]`.
    mask
        Which token of a row sees which of the shared part and of the row, bool
        `[rows or 1, 1, width, shared + width]`; one for all rows where they do not differ.
    shared, rows, width
        Tokens of the shared part, number of rows, and tokens of each, filled up.
    starts
        Where each row begins in `ids`; its tokens follow each other, its branches come last.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    shared: int
    rows: int
    width: int
    starts: tuple[int, ...]


def pack(
    shared: Ids, rows: Sequence[Ids], branches: Branches | None = None, *, cached: bool = False
) -> Packed:
    """One sequence of `shared` and then each of `rows`, filled up by tokens that nobody sees.

    Parameters
    ----------
    branches
        What stands behind each row.
    cached
        Whether keys and values of `shared` are at hand, so that it is left out of the sequence.
    """
    import torch

    extra = list(branches.tokens) if branches else []
    width = max(map(len, rows)) + len(extra)
    ids = [] if cached else list(shared)
    positions = list(range(len(ids)))
    starts = []
    for row in rows:
        starts.append(len(ids))
        filler = [0] * (width - len(row) - len(extra))
        ids += [*row, *extra, *filler]
        depths = branches.depths if branches else ()
        places = [*range(len(row)), *(len(row) + depth for depth in depths), *filler]
        positions += [len(shared) + place for place in places]
    rest = -len(ids) % _MULTIPLE
    if branches is None:
        sees = np.tril(np.ones((1, width, width), dtype=bool))
    else:
        sees = np.stack([_row_mask(len(row), branches, width) for row in rows])
    all_see = np.ones((len(sees), width, len(shared)), dtype=bool)
    return Packed(
        torch.tensor([ids + [0] * rest]),
        torch.tensor([positions + [0] * rest]),
        torch.from_numpy(np.concatenate([all_see, sees], axis=2))[:, None],
        len(shared),
        len(rows),
        width,
        tuple(starts),
    )


def _row_mask(own: int, branches: Branches, width: int) -> Bools:
    """Who sees whom in a row of `own` tokens with branches: bool `[width, width]`. Filler sees what stands
    before it, since something must be seen.
    """
    end = own + len(branches.tokens)
    sees: Bools = np.tril(np.ones((width, width), dtype=bool))
    sees[own:end, own:end] = branches.sees
    return sees


def groups(lengths: Sequence[int], shared: int, longest: int = LONGEST) -> Iterator[list[int]]:
    """Places of the rows that share a sequence: as many in a row as fit, each as wide as the widest; one at
    least.
    """
    group: list[int] = []
    width = 0
    for place, length in enumerate(lengths):
        wider = max(width, length)
        if group and shared + (len(group) + 1) * wider > longest:
            yield group
            group, wider = [], length
        group.append(place)
        width = wider
    if group:
        yield group


def hidden_states(model: Any, packed: Packed, cache: Any = None) -> torch.Tensor:
    """Last hidden states, `[tokens, size]`.

    Parameters
    ----------
    cache
        Keys and values of the shared part, from `read_shared`; it is left as it was.
    """
    from train.lm.attention import attend_in_rows

    attend_in_rows(causal(model))
    given = {"past_key_values": cache, "use_cache": True} if cache is not None else {"use_cache": False}
    out = causal(model).get_decoder()(
        input_ids=packed.ids, position_ids=packed.positions, packed=packed, **given
    )
    if cache is not None:
        cache.crop(-packed.ids.shape[1])
    states: torch.Tensor = out.last_hidden_state[0]
    return states


def read_shared(model: Any, ids: Ids) -> Any:
    """Keys and values of a beginning that prompts share, batch 1."""
    import torch
    from transformers import DynamicCache

    cache = DynamicCache(config=causal(model).config)
    causal(model).get_decoder()(input_ids=torch.tensor([ids]), past_key_values=cache, use_cache=True)
    return cache


def logits_at(model: Any, states: torch.Tensor) -> torch.Tensor:
    """Logits over the vocabulary, float32 `[places, vocabulary]`, of chosen hidden states `[places, size]`:
    the head is a fifth of a small model's work, and is not run where nobody asks.
    """
    logits: torch.Tensor = causal(model).get_output_embeddings()(states)
    return logits.float()


def causal(model: Any) -> Any:
    """The language model itself, out of an adapter's wrapping."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


_KNOWN: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


def packs_exactly(model: Any) -> bool:
    """Whether packing gives this model's own answers: two short rows behind a shared beginning, run with it
    or after it, and each alone. A model is asked once.
    """
    if model not in _KNOWN:
        _KNOWN[model] = _packs(model)
    return _KNOWN[model]


def _packs(model: Any) -> bool:
    import torch

    shared, rows = [5, 6, 7], [[8, 9, 10, 11], [12, 13]]
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            alone = [
                causal(model).get_decoder()(input_ids=torch.tensor([shared + row]), use_cache=False)
                for row in rows
            ]
            for cached in (False, True):
                together = pack(shared, rows, cached=cached)
                states = hidden_states(model, together, read_shared(model, shared) if cached else None)
                for start, row, one in zip(together.starts, rows, alone, strict=True):
                    same = one.last_hidden_state[0, len(shared) :].float()
                    scale = float(same.abs().max()) or 1.0
                    if float((states[start : start + len(row)].float() - same).abs().max()) > 0.05 * scale:
                        return False
    except (RuntimeError, TypeError, ValueError, AttributeError, NotImplementedError):
        return False
    finally:
        model.train(training)
    return True
