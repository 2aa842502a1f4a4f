"""Which values of a row are one: the same person, address or date under other spellings.

One rule for persons, to be explained in a sentence: a mention belongs to the fullest name of the row that
holds all its words, an initial standing for any word that it begins, if there is just one such name. So
"Tessa Quill", "Tessa", "Ms Quill" and "T. Quill" are one person; with "Omar Quill" in the same row "Ms Quill"
could be either, and is a third. Titles and the order of the words do not count.

An address is one with another that it begins ("12 Park Lane", "12 Park Lane, Leeds"); marks and common
abbreviations do not count. A date is its day, however written. Everything else is compared by its normalised
form.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from curate.pii.redact import dates
from curate.pii.redact.forms import name_words
from curate.pii.values import normalise

# What numbers, tags and surrogates are made by: the entity, and the form that all spellings of one value
# share.
Identity = tuple[str, str]

_STREETS = {
    "st": "street", "rd": "road", "ave": "avenue", "ln": "lane", "dr": "drive", "cl": "close", "ct": "court",
    "pl": "place", "gdns": "gardens", "sq": "square", "cres": "crescent", "terr": "terrace",
    "blvd": "boulevard", "apt": "apartment",
}  # fmt: skip
# Shorter logins are words by chance.
_LOGIN = 5
_DATES = frozenset({"DATE_OF_BIRTH", "DATE_TIME"})


def identities(values: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Identity]:
    """The identity of each (entity, spelling) of one row.

    The order of `values` does not count.
    """
    distinct = sorted(set(values))
    made: dict[tuple[str, str], Identity] = {}
    people = {value: folded_words(value) for entity, value in distinct if entity == "PERSON"}
    sharing = _by_word(people.values()) if len(people) > 1 else {}
    homes = {value: _address(value) for entity, value in distinct if entity == "STREET_ADDRESS"}
    for entity, value in distinct:
        if entity == "PERSON":
            words = people[value]
            if len(people) == 1:
                core = " ".join(words)
                made[entity, value] = (entity, core or normalise(entity, value))
                continue
            core = " ".join(_fullest(words, sharing) if len(words) > 1 else _one_word(words, sharing))
        elif entity == "STREET_ADDRESS":
            core = " ".join(_longest(homes[value], homes.values()))
        elif entity in _DATES and (read := dates.readings(value)):
            core = read[0].isoformat()
        else:
            core = normalise(entity, value)
        made[entity, value] = (entity, core or normalise(entity, value))
    return made


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower case, without accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


@lru_cache(maxsize=65_536)
def folded_words(value: str) -> tuple[str, ...]:
    """The words of a name, folded: "Quill, Anne-Marie" is anne, marie, quill."""
    return tuple(part for word in name_words(value) for part in fold(word).split("-"))


def _holds(full: tuple[str, ...], mention: tuple[str, ...]) -> bool:
    """Whether each word of `mention` is another word of `full`, or an initial that begins one."""
    left = list(full)
    for word in sorted(mention, key=len, reverse=True):
        hit = next((one for one in left if one == word or (len(word) == 1 and one.startswith(word))), None)
        if hit is None:
            return False
        left.remove(hit)
    return any(len(word) > 1 for word in mention)


def _by_word(names: Iterable[tuple[str, ...]]) -> dict[str, set[tuple[str, ...]]]:
    """Names by each of their words, so that a row of many names does not take the square of them."""
    sharing: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for name in names:
        for word in name:
            sharing[word].add(name)
    return sharing


def _fullest(mention: tuple[str, ...], sharing: Mapping[str, set[tuple[str, ...]]]) -> tuple[str, ...]:
    """The one name that holds `mention` and is itself held by no other; the mention if there are two such."""
    names = sharing.get(max(mention, key=len, default=""), set())
    if names <= {mention}:
        return mention
    holding = {name for name in names if _holds(name, mention)} | {mention}
    tops = {name for name in holding if not any(_more(other, name) for other in holding)}
    people = {tuple(sorted(name)) for name in tops}
    return min(tops) if len(people) == 1 else mention


def _one_word(mention: tuple[str, ...], sharing: Mapping[str, set[tuple[str, ...]]]) -> tuple[str, ...]:
    """As `_fullest`, for a single word: it may be a login made of a name ("tquill"), or a surname with a
    genitive's s ("Müllers Wagen").
    """
    name = _fullest(mention, sharing)
    if name != mention or not mention or len(mention[0]) < _LOGIN:
        return name
    login = mention[0]
    if login.endswith("s") and len(sharing.get(login, ())) < 2:
        stem = (login.removesuffix("s"),)
        name = _fullest(stem, sharing)
        if name != stem and name[-1] == stem[0]:
            return name
    made = {one for names in sharing.values() for one in names if len(one) > 1 and login in logins_of(one)}
    full = {_fullest(one, sharing) for one in made}
    return min(full) if len({tuple(sorted(one)) for one in full}) == 1 else mention


def logins_of(name: Sequence[str]) -> tuple[str, ...]:
    """What people make of a name for a login, run together: `tessaquill`, `quilltessa`, `tquill`, `quillt`,
    `tessaq`.
    """
    first, last = name[0], name[-1]
    return first + last, last + first, first[:1] + last, last + first[:1], first + last[:1]


def _more(other: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether `other` holds `name` and says more."""
    return sorted(other) != sorted(name) and _holds(other, name)


@lru_cache(maxsize=16_384)
def _address(value: str) -> tuple[str, ...]:
    words = re.findall(r"[^\W_]+", fold(value))
    return (*words[:1], *(_STREETS.get(word, word) for word in words[1:]))


def _longest(home: tuple[str, ...], homes: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The one longest address that begins with `home`; `home` if there are several."""
    longer = [one for one in homes if one[: len(home)] == home]
    ends = {one for one in longer if not any(other[: len(one)] == one != other for other in longer)}
    return next(iter(ends)) if len(ends) == 1 else home
