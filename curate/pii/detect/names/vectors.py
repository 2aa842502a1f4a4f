"""What the network starts from: one vector of whole numbers for each token and letter case of its text,
worked out once.

New tokens are worked out together, some 10 microseconds each; those last seen are kept, up to a bound. A
token's row in the table of vectors stands for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import polars as pl
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
        self._vectors = np.zeros((4_096, self.table.shape[1]), np.int8)

    def take(self) -> int:
        """The next free row."""
        self._used += 1
        return self._used - 1

    def rows(self, texts: Sequence[list[str]], casings: Sequence[int]) -> NDArray[np.int64]:
        """The row of each token of `texts`, one behind the other, as tokens of texts of these casings; they
        hold until the next are asked for.
        """
        self._forget()
        rows = chain.from_iterable(
            map(self._rows[case].__getitem__, text) for text, case in zip(texts, casings, strict=True)
        )
        found = np.fromiter(rows, np.int64)
        self._work_out()
        return found

    def rows_of_all(self, tokens: pl.Series, casings: NDArray[np.int8]) -> NDArray[np.int64]:
        """`rows` of many tokens, each with the casing of its text: every distinct one is looked up once."""
        self._forget()
        asked = pl.DataFrame({"token": tokens, "case": casings})
        distinct = asked.unique()
        rows = [
            self._rows[case][token]
            for token, case in zip(distinct["token"].to_list(), distinct["case"].to_list(), strict=True)
        ]
        self._work_out()
        known = distinct.with_columns(pl.Series("row", rows, pl.Int64))
        return asked.join(known, on=["token", "case"], how="left", maintain_order="left")["row"].to_numpy()

    def at(self, rows: NDArray[np.int64], inside: NDArray[np.int64], total: int) -> NDArray[np.int8]:
        """Vectors of `total` positions, shape (total, width): `rows` stand at `inside`, zeros elsewhere."""
        index = np.full(total, _EMPTY)
        index[inside] = rows
        vectors: NDArray[np.int8] = self._vectors[index]
        return vectors

    def _forget(self) -> None:
        if self._used > _CACHED:
            self.clear()

    def _work_out(self) -> None:
        for case, rows in enumerate(self._rows):
            if rows.new:
                self._fill(case, rows)

    def _fill(self, case: int, rows: _Rows) -> None:
        """The vectors of the new tokens of a casing."""
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
