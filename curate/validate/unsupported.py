"""Rule `unsupported`: a summary states a number, a name or a placeholder that its text does not hold.

A number counts as held if it stands in the text, if it is one of the text's rounded to fewer places
(`£148.50` and `£149`), if it is a date in another form (`03/02/2026` and `3.2.26`), a part of one (`3 Feb`)
or of a time (`18:00` and `6 pm`), or if the text spells it out (`twelve`). A name is a capital in the middle
of a sentence; months and weekdays are not names.

What it does not see: a number that stands in the text and belongs to something else, a name that opens a
sentence. So it is a sign and not a proof. Cost: Python regexes, some 7,000 short rows a second on a busy
core; the stage runs it on summaries alone.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from itertools import pairwise

import polars as pl

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_PLACEHOLDER = re.compile(r"<[A-Z_]+(?:_\d+)?>")
# A word with a capital behind a lower-case word or a comma: mid-sentence, so likely a name.
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’-]+")
_DATE = re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})")
# "6.05 pm" is a time, "6.05" may be a sum.
_TIME = re.compile(r"(\d{1,2})\.(\d\d)(?=\s?[ap]\.?m\b)")
# A number that counts the sections.
_ORDINAL = re.compile(r"(?m)^[ \t#*]{0,9}\d{1,2}[.)][ \t]")
# Languages that write common nouns with a capital.
_CAPITALS = ("de",)
_CALENDAR = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|mon|tues?|wed|thurs?|fri|sat|sun"
    r"|january|february|march|april|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)$",
    re.IGNORECASE,
)
_CARDINALS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_DECADES = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 20 + 10 * at for at, word in enumerate(_DECADES.split(" "))}
_ONES = {word: number for words in (_CARDINALS, _ORDINALS) for number, word in enumerate(words.split(" "))}
_SPELT = (
    _ONES
    | _TENS
    | {"half": 30, "quarter": 15, "once": 1, "twice": 2, "thrice": 3, "dozen": 12, "fortnight": 14}
)
# "8k", "£1.2m".
_THOUSANDS = re.compile(r"(\d+(?:\.\d+)?)\s?([km])\b", re.IGNORECASE)


def unsupported(text: str, answer: str, language: str | None = None) -> list[str]:
    """Numbers, names and placeholders of `answer` that `text` does not hold.

    Parameters
    ----------
    language
        BCP 47 tag of the answer; where common nouns have capitals no names are looked for.
    """
    body = _TIME.sub(r"\1:\2", _ORDINAL.sub(" ", answer))
    strange = [found for found in _PLACEHOLDER.findall(body) if found not in text]
    body, bare = _PLACEHOLDER.sub(" ", body), _TIME.sub(r"\1:\2", _PLACEHOLDER.sub(" ", text))
    numbers = _NUMBER.findall(body)
    if numbers:
        known = _known(bare)
        strange += [found for found in numbers if not _holds(known, found)]
    if (language or "")[:2].lower() not in _CAPITALS:
        words = {word.casefold() for word in _WORD.findall(bare)}
        strange += [
            found
            for found in _NAME.findall(body)
            if not _CALENDAR.match(found)
            and any(part.casefold() not in words for part in _WORD.findall(found) if part != "s")
        ]
    return strange


def places(field: str) -> pl.Expr:
    """How many unsupported statements each row's `field` makes about its `input`."""

    def count(row: dict[str, str | None]) -> int:
        text, answer = row["input"], row[field]
        return len(unsupported(text, answer, row["language"])) if text and answer else 0

    return pl.struct("input", field, "language").map_elements(count, return_dtype=pl.UInt32)


def _amount(number: str) -> Decimal:
    """Value of a number, thousands separators left out."""
    return Decimal(re.sub(r",(?=\d{3}(?:\D|$))", "", number).replace(",", "."))


def _is_plain(number: str) -> bool:
    return re.fullmatch(r"\d{1,15}(?:,\d{3})*(?:[.,]\d{1,9})?", number) is not None


def _known(text: str) -> set[str]:
    """Every way in which a number of `text` may be said again."""
    known: set[str] = set()
    for found in _NUMBER.findall(text):
        known.add(found)
        if _is_plain(found):
            value = _amount(found)
            known.add(format(value.normalize(), "f"))
            for digits in range(max(0, -int(value.as_tuple().exponent))):
                step = Decimal(1).scaleb(-digits)
                known |= {
                    format(value.quantize(step, rounding).normalize(), "f")
                    for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN)
                }
        known |= set(_parts(found)) | _as_date(found)
    for value, scale in _THOUSANDS.findall(text):
        known.add(format((Decimal(value) * (1000 if scale in "kK" else 1_000_000)).normalize(), "f"))
    words = [word.lower() for word in _WORD.findall(text)]
    known |= {str(_SPELT[word]) for word in words if word in _SPELT}
    known |= {
        str(_TENS[ten] + _SPELT[one])
        for ten, one in pairwise(words)
        if ten in _TENS and _ONES.get(one, 99) < 10
    }
    return known


def _parts(number: str) -> list[str]:
    """Parts of a date or time: of `03/02/2026` the 3 and the 2, of `18:05` also the 6."""
    if number.count(".") < 2 and not re.search(r"[:/-]", number):
        return []
    parts = [str(int(part)) for part in re.findall(r"\d+", number)]
    hour = re.match(r"(\d{1,2}):", number)
    return parts + ([str(int(hour[1]) - 12)] if hour and 13 <= int(hour[1]) <= 23 else [])


def _as_date(number: str) -> set[str]:
    """A date of three numbers by its day and month in either order and its short year, so that `4.2.2026`,
    `04/02/26` and `2026-02-04` are one; empty for another number.
    """
    if not _DATE.fullmatch(number):
        return set()
    parts = re.findall(r"\d+", number)
    year = parts.pop(0 if len(parts[0]) == 4 else 2)
    first, second = sorted(map(int, parts))
    return {f"date {first} {second} {int(year) % 100}"}


def _holds(known: set[str], number: str) -> bool:
    if number in known or number.replace(":", ".") in known:  # "8.30" may be a time as well
        return True
    if _is_plain(number):
        return format(_amount(number).normalize(), "f") in known
    if _as_date(number) & known:
        return True
    parts = _parts(number)
    return bool(parts) and all(part in known for part in parts[: len(re.findall(r"\d+", number))])
