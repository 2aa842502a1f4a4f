"""Rule `impossible_date`: a day that no calendar has, such as 31 April or 29 February 2023.

Month names in eight languages, ISO dates, and three numbers with a year of four digits; of `31/06/2024` both
orders must be impossible. A date that the text speaks of as a mistake, an example or a test is left alone.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import re
from calendar import monthrange

import polars as pl

from curate.validate.faults.rowwise import judged

_MONTHS = {
    1: "january|january|jan|januar|jänner|janvier|enero|gennaio|januari|janeiro|stycznia",
    2: "february|feb|februar|feber|février|febrero|febbraio|februari|fevereiro|lutego",
    3: "march|mar|märz|mars|marzo|maart|março|marca",
    4: "april|apr|avril|abril|aprile|kwietnia",
    5: "may|mai|mayo|maggio|mei|maio|maja",
    6: "june|jun|juni|juin|junio|giugno|junho|czerwca",
    7: "july|jul|juli|juillet|julio|luglio|julho|lipca",
    8: "august|aug|août|agosto|augustus|sierpnia",
    9: "september|sept|sep|septembre|septiembre|settembre|setembro|września",
    10: "october|oct|oktober|okt|octobre|octubre|ottobre|outubro|października",
    11: "november|nov|novembre|noviembre|novembro|listopada",
    12: "december|dec|dezember|dez|décembre|diciembre|dicembre|dezembro|grudnia",
}
_NUMBER_OF = {name: month for month, names in _MONTHS.items() for name in names.split("|")}
_NAMES = "|".join(sorted(_NUMBER_OF, key=lambda name: (-len(name), name)))
_YEAR = r"(?:,?\.?\s+(?:de\s+|del\s+|of\s+)?(?P<year>\d{4})\b)?"
_DAY_FIRST = re.compile(
    rf"(?<![\d.,/:-])(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|er|º|°)?\s+(?:of\s+|de\s+|di\s+)?(?P<month>{_NAMES})\b\.?(?!\s+\d{{1,2}}\b(?!\d)){_YEAR}",
    re.IGNORECASE,
)
# "April 48" is a reading of some index, "April 31" a slip.
_MONTH_FIRST = re.compile(
    rf"(?<!in )(?<![\w-])(?P<month>{_NAMES})\.?\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b(?![.,:/-]?\d|\s?%){_YEAR}(?!\s+(?:\w+s|people|percent)\b)",
    re.IGNORECASE,
)
_ISO = re.compile(r"(?<![\w./-])(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?![\w/-])")
_NUMERIC = re.compile(
    r"(?<![\w./-])(?P<a>\d{1,2})(?P<sign>[./-])(?P<b>\d{1,2})(?P=sign)(?P<year>(?:19|20)\d{2})(?![\w/-]|\.\d)"
)
_OTHERWISE = (
    r"(?i)\b(?:not an? |no |in)valid\b|\b(?:invalid|ungültig\w*|invalide|inválid\w+|exists?|existiert|gibt es|existe|impossible|no such|there['’]s no|there is no|is there an?|leap|schaltjahr|schalttag|bissextile|bisiesto|"
    r"only (?:has |28|29|30|thirty)|has (?:only )?(?:28|29|30|thirty|twenty)|calendars?|never|mistakes?|error|typo|wrong|incorrect|parse[rd]?|parsing|"
    r"valueerror|raises?|reject\w*|joke|fictional|firmware|version|release|part (?:no|number)|real date|test case|nie|niemals|jamais|nunca)\b"
)
_LONGEST = 20_000
# Days that some or all years lack; a gate for the rest. Numbers are looked at one by one.
_GATE = (
    rf"(?i)\b(?:29|[3-9]\d)(?:st|nd|rd|th|\.|er)?\s+(?:of |de |di )?(?:{_NAMES})\b|\b(?:{_NAMES})\.?\s+(?:29|[3-9]\d)(?:st|nd|rd|th)?\b"
    r"|\b\d{4}-(?:[1-9]\d|0\d)-(?:29|[3-9]\d)\b|\b\d{4}-(?:1[3-9]|[2-9]\d)-\d\d\b|\b(?:29|[3-9]\d)[./-]\d{1,2}[./-](?:19|20)\d\d\b|\b\d{1,2}[./-](?:29|[3-9]\d)[./-](?:19|20)\d\d\b|\b(?:1[3-9]|2\d)[./-](?:1[3-9]|2\d)[./-](?:19|20)\d\d\b"
)


_BEGINNINGS = "|".join(sorted({name[:3] for name in _NUMBER_OF}))
# What all of `_GATE` hold, in fewer states: the first letters of a month beside such a day, three numbers.
_DAYS = (
    rf"(?i)(?:29|[3-9]\d)(?:st|nd|rd|th|\.|er)?\s+(?:of |de |di )?(?:{_BEGINNINGS})"
    rf"|(?:{_BEGINNINGS})[^\s0-9]{{0,10}}\s+(?:29|[3-9]\d)(?:[^0-9]|$)"
    r"|-(?:29|[3-9]\d)(?:[^0-9]|$)|-(?:1[3-9]|[2-9]\d)-|\d[./-]\d{1,2}[./-](?:19|20)\d\d"
)


def may_hold_day(field: str) -> pl.Expr:
    """The first gate: what could be such a day or month."""
    return pl.col(field).str.contains(_DAYS)


def may_hold_date(field: str) -> pl.Expr:
    """The second gate: a day from the 29th on beside a month, or a month from the 13th on."""
    return pl.col(field).str.contains(_GATE)


def _possible(year: int | None, month: int, day: int) -> bool:
    """Whether a month has such a day; February has 29 where no year is said."""
    if not 1 <= month <= 12 or not day >= 1:
        return False
    return day <= monthrange(year if year else 2024, month)[1]


def _year(match: re.Match[str]) -> int | None:
    return int(match["year"]) if match["year"] and int(match["year"]) > 0 else None


def impossible(prompt: str, answer: str) -> int:
    """How many dates of `answer` no calendar has."""
    text = answer[:_LONGEST]
    if re.search(_OTHERWISE, text) or re.search(_OTHERWISE, prompt[:2_000]):
        return 0
    spelt = {
        match.start(): _possible(_year(match), _NUMBER_OF[match["month"].lower()], int(match["day"]))
        for pattern in (_DAY_FIRST, _MONTH_FIRST)
        for match in pattern.finditer(text)
    }
    numeric = {
        match.start(): _possible(_year(match), int(match["month"]), int(match["day"]))
        for match in _ISO.finditer(text)
    } | {
        match.start(): _possible(_year(match), int(match["b"]), int(match["a"]))
        or _possible(_year(match), int(match["a"]), int(match["b"]))
        for match in _NUMERIC.finditer(text)
    }
    return list((spelt | numeric).values()).count(False)


def impossible_date(field: str) -> pl.Expr:
    """How many dates of the field no calendar has."""
    return judged(field, impossible)
