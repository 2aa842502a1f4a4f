"""Labels as machines write them: `nhsNumber`, `STRIPE_API_KEY`, `date-of-birth` read as their words.

Only an identifier that holds a word of some label is cut into words; one that is a value or stands in a link
is left, since cutting it would spoil the value.
"""

# ruff: noqa: SIM905 (word lists read better as words)

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import regex  # type: ignore[import-untyped]

from curate.pii.detect.context.labels import ADJACENT, IDENTITIES, SUPPORT, THINGS, VERSIONS

# Words of the phrases of context that say of nothing what it is.
_VAGUE = frozenset(
    "is my me at of no number contact daytime answer direct line long national service log book post live "
    "move moved lived call ring text reach deliver delivery ship case part item".split()
)
# Those of recognizers whose own pattern holds their label.
_OWN = (
    "password passwords passwd passcode passphrase pwd pass secret key token bearer auth authorization "
    "apikey pin dob birthdate sort utr vat chi name surname firstname lastname forename"
)
WORDS = (
    frozenset(
        word
        for phrases in (*SUPPORT.values(), *ADJACENT.values(), THINGS, VERSIONS, IDENTITIES)
        for phrase in phrases
        for word in phrase.split()
        if word.isalpha() and len(word) > 1
    )
    .difference(_VAGUE)
    .union(_OWN.split())
)

# Longer ones are not labels.
_LONGEST = 64
_PARTS = regex.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MARK_AFTER = regex.compile(r"[\"'`\])]{0,2}\s{0,3}(?:[:=]|->)")
_VALUE_BEFORE = regex.compile(r"[:=]\s{0,2}[\"'`]?$|\.$")
_LINK_BEFORE = regex.compile(r"(?:://|www\.)\S*$")
# Characters before an identifier in which the beginning of a link is looked for.
_LINK_REACH = 200
# Columns named in letters that no sentence uses.
_SHORT = {"msisdn": "phone", "cc": "card", "pan": "card", "pw": "password", "birth": "date of birth"}
_SHORT |= {"yob": "born", "nino": "national insurance", "licenceno": "licence", "ph": "phone"}


@cache
def label_of(name: str) -> str:
    """The words of a column's name or a key (`user.mobile_phone` -> `user mobile phone`) where they say what
    its values are; else nothing.
    """
    words = [_SHORT.get(part.group().lower(), part.group().lower()) for part in _PARTS.finditer(name)]
    while words and words[-1].isdigit():  # phone_2
        words.pop()
    return " ".join(words) if not WORDS.isdisjoint(" ".join(words).split()) else ""


def spaces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where spaces go to make words of the identifier `text[start:end]`, in place of what stands there:
    nowhere if it is not a label.
    """
    name = text[start:end]
    one_word = name.isalpha() and (name.islower() or name.isupper() or name[1:].islower())
    if one_word or end - start > _LONGEST or name[:6].lower() in ("e-mail", "e_mail"):
        return
    parts = list(_PARTS.finditer(name))
    if len(parts) < 2 or WORDS.isdisjoint(part.group().lower() for part in parts):
        return
    labels = _MARK_AFTER.match(text, end) is not None
    if not labels and _VALUE_BEFORE.search(text, max(start - 4, 0), start):
        return
    if _LINK_BEFORE.search(text, max(start - _LINK_REACH, 0), start):
        return
    for left, right in pairwise(parts):
        yield start + left.end(), start + right.start()
