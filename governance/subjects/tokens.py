"""By what rows can be asked for: keyed tokens of the names, numbers, codes and addresses in their texts.

A million rows of 300 characters hold fifty million words, so nothing here is done word by word in Python:
a batch of rows is one buffer of bytes, words are found where its classes of bytes change, and each is read as
its first and last eight bytes. Of two words side by side (or with one between) a token is made, of digits
that run on each seven, of words that may be one code each run; all of them by SipHash under the project's
key, so that nobody without it learns or tests anything. Words that stand in more than one row of two hundred
are passed over and remembered as common: a name that holds one is looked for in the text itself.

SipHash-1-3 (Aumasson and Bernstein 2012; the rounds that Rust's tables use) is written out over arrays:
blake2b, as `curate.keys` has it, takes 0.7 us a value, and there are some ten million; no library hashes
arrays under a key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from curate.keys import Key
from curate.pii.known import (
    EMAIL,
    FEWEST_DIGITS,
    LONGEST,
    MOST_LETTERS,
    MOST_PARTS,
    Known,
    addresses_in,
    folded,
)

U64 = NDArray[np.uint64]

# Rows worked on at once: their arrays fit into a core's cache.
_BATCH = 4_000
# A word in more than this share of the rows is common.
COMMON = 0.005
_SAMPLE = 20_000
# Bits of a word's hash by which it is known as common: beside 2,000 common words one other in 500 is taken
# for one.
_BITS = 20
_SEVEN = FEWEST_DIGITS
# A longer name could be written in too many ways to ask for each.
_MOST_WORDS = 6

_FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)  # odd, from xxHash
_CASE = np.uint64(0x2020202020202020)
_BASE = np.uint64(0x100000001B3)  # FNV's prime
_NEAR, _FAR, _PHONE, _CODE, _EMAIL = (np.uint64(one) for one in range(1, 6))
_SHIFT = np.zeros(9, np.uint64)
_SHIFT[1:8] = 64 - 8 * np.arange(1, 8)
_TENS = np.array([10**place for place in range(_SEVEN - 1, -1, -1)], np.uint64)


def _table(*ranges: tuple[int, int]) -> bytes:
    table = bytearray(256)
    for first, last in ranges:
        table[first : last + 1] = b"\x01" * (last - first + 1)
    return bytes(table)


# Bytes of words; whatever is not ASCII is a letter, once `readable` has taken other signs out.
_WORD = _table((48, 57), (65, 90), (97, 122), (128, 255))
_DIGIT = _table((48, 57))


@dataclass(frozen=True)
class Words:
    """The words of a batch of texts.

    Parameters
    ----------
    data
        The texts, one after the other.
    start, end
        Where each word begins and ends.
    bounds
        Where each text ends.
    """

    data: bytes
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    bounds: NDArray[np.int64]

    def rows(self, words: NDArray[np.int64]) -> NDArray[np.int64]:
        """The text in which each word stands."""
        return np.searchsorted(self.bounds, self.start[words], "right")


def readable(texts: pl.Series) -> pl.Series:
    """Texts of which each byte says whether it belongs to a word: those that are not ASCII are folded, and
    their other signs taken out.
    """
    texts = texts.fill_null("")
    strange = texts.str.len_bytes() != texts.str.len_chars()
    if not strange.any():
        return texts
    plain = folded(texts.filter(strange)).str.replace_all(r"[^\x00-\x7F\p{L}\p{N}]", " ")
    return texts.scatter(strange.arg_true(), plain)


def words_in(texts: pl.Series) -> Words:
    """The words of readable texts."""
    lengths = texts.str.len_bytes().to_numpy().astype(np.int64)
    data = b"\n" + "\n".join(texts.to_list()).encode() + b"\n" + bytes(8)
    inside = np.frombuffer(data.translate(_WORD), np.uint8)
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    return Words(data, edges[0::2], edges[1::2], 1 + np.cumsum(lengths + 1))


def hashes(words: Words) -> U64:
    """A hash of each word, whatever its case: of its first and last eight bytes and its length."""
    loads: Any = np.ndarray((len(words.data) - 8,), dtype="<u8", buffer=words.data, strides=(1,))
    length = words.end - words.start
    first: U64 = loads[words.start] | _CASE
    first <<= _SHIFT[np.minimum(length, 8)]
    first *= _FIRST
    first ^= first >> np.uint64(29)
    long = np.flatnonzero(length > 8)
    first[long] ^= (loads[words.end[long] - 8] | _CASE) * _SECOND
    first += length.astype(np.uint64) * _SECOND
    first *= _SECOND
    first ^= first >> np.uint64(32)
    return first


@dataclass(frozen=True)
class Secret:
    """The two halves of the key that tokens are made with."""

    left: int
    right: int

    @classmethod
    def of(cls, key: Key) -> Secret:
        """From the project's key."""
        return cls(*(int(key.digest("subject-index", half, length=8), 16) for half in ("left", "right")))

    def tokens(self, first: U64, second: U64) -> U64:
        """SipHash-1-3 of pairs of 64-bit words."""
        left, right = np.uint64(self.left), np.uint64(self.right)
        state = [
            np.full(len(first), one, np.uint64)
            for one in (
                left ^ np.uint64(0x736F6D6570736575),
                right ^ np.uint64(0x646F72616E646F6D),
                left ^ np.uint64(0x6C7967656E657261),
                right ^ np.uint64(0x7465646279746573),
            )
        ]
        for block in (first, second, np.uint64(16 << 56)):
            state[3] ^= block
            _rounds(state, 1)
            state[0] ^= block
        state[2] ^= np.uint64(0xFF)
        _rounds(state, 3)
        return state[0] ^ state[1] ^ state[2] ^ state[3]


