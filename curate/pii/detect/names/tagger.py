"""A small convolutional tagger in whole numbers: the same answer on every machine.

Activations are 0..127 in 1/64, weights int8. Every way of multiplying them is exact (`products.py`), whatever
its order of summation.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curate.pii.detect.names.features import SHOUTED, Lexicon, casing
from curate.pii.detect.names.products import Floats, Layers, wholes
from curate.pii.detect.names.spans import (
    Span,
    abbreviated,
    carried,
    handles_apart,
    places,
    runs,
    span_of,
    whole_addresses,
)
from curate.pii.detect.names.tokens import pieces_of, pieces_of_all
from curate.pii.detect.names.vectors import Vectors

KINDS = ("O", "PER", "LOC", "ORG", "ADR")
PERSON, PLACE, ADDRESS = KINDS.index("PER"), KINDS.index("LOC"), KINDS.index("ADR")
# Positions multiplied at a time: their activations stay in the processor's cache.
_CHUNK_TOKENS = 1_024
# Texts whose tokens are sought together.
_TOGETHER = 1_000
# Texts from which it saves time to ask polars about all of them first.
MANY = 32
# Texts read from which on the second and a half that torch takes to be imported is saved on the next so many.
_WORTH_WHOLES = 20_000


@dataclass(frozen=True)
class Weights:
    """The network. `table` int8 (FEATURES, width); `projection` int8 (dimensions, width); `layers` of int8
    (taps, width, width) with int32 biases (width,), and how far apart their taps stand; `out` int8 (width,
    kinds) with int32 bias (kinds,)."""

    table: NDArray[np.int8]
    projection: NDArray[np.int8]
    layers: tuple[tuple[NDArray[np.int8], NDArray[np.int32]], ...]
    steps: tuple[int, ...]
    out: NDArray[np.int8]
    out_bias: NDArray[np.int32]

    @property
    def gap(self) -> int:
        """Positions between rows, as many as the widest layer reaches over, so that rows do not see each
        other.
        """
        return gap([len(taps) for taps, _ in self.layers], self.steps)


def gap(taps: Iterable[int], steps: Iterable[int]) -> int:
    """How far the widest of the layers sees, in positions."""
    return max(count // 2 * step for count, step in zip(taps, steps, strict=True))


class Tagger:
    """Tags texts; keeps the vectors of the tokens last seen, up to a bound."""

    def __init__(self, weights: Weights, lexicon: Lexicon, favour: NDArray[np.int32] | None = None) -> None:
        self.weights, self.lexicon = weights, lexicon
        self.favour = np.zeros(len(KINDS), np.float32) if favour is None else favour.astype(np.float32)
        self.vectors = Vectors(weights.table, weights.projection, lexicon)
        self._layers: Layers = Floats(weights)
        self._out, self._out_bias = weights.out.astype(np.float32), weights.out_bias.astype(np.float32)
        self._read = 0

    def logits(
        self, rows: list[list[str]], casings: list[int]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Whole-number scores in 1/(64 x 128), shape (positions, kinds), and where each row begins; rows
        stand `gap` apart.
        """
        lengths = np.array([len(row) for row in rows], np.int64)
        return self._logits(self.vectors.rows(rows, casings), lengths)

    def _logits(
        self, tokens: NDArray[np.int64], lengths: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """`logits` of rows of so many of the `tokens`, each given by the row of its vector."""
        gap = self.weights.gap
        begins = gap + np.concatenate([[0], np.cumsum(lengths + gap)[:-1]]).astype(np.int64)
        inside = np.repeat(begins - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) + np.arange(
            len(tokens)
        )
        hidden = self.vectors.at(tokens, inside, len(tokens) + gap * (len(lengths) + 1))
        seen = self._layers(hidden, _outside(begins, lengths, gap)).astype(np.float32)
        return seen @ self._out + self._out_bias, begins

    def spans(
        self, texts: list[str], kinds: tuple[int, ...] = tuple(range(1, len(KINDS)))
    ) -> list[list[Span]]:
        """The spans of `kinds` in each text, by position."""
        found: list[list[Span]] = [[] for _ in texts]
        if self._read < _WORTH_WHOLES <= self._read + len(texts):
            self.quicken()
        self._read += len(texts)
        # Those that polars can cut first; no text's spans hang on its company.
        order = sorted(range(len(texts)), key=lambda at: not texts[at].isascii())
        with self._layers.held():
            for start in range(0, len(texts), _TOGETHER):
                part = order[start : start + _TOGETHER]
                for at, spans in zip(part, self._spans([texts[at] for at in part], kinds), strict=True):
                    found[at] = spans
        return found

    def quicken(self) -> None:
        """Take the quicker products, where there are any, as it does itself once it has read so many texts
        that they are worth it.
        """
        self._layers = wholes(self.weights) or self._layers

    def _spans(self, texts: list[str], kinds: tuple[int, ...]) -> list[list[Span]]:
        casings = [casing(text) for text in texts]
        if len(texts) < MANY:
            tokens = [pieces_of(text) for text in texts]
            lengths = np.array([len(one) for one in tokens], np.int64)
            rows = self.vectors.rows(tokens, casings)
        else:
            pieces, lengths = pieces_of_all(texts)
            rows = self.vectors.rows_of_all(pieces, np.repeat(np.array(casings, np.int8), lengths))
        found: list[list[Span]] = [[] for _ in texts]
        ends, with_gaps = np.cumsum(lengths), np.cumsum(lengths + self.weights.gap)
        start = 0
        while start < len(texts):
            before = int(with_gaps[start - 1]) if start else 0
            end = max(start + 1, int(np.searchsorted(with_gaps, before + _CHUNK_TOKENS, side="right")))
            seen = rows[int(ends[start - 1]) if start else 0 : int(ends[end - 1])]
            self._tag(texts[start:end], seen, lengths[start:end], casings[start:end], kinds, found[start:end])
            start = end
        return found

    def _tag(
        self,
        texts: list[str],
        rows: NDArray[np.int64],
        lengths: NDArray[np.int64],
        casings: list[int],
        wanted: tuple[int, ...],
        found: list[list[Span]],
    ) -> None:
        """Fills the lists of `found`."""
        scores, begins = self._logits(rows, lengths)
        scores += self.favour
        kinds = scores.argmax(axis=1)
        kinds[_outside(begins, lengths, self.weights.gap)] = 0
        seen = {*wanted, PLACE} if ADDRESS in wanted else set(wanted)
        named = [run for run in runs(kinds) if run.kind in seen]
        numbers = (np.searchsorted(begins, [run.first for run in named], side="right") - 1).tolist()
        tokens: list[str] = []
        ends: list[int] = []
        at, touched = -1, set()
        for run, number in zip(named, numbers, strict=True):
            if number != at:
                at, tokens, begin = number, pieces_of(texts[number]), int(begins[number])
                ends = places(texts[number], tokens)
            top = np.sort(scores[run.first : run.last], axis=1)
            between = (top[:, -1] - top[:, -2]).astype(np.int64).tolist()
            for first, last in handles_apart(tokens, run.first - begin, run.last - begin):
                margins = between[first + begin - run.first : last + begin - run.first]
                span = span_of(tokens, ends, first, last, run.kind, margins, run.kind == ADDRESS)
                if span and (
                    casings[number] == SHOUTED or not abbreviated(texts[number][span.start : span.end])
                ):
                    found[number].append(span)
                    touched.add(number)
        for number in touched:
            spans = carried(texts[number], found[number], PERSON)
            if ADDRESS in wanted:
                spans = [
                    span
                    for span in whole_addresses(texts[number], spans, ADDRESS, PLACE)
                    if span.kind in wanted
                ]
            found[number][:] = spans


def _outside(begins: NDArray[np.int64], lengths: NDArray[np.int64], gap: int) -> NDArray[np.int64]:
    """The positions before the first row and behind each."""
    return np.concatenate([np.arange(gap), ((begins + lengths)[:, None] + np.arange(gap)).ravel()])


def save(path: Path, tagger: Tagger, margins: dict[str, list[int]], *, lexicon_apart: bool = False) -> None:
    """One `.npz` of plain arrays; lists and pieces as compressed UTF-8 bytes.

    Parameters
    ----------
    lexicon_apart
        Leave the lexicon out: it is another file's, from which `load` takes it.
    """
    weights, lexicon = tagger.weights, tagger.lexicon
    ranked = sorted(lexicon.ranks.items())
    arrays: dict[str, NDArray[np.generic]] = {
        "table": weights.table,
        "projection": weights.projection,
        "out": weights.out,
        "out_bias": weights.out_bias,
        "favour": tagger.favour.astype(np.int32),
        "steps": np.array(weights.steps, np.uint8),
    }
    if not lexicon_apart:
        arrays |= {
            "vectors": lexicon.vectors,
            "ranks": np.array([rank for _, rank in ranked], np.uint8),
            "names": _packed(name for name, _ in ranked),
            "pieces": _packed(sorted(lexicon.pieces, key=lexicon.pieces.__getitem__)),
        }
    for number, (taps, bias) in enumerate(weights.layers):
        arrays[f"taps{number}"], arrays[f"bias{number}"] = taps, bias
    arrays |= {f"margins_{kind}": np.array(steps, np.int32) for kind, steps in margins.items()}
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def load(path: Path, lexicon: Lexicon | None = None) -> Tagger:
    """The tagger in `path`, with `lexicon` if the file has none of its own."""
    with np.load(path, allow_pickle=False) as kept:
        layers = tuple(
            (kept[f"taps{number}"], kept[f"bias{number}"]) for number in range(9) if f"taps{number}" in kept
        )
        weights = Weights(
            kept["table"],
            kept["projection"],
            layers,
            tuple(kept["steps"].tolist()),
            kept["out"],
            kept["out_bias"],
        )
        if lexicon is None:
            names, pieces = _unpacked(kept["names"]), _unpacked(kept["pieces"])
            ranks = dict(zip(names, kept["ranks"].tolist(), strict=True))
            lexicon = Lexicon(ranks, {piece: row for row, piece in enumerate(pieces)}, kept["vectors"])
        return Tagger(weights, lexicon, kept["favour"])


def _packed(lines: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer(zlib.compress("\n".join(lines).encode(), 9), np.uint8)


def _unpacked(data: NDArray[np.uint8]) -> list[str]:
    return zlib.decompress(data.tobytes()).decode().split("\n")
