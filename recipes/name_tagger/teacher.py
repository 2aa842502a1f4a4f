"""The teacher: the bundled encoder with the tagger's own features beside it, as a token classifier; it labels
what the tagger learns from.

The encoder knows words in context but neither capitals nor name lists, which the features add. On one core it
trains at some 27 short rows a second and reads some 80; it does not ship.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from curate.pii.detect.names.features import CASING_AT, COLUMNS, FEATURES, RANK_COLUMN, WORD_COLUMN, Lexicon
from curate.pii.detect.names.tagger import KINDS
from curate.pii.detect.names.tokens import TOKEN, fold
from recipes.name_tagger.arrays import Tokens, tokens_of
from recipes.name_tagger.rows import Row
from train.encoder import Encoder


@dataclass(frozen=True)
class TeacherRecipe:
    """Rates for the encoder and for what is new; rows a batch; drops as in the tagger's recipe."""

    epochs: int = 2
    encoder_rate: float = 8e-5
    head_rate: float = 2e-3
    batch: int = 48
    width: int = 48
    drop_word: float = 0.5
    drop_ranks: float = 0.2
    seed: int = 0


class Teacher(nn.Module):
    """Encoder states of each token's first word piece, beside its features; one convolution, one linear
    layer.
    """

    def __init__(self, encoder: Encoder, recipe: TeacherRecipe) -> None:
        super().__init__()
        self.tokenizer, self.encoder = encoder.tokenizer, encoder.fresh_model()
        width = recipe.width
        hidden = next(self.encoder.parameters()).shape[1]  # of the word vectors
        self.table = nn.EmbeddingBag(FEATURES, width, mode="sum")
        nn.init.normal_(self.table.weight, std=0.1)
        self.mix = nn.Conv1d(hidden + width, 128, 3, padding=1)
        self.out = nn.Linear(128, len(KINDS))
        self.drop = nn.Dropout(0.1)

    def forward(
        self, inputs: dict[str, Tensor], first: Tensor, features: Tensor, weights: Tensor, casings: Tensor
    ) -> Tensor:
        """Scores, shape (rows, tokens, kinds)."""
        states = self.encoder(**inputs).last_hidden_state
        states = torch.gather(states, 1, first[:, :, None].expand(-1, -1, states.shape[2]))
        rows, tokens = first.shape
        own = self.table(
            features.reshape(rows * tokens, -1), per_sample_weights=weights.reshape(rows * tokens, -1)
        ).reshape(rows, tokens, -1)
        own = own + self.table.weight[CASING_AT + casings][:, None, :]
        joined = torch.cat([self.drop(states), own], dim=2).transpose(1, 2)
        return self.out(self.drop(torch.relu(self.mix(joined)).transpose(1, 2)))  # type: ignore[no-any-return]


def _inputs(teacher: Teacher, words: list[list[str]]) -> tuple[dict[str, Tensor], Tensor]:
    """Word pieces of rows of tokens, and the place of each token's first piece (the last place read, for
    tokens cut off).
    """
    coded = teacher.tokenizer(
        [[fold(word) or "." for word in row] for row in words],
        is_split_into_words=True,
        truncation=True,
        max_length=160,
        padding=True,
        return_tensors="pt",
    )
    longest = max(len(row) for row in words)
    first = torch.zeros(len(words), longest, dtype=torch.long)
    for number in range(len(words)):
        seen = -1
        for place, word in enumerate(coded.word_ids(number)):
            if word is not None and word != seen:
                first[number, word] = place
                seen = word
    return dict(coded), first


