"""Rule `impossible_date`: a day that no calendar has, such as 31 April or 29 February 2023.

Month names in eight languages, days in figures or spelt out, the later day of a range (`28-31 June`), ISO dates,
three numbers with a year of four digits, and with one of two digits or none where the day is one that only some
months have (`31/06/24`, `am 30.02.`); of `31/06/2024` both orders must be impossible. A date that the text around
it speaks of as a mistake, an example or a test is left alone.
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
_YEAR = r"(?:,?\.?\s+(?:de\s+|del\s+|of\s+|r\.\s)?(?P<year>[0-9]{4})\b)?"
_ORDINAL = r"(?:st|nd|rd|th|\.|er|º|°|ª|e)?"
_OF = r"(?:of\s+|de\s+|di\s+|d['’])?"
_DAY_FIRST = re.compile(
    rf"(?<![\w.,/:-])(?P<day>[0-9]{{1,2}}){_ORDINAL}\s+{_OF}(?P<month>{_NAMES})\b\.?(?!\s+[0-9]{{1,2}}\b(?![0-9])){_YEAR}",
    re.IGNORECASE,
)
# "April 48" is a reading of some index, "April 31" a slip.
_MONTH_FIRST = re.compile(
    rf"(?<!in )(?<![\w-])(?P<month>{_NAMES})\.?\s+(?:the\s+)?(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?\b(?![.,:/-]?[0-9]|\s?%|\s:\s?[0-9]){_YEAR}(?!\s+(?:\w{{3,}}s|has|people|percent)\b)",
    re.IGNORECASE,
)
_TO = r"(?:st|nd|rd|th|\.)?\s?(?:[-–—]|to|through|until|and|&|bis|und|au|et|al|y|tot|en|do|i|a|e)\s?"
# The later day of a range: "28-31 June", "June 28 to 31".
_RANGE = re.compile(
    rf"(?<![\w.,/:-])[0-9]{{1,2}}{_TO}(?P<day>[0-9]{{1,2}}){_ORDINAL}\s+{_OF}(?P<month>{_NAMES})\b\.?{_YEAR}",
    re.IGNORECASE,
)
_RANGE_BEHIND = re.compile(
    rf"(?<![\w-])(?P<month>{_NAMES})\.?\s+[0-9]{{1,2}}(?:st|nd|rd|th)?\s?(?:[-–—]|to|through|until)\s?(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?\b(?![.,:/-]?[0-9]|\s?%){_YEAR}",
    re.IGNORECASE,
)
# "31-Apr-2024", "31/Apr/24", "30Feb2024"
_JOINED = re.compile(
    rf"(?<![\w.,/:-])(?P<day>[0-9]{{1,2}})(?P<sign>[-/.]?)(?P<month>{_NAMES})(?:(?P=sign)(?:(?P<year>[0-9]{{4}})|[0-9]{{2}}))?(?![\w-])",
    re.IGNORECASE,
)
_THIRTY = {
    30: "thirtieth|dreißigste[rn]?|trentième|trente|treinta|trenta|trinta|dertig(?:ste)?|trzydziest(?:ego|y)",
    31: (
        "thirty[- ]first|einunddreißigste[rn]?|trente et un|trente-et-un|treinta y uno|trentuno|trinta e um|eenendertig(?:ste)?|"
        "trzydziest(?:ego|y) pierwsz(?:ego|y)"
    ),
    32: "thirty[- ]second|zweiunddreißigste[rn]?|trente[- ]deux|treinta y dos|trentadue|trinta e dois|tweeëndertig(?:ste)?",
}
_SPELT = tuple(
    (
        day,
        re.compile(
            rf"(?:\b(?:{words})\s+(?:day\s+)?{_OF}(?P<month>{_NAMES})\b|\b(?P<first>{_NAMES})\s+(?:the\s+)?(?:{words})\b){_YEAR}",
            re.IGNORECASE,
        ),
    )
    for day, words in _THIRTY.items()
)
_ISO = re.compile(
    r"(?<![\w./-])(?P<year>[12][0-9]{3})(?P<sign>[-/.])(?P<month>[0-9]{2})(?P=sign)(?P<day>[0-9]{2})(?=T[0-9][0-9]|[^\w/-]|$)(?!\.[0-9])"
)
_NUMERIC = re.compile(
    r"(?<![\w./-])(?P<a>[0-9]{1,2})(?P<sign>[./-]|\.\s)(?P<b>[0-9]{1,2})(?P=sign)(?P<year>(?:19|20)[0-9]{2})(?![\w/-]|\.[0-9])"
)
# A year of two digits or none: days that other months have.
_SHORT = re.compile(
    r"(?<![\w./-])(?P<a>29|30|31)(?P<sign>[./-])(?P<b>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{2})(?![\w/-]|\.[0-9])"
)
_NO_YEAR = re.compile(
    r"\b(?:am|bis|zum|vom|ab|seit|den|on|by|until|till|from|before|due|le|du|au|el|al|dal|il|op|tot|vanaf|em|até|do|od|dnia|dia|día)\s+"
    r"(?:(?![0-9])\w{2,12}[.,]{0,2}\s+(?:den\s+)?){0,2}(?P<a>30|31)[./](?P<b>[0-9]{1,2})(?![\w/-]|\.?[0-9])",
    re.IGNORECASE,
)
_OTHERWISE = (
    r"(?i)\b(?:not an? |no |in)valid\b|\b(?:invalid|ungültig\w*|invalide|inválid\w+|nieprawidłow\w+|exists?|existiert|gibt es|gibt['’]s|existe|esiste|bestaat|istnieje|nie ma|impossible|no such|there['’]s no|there is no|is there an?|leap|schaltjahr|schalttag|bissextile|bisiesto|bisestile|bissexto|schrikkeljaar|przestępn\w+|"
    r"only (?:has |28|29|30|thirty)|has (?:only )?(?:28|29|30|thirty|twenty)|(?:hat|compte|tiene|ha|heeft|tem|ma) (?:\w+ )?(?:28|29|30)|(?:no|any|which|what|gregorian|julian|fictional|lunar|revolution\w*) calendars?|calendar (?:has|that)|mistakes?|typo|wrong|incorrect|parse[rd]?|parsing|"
    r"valueerror|raises?|reject\w*|joke|fictional|real date|test case|kein(?:en)? (?:29|30|31)|pas de (?:29|30|31)|nie|niemals|jamais|nunca|falsch\w*|faux|erróne\w+|sbagliat\w+|verkeerd|errad\w+|błędn\w+)\b"
)
_ABOUT_ERRORS = r"(?i)\b(?:error|bug|never|validat\w+|test data|fehler|erreur|errore?s?|fout|erro|błąd)\b"
# What stands before a number that is no date.
_NO_DATE = re.compile(
    r"(?i)\b(?:tel|phone|call|dial|ring|fax|part|model|serial|sku|refs?|order|item|article|isbn|iban|v|build|case|docket|room|code|number|nummer|nr|no|ext|extension|ip|section|clause|lot|batch|ticket|invoice|ratio|score|version|numéro|n°|numero|anruf\w*|wählen sie|appelez)\b[.:#]*\W{0,3}$"
)
_A_PART = re.compile(
    r"(?i)\b(?:parts?|model|serial|sku|phone|tel|telephone|fax|dial|article|item|catalogue|isbn|teil|ersatzteil|artikel|modell|pièce|référence|pieza|referencia|pezzo|onderdeel|część)\b"
)
# Characters around a date in which it may be called a mistake.
_AROUND = 140
_LONGEST = 20_000
# Days that some or all years lack; a gate for the rest. Numbers are looked at one by one. Its borders are wider than
# those above: to polars a combining mark is part of a word, to `re` it is not.
_WORDS = "|".join(_THIRTY.values())
_GATE = (
    rf"(?i)(?-u:\b)(?:29|[3-9]\d)(?:st|nd|rd|th|\.|er|º|°|ª|e)?(?:\s+(?:of |de |di |d['’])?|[-/.]?)(?:{_NAMES})|(?-u:\b)(?:{_NAMES})\.?\s+(?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)?\s?(?:[-–—]|to|through|until)\s?)?(?:29|[3-9]\d)(?:st|nd|rd|th)?"
    rf"|(?-u:\b)(?:{_WORDS})|(?-u:\b)\d{{4}}[-/.](?:[1-9]\d|0\d)[-/.](?:29|[3-9]\d)|(?-u:\b)\d{{4}}[-/.](?:1[3-9]|[2-9]\d)[-/.]\d\d|(?-u:\b)(?:29|[3-9]\d)(?:[./-]|\. )\d{{1,2}}(?:[./-]|\. )(?:19|20)\d\d|(?-u:\b)\d{{1,2}}(?:[./-]|\. )(?:29|[3-9]\d)(?:[./-]|\. )(?:19|20)\d\d"
    r"|(?-u:\b)(?:1[3-9]|2\d)(?:[./-]|\. )(?:1[3-9]|2\d)(?:[./-]|\. )(?:19|20)\d\d|(?-u:\b)(?:29|30|31)[./-]\d{1,2}(?:[./-]\d\d|\W|$)"
)


_BEGINNINGS = "|".join(sorted({name[:3] for name in _NUMBER_OF}))
# What all of `_GATE` hold, in fewer states: the first letters of a month beside such a day, three numbers.
_DAYS = (
    rf"(?i)(?:29|[3-9]\d)(?:st|nd|rd|th|\.|er|º|°|ª|e)?(?:\s+(?:of |de |di |d['’])?|[-/.]?)(?:{_BEGINNINGS})"
    rf"|(?:{_BEGINNINGS})[^\s0-9]{{0,10}}\s+(?:the )?(?:\d{{1,2}}[^0-9]{{1,9}})?(?:29|[3-9]\d)(?:[^0-9]|$)"
    r"|[-/.](?:29|[3-9]\d)(?:[^0-9]|$)|[-/.](?:1[3-9]|[2-9]\d)[-/.]|\d(?:[./-]|\. )\d{1,2}(?:[./-]|\. )(?:19|20)\d\d|(?:29|30|31)[./-]\d"
    r"|thirt|dreißigst|trent|treint|trint|dertig|trzydziest"
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


def _is_excused(text: str, match: re.Match[str]) -> bool:
    """Whether the words around a date call it a mistake, or say that the number is none."""
    around = text[max(0, match.start() - _AROUND) : match.end() + _AROUND]
    figures = "month" not in match.groupdict()
    return bool(
        re.search(_OTHERWISE, around)
        or re.search(r"(?i)\bcalendars?\b", around)
        or (figures and _A_PART.search(text[max(0, match.start() - 60) : match.start()]))
        or _NO_DATE.search(text[max(0, match.start() - 24) : match.start()])
    )


def _names(text: str) -> list[tuple[re.Match[str], bool]]:
    """The dates with a month's name, and whether each is possible."""
    dates = [
        (match, _possible(_year(match), _NUMBER_OF[match["month"].lower()], int(match["day"])))
        for pattern in (_DAY_FIRST, _MONTH_FIRST, _RANGE, _RANGE_BEHIND, _JOINED)
        for match in pattern.finditer(text)
    ]
    return dates + [
        (match, _possible(_year(match), _NUMBER_OF[(match["month"] or match["first"]).lower()], day))
        for day, pattern in _SPELT
        for match in pattern.finditer(text)
    ]


