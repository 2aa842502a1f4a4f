"""What the tagger sees of a token: hashes of the word and its ends, its shape, how common it is as a name,
and a static vector.

All whole numbers, functions of the token alone, so they are worked out once per distinct token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from curate.pii.detect.names.tokens import fold

# One table of rows: words, ends of words, list ranks, shapes, the row's casing.
WORDS, ENDS, RANKS, SHAPES, CASINGS = 8_192, 16_384, 64, 128, 4
_ENDS_AT = WORDS
_RANKS_AT = _ENDS_AT + ENDS
_SHAPES_AT = _RANKS_AT + RANKS
CASING_AT = _SHAPES_AT + SHAPES
FEATURES = CASING_AT + CASINGS
# The columns of `Lexicon.features`: the word's hash first, its ranks second; training drops these at random.
WORD_COLUMN, RANK_COLUMN, COLUMNS = 0, 1, 8
_LONGEST_PIECE = 20
# Each kind of hash begins from another value.
_WORD, _FIRST_2, _FIRST_3, _LAST_2, _LAST_3, _LAST_4 = map(crc32, (b"w", b"p2", b"p3", b"s2", b"s3", b"s4"))


@dataclass(frozen=True)
class Lexicon:
    """Name lists and word pieces.

    Parameters
    ----------
    ranks
        Folded token -> first-name rank + 4 x surname rank + 16 x place rank, each 0 (not listed) to 3
        (common).
    pieces
        Word piece -> row of `vectors`; continuations start with `##`.
    vectors
        int8, shape (pieces, dimensions): static vectors in 1/64.
    """

    ranks: Mapping[str, int]
    pieces: Mapping[str, int]
    vectors: NDArray[np.int8]

    def features(self, token: str) -> list[int]:
        """`COLUMNS` rows of the feature table for `token`."""
        word = fold(token)
        return [
            crc32(word.encode(), _WORD) % WORDS,
            _RANKS_AT + self.ranks.get(word, 0),
            _SHAPES_AT + shape(token),
            _ENDS_AT + crc32(word[:2].encode(), _FIRST_2) % ENDS,
            _ENDS_AT + crc32(word[:3].encode(), _FIRST_3) % ENDS,
            _ENDS_AT + crc32(word[-2:].encode(), _LAST_2) % ENDS,
            _ENDS_AT + crc32(word[-3:].encode(), _LAST_3) % ENDS,
            _ENDS_AT + crc32(word[-4:].encode(), _LAST_4) % ENDS,
        ]

    def static(self, token: str) -> NDArray[np.int32]:
        """The mean of the vectors of the token's longest word pieces, rounded down; int32, shape
        (dimensions,).
        """
        vector: NDArray[np.int32] = self.statics([token])[0]
        return vector

    def statics(self, tokens: Sequence[str]) -> NDArray[np.int32]:
        """`static` of each token, shape (tokens, dimensions)."""
        rows = [self._pieces(fold(token)) for token in tokens]
        ends = np.cumsum([0, *map(len, rows)])
        sums = np.zeros((ends[-1] + 1, self.vectors.shape[1]), np.int32)
        np.cumsum(self.vectors[list(chain.from_iterable(rows))], axis=0, dtype=np.int32, out=sums[1:])
        totals: NDArray[np.int32] = (sums[ends[1:]] - sums[ends[:-1]]) // np.maximum(1, np.diff(ends))[
            :, None
        ].astype(np.int32)
        return totals

    def _pieces(self, word: str) -> list[int]:
        """Rows of the longest pieces that `word` is made of, from its beginning; letters in none are left
        out.
        """
        known = self.pieces.get(word)
        if known is not None:
            return [known]
        rows: list[int] = []
        at, mark = 0, ""
        while at < len(word):
            for end in range(min(len(word), at + _LONGEST_PIECE), at, -1):
                row = self.pieces.get(mark + word[at:end])
                if row is not None:
                    rows.append(row)
                    at = end
                    break
            else:
                at += 1
            mark = "##"
        return rows


def shape(token: str) -> int:
    """Kind of token (letters by casing, digits, mark) with its length, and whether a space stands before it:
    0 to 127.
    """
    spaced = token[0] == " " and len(token) > 1
    return _shape(token[1:]) + 64 if spaced else _shape(token)


def _shape(token: str) -> int:
    first = token[0]
    if first.isalpha():
        if not token.isascii() and token.lower() == token.upper():
            kind = 5
        elif token.islower():
            kind = 0
        elif token.isupper():
            kind = 1 if len(token) > 1 else 2
        else:
            kind = 3 if first.isupper() and token[1:].islower() else 4
        return kind * 8 + min(len(token), 8) - 1
    if first.isdigit():
        return 48 + min(len(token), 6) - 1
    return 54 + {".": 0, ",": 1, "'": 2, "’": 2, "-": 3, "\n": 4, "@": 5, "#": 6, "&": 7, ":": 8}.get(
        first, 9
    )


# What `casing` says of a text without small letters.
SHOUTED = 2


def casing(text: str) -> int:
    """0 mixed, 1 without capitals, 2 without small letters, 3 every word's first letter capital."""
    if text.islower():
        return 1
    if text.isupper():
        return SHOUTED
    return 3 if text.istitle() else 0
