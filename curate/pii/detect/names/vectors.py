"""What the network starts from: one vector of whole numbers for each token and letter case of its text,
worked out once.

New tokens are worked out together, some 10 microseconds each; those last seen are kept, up to a bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from curate.pii.detect.names.features import CASING_AT, CASINGS, Lexicon

UNIT = 64  # activations, embeddings and static vectors count in 1/64
TOP = 127
_CACHED = 65_536
_EMPTY = 0  # the row of zeros that stands between texts


class _Rows(dict[str, int]):
    """Token -> row of the vectors; a token not seen before gets the next row and waits in `new`."""

    def __init__(self, vectors: Vectors) -> None:
        self.vectors, self.new = vectors, list[str]()

    def __missing__(self, token: str) -> int:
        row = self[token] = self.vectors.take()
        self.new.append(token)
        return row


class Vectors:
    """The vectors of tokens.

    Parameters
    ----------
    table
        int8, shape (FEATURES, width).
    projection
        int8, shape (dimensions, width): from static vectors to the network's width.
    """

    def __init__(self, table: NDArray[np.int8], projection: NDArray[np.int8], lexicon: Lexicon) -> None:
        self.table, self.projection, self.lexicon = table, projection.astype(np.float32), lexicon
        self.clear()

    def clear(self) -> None:
        """Forget every token."""
        self._rows = [_Rows(self) for _ in range(CASINGS)]
        self._used = _EMPTY + 1
        self._vectors = np.zeros((4_096, self.table.shape[1]), np.float32)

    def take(self) -> int:
        """The next free row."""
        self._used += 1
        return self._used - 1

    def of(
        self, texts: Sequence[list[str]], casings: Sequence[int], inside: NDArray[np.int64], total: int
    ) -> NDArray[np.float32]:
        """Vectors of `total` positions, shape (total, width), those of the tokens of `texts` at `inside`, the
        others zero.
        """
        if self._used > _CACHED:
            self.clear()
        rows = chain.from_iterable(
            map(self._rows[case].__getitem__, text) for text, case in zip(texts, casings, strict=True)
        )
        index = np.full(total, _EMPTY)
        index[inside] = np.fromiter(rows, np.int64, len(inside))
        for case in range(CASINGS):
            if self._rows[case].new:
                self._work_out(case)
        vectors: NDArray[np.float32] = self._vectors[index]
        return vectors

    def _work_out(self, case: int) -> None:
        rows = self._rows[case]
        while len(self._vectors) < self._used:
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        features = np.array([self.lexicon.features(token) for token in rows.new])
        summed = self.table[features].sum(axis=1, dtype=np.int32)
        # Below 2**24, where float32 holds every whole number, as everywhere in the tagger.
        projected = np.floor(self.lexicon.statics(rows.new).astype(np.float32) @ self.projection / UNIT)
        self._vectors[[rows[token] for token in rows.new]] = np.clip(
            summed + projected + self.table[CASING_AT + case], 0, TOP
        )
        rows.new.clear()
