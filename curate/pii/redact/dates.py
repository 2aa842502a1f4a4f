"""A date in all the forms in which people write it: `07/10/1984`, `7 October 1984`, `1984-10-07`, `07.10.84`.

A numeric date is read day first, as the detectors' labels are (English of the UK); where the other order is a
date too, forms with the month's name are sought for both, because a birthday left standing is worse than
another date taken out. Reading and writing share this file, so that a surrogate keeps the form.
"""

# ruff: noqa: SIM905 (a row of words reads better than a list of literals)

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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


def parts(text: str) -> list[tuple[str, int, int]]:
    """Day (`d`), month (`m` or `mon`) and year (`y`) of a whole date: where each stands in `text`; a date in
    which day and month could be either has them day first.
    """
    match = _match(text)
    if match is None:
        return []
    lead = len(text) - len(text.lstrip(" .,;"))
    names = {"d": "m", "m": "d"} if "m" in match.groupdict() and _swapped(match) else {}
    found = [
        (names.get(name, name), *match.span(name))
        for name in ("d", "m", "mon", "y")
        if name in match.groupdict()
    ]
    return sorted((name, lead + start, lead + end) for name, start, end in found)


_MARK = r"\s?[-/.–]\s?"
_TH = r"(?:st|nd|rd|th)?"
_MONTH, _ANY_YEAR = rf"({_NAME})\.?", r"(\d{4}|['’]?\d{2})"
# Any date in running text, the form named by the last group. One regex for all dates: one for each date took
# longer to compile than all else that is done with a row.
_WRITTEN = re.compile(
    r"(?<![\w/-])(?<!\d\.)(?:"
    + "|".join(
        (
            rf"(\d{{1,3}}){_MARK}(\d{{1,3}}){_MARK}(\d{{4}}|\d{{2}})(?P<day_first>)",
            r"(\d{1,3}) (\d{1,3}) (\d{4}|\d{2})(?P<spaced>)",
            rf"(\d{{4}}){_MARK}(\d{{1,3}}){_MARK}(\d{{1,3}})(?P<year_first>)",
            r"(\d{8})(?P<compact>)",
            rf"(\d{{1,3}}){_TH}(?:\s+of)?[\s-]+(?:the\s+)?{_MONTH},?[\s-]+{_ANY_YEAR}(?P<day_month>)",
            rf"{_MONTH}\s+(\d{{1,3}}){_TH},?\s+{_ANY_YEAR}(?P<month_day>)",
        )
    )
    + r")(?![\w/-]|\.\d)",
    re.IGNORECASE,
)


def places(text: str, value: str) -> Iterator[tuple[int, int]]:
    """Where the date that `value` is (a whole one) stands in `text`, however written."""
    dates = readings(value)
    match = _WRITTEN.search(text)
    while match:
        if _means(match, dates):
            yield match.span()
            match = _WRITTEN.search(text, match.end())
        else:  # another date may begin within this one: "12 7 10 1984"
            match = _WRITTEN.search(text, match.start() + 1)


def _means(match: re.Match[str], dates: Sequence[date]) -> bool:
    """Whether a written date is one of `dates`: in figures the likeliest, with the month's name or in the
    order of ISO 8601 any.
    """
    first = dates[0]
    parts = [part for part in match.groups() if part]
    if match.lastgroup == "compact":
        return parts[0] in (f"{first:%d%m%Y}", f"{first:%Y%m%d}")
    if match.lastgroup == "year_first":
        year, month, day = parts
        return _in_figures(day, month, year, first) or match.group() in map(date.isoformat, dates)
    if match.lastgroup in ("day_first", "spaced"):
        day, month, year = parts
        return _in_figures(day, month, year, first)
    day, name, year = parts if match.lastgroup == "day_month" else (parts[1], parts[0], parts[2])
    month_number = _NAMES.get(name.lower().translate(_AS_IN_ENGLISH))
    return any(
        month_number == when.month and _is_number(day, when.day) and _is_year(year.lstrip("'’"), when.year)
        for when in dates
    )


# What a regex that ignores case takes for s and i.
_AS_IN_ENGLISH = str.maketrans("ſı", "si", "\u0307")


def _in_figures(day: str, month: str, year: str, when: date) -> bool:
    return _is_number(day, when.day) and _is_number(month, when.month) and _is_year(year, when.year)


def _is_number(text: str, number: int) -> bool:
    return text in (f"{number}", f"0{number}")


def _is_year(text: str, year: int) -> bool:
    return text in (f"{year}", f"{year % 100:02d}")


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