def _batch(
    teacher: Teacher, texts: list[str], data: Tokens, numbers: list[int], recipe: TeacherRecipe | None
) -> tuple[Tensor, Tensor]:
    words = [TOKEN.findall(texts[number]) for number in numbers]
    inputs, first = _inputs(teacher, words)
    rows, tokens = first.shape
    ids = torch.zeros(rows, tokens, dtype=torch.long)
    labels = torch.full((rows, tokens), -100)
    for place, number in enumerate(numbers):
        ids[place, : len(data.rows[number])] = torch.from_numpy(data.rows[number])
        labels[place, : len(data.rows[number])] = torch.from_numpy(data.labels[number])
    weights = torch.ones(rows, tokens, COLUMNS)
    if recipe:
        weights[:, :, WORD_COLUMN] = (torch.rand(rows, tokens) >= recipe.drop_word).float()
        weights[:, :, RANK_COLUMN] = (torch.rand(rows, tokens) >= recipe.drop_ranks).float()
    casings = torch.tensor([data.casings[number] for number in numbers])
    return teacher(inputs, first, data.features[ids], weights, casings), labels


def train(rows: list[Row], lexicon: Lexicon, encoder: Encoder, recipe: TeacherRecipe) -> Teacher:
    """The teacher fitted to `rows`."""
    torch.manual_seed(recipe.seed)
    rng = random.Random(recipe.seed)
    rows = [row for row in rows if TOKEN.search(row.text)]
    texts, data = [row.text for row in rows], tokens_of(rows, lexicon)
    teacher = Teacher(encoder, recipe)
    pretrained = list(teacher.encoder.parameters())
    known = {id(one) for one in pretrained}
    fresh = [one for one in teacher.parameters() if id(one) not in known]
    optimiser = torch.optim.AdamW(
        [{"params": pretrained, "lr": recipe.encoder_rate}, {"params": fresh, "lr": recipe.head_rate}],
        weight_decay=0.01,
    )
    steps = recipe.epochs * (len(rows) // recipe.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [recipe.encoder_rate, recipe.head_rate], total_steps=steps + 1, pct_start=0.06
    )
    teacher.train()
    begun, done, total = time.monotonic(), 0, 0.0
    for _ in range(recipe.epochs):
        for numbers in batches([len(row) for row in data.rows], recipe.batch, rng):
            if done == steps:
                break
            scores, labels = _batch(teacher, texts, data, numbers, recipe)
            loss = nn.functional.cross_entropy(
                scores.reshape(-1, len(KINDS)), labels.reshape(-1), ignore_index=-100, label_smoothing=0.02
            )
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done, total = done + 1, total + loss.item()
            if done % 100 == 0:
                print(
                    f"teacher: {done:,}/{steps:,} steps, loss {total / 100:.4f}, "
                    f"{time.monotonic() - begun:.0f} s",
                    flush=True,
                )
                total = 0.0
    return teacher.eval()


def batches(lengths: list[int], size: int, rng: random.Random) -> list[list[int]]:
    """Rows of about the same length together, in random order: little padding."""
    order = sorted(range(len(lengths)), key=lambda number: lengths[number] * rng.uniform(0.9, 1.1))
    parts = [order[start : start + size] for start in range(0, len(order), size)]
    rng.shuffle(parts)
    return parts


@torch.no_grad()
def scores(teacher: Teacher, rows: list[Row], lexicon: Lexicon, size: int = 64) -> list[np.ndarray]:
    """The teacher's logits of each row's tokens, float32, shape (tokens, kinds)."""
    data = tokens_of(rows, lexicon)
    texts = [row.text for row in rows]
    made: list[np.ndarray] = [np.zeros((0, len(KINDS)), np.float32)] * len(rows)
    order = sorted(
        (number for number in range(len(rows)) if len(data.rows[number])),
        key=lambda number: len(data.rows[number]),
    )
    begun = time.monotonic()
    for start in range(0, len(order), size):
        if start % (100 * size) == 0:
            print(
                f"teacher: read {start:,}/{len(order):,} rows, {time.monotonic() - begun:.0f} s", flush=True
            )
        numbers = order[start : start + size]
        got, _ = _batch(teacher, texts, data, numbers, None)
        for place, number in enumerate(numbers):
            made[number] = got[place, : len(data.rows[number])].numpy().copy()
    return made
