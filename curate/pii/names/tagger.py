"""A small convolutional tagger in whole numbers: the same answer on every machine.

Activations are 0..127 in 1/64, weights int8. Sums stay under 2**24, where float32 holds every whole number, so that a fast
float matrix product is exact whatever its order of summation.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curate.pii.names.features import CASING_AT, SHOUTED, Lexicon, casing
from curate.pii.names.spans import Span, abbreviated, carried, places, runs, span_of
from curate.pii.names.tokens import pieces_of

KINDS = ("O", "PER", "LOC", "ORG", "ADR")
PERSON = KINDS.index("PER")
UNIT = 64  # activations, embeddings and static vectors count in 1/64
WEIGHT_UNIT = 128  # convolution and output weights count in 1/128
TOP = 127
_CACHED_TYPES = 65_536
_CHUNK_TOKENS = 4_096


@dataclass(frozen=True)
class Weights:
    """The network. `table` int8 (FEATURES, width); `projection` int8 (dimensions, width); `layers` of int8 (taps, width, width)
    with int32 biases (width,), and how far apart their taps stand; `out` int8 (width, kinds) with int32 bias (kinds,)."""

    table: NDArray[np.int8]
    projection: NDArray[np.int8]
    layers: tuple[tuple[NDArray[np.int8], NDArray[np.int32]], ...]
    steps: tuple[int, ...]
    out: NDArray[np.int8]
    out_bias: NDArray[np.int32]


class Tagger:
    """Tags texts; keeps the vectors of the token types last seen, up to a bound."""

    def __init__(self, weights: Weights, lexicon: Lexicon, favour: NDArray[np.int32] | None = None) -> None:
        self.weights, self.lexicon = weights, lexicon
        self.favour = np.zeros(len(KINDS), np.float32) if favour is None else favour.astype(np.float32)
        self._layers = [(taps.astype(np.float32), bias.astype(np.float32)) for taps, bias in weights.layers]
        self._out, self._out_bias = weights.out.astype(np.float32), weights.out_bias.astype(np.float32)
        width = weights.table.shape[1]
        self._types: dict[str, int] = {}
        self._vectors = np.zeros((1024, width), np.float32)
        self._casings = weights.table[CASING_AT : CASING_AT + 4].astype(np.float32)

    def _type(self, token: str) -> int:
        """The row of `token`'s vector, worked out if it is new."""
        row = len(self._types)
        if row == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        summed = self.weights.table[self.lexicon.features(token)].astype(np.int32).sum(axis=0)
        projected = (self.lexicon.static(token) @ self.weights.projection.astype(np.int32)) // UNIT
        self._vectors[row] = summed + projected
        self._types[token] = row
        return row

    def logits(self, rows: list[list[str]], casings: list[int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Whole-number scores in 1/(64 x 128), shape (positions, kinds), and where each row begins; rows stand `GAP` apart."""
        if len(self._types) > _CACHED_TYPES:
            self._types.clear()
        lengths = np.array([len(row) for row in rows])
        begins = GAP + np.concatenate([[0], np.cumsum(lengths + GAP)[:-1]]).astype(np.int64)
        total = int(lengths.sum() + GAP * (len(rows) + 1))
        inside = np.repeat(begins - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) + np.arange(int(lengths.sum()))
        flat = list(chain.from_iterable(rows))
        for token in set(flat) - self._types.keys():
            self._type(token)
        index = np.fromiter(map(self._types.__getitem__, flat), np.int64, len(flat))
        hidden = np.zeros((total, self._vectors.shape[1]), np.float32)
        hidden[inside] = self._vectors[index] + np.repeat(self._casings[casings], lengths, axis=0)
        np.clip(hidden, 0, TOP, out=hidden)
        mask = np.zeros((total, 1), np.float32)
        mask[inside] = 1
        for number, ((taps, bias), step) in enumerate(zip(self._layers, self.weights.steps, strict=True)):
            new = _convolve(hidden, taps, step) + bias
            new *= 1 / WEIGHT_UNIT
            np.floor(new, out=new)
            if number:
                new += hidden
            np.clip(new, 0, TOP, out=new)
            new *= mask
            hidden = new
        return hidden @ self._out + self._out_bias, begins

    def spans(self, texts: list[str], kinds: tuple[int, ...] = tuple(range(1, len(KINDS)))) -> list[list[Span]]:
        """The spans of `kinds` in each text, by position."""
        found: list[list[Span]] = [[] for _ in texts]
        tokens = [pieces_of(text) for text in texts]
        start = 0
        while start < len(texts):
            end, size = start, 0
            while end < len(texts) and (end == start or size + len(tokens[end]) <= _CHUNK_TOKENS):
                size += len(tokens[end]) + GAP
                end += 1
            self._tag(texts[start:end], tokens[start:end], kinds, found[start:end])
            start = end
        return found

    def _tag(self, texts: list[str], tokens: list[list[str]], wanted: tuple[int, ...], found: list[list[Span]]) -> None:
        """Fills the lists of `found`."""
        casings = [casing(text) for text in texts]
        scores, begins = self.logits(tokens, casings)
        scores += self.favour
        kinds = scores.argmax(axis=1)
        for begin, row in zip(begins.tolist(), tokens, strict=True):
            kinds[begin + len(row) : begin + len(row) + GAP] = 0
        kinds[: begins[0]] = 0
        top = np.partition(scores, len(KINDS) - 2, axis=1)
        margins = (top[:, -1] - top[:, -2]).astype(np.int64)
        ends: list[int] = []
        at, touched = -1, set()
        for run in runs(kinds):
            if run.kind not in wanted:
                continue
            number = int(np.searchsorted(begins, run.first, side="right")) - 1
            if number != at:
                at, ends = number, places(texts[number], tokens[number])
            begin = int(begins[number])
            span = span_of(tokens[number], ends, run.first - begin, run.last - begin, run.kind, margins[run.first : run.last].tolist())
            if span and (casings[number] == SHOUTED or not abbreviated(texts[number][span.start : span.end])):
                found[number].append(span)
                touched.add(number)
        for number in touched:
            found[number][:] = carried(texts[number], found[number], PERSON)


# As wide as the widest kernel's reach, so that rows do not see each other.
GAP = 3


def _convolve(hidden: NDArray[np.float32], taps: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """Same-length convolution over positions `step` apart: (n, width) with (k, width, width)."""
    reach = len(taps) // 2
    total: NDArray[np.float32] = hidden @ taps[reach]
    for far in range(1, reach + 1):
        offset = far * step
        total[offset:] += hidden[:-offset] @ taps[reach - far]
        total[:-offset] += hidden[offset:] @ taps[reach + far]
    return total


def save(path: Path, tagger: Tagger, margins: dict[str, list[int]]) -> None:
    """One `.npz` of plain arrays; lists and pieces as compressed UTF-8 bytes."""
    weights, lexicon = tagger.weights, tagger.lexicon
    ranked = sorted(lexicon.ranks.items())
    arrays: dict[str, NDArray[np.generic]] = {
        "table": weights.table, "projection": weights.projection, "out": weights.out, "out_bias": weights.out_bias, "favour": tagger.favour.astype(np.int32),
        "vectors": lexicon.vectors, "ranks": np.array([rank for _, rank in ranked], np.uint8),
        "steps": np.array(weights.steps, np.uint8), "names": _packed(name for name, _ in ranked), "pieces": _packed(sorted(lexicon.pieces, key=lexicon.pieces.__getitem__)),
    }  # fmt: skip
    for number, (taps, bias) in enumerate(weights.layers):
        arrays[f"taps{number}"], arrays[f"bias{number}"] = taps, bias
    arrays |= {f"margins_{kind}": np.array(steps, np.int32) for kind, steps in margins.items()}
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def load(path: Path) -> Tagger:
    """The tagger in `path`."""
    with np.load(path, allow_pickle=False) as kept:
        layers = tuple((kept[f"taps{number}"], kept[f"bias{number}"]) for number in range(9) if f"taps{number}" in kept)
        weights = Weights(kept["table"], kept["projection"], layers, tuple(kept["steps"].tolist()), kept["out"], kept["out_bias"])
        names, pieces = _unpacked(kept["names"]), _unpacked(kept["pieces"])
        ranks = dict(zip(names, kept["ranks"].tolist(), strict=True))
        return Tagger(weights, Lexicon(ranks, {piece: row for row, piece in enumerate(pieces)}, kept["vectors"]), kept["favour"])


def _packed(lines: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer(zlib.compress("\n".join(lines).encode(), 9), np.uint8)


def _unpacked(data: NDArray[np.uint8]) -> list[str]:
    return zlib.decompress(data.tobytes()).decode().split("\n")
