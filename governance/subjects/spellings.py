"""The spellings of a value whose keyed digests are tried: a digest says nothing of the value beside it.

A text can be folded before it is compared; a digest stands for one spelling alone. So each value is written
in every case, order and way of its accents in which `curate.pii.known` takes it for the same, and each of
these is digested: some hundreds for a name, in a millisecond. Of letters without an accent one at a time is
given each of its accents (`Zoe`: `Zo\u00eb`); two accents that were both left out are not guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby, product

from curate.pii.known import LETTERS, fold
from curate.pii.values import normalise

# Letters that are written with and without their accents.
ACCENTS = (
    "a\u00e0\u00e1\u00e2\u00e3\u00e4\u00e5", "c\u00e7\u010d", "e\u00e8\u00e9\u00ea\u00eb\u011b",
    "i\u00ec\u00ed\u00ee\u00ef\u0131", "n\u00f1\u0148", "o\u00f2\u00f3\u00f4\u00f5\u00f6\u00f8",
    "s\u0161\u015f", "u\u00f9\u00fa\u00fb\u00fc\u016f", "y\u00fd\u00ff", "z\u017e\u017a\u017c",
    "l\u0142", "g\u011f", "r\u0159",
)  # fmt: skip
_WITH = {letters[0]: letters[1:] for letters in ACCENTS}
_SPELT_OUT = {"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00e5": "aa", "\u00f8": "oe"}
_BACK = {"ae": "\u00e4", "oe": "\u00f6", "ue": "\u00fc"}
# What people write between the parts of a code.
_BETWEEN = ("", "-", " ", "_", "/", ".")
# A code of more parts is written as it is given, or without anything between.
_MOST_PARTS = 6


def spellings(value: str, form: str) -> list[str]:
    """Every spelling of a value, each once; the value itself first.

    Parameters
    ----------
    form
        What it is: `email`, `phone`, `name` or `code`.
    """
    given = [unicodedata.normalize(norm, value) for norm in ("NFC", "NFKC", "NFD")]
    said = [value, *given, " ".join(value.split())]
    if form == "phone":
        number = normalise("PHONE_NUMBER", value)
        said += [number, re.sub(r"\D", "", value), re.sub(r"^\+44", "0", number), number.removeprefix("+")]
    if form == "email":
        said.append(fold(value))
    elif form == "name" or not any(map(str.isdigit, value)):
        said += [order for one in _accented(" ".join(given[0].split()).lower()) for order in _orders(one)]
    else:
        said += _parted(given[1])
    return list(dict.fromkeys(case for one in said for case in _cases(one)))


def _cases(text: str) -> tuple[str, ...]:
    return text, text.lower(), text.upper(), text.title(), text.casefold()


def _orders(name: str) -> Iterator[str]:
    """A name's words in order, and the last ones first, with a comma and without."""
    words = name.replace(",", " ").split()
    yield name
    yield " ".join(words)
    for at in range(1, len(words)):
        for between in (" ", ", "):
            yield " ".join(words[at:]) + between + " ".join(words[:at])


def _accented(name: str) -> Iterable[str]:
    """A name in lower case with its accents, without, with its umlauts spelt out and taken back, and with one
    accent more.
    """
    plain = fold(name)
    out = "".join(_SPELT_OUT.get(letter, letter) for letter in name)
    back = [plain.replace(two, one) for two, one in _BACK.items()]
    without = "".join(LETTERS.get(letter, letter) for letter in name)
    bare = [plain.replace(two, two[0]) for two in _BACK]
    more = [
        base[:at] + letter + base[at + 1 :]
        for base in dict.fromkeys((name, plain))
        for at, sign in enumerate(base)
        for letter in _WITH.get(sign, "")
    ]
    return dict.fromkeys([name, plain, out, fold(out), without, *back, *bare, *more])


def _parted(code: str) -> Iterator[str]:
    """A code with its parts (as given, or its runs of digits and of letters) parted in each way."""
    words = re.findall(r"[^\W_]+", code)
    runs = ["".join(run) for word in words for _, run in groupby(word, str.isdigit)]
    for parts, between in product((words, runs), _BETWEEN):
        if len(parts) <= _MOST_PARTS or not between:
            yield between.join(parts)
