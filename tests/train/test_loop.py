"""The loop: the same weights however often it is killed, the best epoch kept, sensible batches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.errors import AssayError

pytest.importorskip("transformers")
import torch

from train.checkpoint import read_checkpoint
from train.encoder import load_encoder
from train.loop import Settings, batches, best_epoch, fine_tune
from train.objectives.labels import LabelLoss, Rows, logits_of
from train.systems.linear import Softmax
from train.systems.network import Network, best_temperature

from .conftest import LABELS, toy_rows

SETTINGS = {
    "lr": 3e-3,
    "head_lr": 1e-2,
    "epochs": 3,
    "batch_size": 16,
    "warmup": 0.1,
    "weight_decay": 0.01,
    "clip": 1.0,
    "averaging": 0.9,
    "seed": 1,
    "threads": 1,
}


class Killed(Exception):
    pass


@pytest.fixture
def rows(tiny_encoder: Path) -> Any:
    encoder = load_encoder(str(tiny_encoder))

    def tokenised(frame: Any) -> Any:
        return Rows(
            encoder.token_ids(frame["input"].to_list()),
            np.array([LABELS.index(label) for label in frame["output"]]),
        )

    return tokenised(toy_rows(90)), tokenised(toy_rows(30, seed=1))


def network(tiny_encoder: Path) -> Any:
    torch.manual_seed(0)
    return Network(
        load_encoder(str(tiny_encoder)).fresh_model(dropout=0.1, attention="eager"),
        Softmax(np.zeros((3, 32)), np.zeros(3)),
    )


def loss(rows: Any, precision: str = "float32") -> LabelLoss:
    return LabelLoss(*rows, smoothing=0.0, precision=precision)


def weights(model: Any) -> Any:
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def test_killed_training_ends_with_the_weights_of_one_that_was_not(
    tiny_encoder: Path, rows: Any, tmp_path: Path
) -> None:
    whole = network(tiny_encoder)
    history = fine_tune(whole, loss(rows), Settings(**SETTINGS))

    def kill(done: Any, total: Any) -> None:
        if done == 9:  # in the second of three epochs of six steps
            raise Killed

    checkpoint = tmp_path / "run.safetensors"
    with pytest.raises(Killed):
        fine_tune(
            network(tiny_encoder), loss(rows), Settings(**SETTINGS), checkpoint=checkpoint, progress=kill
        )
    seen, resumed = [], network(tiny_encoder)
    assert (
        fine_tune(
            resumed,
            loss(rows),
            Settings(**SETTINGS),
            checkpoint=checkpoint,
            progress=lambda done, _: seen.append(done),
        )
        == history
    )
    assert seen[0] == 7 and seen[-1] == 18
    assert torch.equal(weights(resumed), weights(whole))


@pytest.mark.parametrize("change", [{"seed": 2}, {"lr": 1e-4}])
def test_checkpoint_of_other_settings_is_not_resumed(
    change: Any, tiny_encoder: Path, rows: Any, tmp_path: Path
) -> None:
    checkpoint, seen = tmp_path / "run.safetensors", []
    fine_tune(network(tiny_encoder), loss(rows), Settings(**SETTINGS | {"epochs": 1}), checkpoint=checkpoint)
    fine_tune(
        network(tiny_encoder),
        loss(rows),
        Settings(**SETTINGS | {"epochs": 1} | change),
        checkpoint=checkpoint,
        progress=lambda done, _: seen.append(done),
    )
    assert seen[0] == 1


def test_unreadable_checkpoint_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "run.safetensors").write_bytes(b"torn")
    assert read_checkpoint(tmp_path / "run.safetensors", "x") is None


def test_best_epoch_is_kept_and_scores_what_its_history_says(tiny_encoder: Path, rows: Any) -> None:
    model = network(tiny_encoder)
    history = fine_tune(model, loss(rows), Settings(**SETTINGS | {"lr": 3e-2, "averaging": 0.0}))
    found = torch.nn.functional.cross_entropy(logits_of(model, rows[1].ids), torch.from_numpy(rows[1].codes))
    assert float(found) == pytest.approx(best_epoch(history).validation_loss, abs=1e-6)
    assert best_epoch(history).validation_loss == min(one.validation_loss for one in history)


def test_bfloat16_lands_near_float32(tiny_encoder: Path, rows: Any) -> None:
    losses = [
        fine_tune(network(tiny_encoder), loss(rows, kind), Settings(**SETTINGS))[-1].validation_loss
        for kind in ("float32", "bfloat16")
    ]
    assert losses[0] == pytest.approx(losses[1], abs=0.05)


def test_divergence_is_an_error_with_a_fix(tiny_encoder: Path, rows: Any) -> None:
    model = network(tiny_encoder)
    with torch.no_grad():
        model.head.weight.fill_(float("nan"))
    with pytest.raises(AssayError, match="diverged in epoch 1") as raised:
        fine_tune(model, loss(rows), Settings(**SETTINGS))
    assert "lr" in raised.value.fix


def test_batches_hold_each_row_once_and_pad_less_than_random_ones() -> None:
    lengths = np.random.default_rng(0).integers(4, 60, size=1000)
    made = list(batches(lengths, 32, seed=5))
    assert sorted(row for batch in made for row in batch) == list(range(1000))
    padded = sum(len(batch) * lengths[batch].max() for batch in made)
    assert padded < 1.1 * lengths.sum() and made == list(batches(lengths, 32, seed=5)) != list(
        batches(lengths, 32, seed=6)
    )


def test_temperature_of_overconfident_logits_is_found() -> None:
    draw = np.random.default_rng(0)
    logits = draw.normal(size=(5000, 4)) * 2
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    codes = np.array([draw.choice(4, p=share) for share in shares])
    assert best_temperature(3 * logits, codes) == pytest.approx(3.0, rel=0.1)
    assert best_temperature(logits[:0], codes[:0]) == 1.0
