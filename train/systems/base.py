"""What a system under comparison is, and what it is given to fit on.

A system answers texts; a classifier also gives a probability for each label. It is fitted on the same frames
as every other, saved as arrays and JSON (never pickle: a model folder may come from a stranger), and gives
the same answers after it is loaded again.
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
from train.arrays import Floats, Ints
from train.encoder import Encoder, Vectors, load_encoder
from train.lm.prompt import Brief
from train.memory import high_water
from train.params import TrainParams
from train.precision import chosen_precision
from train.pretrained import OtherWeights
from train.shards import ShardStore

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
    brief
        What a language model is told of the task; None where no such system is fitted.
    checkpoint
        File a long fit saves its state in, to resume from.
    progress
        Called with (steps done, steps in all) by a long fit.
    shards
        Where trained shards are kept; needed where `params.shards` asks for some.
    shards_used
        Digest of each shard that a fit took, and whether it was trained for it.
    """

    params: TrainParams
    descriptions: Mapping[str, str | None] = field(default_factory=dict)
    brief: Brief | None = None
    checkpoint: Path | None = None
    progress: Progress | None = None
    shards: ShardStore | None = None
    shards_used: list[tuple[str, bool]] = field(default_factory=list)
    reused_seconds: float = 0.0
    reused_peak: float = 0.0
    _made: dict[str, tuple[Any, float, float]] = field(default_factory=dict)

    @property
    def encoder(self) -> Encoder:
        """The frozen encoder that params name."""
        return load_encoder(
            self.params.encoder, max_length=self.params.max_length, threads=self.params.threads
        )

    @property
    def precision(self) -> str:
        """`float32` or `bfloat16`, of matrix products."""
        return chosen_precision(self.params)

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
        return replace(
            self,
            checkpoint=checkpoint,
            progress=progress,
            shards_used=[],
            reused_seconds=0.0,
            reused_peak=0.0,
        )

    def once(self, what: str, make: Callable[[], Value]) -> Value:
        """The value of `make`, made the first time `what` is asked for; later askers are charged its seconds
        and its memory.

        So the training time of a system is what it would have taken alone, whichever system came first.
        """
        if what in self._made:
            value, seconds, peak = self._made[what]
            self.reused_seconds += seconds
            self.reused_peak = max(self.reused_peak, peak)
            return value  # type: ignore[no-any-return]
        start, before = time.perf_counter(), self.reused_seconds
        value = make()
        seconds = time.perf_counter() - start + self.reused_seconds - before
        self._made[what] = (value, seconds, high_water() or 0.0)
        return value


# Families of systems: the one on trial, its control, and all others, which are the simpler ones it must beat.
ON_TRIAL = "adapter"
CONTROL = "full"
FINE_TUNED = (ON_TRIAL, CONTROL)


class System(ABC):
    """One system under comparison: it answers texts with texts, whatever the kind of task.

    `family` is `ON_TRIAL`, `CONTROL`, or the name of a group of simpler systems. `labels` are the answers
    allowed, where the kind has such.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    family: ClassVar[str]
    labels: tuple[str, ...] = ()
    workspace: Path | None = None

    @property
    def fine_tuned(self) -> bool:
        """Whether it is the system on trial or its control."""
        return self.family in FINE_TUNED

    @property
    def classifies(self) -> bool:
        """Whether answers are labels, with a probability for each."""
        return False

    @property
    def prefers(self) -> bool:
        """Whether it is asked which of two answers is the likelier."""
        return False

    def settle_in(self, folder: Path) -> None:
        """Take a folder of the project that git does not see, for what need not be asked for twice."""
        self.workspace = folder

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
    def answer(self, texts: Sequence[str]) -> list[str]:
        """The system's answer to each text."""

    def write(self, texts: Sequence[str]) -> list[str]:
        """What the system writes for each text, off which `read` reads the answer."""
        return self.answer(texts)

    def read(self, written: Sequence[str]) -> list[str]:
        """The answer in what was written; the same, unless a system asks for a label and gets a sentence."""
        return list(written)

    def tokens(self, texts: Sequence[str], answers: Sequence[str]) -> Ints | None:
        """Tokens read and written for each text, `[texts, 2]`; None where there are none or they are not
        known.
        """
        return None

    @property
    def answers_kept(self) -> int:
        """Answers so far that came out of a file of earlier ones, without waiting for anybody."""
        return 0

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write what was fitted into an existing folder."""

    @abstractmethod
    def load(self, folder: Path) -> None:
        """Read back what `save` wrote; `labels` and the encoder come from the folder's `model.json`."""

    def facts(self) -> dict[str, Any]:
        """What the fit chose or found, for the model card; JSON-safe, no times, no texts."""
        return {}

    def card(self) -> dict[str, Any]:
        """What else the model card says: a model that it stands on, beside the encoder."""
        return {}


class Classifier(System):
    """A system whose answers are labels, with a probability for each."""

    @property
    def classifies(self) -> bool:
        """It does."""
        return True

    @abstractmethod
    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Probabilities, float64 `[texts, labels]`; rows sum to 1."""

    def answer(self, texts: Sequence[str]) -> list[str]:
        """The most probable label of each text; of equals the first."""
        return (
            [self.labels[place] for place in self.predict_proba(texts).argmax(axis=1).tolist()]
            if texts
            else []
        )


class Chooser(ABC):
    """What a system adds that can say how likely it finds a given answer."""

    @abstractmethod
    def margins(self, rows: pl.DataFrame) -> Floats:
        """How much likelier the `output` of each row is than its `rejected` answer, nats a token,
        `[rows]`.
        """


class Encoded:
    """What a system adds that stands on the frozen encoder."""

    name: ClassVar[str]
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
        try:
            return load_encoder(
                card["name"],
                max_length=card["max_length"],
                threads=card["threads"],
                sha256=card["sha256"],
                remote=False,
            )
        except OtherWeights as error:
            raise AssayError(
                f"system `{self.name}` was fitted on other weights of encoder `{card['name']}`: "
                f"{error.problem}",
                fix=error.fix,
            ) from None


def softmax(logits: Floats) -> Floats:
    """Softmax over the last axis, float64."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def mean_log_loss(proba: Floats, codes: Ints) -> float:
    """Mean negative log probability of the true label, nats."""
    return float(-np.log(np.maximum(proba[np.arange(len(codes)), codes], 1e-12)).mean())
