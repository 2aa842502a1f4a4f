"""Prompts with worked examples: the same few for every text, or the nearest of the training rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from curate.files import write_parquet
from train.arrays import Floats
from train.encoder import Vectors
from train.lm.prompt import Shot
from train.systems.base import Context, Encoded
from train.systems.language import LanguageSystem

# Query rows compared at a time, as in `train.systems.nearest`.
_BLOCK = 256


class FewShot(LanguageSystem):
    """The same worked examples before every text: training rows that are unlike each other."""

    name = "few_shot"
    title = "Prompt with fixed examples"
    family = "prompt"
    chosen: tuple[Shot, ...]

    def remember(self, train: pl.DataFrame, ctx: Context) -> None:
        """Take rows that cover the training texts: the most central one, then ever the farthest from those
        taken, of another label while there are such.
        """
        vectors = ctx.features(train["input"].to_list())
        labels = train["output"].to_list() if self.classifies else None
        rows = spread_out(vectors, self.knobs.shots, labels)
        self.chosen = tuple(train.select("input", "output").row(row) for row in rows)

    def shots(self, texts: Sequence[str]) -> list[tuple[Shot, ...]]:
        """The chosen ones, for each text."""
        return [self.chosen] * len(texts)

    def save(self, folder: Path) -> None:
        """Write prompt and examples."""
        super().save(folder)
        write_parquet(_frame(self.chosen), folder / "shots.parquet")

    def load(self, folder: Path) -> None:
        """Read them back."""
        super().load(folder)
        self.chosen = tuple(pl.read_parquet(folder / "shots.parquet").rows())


class Retrieved(Encoded, LanguageSystem):
    """The most similar training rows before each text, the nearest last."""

    name = "retrieved"
    title = "Prompt with retrieved examples"
    family = "retrieval"
    memory: Vectors
    pairs: tuple[Shot, ...]

    @property
    def count(self) -> int:
        """Examples before each text."""
        return self.knobs.shots

    def remember(self, train: pl.DataFrame, ctx: Context) -> None:
        """Remember every training row."""
        self.use(ctx.encoder)
        self.memory = ctx.features(train["input"].to_list())
        self.pairs = tuple(train.select("input", "output").rows())

    def shots(self, texts: Sequence[str]) -> list[tuple[Shot, ...]]:
        """The nearest rows of each text by cosine, the nearest last; ties by row, never the text itself."""
        vectors, near = self.encoder.embed(list(texts)), []
        for start in range(0, len(vectors), _BLOCK):
            order = np.argsort(-(vectors[start : start + _BLOCK] @ self.memory.T), axis=1, kind="stable")
            for text, rows in zip(texts[start : start + _BLOCK], order[:, : self.count + 1], strict=True):
                others = [self.pairs[row] for row in rows.tolist() if self.pairs[row][0] != text]
                near.append(tuple(reversed(others[: self.count])))
        return near

    def save(self, folder: Path) -> None:
        """Write prompt, rows and their embeddings."""
        from safetensors.numpy import save_file

        super().save(folder)
        write_parquet(_frame(self.pairs), folder / "shots.parquet")
        save_file({"memory": self.memory}, folder / "memory.safetensors")

    def load(self, folder: Path) -> None:
        """Read them back."""
        from safetensors.numpy import load_file

        super().load(folder)
        self.pairs = tuple(pl.read_parquet(folder / "shots.parquet").rows())
        self.memory = load_file(folder / "memory.safetensors")["memory"]


def _frame(pairs: Sequence[Shot]) -> pl.DataFrame:
    return pl.DataFrame(list(pairs), schema={"input": pl.String, "output": pl.String}, orient="row")


def spread_out(vectors: Floats | Vectors, count: int, labels: Sequence[str] | None = None) -> list[int]:
    """Row numbers of `count` vectors that lie far from each other (Gonzalez, 1985: farthest-first).

    Parameters
    ----------
    vectors
        Unit vectors `[rows, size]`; the one nearest to their mean comes first.
    labels
        While some label has no row among those taken, only rows of such labels are taken.
    """
    if not len(vectors):
        return []
    taken = [int(np.argmax(vectors @ vectors.mean(axis=0)))]
    nearest = vectors @ vectors[taken[0]]
    names = np.array(labels if labels is not None else [""] * len(vectors))
    while len(taken) < min(count, len(vectors)):
        open_to = np.ones(len(vectors), dtype=bool)
        open_to[taken] = False
        missing = open_to & ~np.isin(names, names[taken])
        among = missing if labels is not None and missing.any() else open_to
        row = int(np.argmin(np.where(among, nearest, np.inf)))
        taken.append(row)
        nearest = np.maximum(nearest, vectors @ vectors[row])
    return taken
