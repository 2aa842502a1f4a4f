"""Texts to sets of 64-bit shingle hashes, vectorised over one flat array of code points.

What is hashed is the *letters form* of a folded text: letters, digits and marks stay, every run of other
characters is one space (a text of punctuation only keeps its characters). A shingle is `n` consecutive
characters or words of it; a text shorter than that is its own one shingle; an empty text has none.

The hash is our own and fixed for good, since polars' and Python's change between releases and runs: a word is
a polynomial of its code points modulo 2^64, a shingle a polynomial of its words or code points (Karp and
Rabin 1987), each finished by the MurmurHash3 mixer. Two different shingles of a pair of rows collide with
probability near 2^-64, so a Jaccard index over hashes is the index over shingles. (Modulo 2^64 a word of over
1,000 letters can be built to collide; nothing is gained by it.)

Cost: a few microseconds for a text of 300 characters; memory is bounded by the chunk, never by the column.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
Unit = Literal["char", "word"]

# Odd 64-bit constant of splitmix64 (Steele, Lea and Flood 2014), used as the base of the polynomial.
_BASE = np.uint64(0x9E3779B97F4A7C15)
# A chunk's code points: temporaries of 8 bytes each stay within the caches' reach and a few MB a thread.
CHUNK_CHARACTERS = 1 << 18
# Cells of one padded matrix of hashes (8 bytes each): 1 MB, the size of a core's second-level cache.
MATRIX_CELLS = 1 << 17
_ASCII_LETTERS = np.array([chr(code).isalnum() for code in range(128)])


def mix(values: U64) -> U64:
    """MurmurHash3's 64-bit finaliser (Appleby 2011), in a fresh array: every input bit reaches every output
    bit.
    """
    mixed = values ^ (values >> np.uint64(33))
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    mixed ^= mixed >> np.uint64(33)
    return mixed


def constants(count: int, stream: int) -> U64:
    """`count` fixed pseudo-random 64-bit numbers (splitmix64); each `stream` has its own."""
    return mix((np.arange(1, count + 1, dtype=np.uint64) + np.uint64(stream << 32)) * _BASE)


def _starts(counts: I64) -> I64:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])


def _is_letter(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Whether each code point is a letter, digit or mark; beyond ASCII each distinct one is looked up
    once.
    """
    ascii_only = codes < 128
    letters = _ASCII_LETTERS[np.where(ascii_only, codes, 0)]
    if not ascii_only.all():
        distinct, where = np.unique(codes[~ascii_only], return_inverse=True)
        letters[~ascii_only] = np.array(
            [unicodedata.category(chr(code))[0] in "LNM" for code in distinct.tolist()]
        )[where]
    return letters


def _code_points(texts: pl.Series) -> NDArray[np.uint32] | NDArray[np.uint8]:
    """Code points of all texts with a space before each and one at the end."""
    joined = f" {texts.str.join(' ').item()} "
    if joined.isascii():
        return np.frombuffer(joined.encode("ascii"), dtype=np.uint8)
    return np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)


