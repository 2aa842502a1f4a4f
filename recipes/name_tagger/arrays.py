"""Rows with spans as arrays of token types, labels and casings: what both the teacher and the tagger are
fitted on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from curate.pii.detect.names.features import Lexicon, casing
from curate.pii.detect.names.tagger import KINDS
from curate.pii.detect.names.tokens import TOKEN
from curate.pii.detect.names.vectors import UNIT
from recipes.name_tagger.rows import Row


@dataclass
class Tokens:
    """Rows as arrays: token types, labels, casings; `types` maps a token to its features and static
    vector.
    """

    rows: list[np.ndarray]
    labels: list[np.ndarray]
    casings: list[int]
    features: Tensor
    static: Tensor


def tokens_of(rows: list[Row], lexicon: Lexicon) -> Tokens:
    """Tokens with the kind of the span that each stands in."""
    types: dict[str, int] = {}
    ids, labels, casings = [], [], []
    for text, spans in rows:
        row, kinds = [], []
        for match in TOKEN.finditer(text):
            row.append(types.setdefault(match.group(), len(types)))
            kinds.append(
                next(
                    (
                        KINDS.index(kind)
                        for start, end, kind in spans
                        if start < match.end() and match.start() < end
                    ),
                    0,
                )
            )
        ids.append(np.array(row, np.int64))
        labels.append(np.array(kinds, np.int64))
        casings.append(casing(text))
    features = torch.tensor([lexicon.features(token) for token in types])
    static = torch.from_numpy(np.stack([lexicon.static(token) for token in types]).astype(np.float32) / UNIT)
    return Tokens(ids, labels, casings, features, static)
