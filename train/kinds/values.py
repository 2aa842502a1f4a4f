"""When are two extracted values the same, and does a value stand in the text it was read from?

Compared are values, not spellings: numbers by amount (`1,250.00` and `1250`), dates by day where one is
written as ISO 8601, texts by their words, whatever the white space around them. A list is a set of values.
Case counts: a form keeps the spelling of a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

# A leaf of a JSON document: where it stands (list positions left out), and its value in a comparable form.
Leaf = tuple[str, str]

_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def leaves(document: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Path and value of every value of a document that says something; null and empty say nothing."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield from leaves(value, f"{path}.{name}" if path else str(name))
    elif isinstance(document, list):
        for value in document:
            yield from leaves(value, f"{path}[]")
    elif document not in _EMPTY:
        yield path, document


def comparable(value: Any) -> str:
    """The form in which two values are compared."""
    if isinstance(value, bool):
        return f"bool {value}"
    if isinstance(value, int | float):
        return f"number {_amount(str(value))}"
    text = " ".join(unicodedata.normalize("NFC", str(value)).split())
    if _ISO.fullmatch(text):
        try:
            return f"date {date.fromisoformat(text).isoformat()}"
        except ValueError:
            return f"text {text}"
    if _NUMBER.fullmatch(text) and not _is_code(text):
        return f"number {_amount(text)}"
    return f"text {text}"


def _is_code(text: str) -> bool:
    """Digits that are not an amount: a leading zero, or more than a sum of money has."""
    digits = text.lstrip("+-")
    return (digits.startswith("0") and digits[1:2].isdigit()) or len(digits) > 15


def _amount(text: str) -> str:
    try:
        return format(Decimal(text.replace(",", "")).normalize(), "f")
    except InvalidOperation:  # infinities and the like, which JSON does not have
        return text


def counted(document: Any) -> Counter[Leaf]:
    """Every leaf of a document, equal ones once: a list is a set."""
    return Counter({(path, comparable(value)): 1 for path, value in leaves(document)})


def stands_in(value: Any, text: str) -> bool:
    """Whether a value can be read off `text`: its words stand there in a row, or its number or the parts of
    its date do.

    A truth value is not asked for: `yes`/`no` answers a question that no text spells out.
    """
    if isinstance(value, bool):
        return True
    said, plain = " ".join(str(value).split()), _plain(text)
    words = _plain(said)
    if not words or f" {words} " in f" {plain} ":
        return True
    numbers = {_amount(number) for number in _NUMBER.findall(text)}
    if _ISO.fullmatch(said):
        year, month, day = said.split("-")
        named = month in numbers or str(int(month)) in numbers or _names_month(int(month), plain)
        return named and any(part in numbers for part in (day, str(int(day)))) and _has_year(year, numbers)
    if _NUMBER.fullmatch(said):
        return _amount(said) in numbers
    # A code may be spaced otherwise: SW1A 1AA, SW1A1AA.
    return any(map(str.isdigit, words)) and words.replace(" ", "") in plain.replace(" ", "")


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _names_month(number: int, words: str) -> bool:
    return 1 <= number <= 12 and re.search(rf"\b{_MONTHS[number - 1]}", words) is not None


def _has_year(year: str, numbers: set[str]) -> bool:
    """Written in full, in two digits, or left out: "the 3rd of May" is of the year of its letter."""
    return year in numbers or year[2:].lstrip("0") in numbers or not any(len(one) == 4 for one in numbers)


def _plain(text: str) -> str:
    """Words and numbers alone, in lower case, one space between."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", folded))
