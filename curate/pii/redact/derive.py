"""Outputs that the redacted input no longer gives, though the raw one did.

A target that is read off its input stays true by construction (`follow.py`, `parts.py`). Some answers are
worked out from a personal value instead, and with the value what they are worked out from has gone: the
initials of a name, the age of a date of birth, a name in capitals, a login, a written date in figures. Such
rows teach a model to invent or to copy. They are counted by field and kind and never dropped: who needs them
derivable takes `pseudonymise`, whose stand-ins have capitals, initials and dates of their own.

Cost: a few comparisons for each output of a row whose input lost something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from curate.pii.redact import dates
from curate.pii.redact.follow import standing
from curate.pii.redact.forms import name_words
from curate.pii.redact.spans import Span, Value

_DATES = frozenset({"DATE_OF_BIRTH", "DATE_TIME"})
# What fields call an age; a number of a year or more, and no older than people become.
_AGE_FIELD = re.compile(r"(?:^|_|\b)age(?:$|_)|(?<=[a-z])Age(?:$|[A-Z])|years?_?old", re.IGNORECASE)
_AGE_IN_PROSE = re.compile(r"\b(\d{1,3})[ -]years?[ -]old\b|\baged? (\d{1,3})\b", re.IGNORECASE)
_OLDEST = 120
LONGEST_INITIALS = 12
# Dotted, or two to four capitals by themselves.
_INITIALS = re.compile(r"(?<![\w.])(?:[A-Z]\.[ ]?){1,4}(?:[A-Z]\b)?|(?<![\w.])[A-Z]{2,4}(?![\w.])")


class Underivable(NamedTuple):
    """An output that the redacted input no longer gives: its field, why, and its text as it was."""

    field: str
    kind: str
    text: str


def lost_forms(
    field: str, before: str, after: str, spans: Sequence[Span], given: str, values: Sequence[Value]
) -> Iterator[Underivable]:
    """Of an output, or a leaf of one, that is a value and nothing else: whether its form can be told from the
    redacted input.

    Parameters
    ----------
    before, after
        The output, raw and redacted.
    spans
        What it lost.
    given
        The raw input.
    values
        What the input lost.
    """
    if before == after:
        if _are_initials(before, values) and not standing(before, given):
            yield Underivable(field, "initials", before)
        is_age = _is_age(before) and _AGE_FIELD.search(_name(field)) and _lost_birth(values)
        if is_age and not standing(before.strip(), given):
            yield Underivable(field, "age", before)
        return
    bare = before.strip(" \t\r\n.,;:!?\"'()[]")
    if not bare or bare in given or not spans or spans[0].value.action != "replace":
        return
    if not any(value.identity == spans[0].value.identity for value in values):
        return
    entity = spans[0].value.entity
    if entity in _DATES and dates.readings(bare):
        if not spans[0].part:
            yield Underivable(field, "date form", before)
    elif entity == "PERSON" and bare.casefold() in given.casefold():
        yield Underivable(field, "case", before)
    elif entity == "PERSON" and any(span.part for span in spans):
        if any(word not in given for word in name_words(bare)):
            yield Underivable(field, "case", before)
    elif entity == "PERSON":
        yield Underivable(field, "name form", before)


def lost_prose(field: str, text: str, given: str, values: Sequence[Value]) -> Iterator[Underivable]:
    """Of an answer in sentences: initials of a lost name and an age beside a lost date of birth."""
    if any(value.entity == "PERSON" for value in values):
        for match in _INITIALS.finditer(text):
            if _are_initials(match.group(), values) and not standing(match.group().strip(), given):
                yield Underivable(field, "initials", match.group())
                break
    if _lost_birth(values):
        for match in _AGE_IN_PROSE.finditer(text):
            age = match[1] or match[2]
            if _is_age(age) and not standing(age, given):
                yield Underivable(field, "age", match.group())
                break


def _are_initials(text: str, values: Sequence[Value]) -> bool:
    letters = [mark for mark in text if mark.isalpha()]
    if not 2 <= len(letters) <= 5 or any(mark not in ". -" for mark in text if not mark.isalpha()):
        return False
    if not text.isupper():
        return False
    made = "".join(letters).casefold()
    return any(
        made == "".join(word[0] for word in name_words(value.spelling)).casefold()
        for value in values
        if value.entity == "PERSON"
    )


def _is_age(text: str) -> bool:
    return text.strip().isdecimal() and len(text.strip()) < 4 and 0 < int(text) <= _OLDEST


def _lost_birth(values: Sequence[Value]) -> bool:
    return any(value.entity == "DATE_OF_BIRTH" for value in values)


def _name(field: str) -> str:
    """The last name of a path."""
    return field.replace("[]", "").rpartition(".")[2]
