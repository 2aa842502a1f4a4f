"""Embeddings of which each is a function of its text alone, for comparisons that must come out the same.

`Encoder.embed` packs texts of like length into batches, and the last bits of a vector depend on what stands
beside it. Here every batch has one of a few shapes (`ROWS` texts, a multiple of `STEP` tokens; lacking rows
are padding) and one thread, so the matrix products are cut the same way for every text: its bits do not
change with the order, the number or the choice of texts. Another processor may still add in another order.

Cost: about twice that of `embed` for thousands of texts (small batches, padded lengths), a minute for the
10,000 of banking77; 4 s instead of 1 s for 400, since each length pads its last batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from curate.semantic.door import Encoding
from train.encoder import Encoder, Vectors, load_encoder, mean_pool
from train.pretrained import torch_threads

ROWS, STEP = 16, 8


def encoding(name: str) -> Encoding:
    """The encoder called `name`, as the ground floor knows it."""
    encoder = load_encoder(name, threads=1)
    return Encoding(name, encoder.sha256, lambda texts: embed_each(encoder, texts))


def embed_each(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """Mean-pooled unit vectors, float32 `[texts, size]`, each a function of its text alone."""
    import torch

    out = np.zeros((len(texts), encoder.size), dtype=np.float32)
    ids = encoder.token_ids(texts)
    by_shape: dict[int, list[int]] = defaultdict(list)
    for at, each in enumerate(ids):
        by_shape[-(-len(each) // STEP) * STEP].append(at)
    with torch_threads(1), torch.inference_mode():
        for length, places in sorted(by_shape.items()):
            for start in range(0, len(places), ROWS):
                some = places[start : start + ROWS]
                tokens = torch.zeros((ROWS, length), dtype=torch.long)
                mask = torch.zeros((ROWS, length), dtype=torch.long)
                mask[:, 0] = 1  # a row of padding attends to something
                for row, at in enumerate(some):
                    tokens[row, : len(ids[at])] = torch.tensor(ids[at])
                    mask[row, : len(ids[at])] = 1
                hidden = encoder.model(input_ids=tokens, attention_mask=mask).last_hidden_state
                pooled = torch.nn.functional.normalize(mean_pool(hidden, mask))
                out[some] = pooled.numpy()[: len(some)]
    return out
