"""Training rows remembered by the meaning of their inputs: the nearest are worked examples in a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from curate.files import write_parquet
from train.encoder import Vectors
from train.lm.prompt import Shot

# Queries compared at a time: 256 x 100,000 float32 are 100 MB.
_BLOCK = 256


@dataclass(frozen=True)
class Memory:
    """Rows and the unit vectors of their inputs, float32 `[rows, size]`."""

    pairs: tuple[Shot, ...]
    vectors: Vectors

    def nearest(self, texts: Sequence[str], queries: Vectors, count: int) -> list[tuple[Shot, ...]]:
        """The rows most similar to each text by cosine, the nearest last; ties by row, never the text itself.

        Parameters
        ----------
        queries
            Unit vectors of `texts`, float32 `[texts, size]`.
        """
        near: list[tuple[Shot, ...]] = []
        for start in range(0, len(queries), _BLOCK):
            similar = queries[start : start + _BLOCK] @ self.vectors.T
            # A text may stand in several rows: look past them all.
            order = np.argsort(-similar, axis=1, kind="stable")
            for text, rows in zip(texts[start : start + _BLOCK], order, strict=True):
                near.append(self._others(text, rows.tolist(), count)[::-1])
        return near

    def _others(self, text: str, rows: Sequence[int], count: int) -> tuple[Shot, ...]:
        chosen: list[Shot] = []
        for row in rows:
            if len(chosen) == count:
                break
            if self.pairs[row][0] != text:
                chosen.append(self.pairs[row])
        return tuple(chosen)

    def save(self, folder: Path) -> None:
        """Write rows and vectors."""
        from safetensors.numpy import save_file

        write_shots(self.pairs, folder)
        save_file({"memory": self.vectors}, folder / "memory.safetensors")

    @classmethod
    def load(cls, folder: Path) -> Memory:
        """Read them back."""
        from safetensors.numpy import load_file

        return cls(read_shots(folder), load_file(folder / "memory.safetensors")["memory"])


def write_shots(pairs: Sequence[Shot], folder: Path) -> None:
    """Write worked examples into a model's folder."""
    frame = pl.DataFrame(list(pairs), schema={"input": pl.String, "output": pl.String}, orient="row")
    write_parquet(frame, folder / "shots.parquet")


def read_shots(folder: Path) -> tuple[Shot, ...]:
    """Read them back."""
    return tuple(pl.read_parquet(folder / "shots.parquet").rows())
