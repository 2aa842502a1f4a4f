"""Fits the tagger: quantisation-aware, so that the whole-number copy says what was trained."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from curate.pii.detect.names.features import CASING_AT, COLUMNS, FEATURES, RANK_COLUMN, WORD_COLUMN, Lexicon
from curate.pii.detect.names.products import WEIGHT_UNIT
from curate.pii.detect.names.tagger import KINDS, Weights, gap
from curate.pii.detect.names.vectors import TOP, UNIT
from recipes.name_tagger.arrays import Tokens, tokens_of
from recipes.name_tagger.rows import Row


@dataclass(frozen=True)
class Recipe:
    """The tagger's size and how it is fitted; drops are shares of tokens whose word hash or list ranks are
    hidden.
    """

    width: int = 48
    taps: tuple[int, ...] = (5, 3, 3)
    steps: tuple[int, ...] = (1, 1, 1)
    epochs: int = 6
    rate: float = 3e-3
    batch_tokens: int = 4_096
    drop_word: float = 0.3
    drop_ranks: float = 0.2
    # How much of the loss is agreement with the teacher's scores, and at which temperature.
    distil: float = 0.7
    temperature: float = 2.0
    seed: int = 0

    @property
    def gap(self) -> int:
        """Positions between rows."""
        return gap(self.taps, self.steps)


def _rounded(values: Tensor, unit: int) -> Tensor:
    """Rounded to int8 steps of 1/unit; gradients pass through."""
    return values + (torch.clamp(torch.round(values * unit), -TOP, TOP) / unit - values).detach()


def _floored(values: Tensor) -> Tensor:
    bounded = torch.clamp(values, 0, TOP / UNIT)
    return bounded + (torch.floor(bounded * UNIT) / UNIT - bounded).detach()


class Network(nn.Module):
    """The float twin of `curate.pii.detect.names.tagger.Tagger`."""

    def __init__(self, recipe: Recipe, dimensions: int) -> None:
        super().__init__()
        width, self.steps = recipe.width, recipe.steps
        self.table = nn.Parameter(torch.randn(FEATURES, width) * 0.1)
        self.projection = nn.Parameter(torch.randn(dimensions, width) * 0.1)
        self.layers = nn.ParameterList(
            [nn.Parameter(torch.randn(taps, width, width) / math.sqrt(taps * width)) for taps in recipe.taps]
        )
        self.biases = nn.ParameterList([nn.Parameter(torch.full((width,), 0.1)) for _ in recipe.taps])
        self.out = nn.Parameter(torch.randn(width, len(KINDS)) * 0.1)
        self.out_bias = nn.Parameter(torch.zeros(len(KINDS)))

    def forward(
        self, features: Tensor, weights: Tensor, static: Tensor, casings: Tensor, mask: Tensor
    ) -> Tensor:
        """Scores of each position, shape (positions, kinds); rows stand `Recipe.gap` masked positions
        apart.
        """
        table = _rounded(self.table, UNIT)
        hidden = nn.functional.embedding_bag(features, table, per_sample_weights=weights, mode="sum")
        hidden = (
            _floored(hidden + static @ _rounded(self.projection, UNIT) + table[CASING_AT + casings]) * mask
        )
        for number, (taps, bias, step) in enumerate(zip(self.layers, self.biases, self.steps, strict=True)):
            kernel = _rounded(taps, WEIGHT_UNIT)
            reach = len(kernel) // 2
            wide = torch.cat(
                [
                    nn.functional.pad(hidden, (0, 0, step * (reach - at), step * (at - reach)))
                    for at in range(len(kernel))
                ],
                dim=1,
            )
            new = wide @ kernel.reshape(-1, kernel.shape[2]) + bias
            if number:
                new = (
                    torch.clamp(torch.floor((new * UNIT).detach()) / UNIT + (new - new.detach()), -4, 4)
                    + hidden
                )
            hidden = _floored(new) * mask
        return hidden @ _rounded(self.out, WEIGHT_UNIT) + self.out_bias

    def whole(self) -> Weights:
        """The network in whole numbers."""
        layers = tuple(
            (_whole(taps, WEIGHT_UNIT), _whole_bias(one))
            for taps, one in zip(self.layers.parameters(), self.biases.parameters(), strict=True)
        )
        table, projection, out = (
            _whole(self.table, UNIT),
            _whole(self.projection, UNIT),
            _whole(self.out, WEIGHT_UNIT),
        )
        return Weights(table, projection, layers, self.steps, out, _whole_bias(self.out_bias))


def _whole(values: Tensor, unit: int) -> NDArray[np.int8]:
    return np.clip(np.round(values.detach().numpy() * unit), -TOP, TOP).astype(np.int8)


def _whole_bias(values: Tensor) -> NDArray[np.int32]:
    return np.round(values.detach().numpy() * UNIT * WEIGHT_UNIT).astype(np.int32)


def fit(
    rows: list[Row], lexicon: Lexicon, recipe: Recipe, taught: Sequence[np.ndarray | None] | None = None
) -> Network:
    """The network, its weights averaged over the last epochs' steps.

    Parameters
    ----------
    taught
        The teacher's logits of each row, shape (tokens, kinds); rows without them are learned from their
        labels alone.
    """
    torch.manual_seed(recipe.seed)
    rng = random.Random(recipe.seed)
    data = tokens_of(rows, lexicon)
    network = Network(recipe, data.static.shape[1])
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=1e-4)
    batches = _batches(data, recipe, rng)
    steps = recipe.epochs * len(batches)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=steps, pct_start=0.1)
    average = torch.optim.swa_utils.get_ema_multi_avg_fn(0.998)  # type: ignore[no-untyped-call]
    mean = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=average)
    for epoch in range(recipe.epochs):
        total = 0.0
        for batch in rng.sample(batches, len(batches)):
            loss = _loss(network, data, batch, recipe, taught)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            mean.update_parameters(network)
            total += loss.item()
        print(f"epoch {epoch + 1}/{recipe.epochs}: loss {total / len(batches):.4f}", flush=True)
        batches = _batches(data, recipe, rng)[: len(batches)]
    averaged = mean.module
    assert isinstance(averaged, Network)
    return averaged


def _batches(data: Tokens, recipe: Recipe, rng: random.Random) -> list[list[int]]:
    order = sorted(
        (number for number, row in enumerate(data.rows) if len(row)), key=lambda number: rng.random()
    )
    batches: list[list[int]] = [[]]
    size = 0
    for number in order:
        if size > recipe.batch_tokens:
            batches.append([])
            size = 0
        batches[-1].append(number)
        size += len(data.rows[number]) + recipe.gap
    return batches[:-1] or batches


def _loss(
    network: Network,
    data: Tokens,
    batch: list[int],
    recipe: Recipe,
    taught: Sequence[np.ndarray | None] | None,
) -> Tensor:
    apart, none = np.full(recipe.gap, -1, np.int64), np.full(recipe.gap, -100, np.int64)
    ids = torch.from_numpy(
        np.concatenate([part for number in batch for part in (apart, data.rows[number])] + [apart])
    )
    labels = torch.from_numpy(
        np.concatenate([part for number in batch for part in (none, data.labels[number])] + [none])
    )
    casings = torch.from_numpy(
        np.concatenate(
            [np.full(len(data.rows[number]) + recipe.gap, data.casings[number]) for number in batch]
            + [np.zeros(recipe.gap, np.int64)]
        )
    )
    mask = (ids >= 0).float()[:, None]
    at = ids.clamp(min=0)
    weights = torch.ones(len(at), COLUMNS)
    weights[:, WORD_COLUMN] = (torch.rand(len(at)) >= recipe.drop_word).float()
    weights[:, RANK_COLUMN] = (torch.rand(len(at)) >= recipe.drop_ranks).float()
    scores = network(data.features[at], weights, data.static[at], casings, mask)
    hard = nn.functional.cross_entropy(
        scores, labels, ignore_index=-100, label_smoothing=0.02, reduction="none"
    )[labels >= 0]
    if taught is None:
        return hard.mean()
    # Hinton et al. 2015: soft targets at a temperature, their gradients scaled back by its square.
    heat, nothing = recipe.temperature, np.zeros((0, len(KINDS)), np.float32)
    opinions = [taught[number] for number in batch]
    known = torch.from_numpy(
        np.repeat([one is not None for one in opinions], [len(data.rows[number]) for number in batch])
    )
    targets = torch.softmax(
        torch.from_numpy(np.concatenate([nothing, *(one for one in opinions if one is not None)])) / heat,
        dim=1,
    )
    soft = (
        nn.functional.cross_entropy(scores[labels >= 0][known] / heat, targets, reduction="sum") * heat * heat
    )
    share = torch.where(known, 1 - recipe.distil, 1.0)
    return (recipe.distil * soft + (share * hard).sum()) / len(hard)
