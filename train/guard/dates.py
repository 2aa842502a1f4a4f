"""Dates of a summary that its text does not give: a month, a day with its month, or a weekday that is not
there.

`curate.validate.unsupported` asks for each number by itself, so a changed month ("3 March" told as "3 April")
and a day moved to another month of the text would pass. Here a day and its month belong together: `3 March`,
`March 3rd`, `2026-03-03`, `03/03/2026` (either order where both fit). A day of the text that stands without
its month ("the 3rd and the 5th of March", "on the fifth") may be told with any month of the text. A weekday
must be named in the text, or be that of a date in it. It is a sign and not a proof: "tomorrow" is not
reckoned.
"""

from __future__ import annotations

import re
from datetime import date

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+(\d{{4}}))?", re.I)
_MONTH_DAY = re.compile(
    rf"\b{_MONTH}\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s+(\d{{4}}))?", re.I
)
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_NUMERIC = re.compile(r"\b(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})\b")
# "11/06": a day and a month in either order; a fraction ("1/2") is taken for one too.
_SHORT = re.compile(r"(?<![\d/.])(\d{1,2})/(\d{1,2})(?![\d/])")
_DAY_ALONE = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\b(?![:.,]\d)")
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth"),
    *("eighteenth", "nineteenth", "twentieth", "twenty-first", "twenty-second", "twenty-third"),
    *("twenty-fourth", "twenty-fifth", "twenty-sixth", "twenty-seventh", "twenty-eighth", "twenty-ninth"),
    *("thirtieth", "thirty-first"),
)
_SPELT = re.compile(r"(?i)\b(?:" + "|".join(sorted(_ORDINALS, key=len, reverse=True)) + r")\b")
# Without a number beside them these are words as often as months.
_WORDS = ("march", "mar", "may")
_BARE_MONTH = re.compile(rf"\b{_MONTH}", re.I)
_WEEKDAY = re.compile(r"\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(day)\b", re.I)

# A day and a month, and the year where it is said.
Dated = tuple[int, int, int | None]


def unsupported_dates(text: str, answer: str) -> list[str]:
    """Dates, months and weekdays of `answer` that `text` does not give."""
    told = _dates(answer)
    bare = {month for month, word in _bare_months(answer) if not _is_word(word, answer)}
    weekdays = _weekdays(answer)
    if not told and not bare and not weekdays:
        return []
    given = _dates(text)
    months = {month for _, month, _ in given} | {month for month, _ in _bare_months(text)}
    pairs = {(day, month) for day, month, _ in given}
    alone = {int(day) for day in _DAY_ALONE.findall(_without_dates(text))}
    alone |= {_ORDINALS.index(word.lower()) + 1 for word in _SPELT.findall(text)}
    strange = [
        f"{day} {_MONTHS[month - 1]}"
        for day, month, _ in told
        if (day, month) not in pairs and not (month in months and day in alone)
    ]
    # `04/03/2026` may be either: one reading in the text is enough.
    strange = [] if strange and _either(answer, pairs) else strange
    strange += [_MONTHS[month - 1] for month in sorted(bare - months)]
    known = _weekdays(text) | {_weekday(one) for one in given}
    return strange + [_DAYS[day] for day in sorted(weekdays - known)]


def _either(answer: str, pairs: set[tuple[int, int]]) -> bool:
    """Whether all dates of an answer are numeric, and each stands in the text with its parts in one order."""
    numeric = [(int(first), int(second)) for first, _, second, _ in _NUMERIC.findall(answer)]
    numeric += [(int(first), int(second)) for first, second in _SHORT.findall(answer)]
    others = len(_dates(_SHORT.sub(" ", _NUMERIC.sub(" ", answer))))
    return bool(numeric) and not others and all({(a, b), (b, a)} & pairs for a, b in numeric)


def _dates(text: str) -> set[Dated]:
    found: set[Dated] = set()
    for day, month, year in _DAY_MONTH.findall(text):
        found.add((int(day), _number(month), int(year) if year else None))
    for month, day, year in _MONTH_DAY.findall(text):
        found.add((int(day), _number(month), int(year) if year else None))
    for year, month, day in _ISO.findall(text):
        found.add((int(day), int(month), int(year)))
    for first, second in _SHORT.findall(text):
        found |= {(int(first), int(second), None), (int(second), int(first), None)}
    for first, _, second, year in _NUMERIC.findall(text):
        full = int(year) + (2000 if len(year) == 2 else 0)
        found |= {(int(first), int(second), full), (int(second), int(first), full)}
    return {(day, month, year) for day, month, year in found if 1 <= month <= 12 and 1 <= day <= 31}


def _without_dates(text: str) -> str:
    for pattern in (_ISO, _NUMERIC, _SHORT, _DAY_MONTH, _MONTH_DAY):
        text = pattern.sub(" ", text)
    return text


def _number(month: str) -> int:
    return next(at for at, name in enumerate(_MONTHS, 1) if name.startswith(month.lower()[:3]))


def _bare_months(text: str) -> list[tuple[int, str]]:
    return [(_number(found[1]), found[1]) for found in _BARE_MONTH.finditer(text)]


def _is_word(month: str, answer: str) -> bool:
    """Whether a month's name may be a common word where it stands: "may", "march", "Mar"."""
    return month.lower() in _WORDS or month.islower() or (len(month) == 3 and month.isupper())


def _weekdays(text: str) -> set[int]:
    return {
        next(at for at, name in enumerate(_DAYS) if name.startswith(found[1].lower()[:3]))
        for found in _WEEKDAY.finditer(text)
    }


def _weekday(dated: Dated) -> int | None:
    day, month, year = dated
    try:
        return date(year, month, day).weekday() if year else None
    except ValueError:
        return None
