"""Months, days and seasons that are people's names as well, told apart by the words around them: "in May",
"April 2024", "June to August".
"""

from __future__ import annotations

import re

_MONTHS = "january february march april may june july august september october november december"
_SHORT = "jan feb mar apr jun jul aug sep sept oct nov dec"
_OTHERS = "monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter"
_WORDS = frozenset(f"{_MONTHS} {_SHORT} {_OTHERS}".split())
_ANY = "|".join(sorted(_WORDS))
# Of German, French, Spanish, Italian, Dutch and Portuguese, where these are nobody's words in English.
_OTHER_MONTHS = (
    "januar jänner februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août "
    "septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre "
    "octubre noviembre diciembre gennaio febbraio marzo aprile maggio giugno luglio settembre ottobre "
    "dicembre januari februari maart mei augustus janeiro fevereiro março maio junho julho setembro "
    "outubro novembro dezembro"
)
_EUROPEAN = frozenset(_OTHER_MONTHS.split())
# "am 20. März", "le 1er avril", "el 3 de mayo"; in English a number and a point end a sentence.
_DAY = re.compile(r"(?i)\b\d{1,2}(?:\.|º|er)?(?: d[ei])?[\s-]+$")
# "by" alone may name who did it ("signed by April"), "of" whose it is: with them the word before decides.
_BEFORE = re.compile(
    rf"(?i)(?:\b(?:in|on|until|till|since|during|between|the|this|last|next|every|each|early|mid|late)|(?<!ed "  # noqa: E501
    rf""
    rf""
    rf")(?<!en )(?<!to )\bby"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?|(?:\d(?:st|nd|rd|th)?|\b(?:end|start|beginning|middle|month|rest)) "
    rf"of|\b(?:{_ANY}) (?:to|and|or|until|till|-|–))[\s-]+$"
)
_AFTER = re.compile(
    rf"(?i)[\s,]*\d{{1,4}}(?:st|nd|rd|th)?\b|\s*(?:to|until|till|and|or|-|–|/)\s*(?:{_ANY})\b|\s+onwards?\b"
)
# As far back as the words before it can reach.
_REACH = 24


def in_a_date(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is the name of a month, day or season and stands as one; a possessive ("in
    May's room") is somebody's.
    """
    word = text[start:end].lower()
    if word in _EUROPEAN and _DAY.search(text, max(start - _REACH, 0), start):
        return True
    if word not in _WORDS or text[end : end + 2] in ("'s", "’s"):
        return False
    return bool(_BEFORE.search(text, max(start - _REACH, 0), start) or _AFTER.match(text, end))
