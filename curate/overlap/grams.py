"""Runs of words as numbers: the n-grams of many texts in one pass, compared exactly.

Words are numbered over both tables. A run of n words is named by doubling: a run of 2k words is the pair of
the names of its two halves, and such pairs are numbered again, so equal numbers mean equal words, never a
collision of hashes. Cost: about 2 log2(n) sorts of all positions, in numpy; no loop over texts, none over
pairs of texts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.dedup.normalise import folded

Ints = npt.NDArray[np.int64]
# Letters and digits; what stands between words says nothing, so quotes and line breaks hide no copy.
WORD = r"[\p{L}\p{M}\p{N}]+"


class Words:
    """The words of some texts, one after another.

    Parameters
    ----------
    texts
        String series.
    """

    def __init__(self, texts: pl.Series) -> None:
        split = folded(texts).str.extract_all(WORD)
        self.lengths: Ints = split.list.len().to_numpy().astype(np.int64)
        flat = split.explode(keep_nulls=False, empty_as_null=False)
        # Numbers by first appearance; only equality counts.
        codes = flat.to_frame("word").select(pl.col("word").rank("dense")).to_series()
        self.codes: Ints = codes.to_numpy().astype(np.int64)
        self.starts: Ints = np.concatenate([[0], np.cumsum(self.lengths)])[:-1].astype(np.int64)
        self.text: Ints = np.repeat(np.arange(len(texts)), self.lengths)
        ends = self.starts + self.lengths
        # Words from each position to the end of its text.
        self.left: Ints = ends[self.text] - np.arange(len(self.codes))

    def runs(self, n: int) -> Ints:
        """A number for the run of `n` words at each position, equal for equal runs; -1 where the text ends
        before.
        """
        names = np.full(len(self.codes), -1, dtype=np.int64)
        fits = self.left >= n
        names[fits] = self._named(n)[fits]
        return names

    def _named(self, n: int) -> Ints:
        """As `runs`, with any number where a run does not fit."""
        power, names = 1, self.codes
        while power * 2 <= n:
            names = _pairs(names, power)
            power *= 2
        # Two runs of `power` words that overlap name the longer one.
        return names if power == n else _pairs(names, n - power)


def _pairs(names: Ints, step: int) -> Ints:
    """Numbers of the pairs (names[i], names[i + step]); past the end anything."""
    if not len(names):
        return names
    other = np.concatenate([names[step:], np.zeros(min(step, len(names)), dtype=np.int64)])[: len(names)]
    codes = names * (int(other.max()) + 1) + other
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)
