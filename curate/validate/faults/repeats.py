"""Rule `repeated_ngrams`: the answer goes round in circles, as a model does that has lost its thread.

Measured as the share of word trigrams that have stood before (as the repetition filters of Rae et al. 2021,
Gopher, do), and as a phrase said again and again without a break. Left alone: refrains, chants and lines that
the prompt asks for, tables, code and JSON.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import re
from collections import Counter

import polars as pl

from curate.validate.faults.rowwise import judged

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_MARKER = re.compile(r"(?m)^\s*(?:\d{1,3}[.)]|[-*•])\s+")
# Fewer words repeat by chance.
_WORDS = 10
# Half of all trigrams: the refrain poems, definitions and directions of the sample stay under two fifths.
_SHARE = 0.5
# Less of it, and no phrase can stand there five times on end.
_LOWEST_SHARE = 0.1
# A phrase said five times on end, whatever stands around it.
_TIMES = 5
_PHRASE = 6
# Words of a phrase that comes again with others between and how often, and the share of all words that it covers.
_OFTEN = ((5, 4), (8, 3))
_COVERED = 0.6
_WANTS_IT = (
    r"(?i)\b(?:repeat\w*|times|chorus|refrain|chant\w*|mantra|lyrics|song|poem|cheer|laugh\w*|rhyme|lullaby|"
    r"echo|again and again|lines?|notes? of|tongue twister|wiederhol\w*|mal hintereinander|refrain|répèt\w*|"
    r"fois|repit\w*|veces|ripet\w*|volte|herhaal|powtórz|repita|vezes|placeholder|lorem|pattern|sequence)\b"
)
# Characters that are sought again: a word or two.
_CHUNK = 12
# A longer answer is judged by its beginning.
_LONGEST = 20_000


def may_repeat(field: str) -> pl.Expr:
    """The first gate: a dozen characters from before the middle, or behind it, stand there three times."""
    text, length = pl.col(field), pl.col(field).str.len_chars()
    again = []
    for share in (0.35, 0.6):
        at = (length * share).cast(pl.Int64)
        again.append(text.str.count_matches(text.str.slice(at, _CHUNK), literal=True) >= 3)
    # The end of a loop has stood before, whatever stands between.
    end = text.str.tail(30 * _CHUNK)
    again.append(end.str.count_matches(text.str.slice(-_CHUNK - 2, _CHUNK), literal=True) >= 3)
    last_item = text.str.extract(r"\n\s*(?:\d{1,3}[.)]|[-*•])\s+([^\n]{3,60})\s*$")
    again.append((text.str.count_matches(last_item, literal=True) >= 3).fill_null(False))
    return (length >= 40) & pl.any_horizontal(again)


def is_text(field: str) -> pl.Expr:
    """The second gate: neither code nor JSON nor a table."""
    return ~pl.col(field).str.contains(r"^\s*[{\[|<]|```|\n\s*\|")


def _periods(trigrams: list[tuple[str, str, str]], longest: int) -> list[int]:
    """The distances at which a phrase could stand five times on end.

    Its first trigram then stands there four times at least, each a period behind the last (so do phrases of
    one word, since seven in a row are asked for), and only distances within such trigrams are looked at.
    """
    places: dict[tuple[str, str, str], list[int]] = {}
    for at, trigram in enumerate(trigrams):
        places.setdefault(trigram, []).append(at)
    distances = {
        then - at
        for stands in places.values()
        if len(stands) >= _TIMES - 1
        for number, at in enumerate(stands)
        for then in stands[number + 1 : number + 1 + longest]
    }
    return sorted(distance for distance in distances if distance <= longest)


def _is_one_phrase(words: list[str]) -> bool:
    """Whether most words stand in a phrase that comes again and again, with little between."""
    return any(_covered(words, length, times) >= _COVERED * len(words) for length, times in _OFTEN)


def _covered(words: list[str], length: int, times: int) -> int:
    """How many words stand in a phrase of `length` words that comes `times` or more."""
    phrases = list(zip(*(words[at:] for at in range(length)), strict=False))
    counted = Counter(phrases)
    return len(
        {
            place
            for at, phrase in enumerate(phrases)
            if counted[phrase] >= times
            for place in range(at, at + length)
        }
    )


def circles(prompt: str, answer: str) -> int:
    """1 where `answer` says the same again and again."""
    words = [word.lower() for word in _WORD.findall(_MARKER.sub(" ", answer[:_LONGEST]))]
    if len(words) < _WORDS or re.search(_WANTS_IT, prompt):
        return 0
    trigrams = list(zip(words, words[1:], words[2:], strict=False))
    repeated = 1 - len(set(trigrams)) / len(trigrams)
    if repeated >= _SHARE or repeated < _LOWEST_SHARE:
        return int(repeated >= _SHARE)
    if _is_one_phrase(words):
        return 1
    for period in _periods(trigrams, min(30, len(words) // _TIMES)):
        run = 0
        for first, then in zip(words, words[period:], strict=False):
            run = run + 1 if first == then else 0
            if run >= max(period * (_TIMES - 1), _PHRASE + 1):
                return 1
    return 0


def repeated_ngrams(field: str) -> pl.Expr:
    """1 where the field goes round in circles."""
    return judged(field, circles)
