"""Topics named by their words: which words stand in some rows far more often than in the others.

A word counts once a row, so that a long row says no more than a short one, and is ranked by the log odds of
its share inside against outside, over the error of that figure, with a prior of half a row (Monroe, Colaresi
& Quinn, 2008, "Fightin' words"). So frequent words that stand everywhere do not come first, and neither do
rare ones by luck. A word that too few rows hold is never shown: it may be a name.

Texts should be redacted; placeholders such as `<PERSON_1>` are not words. Cost: one pass over the texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

# A word shown stands in so many rows at least.
FEWEST_ROWS = 3
# Log odds over their error below which a word is not said to be more frequent.
SURE = 2.0
_WORD = re.compile(r"<[A-Z_]+(?:_\d+)?>|[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True)
class TopicWord:
    """A word, the rows inside and outside that hold it, and its log odds over their error."""

    word: str
    inside: int
    outside: int
    surety: float


def words_of(text: str) -> set[str]:
    """The distinct words of a text, folded; placeholders, numbers and single letters are not words."""
    return {
        word
        for found in _WORD.findall(text)
        if not found.startswith("<") and len(word := found.casefold().replace("’", "'")) > 1
    }


def topic_words(
    inside: Iterable[set[str]], outside: Iterable[set[str]], most: int = 4, fewest: int = FEWEST_ROWS
) -> list[TopicWord]:
    """The words that stand in the rows `inside` more than `outside`, the surest first.

    Parameters
    ----------
    inside, outside
        `words_of` each row.
    fewest
        Rows inside that a word must stand in.

    Examples
    --------
    >>> inside = [words_of(text) for text in ("my lamp flickers", "the lamp hums", "is the lamp broken")]
    >>> [found.word for found in topic_words(inside, [words_of("the parcel is late")] * 9)]
    ['lamp']
    """
    rows_in, rows_out = list(inside), list(outside)
    counts = [Counter(word for row in rows for word in row) for rows in (rows_in, rows_out)]
    words = sorted(word for word, count in counts[0].items() if count >= fewest)
    if not words:
        return []
    here, there = (np.array([count[word] for word in words], dtype=np.float64) for count in counts)
    parts = [(here, len(rows_in)), (there, len(rows_out))]
    odds = [np.log((count + 0.5) / (size - count + 0.5)) for count, size in parts]
    errors = [1 / (count + 0.5) + 1 / (size - count + 0.5) for count, size in parts]
    surety = (odds[0] - odds[1]) / np.sqrt(errors[0] + errors[1])
    order = sorted(range(len(words)), key=lambda at: (-surety[at], words[at]))
    return [
        TopicWord(words[at], int(here[at]), int(there[at]), float(surety[at]))
        for at in order[:most]
        if surety[at] >= SURE
    ]


def topic_name(found: Sequence[TopicWord], otherwise: str = "no word stands out") -> str:
    """A topic's name: its words."""
    return ", ".join(word.word for word in found) or otherwise