# Which word is added to which, how far the other turns, and whether the first is halved and swapped.
_STEPS = ((0, 1, 13, True), (2, 3, 16, False), (0, 3, 21, False), (2, 1, 17, True))


def _rounds(state: list[U64], count: int) -> None:
    for _ in range(count):
        for one, other, by, turn in (
            (0, 1, 13, True),
            (2, 3, 16, False),
            (0, 3, 21, False),
            (2, 1, 17, True),
        ):
            state[one] += state[other]
            state[other] = _turned(state[other], by)
            state[other] ^= state[one]
            if turn:
                state[one] = _turned(state[one], 32)


def _turned(words: U64, by: int) -> U64:
    turned = words << np.uint64(by)
    turned |= words >> np.uint64(64 - by)
    return turned


def common_words(texts: Sequence[pl.Series]) -> NDArray[np.bool_]:
    """Which hashes (by their first bits) stand in more than `COMMON` of the rows, by an even sample."""
    table = np.zeros(1 << _BITS, bool)
    for column in texts:
        sample = column.gather_every(max(1, len(column) // _SAMPLE))
        words = words_in(sample)
        row = words.rows(np.arange(len(words.start)))
        seen = pl.DataFrame({"word": _bits(hashes(words)), "row": row}).unique()
        often = seen.group_by("word").len().filter(pl.col("len") > max(COMMON * len(sample), 20))
        table[often["word"].to_numpy()] = True
    return table


def _bits(hashed: U64) -> U64:
    return hashed >> np.uint64(64 - _BITS)


def tokens_of(
    texts: pl.Series, common: NDArray[np.bool_], secret: Secret, key: Key
) -> Iterator[tuple[U64, U64]]:
    """Tokens of readable texts with the numbers of their rows, in batches."""
    for first in range(0, len(texts), _BATCH):
        batch = texts.slice(first, _BATCH)
        words = words_in(batch)
        if len(words.start):
            for tokens, rows in (
                _names(words, common, secret),
                *_numbers(words, secret),
                _addresses(batch, secret, key),
            ):
                yield tokens, (rows + first).astype(np.uint64)


def _names(words: Words, common: NDArray[np.bool_], secret: Secret) -> tuple[U64, NDArray[np.int64]]:
    hashed = hashes(words)
    rare = np.flatnonzero(~common[_bits(hashed)])
    parts = []
    for step in (1, 2):
        left, right = rare[:-step], rare[step:]
        apart = right - left
        for distance in range(step, 3):
            some = np.flatnonzero(apart == distance)
            parts.append((left[some], right[some], distance))
    left = np.concatenate([part[0] for part in parts])
    right = np.concatenate([part[1] for part in parts])
    kinds = [np.full(len(part[0]), _FAR if part[2] == 2 else _NEAR) for part in parts]
    kind = np.concatenate(kinds)
    rows = words.rows(left)
    same = np.flatnonzero(words.start[right] < words.bounds[rows])
    left, right, kind, rows = left[same], right[same], kind[same], rows[same]
    return secret.tokens(hashed[left], hashed[right] ^ kind), rows


def _numbers(words: Words, secret: Secret) -> Iterator[tuple[U64, NDArray[np.int64]]]:
    at = np.flatnonzero(np.frombuffer(words.data.translate(_DIGIT), np.uint8))
    if not len(at):
        return
    word = np.searchsorted(words.start, at, "right") - 1
    yield _phones(words, at, word, secret)
    yield _codes(words, word, secret)


def _phones(
    words: Words, at: NDArray[np.int64], word: NDArray[np.int64], secret: Secret
) -> tuple[U64, NDArray[np.int64]]:
    """Each seven digits that run on, however they are parted."""
    rows = words.rows(word)
    within = (word[1:] == word[:-1]) & (at[1:] == at[:-1] + 1)
    across = (
        (word[1:] == word[:-1] + 1)
        & (at[:-1] == words.end[word[:-1]] - 1)
        & (at[1:] == words.start[word[1:]])
        & (rows[1:] == rows[:-1])
    )
    run = np.concatenate([[0], np.cumsum(~(within | across))])
    begins = np.flatnonzero(run[: max(len(run) - _SEVEN + 1, 0)] == run[_SEVEN - 1 :])
    digits = np.frombuffer(words.data, np.uint8)[at].astype(np.uint64) - np.uint64(48)
    value = np.zeros(len(begins), np.uint64)
    for place in range(_SEVEN):
        value += digits[begins + place] * _TENS[place]
    return secret.tokens(value, np.full(len(value), _PHONE)), rows[begins]


def _codes(words: Words, numbered: NDArray[np.int64], secret: Secret) -> tuple[U64, NDArray[np.int64]]:
    """Each run of words that may be one code.

    Parameters
    ----------
    numbered
        The word of each digit.
    """
    holds = np.zeros(len(words.start), bool)
    holds[numbered] = True
    around = holds.copy()
    around[1:] |= holds[:-1]
    around[:-1] |= holds[1:]
    near = np.flatnonzero(around)
    length = words.end[near] - words.start[near]
    has = holds[near]
    fit = (length <= LONGEST) & (has | (length <= MOST_LETTERS))
    near, length, has = near[fit], length[fit], has[fit]
    value, power = _polynomial(words, near, length)
    rows = words.rows(near)
    byte = np.frombuffer(words.data, np.uint8)
    digit = np.frombuffer(_DIGIT, np.uint8).astype(bool)
    joins = np.zeros(len(near), bool)
    if len(near) > 1:
        beside = digit[byte[words.end[near[:-1]] - 1]] | digit[byte[words.start[near[1:]]]]
        joins[:-1] = (near[1:] == near[:-1] + 1) & (rows[1:] == rows[:-1]) & beside
    values, found = [value[has]], [rows[has]]
    begins, total, run = np.arange(len(near)), length.copy(), value.copy()
    for part in range(1, MOST_PARTS):
        last = begins + part - 1
        keep = joins[last]
        begins, total, run = begins[keep], total[keep], run[keep]
        last = begins + part
        total = total + length[last]
        fits = total <= LONGEST
        begins, total, run, last = begins[fits], total[fits], run[fits], last[fits]
        if not len(begins):
            break
        run = run * power[last] + value[last]
        values.append(run)
        found.append(rows[begins])
    joined = np.concatenate(values)
    return secret.tokens(joined, np.full(len(joined), _CODE)), np.concatenate(found)


def _polynomial(words: Words, some: NDArray[np.int64], length: NDArray[np.int64]) -> tuple[U64, U64]:
    """Of each word the value of its bytes as a polynomial, and the power that moves one past it: so that the
    value of words joined follows from theirs.
    """
    byte = np.frombuffer(words.data, np.uint8)
    value, power = np.zeros(len(some), np.uint64), np.ones(len(some), np.uint64)
    for place in range(int(length.max(initial=0))):
        there = np.flatnonzero(length > place)
        value[there] = (
            value[there] * _BASE + (byte[words.start[some[there]] + place] | np.uint8(32)) + np.uint64(1)
        )
        power[there] *= _BASE
    return value, power


def _addresses(texts: pl.Series, secret: Secret, key: Key) -> tuple[U64, NDArray[np.int64]]:
    rows = texts.str.contains("@", literal=True).arg_true()
    if not len(rows):
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    listed = folded(texts.gather(rows)).str.extract_all(EMAIL)
    found = pl.DataFrame({"row": rows, "token": listed}).explode("token").drop_nulls()
    held = [addresses_in(token) for token in found["token"].to_list()]
    value = _digest([address for addresses in held for address in addresses], key)
    row = np.repeat(found["row"].to_numpy().astype(np.int64), [len(addresses) for addresses in held])
    return secret.tokens(value, np.full(len(value), _EMAIL)), row


def _digest(texts: Sequence[str], key: Key) -> U64:
    digests = key.digests("subject-email", texts, length=8)
    return np.array([int(one, 16) for one in digests], np.uint64)


def asked_for(known: Known, secret: Secret, key: Key) -> tuple[list[U64], U64] | None:
    """Tokens by which somebody is asked for: ways, of which one must have all its tokens in a row; and the
    first bits of words that must not be common. None where texts alone can answer.
    """
    none = np.zeros(0, np.uint64)
    if known.form == "email":
        value = _digest(known.parts, key)
        return [secret.tokens(value, np.full(1, _EMAIL))], none
    if not "".join(known.parts).isascii() or len(known.parts) > _MOST_WORDS:
        return None
    words = words_in(pl.Series([" ".join(known.parts)]))
    if known.form == "name":
        hashed = hashes(words)
        ways = []
        for first in range(len(hashed)):
            turned = [*hashed[first:], *hashed[:first]]
            ways += _ways(turned, secret, direct=len(hashed) - 1 - first if first else None)
        return ways, _bits(hashed)
    [what] = known.parts
    if known.form == "phone":
        digits = np.array([int(one) for one in what], np.uint64)
        sevens = [digits[at : at + _SEVEN] @ _TENS for at in range(len(what) - _SEVEN + 1)]
        value = np.array(sevens, np.uint64)
        return [secret.tokens(value, np.full(len(value), _PHONE))], none
    if what.isalpha() or len(what) > LONGEST:
        return None
    value, _ = _polynomial(words, np.zeros(1, np.int64), words.end - words.start)
    return [secret.tokens(value, np.full(1, _CODE))], none


def _ways(words: Sequence[Any], secret: Secret, direct: int | None) -> list[U64]:
    """Tokens of each two words that follow each other: side by side, or, but for the two at `direct`, with a
    word between.
    """
    ways: list[list[Any]] = [[]]
    for at in range(len(words) - 1):
        kinds = (_NEAR,) if at == direct else (_NEAR, _FAR)
        ways = [[*way, words[at + 1] ^ kind] for way in ways for kind in kinds]
    left = np.array(words[:-1], np.uint64)
    return [secret.tokens(left, np.array(way, np.uint64)) for way in ways]
