"""The fine-tuning loop that every trained network shares, whatever it minimises (`train.objectives`).

AdamW (Loshchilov & Hutter, 2019, arXiv:1711.05101) with linear warm-up and decay, clipped gradients, and a
moving average of the weights: after every step the average moves 1 - `averaging` of the way to the weights,
and it is the average that is judged on validation rows after each epoch and kept at its best. On banking77
the average gains 0.8 points of accuracy over the last weights in the first epochs, where the learning rate is
still high (cf. Izmailov et al., 2018, arXiv:1803.05407, and Morales-Brotons et al., 2024, arXiv:2411.18704).

Batches hold texts of like length, in random order: rows are shuffled, cut into blocks of 50 batches, sorted
by length within the block, cut, and the batches shuffled. That halves the padding and leaves each epoch a
fresh partition.

Cost: one forward and (for LoRA, about) one backward pass of matrix products a row and epoch; 90 s an epoch
for 9,000 rows of 16 tokens through MiniLM-L6 on one thread with bfloat16 products, about twice that with
float32. Memory is the model plus one batch. Trade-off: one thread a fit, so that a result does not depend on
how many cores a machine has; two systems train side by side instead (`train/fit.py`).

After each epoch everything needed to go on is written to `checkpoint`, whole or not at all: a killed run that
is started again does the remaining epochs and ends with the same weights as one that was not killed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from curate.errors import AssayError
from curate.files import canonical_json
from curate.stage import Progress
from train.checkpoint import State, read_checkpoint, write_checkpoint
from train.pretrained import torch_threads

if TYPE_CHECKING:
    import torch

    from train.objectives.base import Objective

# Batches sorted by length together; larger blocks pad less but make the batches of an epoch more alike.
_BLOCK = 50
# The average of the first steps forgets faster, or it would remember the start for too long (as in
# TensorFlow's).
_RAMP = 10
# What fused AdamW keeps of each parameter.
_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


@dataclass(frozen=True)
class Settings:
    """How to train; `train.params.FineTuneParams` says what each means."""

    lr: float
    head_lr: float
    epochs: int
    batch_size: int
    warmup: float
    weight_decay: float
    clip: float
    averaging: float
    seed: int
    threads: int


@dataclass(frozen=True)
class Epoch:
    """What an epoch reached: mean training loss, and loss (nats) and accuracy of the averaged weights on
    validation rows.
    """

    epoch: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float


def best_epoch(history: list[Epoch]) -> Epoch:
    """The epoch of the lowest validation loss, the earliest of equals; loss is far less noisy than accuracy
    on few rows.
    """
    return min(history, key=lambda one: (one.validation_loss, one.epoch))


def fine_tune(
    model: torch.nn.Module,
    objective: Objective,
    settings: Settings,
    *,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> list[Epoch]:
    """Train `model` in place and leave in it the averaged weights of its best epoch.

    Parameters
    ----------
    model
        Parameters under `head.` get `head_lr`. Only parameters that require a gradient are trained, saved
        and restored.
    objective
        What is minimised, and on which rows; without validation rows the last epoch is kept.
    checkpoint
        A file, written after each epoch and read at the start if it fits these rows and settings.

    Returns
    -------
    list[Epoch]
        One entry an epoch.

    Raises
    ------
    AssayError
        If the loss stops being a number.
    """
    import torch

    run = _Run(model, objective, settings)
    history: list[Epoch] = []
    if checkpoint and (left := read_checkpoint(checkpoint, run.fingerprint)):
        run.restore(left)
        history = [Epoch(**one) for one in left.history]
    with torch_threads(settings.threads), _deterministic():
        for epoch in range(len(history), settings.epochs):
            loss = run.epoch(epoch, progress)
            with run.averaged():
                history.append(Epoch(epoch, loss, *objective.validate(model)))
                if not objective.has_validation or best_epoch(history).epoch == epoch:
                    run.best = run.copy()
            if checkpoint:
                write_checkpoint(checkpoint, run.state(history))
        with torch.no_grad():
            for parameter, best in zip(run.parameters, run.best, strict=True):
                parameter.copy_(best)
    model.eval()
    return history


class _Run:
    """Everything that changes while a model trains, so that one place saves and restores it."""

    def __init__(self, model: torch.nn.Module, objective: Objective, settings: Settings) -> None:
        import torch

        self.model, self.objective, self.settings = model, objective, settings
        named = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
        self.names = [name for name, _ in named]
        self.parameters: list[torch.Tensor] = [parameter for _, parameter in named]
        head = [parameter for name, parameter in named if name.startswith("head.")]
        body = [parameter for name, parameter in named if not name.startswith("head.")]
        groups = [{"params": body, "lr": settings.lr}, {"params": head, "lr": settings.head_lr}]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=settings.weight_decay, fused=True)
        self.per_epoch = -(-len(objective.lengths) // settings.batch_size)
        self.fingerprint = self._fingerprint()
        self.average = self.copy()
        self.best = self.copy()

    def _set_rates(self, step: int) -> None:
        """Learning rates of step `step`, counted from 0: up in a straight line, then down to zero."""
        total = self.per_epoch * self.settings.epochs
        rising = max(1, int(total * self.settings.warmup))
        share = (step + 1) / rising if step < rising else (total - step) / max(1, total - rising)
        for group, peak in zip(
            self.optimizer.param_groups, (self.settings.lr, self.settings.head_lr), strict=True
        ):
            group["lr"] = peak * share

    def epoch(self, epoch: int, progress: Progress | None) -> float:
        """One pass over the training rows; mean loss."""
        import torch

        settings, total = self.settings, 0.0
        # Drawn again from seed and epoch, so that a resumed run needs no generator state.
        torch.manual_seed(settings.seed * 1000 + epoch)
        self.model.train()
        for done, rows in enumerate(
            batches(self.objective.lengths, settings.batch_size, settings.seed * 1000 + epoch),
            start=epoch * self.per_epoch + 1,
        ):
            self.optimizer.zero_grad(set_to_none=True)
            total += self.objective.backward(self.model, rows) * len(rows)
            torch.nn.utils.clip_grad_norm_(self.parameters, settings.clip)
            self._set_rates(done - 1)
            self.optimizer.step()
            decay = min(settings.averaging, (1 + done) / (_RAMP + done)) if settings.averaging else 0.0
            with torch.no_grad():
                torch._foreach_lerp_(
                    self.average, [parameter.detach() for parameter in self.parameters], 1 - decay
                )
            if progress:
                progress(done, self.per_epoch * settings.epochs)
        mean = total / len(self.objective.lengths)
        if not np.isfinite(mean):
            raise AssayError(
                f"training diverged in epoch {epoch + 1}: the loss is NaN or infinite",
                fix="lower the lr of the system in params.yaml",
            )
        return mean

    def copy(self) -> list[torch.Tensor]:
        """The trained parameters as they are now."""
        return [parameter.detach().clone() for parameter in self.parameters]

    def averaged(self) -> AbstractContextManager[None]:
        """Context in which the model carries the averaged weights."""
        return _swapped(self.parameters, self.average)

    def state(self, history: list[Epoch]) -> State:
        """Everything that the next epoch starts from."""
        moments = [self.optimizer.state[parameter] for parameter in self.parameters]
        return State(
            {
                "weights": self.copy(),
                "average": self.average,
                "best": self.best,
                **{name: [moment[name] for moment in moments] for name in _MOMENTS},
            },
            [asdict(one) for one in history],
            self.fingerprint,
        )

    def restore(self, state: State) -> None:
        """Take up where `state` was left."""
        import torch

        with torch.no_grad():
            for parameter, saved in zip(self.parameters, state.tensors["weights"], strict=True):
                parameter.copy_(saved)
        self.average, self.best = state.tensors["average"], state.tensors["best"]
        for at, parameter in enumerate(self.parameters):
            self.optimizer.state[parameter] = {name: state.tensors[name][at] for name in _MOMENTS}

    def _fingerprint(self) -> str:
        """Digest of settings, rows and parameter shapes: a checkpoint of anything else is not resumed."""
        import torch

        follows = {
            "settings": asdict(self.settings),
            "objective": self.objective.follows(),
            "shapes": [
                (name, list(parameter.shape))
                for name, parameter in zip(self.names, self.parameters, strict=True)
            ],
            "start": [
                hashlib.sha256(parameter.detach().numpy().tobytes()).hexdigest()
                for parameter in self.parameters
            ],
            "torch": torch.__version__,
        }
        return hashlib.blake2b(canonical_json(follows).encode(), digest_size=16).hexdigest()


def batches(lengths: npt.NDArray[np.int64], size: int, seed: int) -> Iterator[list[int]]:
    """Row numbers of each batch of one epoch: a random partition into batches of like length, in random
    order.
    """
    draw = np.random.default_rng(seed)
    order = draw.permutation(len(lengths))
    planned: list[list[int]] = []
    for start in range(0, len(order), size * _BLOCK):
        block = order[start : start + size * _BLOCK]
        block = block[np.argsort(lengths[block], kind="stable")]
        planned += [block[first : first + size].tolist() for first in range(0, len(block), size)]
    for at in draw.permutation(len(planned)).tolist():
        yield planned[at]


@contextmanager
def _swapped(parameters: list[torch.Tensor], values: list[torch.Tensor]) -> Iterator[None]:
    """The block sees `values` in place of the parameters."""
    import torch

    kept = [parameter.detach().clone() for parameter in parameters]
    with torch.no_grad():
        torch._foreach_copy_(parameters, values)
        try:
            yield
        finally:
            torch._foreach_copy_(parameters, kept)


@contextmanager
def _deterministic() -> Iterator[None]:
    """Only algorithms that give the same bits every time; an operation that has none fails rather than
    vary.
    """
    import torch

    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
