"""Label descriptions only: the stand-in for prompting, where no training row is used.

Each text goes to the label whose description in the task card is nearest to it in the encoder's space
(zero-shot, as in Yin et al., 2019, arXiv:1909.00161). It is what a good description of the task buys without
examples, as a prompt would; it is not a large language model, and the title says so. A label without a
description is described by its name in words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from train.arrays import Floats
from train.encoder import Vectors
from train.kinds.classification import codes_of
from train.systems.base import Classifier, Context, Encoded, mean_log_loss, softmax

# How sharply cosine differences become probabilities; the order of the labels does not follow it.
_SHARPNESS = (5.0, 10.0, 20.0, 40.0, 80.0)
_UNKNOWN_SHARPNESS = 20.0  # the scale that all-MiniLM-L6-v2 was trained with


def words_of(label: str) -> str:
    """A label's name in words: `card_arrival`, `cardArrival` and `card-arrival` all become `card arrival`."""
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", label)).strip().lower() or label


class Descriptions(Encoded, Classifier):
    """Nearest label description by cosine."""

    name = "descriptions"
    title = "Label descriptions only (stands in for prompting)"
    family = "prompting stand-in"
    targets: Vectors
    sharpness: float
    described: int

    @property
    def trainable_parameters(self) -> int:
        """Only how sharp the probabilities are."""
        return 1

    def fit(
        self, train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
    ) -> None:
        """Embed the descriptions; validation rows set how sharp the probabilities are, training rows
        nothing.
        """
        self.labels = labels
        self.use(ctx.encoder)
        self.described = sum(bool(ctx.descriptions.get(label)) for label in labels)
        self.targets = self.encoder.embed(
            [ctx.descriptions.get(label) or words_of(label) for label in labels]
        )
        self.sharpness = _UNKNOWN_SHARPNESS
        if validation.height:
            cosine = self._cosine(ctx.features(validation["input"].to_list()))
            codes = codes_of(validation, labels)
            self.sharpness = min(_SHARPNESS, key=lambda scale: mean_log_loss(softmax(scale * cosine), codes))

    def _cosine(self, features: Vectors) -> Floats:
        return np.asarray(features, dtype=np.float64) @ self.targets.T.astype(np.float64)

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Probabilities `[texts, labels]`."""
        return softmax(self.sharpness * self._cosine(self.encoder.embed(texts)))

    def facts(self) -> dict[str, Any]:
        """How many labels the task card describes, and the sharpness chosen."""
        return {"labels_described": self.described, "sharpness": self.sharpness}

    def save(self, folder: Path) -> None:
        """Write the embedded descriptions."""
        from safetensors.numpy import save_file

        save_file(
            {"targets": self.targets, "sharpness": np.array([self.sharpness])}, folder / "weights.safetensors"
        )

    def load(self, folder: Path) -> None:
        """Read the embedded descriptions."""
        from safetensors.numpy import load_file

        arrays = load_file(folder / "weights.safetensors")
        self.targets, self.sharpness = arrays["targets"], float(arrays["sharpness"][0])
