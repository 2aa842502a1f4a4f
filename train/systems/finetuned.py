"""What LoRA and full fine-tuning have in common: the loop, the start from the probe, calibration,
prediction.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from train.arrays import Floats
from train.kinds.classification import codes_of
from train.loop import Epoch, Settings, best_epoch, fine_tune
from train.objectives.labels import LabelLoss, Rows, logits_of
from train.params import FineTuneParams, TrainParams
from train.pretrained import torch_threads
from train.systems.base import Classifier, Context, Encoded, softmax
from train.systems.linear import Softmax
from train.systems.probe import probe_head

if TYPE_CHECKING:
    import torch

    from train.systems.network import Network


class FineTuned(Encoded, Classifier):
    """A classifier whose encoder is trained too, in whole or through an adapter."""

    network: Network
    trained: int
    history: list[Epoch]
    temperature: float
    precision: str

    @property
    def trainable_parameters(self) -> int:
        """Parameters that were given a gradient."""
        return self.trained

    @abstractmethod
    def knobs(self, params: TrainParams) -> FineTuneParams:
        """This system's part of the parameters."""

    @abstractmethod
    def trainable(self, knobs: FineTuneParams) -> torch.nn.Module:
        """A fresh pretrained encoder, with what is to be trained requiring a gradient."""

    @abstractmethod
    def keep(self, network: Network) -> None:
        """Take what is to be saved out of the trained network, and build from it the network that
        predicts.
        """

    def fit(
        self, train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
    ) -> None:
        """Train from the probe's head; the best epoch and the temperature are chosen on validation rows."""
        import torch

        from train.systems.network import Network, best_temperature

        self.labels = labels
        self.use(ctx.encoder)
        knobs, params = self.knobs(ctx.params), ctx.params
        head, _ = probe_head(train, validation, labels, ctx, (knobs.head_C,))
        self.precision = ctx.precision
        torch.manual_seed(params.seed)  # the adapter's first matrix is drawn at random
        network = Network(self.trainable(knobs), head)
        self.trained = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
        rows = {
            split: Rows(self.encoder.token_ids(frame["input"].to_list()), codes_of(frame, labels))
            for split, frame in (("train", train), ("validation", validation))
        }
        settings = Settings(
            **knobs.model_dump(
                include=set(FineTuneParams.model_fields)
                - {"dropout", "epochs", "min_steps", "head_C", "label_smoothing"}
            ),
            epochs=knobs.epochs_for(train.height),
            seed=params.seed,
            threads=params.threads,
        )
        loss = LabelLoss(
            rows["train"],
            rows["validation"],
            smoothing=knobs.label_smoothing,
            precision=self.precision,
        )
        self.history = fine_tune(
            network,
            loss,
            settings,
            checkpoint=ctx.checkpoint,
            progress=ctx.progress,
        )
        self.temperature = 1.0
        if validation.height:
            with torch_threads(params.threads):
                logits = logits_of(network, rows["validation"].ids).double().numpy()
            self.temperature = best_temperature(logits, rows["validation"].codes)
            network.cool(self.temperature)
        self.keep(network)

    def assemble(self, backbone: torch.nn.Module, head: Softmax) -> None:
        """Make the network that predicts: the same from a fit as from a folder."""
        from train.systems.network import Network

        self.network = Network(backbone, head).eval().requires_grad_(False)

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Probabilities `[texts, labels]`."""
        if not len(texts):
            return np.zeros((0, len(self.labels)))
        with torch_threads(self.encoder.threads):
            return softmax(logits_of(self.network, self.encoder.token_ids(texts)).double().numpy())

    def facts(self) -> dict[str, Any]:
        """Every epoch's figures, which one was kept, the temperature, and the precision used."""
        return {
            "epochs": [asdict(one) for one in self.history],
            "best_epoch": best_epoch(self.history).epoch,
            "temperature": self.temperature,
            "precision": self.precision,
        }
