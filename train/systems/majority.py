"""The floor: every text gets the label mix of the training rows, so the commonest label always wins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from train.arrays import Floats
from train.kinds.classification import codes_of
from train.systems.base import Classifier, Context


class Majority(Classifier):
    """Label shares of the training rows."""

    name = "majority"
    title = "Majority label"
    family = "floor"
    shares: Floats

    @property
    def trainable_parameters(self) -> int:
        """One share a label."""
        return len(self.labels)

    def fit(
        self, train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
    ) -> None:
        """Count labels; one row is added to each, so that a label without a training row keeps a chance
        (Laplace).
        """
        self.labels = labels
        counts = np.bincount(codes_of(train, labels), minlength=len(labels)) + 1.0
        self.shares = counts / counts.sum()

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """The same shares for every text."""
        return np.tile(self.shares, (len(texts), 1))

    def save(self, folder: Path) -> None:
        """Write the shares."""
        from safetensors.numpy import save_file

        save_file({"shares": self.shares}, folder / "weights.safetensors")

    def load(self, folder: Path) -> None:
        """Read the shares."""
        from safetensors.numpy import load_file

        self.shares = load_file(folder / "weights.safetensors")["shares"]
