"""What is compared at a look: for each column a statistic, the rows that it is about, and what is said of it.

Rows of both samples stand in one pool, sorted in a way that does not hang on the order of a file. A column
may be about some of them only: words outside a vocabulary are counted for rows that did not make it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from train.arrays import Bools, Floats, Ints
from train.drift import statistics
from train.drift.shuffle import Sides, Statistic

Kind = Literal["domain", "mmd", "neighbours", "words", "categories", "ordered", "mean"]
# Of a side's rows, what one text may count for: a hundred repeats of one message are not a hundred messages.
LARGEST_SHARE = 0.01
# Columns of the decomposed word matrix that a classifier looks at.
WORD_FEATURES = 100
# A word in fewer rows of both samples together says nothing, and costs as much as another.
FEWEST_ROWS = 3


@dataclass(frozen=True)
class Pool:
    """Rows of both samples.

    Parameters
    ----------
    live
        Bool `[rows]`.
    units
        Codes of what hangs together, int `[rows]`; none lies on both sides.
    weights
        Float `[rows]`.
    seasons
        Stretches of time of the reference, bool `[rows]` each (`seasons.py`); no live row is of one.
    """

    live: Bools
    units: Ints
    weights: Floats
    seasons: tuple[Bools, ...] = ()

    @cached_property
    def every(self) -> Ints:
        """All places."""
        return np.arange(len(self.live))

    def sides(self, rows: Ints) -> Sides:
        """The sides of some rows."""
        return Sides(self.live[rows], np.unique(self.units[rows], return_inverse=True)[1].astype(np.int64))


@dataclass(frozen=True)
class Column:
    """Something that is compared.

    Parameters
    ----------
    rows
        Places in the pool.
    make
        The statistic over some places in the pool.
    """

    name: str
    kind: Kind
    rows: Ints
    make: Callable[[Ints], Statistic]
    values: Any = field(default=None, repr=False)


def capped_weights(counts: Floats, total: float) -> Floats:
    """What each text counts for, that stands `counts` times among `total` rows."""
    return np.minimum(counts, max(1.0, LARGEST_SHARE * total))


def vector_columns(pool: Pool, vectors: Floats, name: str, kinds: Sequence[Kind]) -> list[Column]:
    """Columns over unit vectors `[rows, size]`: `domain`, `mmd`, `neighbours`."""

    def make(kind: Kind) -> Callable[[Ints], Statistic]:
        def of(rows: Ints) -> Statistic:
            here, weights = vectors[rows], pool.weights[rows]
            if kind == "domain":
                return statistics.domain(here, weights)
            if kind == "mmd":
                return statistics.mmd(here, weights)
            return statistics.neighbours(statistics.neighbour_graph(here, pool.units[rows]), weights)

        return of

    return [
        Column(name if kind == "domain" else f"{name}_{kind}", kind, pool.every, make(kind)) for kind in kinds
    ]


def word_column(pool: Pool, counts: Any, name: str = "single_words") -> Column:
    """The word that came or went most; `counts` sparse `[rows, words]` of 0 and 1."""

    def of(rows: Ints) -> Statistic:
        here = counts[rows]
        held = np.asarray((here > 0).sum(axis=0)).ravel()
        return statistics.words(here[:, held >= FEWEST_ROWS], pool.weights[rows])

    return Column(name, "words", pool.every, of)


def value_column(pool: Pool, name: str, kind: Kind, values: Any, rows: Ints | None = None) -> Column:
    """A column of one value a row: `categories` (any), `ordered` and `mean` (numbers)."""
    given = (
        np.asarray(values) if kind != "categories" else np.unique(np.asarray(values), return_inverse=True)[1]
    )

    def of(some: Ints) -> Statistic:
        here, weights = given[some], pool.weights[some]
        if kind == "categories":
            codes = np.unique(here, return_inverse=True)[1].astype(np.int64)
            return statistics.categories(codes, weights)
        numbers = here.astype(np.float64)
        return (statistics.ordered if kind == "ordered" else statistics.mean)(numbers, weights)

    return Column(name, kind, pool.every if rows is None else rows, of, np.asarray(values))


def word_matrix(texts: Sequence[str]) -> tuple[Any, list[str]]:
    """Which row holds which word, sparse `[rows, words]` of 0 and 1, and the words."""
    from scipy import sparse

    from train.topics import words_of

    rows = [sorted(words_of(text)) for text in texts]
    words = sorted({word for row in rows for word in row})
    code = {word: at for at, word in enumerate(words)}
    columns = np.array([code[word] for row in rows for word in row], dtype=np.int64)
    ends = np.cumsum([0, *map(len, rows)])
    matrix = sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), len(words)))
    return matrix, words


def word_vectors(counts: Any, size: int = WORD_FEATURES) -> Floats:
    """The rows of a word matrix as unit vectors of its strongest directions, after weighing rare words up."""
    from sklearn.preprocessing import normalize
    from sklearn.utils.extmath import randomized_svd

    held = np.asarray(counts.sum(axis=0)).ravel()
    shared = counts[:, held >= 2]
    if not shared.shape[1]:
        return np.zeros((counts.shape[0], 1))
    weighted = normalize(shared.multiply(np.log(1 + counts.shape[0] / held[held >= 2])).tocsr())
    size = min(size, min(weighted.shape) - 1)
    if size < 1:
        return np.asarray(weighted.toarray(), dtype=np.float64)
    left, strength, _ = randomized_svd(weighted, size, random_state=0)
    return np.asarray(normalize(left * strength), dtype=np.float64)
