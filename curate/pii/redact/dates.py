"""A date in all the forms in which people write it: `07/10/1984`, `7 October 1984`, `1984-10-07`, `07.10.84`.

A numeric date is read day first, as the detectors' labels are (English of the UK); where the other order is a
date too, forms with the month's name are sought for both, because a birthday left standing is worse than
another date taken out. Reading and writing share this file, so that a surrogate keeps the form.
"""

# ruff: noqa: SIM905 (a row of words reads better than a list of literals)

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_MONTHS = "january february march april may june july august september october november december".split()
_NAMES = {name: number for number, name in enumerate(_MONTHS, 1)} | {
    name[:3]: number for number, name in enumerate(_MONTHS, 1)
} | {"sept": 9}  # fmt: skip
_NAME = "|".join(sorted(_NAMES, key=lambda name: (-len(name), name)))
_D, _M = r"(?P<d>\d{1,2})", r"(?P<m>\d{1,2})"
_Y, _MON = r"(?P<y>\d{4}|['’]?\d{2})", rf"(?P<mon>{_NAME})\.?"
# In the order in which they are tried.
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<y>\d{{4}})\s?[-/. ]\s?{_M}\s?[-/. ]\s?{_D}(?:T.*)?",
        rf"{_D}\s?[-/. –]\s?{_M}\s?[-/. –]\s?{_Y}",
        rf"{_D}(?P<th>st|nd|rd|th)?(?:\s+of)?[\s-]+(?:the\s+)?{_MON},?[\s-]+{_Y}",
        rf"{_MON}\s+{_D}(?P<th>st|nd|rd|th)?,?\s+{_Y}",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
    )
)
# Two digits above it are a year of the last century: nobody is born thirty years from now.
_PIVOT = 30


def _year(text: str) -> int:
    digits = int(text.lstrip("'’"))
    return digits if digits > 99 else digits + (1900 if digits > _PIVOT else 2000)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _match(text: str) -> re.Match[str] | None:
    return next((match for form in _FORMS if (match := form.fullmatch(text.strip(" .,;")))), None)


@lru_cache(maxsize=65_536)
def readings(text: str) -> tuple[date, ...]:
    """The dates that `text` can mean, the likeliest first; none if it is not a whole date."""
    match = _match(text)
    if match is None:
        return ()
    parts = match.groupdict()
    year, day = _year(parts["y"]), int(parts["d"])
    if parts.get("mon"):
        pairs = [(_NAMES[parts["mon"].lower()], day)]
    elif match.start("y") < match.start("m"):  # year first: no doubt
        pairs = [(int(parts["m"]), day)]
    else:
        pairs = [(int(parts["m"]), day), (day, int(parts["m"]))]
    found = (_date(year, month, day) for month, day in dict.fromkeys(pairs))
    return tuple(one for one in found if one is not None)


@lru_cache(maxsize=65_536)
def pattern(text: str) -> re.Pattern[str] | None:
    """A regex for every form of the date that `text` is; None if it is not a whole date."""
    dates = readings(text)
    if not dates:
        return None
    first = dates[0]
    return re.compile(
        rf"(?<![\w/-])(?<!\d\.)(?:{'|'.join([_numeric(first), *map(_named, dates)])})(?![\w/-]|\.\d)",
        re.IGNORECASE,
    )


def _numeric(when: date) -> str:
    day, month, years = f"0?{when.day}", f"0?{when.month}", f"(?:{when.year}|{when.year % 100:02d})"
    mark = r"\s?[-/.–]\s?"
    return (
        rf"{day}{mark}{month}{mark}{years}|{day} {month} {years}|{when:%d%m%Y}"
        rf"|{when.year}{mark}{month}{mark}{day}|{when:%Y%m%d}"
    )


def _named(when: date) -> str:
    name = _MONTHS[when.month - 1]
    month = rf"(?:{name}|{name[:3]}{'|sept' if when.month == 9 else ''})\.?"
    day, years = rf"0?{when.day}(?:st|nd|rd|th)?", rf"(?:{when.year}|['’]?{when.year % 100:02d})"
    iso = rf"{when.year}-{when.month:02d}-{when.day:02d}"
    return rf"{day}(?:\s+of)?[\s-]+(?:the\s+)?{month},?[\s-]+{years}|{month}\s+{day},?\s+{years}|{iso}"


def write_like(text: str, when: date) -> str | None:
    """`when` in the form of `text` (zeros, marks, the month's name and its case kept), if it has one."""
    match = _match(text)
    if match is None:
        return None
    start = len(text) - len(text.lstrip(" .,;"))
    swapped = not match.groupdict().get("mon") and len(readings(text)) == 1 and _swapped(match)
    parts, at = [text[:start]], 0
    for name in sorted((n for n, value in match.groupdict().items() if value), key=match.start):
        parts += [match.string[at : match.start(name)], _part(name, match, when, swapped)]
        at = match.end(name)
    tail = match.string[at:] + text[start + len(match.string) :]
    return "".join([*parts, tail])


def _swapped(match: re.Match[str]) -> bool:
    """Whether the form can only be month first (`10/25/1984`)."""
    return match.start("d") < match.start("m") and int(match["m"]) > 12


def _part(name: str, match: re.Match[str], when: date, swapped: bool) -> str:
    given = match[name]
    if name == "y":
        mark = given[: len(given) - len(given.lstrip("'’"))]
        return mark + (str(when.year) if len(given.lstrip("'’")) == 4 else f"{when.year % 100:02d}")
    if name == "mon":
        month = _MONTHS[when.month - 1]
        month = month if given.lower() in _MONTHS and given.lower() != "may" else month[:3]
        return month.upper() if given.isupper() else month.title() if given[0].isupper() else month
    if name == "th":
        ends = {1: "st", 2: "nd", 3: "rd"}
        return "th" if 10 < when.day < 20 else ends.get(when.day % 10, "th")
    number = when.day if (name == "d") != swapped else when.month
    padded = all(len(match.groupdict().get(part) or "00") == 2 for part in "dm")
    return f"{number:02d}" if padded else str(number)
