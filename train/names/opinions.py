"""What several readers think of the same rows, as one opinion: teachers, and taggers that learned from them.

One fit's luck is worth two or three points of recall or precision; a tagger that learns from the mean of several keeps what they
agree on (Hinton et al. 2015, ensembles as teachers; Furlanello et al. 2018, pupils as teachers).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curate.pii.names.features import casing
from curate.pii.names.tagger import WEIGHT_UNIT, load
from curate.pii.names.tokens import pieces_of
from curate.pii.names.vectors import UNIT
from train.names.rows import Row

Opinion = NDArray[np.float32]  # log-probabilities or logits of a row's tokens, shape (tokens, kinds)


def of_teacher(path: Path, rows: Sequence[Row]) -> list[Opinion]:
    """What `train.names.teach` wrote of these rows."""
    assert path.exists(), f"{path} is missing: python -m train.names.teach --seed {path.stem.rpartition('-')[2]}"
    with np.load(path, allow_pickle=False) as kept:
        assert len(kept["lengths"]) == len(rows), f"{path} is of another recipe: python -m train.names.teach writes it anew"
        return np.split(kept["logits"].astype(np.float32), np.cumsum(kept["lengths"])[:-1])


def of_tagger(path: Path, rows: Sequence[Row], size: int = 64) -> list[Opinion]:
    """What the tagger in `path` thinks of the rows' tokens; what it favours is left out."""
    tagger, made = load(path), list[Opinion]()
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        tokens = [pieces_of(row.text) for row in some]
        scores, begins = tagger.logits(tokens, [casing(row.text) for row in some])
        scores /= np.float32(UNIT * WEIGHT_UNIT)
        made += [scores[begin : begin + len(row)] for begin, row in zip(begins, tokens, strict=True)]
    return made


def agreed(voices: Sequence[Sequence[Opinion]]) -> list[Opinion]:
    """The logarithm of the mean of the voices' probabilities, of each row."""
    return [np.log(np.mean([_shares(one) for one in row], axis=0)) for row in zip(*voices, strict=True)]


def _shares(logits: Opinion) -> Opinion:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Opinion = np.maximum(raised / raised.sum(axis=1, keepdims=True), 1e-6)
    return shares
