"""Runs of words as numbers: the n-grams of many texts in one pass, compared exactly.

The words of the table that is sought are numbered; all others are one number, 0. Where a run asked for could
stand (n words on end that runs asked for have) the run has a rolling hash, and where that is the hash of a
run asked for, the two are compared word for word. If ever two different runs have one hash, all runs are
named anew without hashes, by doubling: a run of 2k words is the pair of the names of its halves. So the
answer is exact, whatever a hostile text does. Cost: splitting the texts into words, then for each n some
passes over the positions in numpy, and n steps and a binary search of the few where a run could stand; no
loop over texts, none over pairs of texts.
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
    border
        The texts from here on are sought: words that none of them has are one number.
    """

    def __init__(self, texts: pl.Series, border: int = 0) -> None:
        split = folded(texts).str.extract_all(WORD)
        self.lengths: Ints = split.list.len().to_numpy().astype(np.int64)
        flat = split.explode(keep_nulls=False, empty_as_null=False)
        # Only equality with a word that is sought counts, so the numbers may come in any order.
        words = flat.to_frame("word")
        sought = words.slice(int(self.lengths[:border].sum()))
        known = sought.unique().with_row_index("code", offset=1)
        codes = words.join(known, on="word", how="left", maintain_order="left")["code"]
        self.codes: Ints = codes.fill_null(0).to_numpy().astype(np.int64)
        self.starts: Ints = np.concatenate([[0], np.cumsum(self.lengths)])[:-1].astype(np.int64)
        self.text: Ints = np.repeat(np.arange(len(texts)), self.lengths)
        ends = self.starts + self.lengths
        # Words from each position to the end of its text.
        self.left: Ints = ends[self.text] - np.arange(len(self.codes))

    def runs(self, n: int, asked: Ints) -> Ints:
        """For each position the number of its run of `n` words, equal for equal runs; -1 where the text ends
        before, or the run is none of those at the positions `asked`.
        """
        names = np.full(len(self.codes), -1, dtype=np.int64)
        asked = asked[self.left[asked] >= n]
        if not len(asked):
            return names
        fits = np.flatnonzero((self.left >= n) & self._could_stand(n, asked))
        known, first = np.unique(self._hashes(n, asked), return_index=True)
        hashes = self._hashes(n, fits)
        place = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
        hit = known[place] == hashes
        fits, place = fits[hit], place[hit]
        model = asked[first][place]
        for step in range(n):
            if not np.array_equal(self.codes[fits + step], self.codes[model + step]):
                return self._exactly(n, asked)  # two runs of one hash
        names[fits] = place
        return names

    def _could_stand(self, n: int, asked: Ints) -> npt.NDArray[np.bool_]:
        """For each position whether the `n` words from it on are all words of runs at `asked`."""
        inside = np.zeros(int(self.codes.max()) + 1, dtype=bool)
        for step in range(n):
            inside[self.codes[asked + step]] = True
        # Words from each position to the next that no such run has.
        places = np.arange(len(self.codes))
        outside = np.where(inside[self.codes], len(places), places)
        return np.asarray(np.minimum.accumulate(outside[::-1])[::-1] - places >= n)

    def _hashes(self, n: int, places: Ints) -> npt.NDArray[np.uint64]:
        """A hash of the `n` words from each of `places` on; no text ends before."""
        hashes = np.zeros(len(places), dtype=np.uint64)
        for step in range(n):
            hashes *= np.uint64(0xD6E8FEB86659FD93)
            mixed = (self.codes[places + step].astype(np.uint64) + np.uint64(1)) * np.uint64(
                0x9E3779B97F4A7C15
            )
            hashes += mixed
        return hashes

    def _exactly(self, n: int, asked: Ints) -> Ints:
        """`runs` without hashes."""
        named = self._named(n)
        wanted = np.zeros(int(named.max()) + 1, dtype=bool)
        wanted[named[asked]] = True
        return np.where((self.left >= n) & wanted[named], named, -1)

    def _named(self, n: int) -> Ints:
        """A number for each run, any where a run does not fit."""
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
