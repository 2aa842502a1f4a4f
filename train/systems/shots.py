"""Prompts with worked examples: the same few for every text, or the nearest of the training rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from train.arrays import Floats
from train.encoder import Vectors
from train.lm.prompt import Shot
from train.systems.base import Context, Encoded
from train.systems.language import LanguageSystem
from train.systems.memory import Memory, read_shots, write_shots


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
        write_shots(self.chosen, folder)

    def load(self, folder: Path) -> None:
        """Read them back."""
        super().load(folder)
        self.chosen = read_shots(folder)


class Retrieved(Encoded, LanguageSystem):
    """The most similar training rows before each text, the nearest last."""

    name = "retrieved"
    title = "Prompt with retrieved examples"
    family = "retrieval"
    memory: Memory

    @property
    def count(self) -> int:
        """Examples before each text."""
        return self.knobs.shots

    def remember(self, train: pl.DataFrame, ctx: Context) -> None:
        """Remember every training row."""
        self.use(ctx.encoder)
        pairs = tuple(train.select("input", "output").rows())
        self.memory = Memory(pairs, ctx.features(train["input"].to_list()))

    def shots(self, texts: Sequence[str]) -> list[tuple[Shot, ...]]:
        """The nearest rows of each text."""
        return self.memory.nearest(texts, self.encoder.embed(list(texts)), self.count)

    def save(self, folder: Path) -> None:
        """Write prompt, rows and their embeddings."""
        super().save(folder)
        self.memory.save(folder)

    def load(self, folder: Path) -> None:
        """Read them back."""
        super().load(folder)
        self.memory = Memory.load(folder)


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
