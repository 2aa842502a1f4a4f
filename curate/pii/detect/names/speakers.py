"""A first name that is also a word ("Grant", "Mark") begins a sentence and does what a person does, or is
asked and told something.

"Grant said no", "tell bill his parcel is here": the tagger, which sees twelve words and few such sentences,
lets them go. Only first names that many bear, and commoner as such than as surnames: a page says something,
but hardly anybody is called Page. Cost: five patterns a text; of many texts polars says first which of them
can hold any.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

import numpy as np
import polars as pl
from numpy.typing import NDArray

from curate.pii.detect.names import situations
from curate.pii.detect.names.acting import Look, is_thing
from curate.pii.detect.names.features import Lexicon
from curate.pii.detect.names.tokens import fold
from curate.pii.detect.overlap import Hit

# At the text's beginning, and behind a mark: a regex that begins with the mark skips to it.
_OPENING = r"[ \"'“‘]*([A-Za-z][a-z]{2,})(?=[ '’])"
_FIRST_WORD, _OPENS = re.compile(_OPENING), re.compile(r"[.!?:;\n]" + _OPENING)
_ASKED = re.compile(
    r"(?i:\b(?:ask|asked|tell|told|remind|reminded|inform|notify|thank|let)) ([A-Za-z][a-z]{2,})(?= )"
)
# "rosemary in hr", "sue and i", "my surname from grey to okafor": in lower case too.
_AT_DESK = (
    r" (?:in|from) (?i:hr|payroll|accounts|finance|billing|it support|support|sales|legal|reception"
    r"|dispatch|the (?:warehouse|post room|front desk|office|help ?desk))\b"
)
_DESK, _ANY_DESK = re.compile(r"\b([A-Za-z][a-z]{2,})" + _AT_DESK), re.compile(_AT_DESK)
_AND_I = re.compile(
    r"(?:(?:^|(?<=[.!?:;\n]))[ ]*|\b(?:me and|with) )([A-Za-z][a-z]{2,})(?= and (?:[Ii]|me)\b)|\bme and ([a-z]{3,})\b"
)
_CHANGE = re.compile(
    r"(?i:\b(?:sur|last |family |maiden )?name (?:change )?from )([^\W\d_]{3,}) to ([^\W\d_]{3,})\b"
)
_TOLD = re.compile("ask|tell|told|remi|infor|notif|thank|let ")
_FIRST, _SURNAME, _PLACE = 3, 12, 48  # bits of `Lexicon.ranks`
# As sure as a name that the text itself calls one.
_SCORE = 0.6
# Lower case: pronouns and verbs stand there, and are names of a few.
_WORDS = frozenset(
    {"will", "may", "see", "her", "him", "them", "all", "the", "use", "art", "any", "our", "you"}
)


def with_speakers(text: str, hits: list[Hit], lexicon: Lexicon) -> list[Hit]:
    """`hits`, in order, and the first names that do or are told something and that none of them covers."""
    found = []
    lowered = text.lower()
    forms = [_OPENS]
    if _TOLD.search(lowered):
        forms.append(_ASKED)
    if _ANY_DESK.search(text):
        forms.append(_DESK)
    if "and i" in lowered or "and me" in lowered or "me and" in lowered:
        forms.append(_AND_I)
    first = [opening] if (opening := _FIRST_WORD.match(text)) else []
    for match in chain(first, chain.from_iterable(form.finditer(text) for form in forms)):
        start, end = match.span(match.lastindex or 0)
        if _rank(text[start:end], lexicon) and _is_person(text, start, end, match.re, lexicon):
            found.append(Hit(start, end, "PERSON", _SCORE, "Speaker", False))
    for match in _CHANGE.finditer(text) if "name" in lowered and " from " in lowered else ():
        found += [Hit(*match.span(group), "PERSON", _SCORE, "Speaker", False) for group in (1, 2)]
    if not found or Look(text, lexicon).general:
        return hits
    weak = [hit for hit in found if not any(_over(hit, other) and other.score >= _SCORE for other in hits)]
    kept = [hit for hit in hits if not any(_over(hit, other) for other in weak)]
    return sorted([*kept, *{hit.start: hit for hit in weak}.values()])


# What of a text in ASCII every form asks for, as polars reads it: openings with their word, and the others as a
# whole. The word must be a name, which is asked of the openings alone: the others are few.
_OPENINGS = r"(?:^|[.!?:;\n])[ \"']*[A-Za-z][a-z]{2,}[ ']"
_WORD = "([A-Za-z]+).$"
_OTHERS = (
    r"(?i:\b(?:ask|asked|tell|told|remind|reminded|inform|notify|thank|let)) [A-Za-z][a-z]{2,} "
    + "|"
    + _AT_DESK
    + r"|[a-z] and (?:[Ii]|me)\b|\bme and [a-z]|(?i:name (?:change )?from )"
)


def may_speak(texts: Sequence[str], lexicon: Lexicon) -> NDArray[np.bool_]:
    """Which texts `with_speakers` can add to, and some more: the others it leaves as they are."""
    plain = np.fromiter(map(str.isascii, texts), np.bool_, len(texts))
    shown = pl.Series(texts, dtype=pl.String)
    openings = pl.DataFrame({"at": np.arange(len(texts)), "words": shown.str.extract_all(_OPENINGS)})
    words = openings.explode("words").with_columns(pl.col("words").str.extract(_WORD)).drop_nulls()
    names = {word: _rank(word, lexicon) > 0 for word in words["words"].unique()}
    may: NDArray[np.bool_] = ~plain | shown.str.contains(_OTHERS).to_numpy()
    may[words["at"].to_numpy()[[names[word] for word in words["words"]]]] = True
    return may


def _over(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def _rank(word: str, lexicon: Lexicon) -> int:
    """2 for a first name that many bear and not as many more as a surname, 1 for others that many bear, else 0."""
    rank = lexicon.ranks.get(fold(word), 0)
    first = rank & _FIRST
    if first < 2:
        return 0
    return 2 if first == 3 or first >= (rank & _SURNAME) >> 2 else 1


def _is_person(text: str, start: int, end: int, form: re.Pattern[str], lexicon: Lexicon) -> bool:
    word = text[start:end]
    lower = word.islower()
    if (lower and word in _WORDS) or is_thing(word, lexicon):
        return False
    before, behind = text[max(0, start - 20) : start], text[end : end + 80]
    if form in (_OPENS, _FIRST_WORD) and situations.LIVES.match(behind):
        return True
    if _rank(word, lexicon) < 2:
        return False
    if form in (_DESK, _AND_I):
        return True
    if form is _ASKED:
        return bool(situations.TO_DO.match(behind))
    place = (lexicon.ranks.get(fold(word), 0) & _PLACE) >> 4 > 1
    return situations.is_person(before, behind, word=True, place=place, lower=lower)
