"""The lexicon that ships: name ranks from the lists, static vectors from the bundled encoder's embedding
table.
"""

from __future__ import annotations

import numpy as np

from curate.pii.detect.names.features import Lexicon
from recipes.name_tagger.lists import Lists
from train.encoder import Encoder


def build(lists: Lists, encoder: Encoder, dimensions: int) -> Lexicon:
    """Ranks of every listed token; principal components of the encoder's word-piece vectors, the largest
    first, whitened by half, in int8.
    """
    table = next(encoder.fresh_model().parameters()).detach().numpy()  # the word pieces' vectors come first
    vocabulary = encoder.tokenizer.get_vocab()
    tokens = sorted({*lists.first_rank, *lists.last_rank, *lists.place_rank})
    ranks = {
        token: lists.first_rank.get(token, 0)
        + 4 * lists.last_rank.get(token, 0)
        + 16 * lists.place_rank.get(token, 0)
        for token in tokens
    }
    kept = [
        (piece, row)
        for piece, row in sorted(vocabulary.items(), key=lambda pair: pair[1])
        if not piece.startswith("[") and piece.removeprefix("##").isascii()
    ]
    rows = table[[row for _, row in kept]].astype(np.float64)
    rows -= rows.mean(axis=0)
    values, axes = np.linalg.eigh(rows.T @ rows / len(rows))
    order = np.argsort(values)[::-1][:dimensions]
    projected = rows @ axes[:, order] / np.sqrt(np.sqrt(values[order] * values[order[0]]))
    scaled = np.clip(np.round(projected / projected.std() * 40), -127, 127).astype(np.int8)
    return Lexicon(
        {token: rank for token, rank in ranks.items() if rank},
        {piece: at for at, (piece, _) in enumerate(kept)},
        scaled,
    )