def _figures(text: str) -> list[tuple[re.Match[str], bool]]:
    """The dates in figures alone, and whether each is possible, in one order of day and month or the other."""
    dates = [
        (match, _possible(_year(match), int(match["month"]), int(match["day"])))
        for match in _ISO.finditer(text)
        # A version or an address where points stand: only a day that some other month has.
        if match["sign"] != "." or (int(match["month"]) <= 12 and int(match["day"]) <= 31)
    ]
    dates += [
        (
            match,
            _possible(_year(match), int(match["b"]), int(match["a"]))
            or _possible(_year(match), int(match["a"]), int(match["b"])),
        )
        for match in _NUMERIC.finditer(text)
        # "45-13-2022" is the number of a part.
        if max(int(match["a"]), int(match["b"])) < 40
    ]
    for match in (*_SHORT.finditer(text), *_NO_YEAR.finditer(text)):
        month = int(match["b"])
        year = 2000 + int(match["year"]) if "year" in match.groupdict() else None
        if 1 <= month <= 12:
            dates.append((match, _possible(year, month, int(match["a"]))))
    return dates


def impossible(prompt: str, answer: str) -> int:
    """How many dates of `answer` no calendar has."""
    text = answer[:_LONGEST]
    if re.search(_OTHERWISE, prompt[:2_000]) or re.search(_ABOUT_ERRORS, prompt[:2_000]):
        return 0
    wrong = {
        match.end("month") if "month" in match.groupdict() else match.end()
        for match, possible in _names(text) + _figures(text)
        if not possible and not _is_excused(text, match)
    }
    return len(wrong)


def impossible_date(field: str) -> pl.Expr:
    """How many dates of the field no calendar has."""
    return judged(field, impossible)
