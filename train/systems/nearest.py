"""Nearest neighbours over the gold set: retrieval. The k most similar training rows vote with their labels.

Votes are weighted by similarity, so that ties are rare, and a small share is left to every label, so that a
label nobody voted for is unlikely rather than impossible. Cost is one product of queries and all training
rows: exact, and fast enough to a few hundred thousand rows; no index is built.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from train.arrays import Floats, Ints
from train.encoder import Vectors
from train.kinds.classification import codes_of
from train.systems.base import Classifier, Context, Encoded, mean_log_loss

# exp(sharpness x cosine) weighs a vote: at 0 votes are equal, at 40 a neighbour 0.05 nearer counts seven
# times as much.
_SHARPNESS = (0.0, 5.0, 10.0, 20.0, 40.0)
# Share of the vote spread over all labels (Lidstone); the best is chosen on validation rows.
_SPREAD = (0.01, 0.03, 0.1, 0.3)
# Query rows compared at a time: 256 x 100,000 float32 are 100 MB.
_BLOCK = 256


class Nearest(Encoded, Classifier):
    """Similarity-weighted vote of the k nearest training rows by cosine."""

    name = "nearest"
    title = "Nearest neighbours (retrieval)"
    family = "retrieval"
    memory: Vectors
    codes: Ints
    k: int
    sharpness: float
    spread: float

    @property
    def trainable_parameters(self) -> int:
        """Two; the training rows themselves are remembered, not fitted."""
        return 2

    def fit(
        self, train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
    ) -> None:
        """Remember the training rows; validation rows choose how votes are weighed."""
        self.labels = labels
        self.use(ctx.encoder)
        self.memory, self.codes = ctx.features(train["input"].to_list()), codes_of(train, labels)
        self.k = min(ctx.params.nearest.k, train.height)
        self.sharpness, self.spread = 10.0, 0.1
        if validation.height:
            cosine, voters = self._neighbours(ctx.features(validation["input"].to_list()))
            truth = codes_of(validation, labels)
            choices = [(sharpness, spread) for sharpness in _SHARPNESS for spread in _SPREAD]
            self.sharpness, self.spread = min(
                choices, key=lambda choice: mean_log_loss(self._vote(cosine, voters, *choice), truth)
            )

    def _neighbours(self, queries: Vectors) -> tuple[Floats, Ints]:
        """Cosine and row number of the k nearest of each query, both `[queries, k]`, nearest first, ties by
        row number.
        """
        cosines, voters = [np.zeros((0, self.k))], [np.zeros((0, self.k), dtype=np.int64)]
        for start in range(0, len(queries), _BLOCK):
            similar = queries[start : start + _BLOCK] @ self.memory.T
            order = np.argsort(-similar, axis=1, kind="stable")[:, : self.k]
            voters.append(order)
            cosines.append(np.take_along_axis(similar, order, axis=1).astype(np.float64))
        return np.concatenate(cosines), np.concatenate(voters)

    def _vote(self, cosine: Floats, voters: Ints, sharpness: float, spread: float) -> Floats:
        weight = np.exp(sharpness * (cosine - cosine.max(axis=1, keepdims=True, initial=-1.0)))
        weight /= weight.sum(axis=1, keepdims=True)
        votes = np.zeros((len(cosine), len(self.labels)))
        np.add.at(votes, (np.arange(len(cosine))[:, None], self.codes[voters]), weight)
        return (1 - spread) * votes + spread / len(self.labels)

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Probabilities `[texts, labels]`."""
        return self._vote(*self._neighbours(self.encoder.embed(texts)), self.sharpness, self.spread)

    def facts(self) -> dict[str, Any]:
        """How many rows are remembered and how votes are weighed."""
        return {"rows": len(self.codes), "k": self.k, "sharpness": self.sharpness, "spread": self.spread}

    def save(self, folder: Path) -> None:
        """Write the remembered embeddings and labels."""
        from safetensors.numpy import save_file

        knobs = np.array([self.k, self.sharpness, self.spread])
        save_file(
            {"memory": self.memory, "codes": self.codes, "knobs": knobs}, folder / "weights.safetensors"
        )

    def load(self, folder: Path) -> None:
        """Read them back."""
        from safetensors.numpy import load_file

        arrays = load_file(folder / "weights.safetensors")
        self.memory, self.codes = arrays["memory"], arrays["codes"]
        self.k, self.sharpness, self.spread = (
            int(arrays["knobs"][0]),
            float(arrays["knobs"][1]),
            float(arrays["knobs"][2]),
        )