def _words(letter: NDArray[np.bool_], bounds: I64) -> tuple[I64, I64, I64]:
    """Start and end of each run of letters, and which runs each text has: those from `first[i]` to `first[i +
    1]`.
    """
    edges = np.flatnonzero(letter[1:] != letter[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    return starts, ends, np.searchsorted(starts, bounds)


def _tokens(texts: pl.Series, unit: Unit) -> tuple[U64, I64]:
    """Flat tokens of all texts, and how many each text has."""
    lengths = texts.str.len_chars().to_numpy().astype(np.int64)
    bounds = _starts(lengths + 1)  # where the space before each text stands
    codes = _code_points(texts)
    letter = _ASCII_LETTERS[codes] if codes.dtype == np.uint8 else _is_letter(codes.astype(np.uint32))
    starts, ends, first = _words(letter, bounds)
    bare = (np.diff(first) == 0) & (lengths > 0)
    if bare.any():  # no letters at all: its other characters count, so that `???` is not `!!!`
        letter[:-1] |= np.repeat(bare, lengths + 1)
        letter &= codes != 32
        starts, ends, first = _words(letter, bounds)
    words = np.diff(first)
    if unit == "word":
        # Hash of a word from sums over the whole chunk: (S[end] - S[start]) / base^start, all modulo 2^64.
        values = codes.astype(np.uint64)
        powers, inverses = _powers(len(values))
        values *= powers
        sums = np.cumsum(values)
        return mix((sums[ends - 1] - sums[starts - 1]) * inverses[starts]), words
    inner = np.ones(len(starts), np.bool_)
    inner[first[:-1][words > 0]] = False
    keep = letter.copy()
    keep[starts[inner] - 1] = True  # one separator before each word but a text's first
    spread = _starts(ends - starts)
    counts = spread[first[1:]] - spread[first[:-1]] + np.maximum(words - 1, 0)
    return np.where(letter, codes, 32)[keep].astype(np.uint64), counts


_tables: list[tuple[U64, U64]] = []


def _powers(count: int) -> tuple[U64, U64]:
    """The first `count` powers of the base and of its inverse modulo 2^64, kept between calls."""
    if not _tables or len(_tables[-1][0]) < count:
        size = max(count, 2 * CHUNK_CHARACTERS)
        tables = []
        for factor in (int(_BASE), pow(int(_BASE), -1, 1 << 64)):
            steps = np.full(size, factor, np.uint64)
            steps[0] = 1
            tables.append(np.multiply.accumulate(steps))
        _tables[:] = [(tables[0], tables[1])]
    powers, inverses = _tables[-1]
    return powers[:count], inverses[:count]


def shingle(texts: pl.Series, unit: Unit, n: int, salts: U64 | None = None) -> tuple[U64, I64]:
    """Hashes of the shingles of folded texts, repeats included.

    Parameters
    ----------
    texts
        String series of folded texts, shape (rows,).
    unit, n
        `n` characters or `n` words make a shingle.
    salts
        uint64 (rows,): texts with different salts share no shingle.

    Returns
    -------
    tuple
        Flat hashes uint64 (shingles,) in text order, and counts int64 (rows,).
    """
    tokens, counts = _tokens(texts, unit)
    total, ends = len(tokens), np.cumsum(counts)
    starts = ends - counts
    hashes = np.zeros(total, np.uint64)
    if total >= n:
        rolling = tokens[: total - n + 1].copy()
        for k in range(1, n):
            rolling *= _BASE
            rolling += tokens[k : total - n + 1 + k]
        hashes[: total - n + 1] = rolling
    begins = np.ones(total, np.bool_)
    for k in range(1, n):
        begins[(ends - k)[counts >= k]] = False
    for length in range(1, n):  # shorter than a shingle: the whole text is the one shingle
        short = starts[counts == length]
        whole = np.full(len(short), length, np.uint64)
        for k in range(length):
            whole = whole * _BASE + tokens[short + k]
        hashes[short], begins[short] = whole, True
    sizes = np.where(counts >= n, counts - n + 1, np.minimum(counts, 1))
    found = hashes[begins]
    if salts is not None:
        found ^= np.repeat(salts, sizes)
    return mix(found), sizes


def padded(hashes: U64, counts: I64) -> Iterator[tuple[I64, U64]]:
    """Rows of like length as matrices, each row sorted and padded by repeating one of its own hashes.

    Padding with a repeat changes neither a row's set nor its minimum under any permutation.

    Yields
    ------
    tuple
        Row numbers int64 (r,), and their hashes uint64 (r, longest).
    """
    starts = np.cumsum(counts) - counts
    order = np.argsort(counts, kind="stable")
    order = order[counts[order] > 0]
    at = 0
    while at < len(order):
        # Rows ascend in length: take as many as fit when padded to the last one taken, but at least one.
        widths = counts[order[at : at + MATRIX_CELLS]]
        fits = np.searchsorted(widths * np.arange(1, len(widths) + 1), MATRIX_CELLS, side="right")
        rows = order[at : at + max(1, int(fits))]
        width = int(counts[rows[-1]])
        place = np.minimum(np.arange(width), (counts[rows] - 1)[:, None])
        matrix = hashes[starts[rows][:, None] + place]
        matrix.sort(axis=1)
        yield rows, matrix
        at += len(rows)


def repeats(matrix: U64) -> NDArray[np.bool_]:
    """Which cells of sorted rows repeat the cell before them."""
    again = np.zeros(matrix.shape, np.bool_)
    np.equal(matrix[:, 1:], matrix[:, :-1], out=again[:, 1:])
    return again


class Corpus(Protocol):
    """Distinct documents, numbered by priority: in memory (`Documents`) or wherever else they lie."""

    @property
    def marks(self) -> U64 | None:
        """See `Documents`."""

    def __len__(self) -> int:
        """How many."""

    def salted(self) -> Self:
        """See `Documents`."""

    def sets_of(self, groups: Sequence[I64]) -> Iterator[tuple[U64, I64]]:
        """See `Documents`."""


@dataclass(frozen=True)
class Documents:
    """Distinct folded texts, how they are shingled, and the salt and the mark of each.

    Texts of different salts share no shingle. Texts of different marks may, and are then told apart by their
    marks after all: the pairs so spared can be counted (see `curate.dedup.join.verify`).
    """

    texts: pl.Series
    unit: Unit
    n: int
    salts: U64 | None = None
    marks: U64 | None = None

    def salted(self) -> Documents:
        """The same documents with their marks as salts: what is spared is never looked at, nor counted."""
        if self.marks is None:
            return self
        salts = mix(self.marks) if self.salts is None else mix(self.salts ^ mix(self.marks))
        return replace(self, salts=salts, marks=None)

    def __len__(self) -> int:
        return len(self.texts)

    def chunks(self) -> list[tuple[int, int]]:
        """Consecutive ranges of documents of about `CHUNK_CHARACTERS` characters, at least one document
        each.
        """
        total = np.cumsum(self.texts.str.len_chars().to_numpy().astype(np.int64) + 1)
        if not len(total):
            return []
        cuts = np.flatnonzero(np.diff(total // CHUNK_CHARACTERS)) + 1
        edges = [0, *cuts.tolist(), len(total)]
        return list(itertools.pairwise(edges))

    def part(self, begin: int, end: int) -> tuple[U64, I64]:
        """`shingle` of documents `begin` to `end`."""
        return shingle(
            self.texts[begin:end], self.unit, self.n, None if self.salts is None else self.salts[begin:end]
        )

    def sets_of(self, groups: Sequence[I64]) -> Iterator[tuple[U64, I64]]:
        """`sets` of each group of numbers, which ascend within it, one after another."""
        return map(self.sets, groups)

    def sets(self, chosen: I64) -> tuple[U64, I64]:
        """Distinct hashes of the chosen documents, flat and sorted within each, and the size of each set."""
        some = Documents(
            self.texts.gather(chosen), self.unit, self.n, None if self.salts is None else self.salts[chosen]
        )
        sizes, flats = [], []
        for begin, end in some.chunks():
            hashes, counts = some.part(begin, end)
            size = np.zeros(len(counts), np.int64)
            pieces: list[tuple[I64, U64]] = []
            for rows, matrix in padded(hashes, counts):
                first = ~repeats(matrix)
                size[rows] = first.sum(axis=1)
                pieces.append((rows, matrix[first]))
            starts = np.cumsum(size) - size
            flat = np.empty(int(size.sum()), np.uint64)
            for rows, values in pieces:
                flat[
                    np.repeat(starts[rows] - (np.cumsum(size[rows]) - size[rows]), size[rows])
                    + np.arange(len(values))
                ] = values
            sizes.append(size)
            flats.append(flat)
        return (
            (np.concatenate(flats), np.concatenate(sizes))
            if flats
            else (np.zeros(0, np.uint64), np.zeros(0, np.int64))
        )
