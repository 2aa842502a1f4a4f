"""What a system under comparison is, and what it is given to fit on.

A system maps texts to one probability per label. It is fitted on the same frames as every other, saved as
arrays and JSON (never pickle: a model folder may come from a stranger), and gives the same probabilities
after it is loaded again.
"""

from __future__ import annotations

import hashlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import polars as pl

from curate.errors import AssayError
from curate.stage import Progress
from train.encoder import Encoder, Vectors, load_encoder
from train.kinds.classification import Floats, Ints
from train.params import TrainParams

Value = TypeVar("Value")


@dataclass
class Context:
    """What systems share while they are fitted, so that it is computed once.

    Parameters
    ----------
    params
        Section `train` of params.yaml.
    descriptions
        When each label applies, from the task card; may be partial.
    checkpoint
        File a long fit saves its state in, to resume from.
    progress
        Called with (steps done, steps in all) by a long fit.
    """

    params: TrainParams
    descriptions: Mapping[str, str | None] = field(default_factory=dict)
    checkpoint: Path | None = None
    progress: Progress | None = None
    reused_seconds: float = 0.0
    _made: dict[str, tuple[Any, float]] = field(default_factory=dict)

    @property
    def encoder(self) -> Encoder:
        """The frozen encoder that params name."""
        return load_encoder(
            self.params.encoder, max_length=self.params.max_length, threads=self.params.threads
        )

    def features(self, texts: Sequence[str]) -> Vectors:
        """Embeddings of texts, float32 `[rows, size]`."""
        digest = hashlib.blake2b(
            "\x1e".join(texts).encode("utf-8", "surrogatepass"), digest_size=16
        ).hexdigest()
        return self.once(f"features {digest}", lambda: self.encoder.embed(texts))

    def alone(self, checkpoint: Path | None, progress: Progress | None) -> Context:
        """A copy for one system's fit: it shares what was made so far, but its time is counted from
        nothing.
        """
        return replace(self, checkpoint=checkpoint, progress=progress, reused_seconds=0.0)

    def once(self, what: str, make: Callable[[], Value]) -> Value:
        """The value of `make`, made the first time `what` is asked for; later askers are charged its seconds.

        So the training time of a system is what it would have taken alone, whichever system came first.
        """
        if what in self._made:
            value, seconds = self._made[what]
            self.reused_seconds += seconds
            return value  # type: ignore[no-any-return]
        start, before = time.perf_counter(), self.reused_seconds
        value = make()
        self._made[what] = (value, time.perf_counter() - start + self.reused_seconds - before)
        return value


class System(ABC):
    """One system under comparison.

    `family` groups systems: `adapter` is on trial, `full` its control, all others are the simpler ones it
    must beat.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    family: ClassVar[str]
    labels: tuple[str, ...] = ()

    @property
    @abstractmethod
    def trainable_parameters(self) -> int:
        """Numbers that were fitted to the training rows."""

    @abstractmethod
    def fit(
        self, train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
    ) -> None:
        """Fit to frames with columns `example_id, input, output`, the output being one of `labels`."""

    @abstractmethod
    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Probabilities, float64 `[texts, labels]`; rows sum to 1."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write what was fitted into an existing folder."""

    @abstractmethod
    def load(self, folder: Path) -> None:
        """Read back what `save` wrote; `labels` and the encoder come from the folder's `model.json`."""

    def facts(self) -> dict[str, Any]:
        """What the fit chose or found, for the model card; JSON-safe, no times, no texts."""
        return {}


class Encoded(System):
    """A system that stands on the frozen encoder."""

    encoder_card: Mapping[str, Any]

    def use(self, encoder: Encoder) -> None:
        """Stand on `encoder`."""
        self.__dict__["encoder"] = encoder
        self.encoder_card = {
            "name": encoder.name,
            "sha256": encoder.sha256,
            "max_length": encoder.max_length,
            "threads": encoder.threads,
        }

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder that the model card names.

        Raises
        ------
        AssayError
            If it cannot be loaded or its weights are others than those the system was fitted on.
        """
        card = self.encoder_card
        found = load_encoder(card["name"], max_length=card["max_length"], threads=card["threads"])
        if found.sha256 != card["sha256"]:
            raise AssayError(
                f"system `{self.name}` was fitted on other weights of encoder `{card['name']}`:"
                f" SHA-256 {card['sha256'][:12]}..., here {found.sha256[:12]}...",
                fix="assay train   (or: dvc repro)",
            )
        return found


def codes_of(frame: pl.DataFrame, labels: Sequence[str]) -> Ints:
    """Position in `labels` of each row's output, int64 `[rows]`.

    Raises
    ------
    AssayError
        If a row's output is no label; ids are named, outputs are not.
    """
    positions = {label: place for place, label in enumerate(labels)}
    codes = [positions.get(output, -1) for output in frame["output"]]
    strangers = [name for name, code in zip(frame["example_id"], codes, strict=True) if code < 0]
    if strangers:
        raise AssayError(
            f"{len(strangers)} training rows have an output that is no label of the task card, e.g. "
            f"{', '.join(strangers[:3])}",
            fix="add the label to task.yaml, or drop the rows with: assay validate",
        )
    return np.array(codes, dtype=np.int64)


def softmax(logits: Floats) -> Floats:
    """Softmax over the last axis, float64."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def mean_log_loss(proba: Floats, codes: Ints) -> float:
    """Mean negative log probability of the true label, nats."""
    return float(-np.log(np.maximum(proba[np.arange(len(codes)), codes], 1e-12)).mean())
