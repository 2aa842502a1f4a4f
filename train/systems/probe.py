"""Linear probe: logistic regression on frozen embeddings. The encoder is used as it is, only a linear map is
learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from train.arrays import Floats
from train.kinds.classification import codes_of
from train.systems.base import Classifier, Context, Encoded
from train.systems.linear import Softmax, choose_softmax


def probe_head(
    train: pl.DataFrame,
    validation: pl.DataFrame,
    labels: tuple[str, ...],
    ctx: Context,
    grid: tuple[float, ...] | None = None,
) -> tuple[Softmax, float]:
    """The probe and its penalty, the best of `grid` (default: of params); made once, since fine-tuning starts
    from one too.
    """
    penalties = grid or ctx.params.probe.C

    def make() -> tuple[Softmax, float]:
        return choose_softmax(
            ctx.features(train["input"].to_list()),
            codes_of(train, labels),
            ctx.features(validation["input"].to_list()),
            codes_of(validation, labels),
            len(labels),
            penalties,
        )

    return ctx.once(f"probe {penalties}", make)


class Probe(Encoded, Classifier):
    """Softmax regression over mean-pooled, normalised embeddings."""

    name = "probe"
    title = "Linear probe on frozen embeddings"
    family = "probe"
    head: Softmax
    C: float

    @property
    def trainable_parameters(self) -> int:
        """Weights and biases of the linear map."""
        return self.head.size

    def fit(
        self, train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
    ) -> None:
        """Fit one regression per penalty; keep the best on validation rows."""
        self.labels = labels
        self.use(ctx.encoder)
        self.head, self.C = probe_head(train, validation, labels, ctx)

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Probabilities `[texts, labels]`."""
        return self.head.proba(self.encoder.embed(texts))

    def facts(self) -> dict[str, Any]:
        """The penalty chosen."""
        return {"C": self.C}

    def save(self, folder: Path) -> None:
        """Write weights and biases."""
        from safetensors.numpy import save_file

        save_file({"weight": self.head.weight, "bias": self.head.bias}, folder / "weights.safetensors")

    def load(self, folder: Path) -> None:
        """Read weights and biases."""
        from safetensors.numpy import load_file

        arrays = load_file(folder / "weights.safetensors")
        self.head = Softmax(arrays["weight"], arrays["bias"])
