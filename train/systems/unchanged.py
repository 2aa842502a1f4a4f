"""The floor of a rewriting: the text as it came. What does not beat it has rewritten nothing worth having."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from train.systems.base import Context, System


class Unchanged(System):
    """Every text is its own answer."""

    name = "unchanged"
    title = "Text left as it is"
    family = "floor"

    @property
    def trainable_parameters(self) -> int:
        """None."""
        return 0

    def fit(
        self, train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
    ) -> None:
        """Nothing to fit."""

    def answer(self, texts: Sequence[str]) -> list[str]:
        """The texts."""
        return list(texts)

    def save(self, folder: Path) -> None:
        """Nothing to write."""

    def load(self, folder: Path) -> None:
        """Nothing to read."""
