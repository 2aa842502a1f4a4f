"""What several teachers think of the same rows, as one opinion: what they agree on is less one fit's luck
(Hinton et al. 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recipes.name_tagger.rows import Row

Opinion = NDArray[np.float32]  # log-probabilities or logits of a row's tokens, shape (tokens, kinds)


def of_teacher(path: Path, rows: Sequence[Row]) -> list[Opinion]:
    """What `recipes.name_tagger.teach` wrote of these rows."""
    assert path.exists(), (
        f"{path} is missing: python -m recipes.name_tagger.teach --seed {path.stem.rpartition('-')[2]}"
    )
    with np.load(path, allow_pickle=False) as kept:
        assert len(kept["lengths"]) == len(rows), (
            f"{path} is of another recipe: python -m recipes.name_tagger.teach writes it anew"
        )
        return np.split(kept["logits"].astype(np.float32), np.cumsum(kept["lengths"])[:-1])


def agreed(voices: Sequence[Sequence[Opinion]]) -> list[Opinion]:
    """The logarithm of the mean of the voices' probabilities, of each row."""
    return [np.log(np.mean([_shares(one) for one in row], axis=0)) for row in zip(*voices, strict=True)]


def _shares(logits: Opinion) -> Opinion:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Opinion = np.maximum(raised / raised.sum(axis=1, keepdims=True), 1e-6)
    return shares
