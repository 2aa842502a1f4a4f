"""The forms in which a lost value stands again: whole, in part, or run together, and where each is taken.

A repeat is taken at token borders only ("cooperate" keeps its Cooper, a longer number its digits), in a case
that the value can have there. A word that is a name as well ("Will", "mark") is a name only where it is
capitalised within a sentence. Of a person first names and surnames are sought alone, and login forms
(`tquill`, `tessa.quill`); of an e-mail address its user part; of an IBAN its national account number; of a
date of birth every way of writing it. Numbers of under six digits, the commonest words and what was found
weakly are not sought at all.

Cost: a test for containment a value and text; where it holds a search without a regex (`runs.py`), for the
rarer forms a regex that is compiled then.
"""

# ruff: noqa: SIM905 (a row of words reads better than a list of literals)

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import NamedTuple

from curate.pii.detect.names.acting import plain_words
from curate.pii.redact import dates
from curate.pii.redact.runs import (
    ANY_SPACE,
    IN_ADDRESSES,
    IN_CODES,
    IN_NAMES,
    Finder,
    Searched,
    anywhere,
    at_addresses,
    at_tokens,
    at_words,
    compiled,
    joined,
    run,
)
from curate.pii.values import EXACT, is_code, normalise

# Words of the language that are names as well, and the commonest words.
PLAIN_WORDS = plain_words()
TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend madam capt captain sgt judge "
    "master mister herr frau señor señora monsieur madame".split()
)
# Of a surname, and no name alone.
_PARTICLES = frozenset(
    "de da di du do dos das del della der den van von la le el al bin ibn bint y e".split()
)
# A letter may have its mark written apart.
_LETTERS = r"[^\W\d_][^\W\d_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W\d_]*)*"
_WORD = re.compile(rf"{_LETTERS}(?:['’\-]{_LETTERS})*")
_SEPARATOR = r"[\s\-.()/]{0,3}"
_ADDRESS_GAP = re.compile(r"[\s,.]+")
# Below it a number is somebody else's as well ("2024").
_CODE_DIGITS = 6
_CODE_CHARACTERS = 4
# Shorter logins are words by chance.
_LOGIN_LETTERS = 5
_DATES = frozenset({"DATE_OF_BIRTH", "DATE_TIME"})
_CASED = frozenset({"LOCATION", "ORGANIZATION", "NRP"})
NAMED = frozenset({"PERSON", *_CASED})
# Behind these no s is added ("Marx' Werke").
_NO_GENITIVE = frozenset("sßxz")
# Addresses of a desk rather than a person: their user part is a word of the text.
_DESKS = frozenset(
    "info sales support admin hello contact noreply help office team mail email post service services hr it "
    "billing accounts orders returns press jobs careers enquiries webmaster postmaster abuse security".split()
)


class Form(NamedTuple):
    """One way of writing a value: what a folded text must hold (the first or the last of these), how its
    places are found, and whether a place [start, end) of a text is meant (None: always).
    """

    hints: tuple[str, ...]
    find: Finder
    accepts: Callable[[str, int, int], bool] | None = None


def name_words(value: str) -> list[str]:
    """The words of a person's name as they are written, titles left out, first names first: "Quill, Tessa" is
    Tessa, Quill.
    """
    last, comma, first = value.partition(",")
    words = _WORD.findall(f"{first} {last}" if comma else value)
    return [word for word in words if word.lower() not in TITLES] or words


def holds_name(entity: str, piece: str) -> bool:
    """Whether a piece of a value says something of it: a title alone does not, nor do marks."""
    if entity == "PERSON" and (words := _WORD.findall(piece)):
        return any(word.lower() not in TITLES for word in words)
    return any(map(str.isalnum, piece))


def sought(entity: str, value: str) -> bool:
    """Whether repeats of the value are looked for: not of what is a common word, nor of a short number."""
    if entity == "PERSON":
        words = name_words(value)
        lone = len(words) == 1 and words[0]
        return bool(words) and not (lone and (len(lone) < 2 or (lone.islower() and lone in PLAIN_WORDS)))
    if is_code(entity) or entity == "PASSWORD":
        kept = [mark for mark in value if mark.isalnum()]
        digits = sum(mark.isdigit() for mark in kept)
        return len(kept) >= (_CODE_DIGITS if digits == len(kept) else _CODE_CHARACTERS)
    return len(value.strip()) > 1


@lru_cache(maxsize=65_536)
def forms(entity: str, value: str) -> tuple[Form, ...]:
    """Every form of `value` that is looked for in running text."""
    if not sought(entity, value):
        return ()
    if entity == "PERSON":
        return tuple(_person(value))
    made = [Form((_hint(entity, value),), _find_whole(entity, value))]
    if entity in _DATES and (read := dates.readings(value)):
        # Every way of writing a date ends in the last two digits of its year or holds them.
        made = [Form((f"{read[0].year % 100:02d}",), partial(_dated, value)), *made]
    if entity == "EMAIL_ADDRESS" and (user := user_part(value)):
        made.append(Form((user.casefold(),), _literal(user)))
    if entity == "IBAN_CODE":
        made += [Form(("",), _find_whole("", part)) for part in iban_parts(value)]
    return tuple(made)


def _dated(value: str, searched: Searched) -> Iterator[tuple[int, int]]:
    return dates.places(searched.text, value)


def _literal(word: str) -> Finder:
    """A word by itself, in any case."""
    return run((word,), gap=ANY_SPACE, free=at_tokens, regex=lambda: _tokens(re.escape(word)))


def _find_whole(entity: str, value: str) -> Finder:
    """A finder of the places that the regex `whole` matches."""
    characters = tuple(mark for mark in value if mark.isalnum())
    regex = partial(whole, entity, value)
    if entity == "PHONE_NUMBER" and (digits := _uk_digits(value)):
        return compiled(regex, lambda searched: searched.lowered is None or digits in searched.compact)
    if entity in EXACT:
        free = at_tokens if characters else anywhere
        return run((value,), gap=ANY_SPACE, free=free, regex=regex, cased=True)
    if is_code(entity) and characters:
        return run(characters, gap=IN_CODES, free=at_tokens, regex=regex)
    if entity == "STREET_ADDRESS" and characters:
        parts = tuple(part for part in _ADDRESS_GAP.split(value) if part)
        return run(parts, gap=IN_ADDRESSES, free=at_tokens, regex=regex)
    free = at_addresses if entity == "EMAIL_ADDRESS" else at_words
    return run(tuple(value.split()), gap=ANY_SPACE, free=free, regex=regex, cased=_is_cased(entity, value))


def _is_cased(entity: str, value: str) -> bool:
    """Whether the whole value is sought in its own case alone."""
    return entity in _CASED and not value.islower()


def _uk_digits(value: str) -> str:
    """The digits of a telephone number of the UK behind its country code; none of another."""
    form = normalise("PHONE_NUMBER", value)
    return form[3:] if re.fullmatch(r"\+44\d{9,10}", form) else ""


def _hint(entity: str, value: str) -> str:
    """What a folded text must hold for the whole value to stand in it."""
    if entity in EXACT:
        return value.casefold()
    if is_code(entity) or entity in _DATES or not value.split():
        return ""
    # Greek sigma and the sharp s fold to more than one form, so a part that is not ASCII promises nothing.
    longest = max(_ADDRESS_GAP.split(value), key=len).casefold()
    return longest if longest.isascii() else ""


def _tokens(body: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){body}(?![^\W_])", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def whole(entity: str, value: str) -> re.Pattern[str]:
    """A regex for every spelling of the whole `value` that normalises alike, at token borders: case,
    separators, a UK number's 0 or +44.
    """
    characters = [mark for mark in value if mark.isalnum()]
    if entity == "PHONE_NUMBER" and (digits := _uk_digits(value)):
        body = _SEPARATOR.join(digits)
        lead = rf"(?:(?:\+\s?|00)?44{_SEPARATOR}(?:\(?0\)?)?{_SEPARATOR}|0|\(0(?=\d{{2,5}}\)))?"
        return re.compile(rf"(?<![^\W_]){lead}{body}(?![^\W_])")
    if entity in EXACT:
        return re.compile(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])" if characters else re.escape(value))
    if is_code(entity) and characters:
        return _tokens(_SEPARATOR.join(map(re.escape, characters)))
    if entity == "STREET_ADDRESS" and characters:
        body = r"[\s,.]+".join(re.escape(part) for part in _ADDRESS_GAP.split(value) if part)
        return _tokens(body)
    body = r"\s+".join(map(re.escape, value.split()))
    if entity == "EMAIL_ADDRESS":
        return re.compile(rf"(?<![\w.%+-]){body}(?![\w-]|\.\w)", re.IGNORECASE)
    flags = 0 if _is_cased(entity, value) else re.IGNORECASE
    return re.compile(rf"(?<!\w){body}(?!\w)", flags)


def user_part(value: str) -> str:
    """The user part of an e-mail address if it says who it is: no desk, no word of the language."""
    user = value.partition("@")[0].strip()
    folded = user.casefold()
    if len(user) < _LOGIN_LETTERS - 1 or folded in _DESKS or folded in PLAIN_WORDS:
        return ""
    return user


def iban_parts(value: str) -> list[str]:
    """The national number within an IBAN, and the account behind its bank code (eight digits and more)."""
    national = "".join(mark for mark in value if mark.isalnum())[4:]
    found = re.search(r"\d{8,}$", national)
    digits = found.group() if found else ""
    accounts = [digits[-length:] for length in (10, 8) if len(digits) > length]
    return [part for part in dict.fromkeys([national, digits, *accounts]) if len(part) >= 8]


# Where a capital says nothing: the beginning of a text, a sentence, a line or a quotation.
_STARTS = re.compile(r"(?:^|[.!?:…\n\r\t\"“”‘>*•])[\s\"'“”‘’(\[*_-]*$")
_LOOK_BACK = 12
_TITLE = re.compile(rf"\b(?:{'|'.join(sorted(TITLES))})\.?\s+$", re.IGNORECASE)


def starts_sentence(text: str, at: int) -> bool:
    """Whether what stands at `at` begins a sentence, so that its capital is not a sign of a name."""
    return bool(_STARTS.search(text[max(0, at - _LOOK_BACK) : at])) or at == 0


def _person(value: str) -> Iterator[Form]:
    words = name_words(value)
    names = [word for word in words if len(word) > 1 and word.lower() not in _PARTICLES] or words
    lower = value.islower()
    if len(words) > 1:
        orders = (tuple(words), (*words[-1:], *words[:-1]))
        yield Form((_folded(max(words, key=len)),), _in_orders(orders))
    elif (given := _WORD.findall(value)) != words:  # "Mr Smith": with the title it is a name everywhere
        yield Form((_folded(words[0]),), _in_orders((tuple(given),)))
    for name in dict.fromkeys(names):
        yield Form((_folded(name),), _literal(name), _meant(name, lower))
    if len(names) > 1:
        first, last = names[0], names[-1]
        if last[-1].lower() not in _NO_GENITIVE and last.lower() not in PLAIN_WORDS and last[0].isupper():
            yield Form((_folded(f"{last}s"),), partial(_genitives, f"{last}s"))
        made = joined(_unmarked(first), _unmarked(last), regex=partial(logins, first, last))
        yield Form((_bare(first), _bare(last)), made, _is_login)


def _genitives(word: str, searched: Searched) -> Iterator[tuple[int, int]]:
    """A surname before its s, in its own case: Müller of "Müllers Wagen"; the s stays."""
    for start, end in _literal(word)(searched):
        if searched.text[start:end] == word:
            yield start, end - 1


def _in_orders(orders: tuple[tuple[str, ...], ...]) -> Finder:
    """The words of a name in one of `orders`."""

    def regex() -> re.Pattern[str]:
        body = "|".join(r"[\s.,]{1,3}".join(map(re.escape, order)) for order in orders)
        return _tokens(f"(?:{body})")

    return run(*orders, gap=IN_NAMES, free=at_tokens, regex=regex)


def _bare(word: str) -> str:
    """A name as logins have it: without its marks."""
    return _folded(_unmarked(word))


def _unmarked(word: str) -> str:
    return re.sub(r"['’\-]", "", word)


def _folded(word: str) -> str:
    return word.casefold() if word.isascii() else ""


def _meant(name: str, lower: bool) -> Callable[[str, int, int], bool]:
    """Whether a match of a single name can be the name: by its case, and its place in the sentence."""
    plain = name.lower() in PLAIN_WORDS

    def accepts(text: str, start: int, end: int) -> bool:
        seen = text[start:end]
        if text[max(0, start - 1) : start] == "<":
            return False  # a tag's name
        if not plain:
            return seen != seen.lower() or lower or len(seen) > 2 or not seen.isascii()
        if seen == seen.lower():
            return False
        if seen.isupper() and not name.isupper():
            return False
        if text[end : end + 2] in ("'s", "’s"):
            return True  # somebody's
        before = text[max(0, start - _LOOK_BACK) : start]
        return bool(_TITLE.search(before)) or not starts_sentence(text, start)

    return accepts


def logins(first: str, last: str) -> re.Pattern[str]:
    """A regex for what logins and slugs make of a name: `tessa.quill`, `tquill`, `quill-t`, `tessaq`."""
    a, b = (re.escape(_unmarked(word)) for word in (first, last))
    i, j = re.escape(first[0]), re.escape(last[0])
    body = "|".join(
        (rf"{a}[._-]?{b}", rf"{b}[._-]?{a}", rf"{i}[._-]?{b}", rf"{b}[._-]?{i}", rf"{a}[._-]?{j}")
    )
    return _tokens(rf"(?:{body})(?:[._-]?\d{{1,4}})?")


def _is_login(text: str, start: int, end: int) -> bool:
    """A login, and not a word that the letters make by chance ("Tess Able", "table")."""
    seen = text[start:end]
    letters = "".join(filter(str.isalpha, seen))
    if len(letters) < _LOGIN_LETTERS:
        return False
    return len(letters) < len(seen) or letters.lower() not in common_words()


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Words that the name tagger knows whole, and `PLAIN_WORDS`; loads the tagger (a tenth of a second)."""
    from curate.pii.detect.names.recognizer import bundled

    return PLAIN_WORDS | frozenset(bundled().tagger.lexicon.pieces)


def places(searched: Searched, entity: str, value: str) -> list[tuple[int, int]]:
    """Where `value` stands in a text, whole or in part."""
    text, folded = searched.text, searched.folded
    found = []
    for hints, find, accepts in forms(entity, value):
        if hints[0] in folded or hints[-1] in folded:  # one hint or two; a loop over them costs twice as much
            for place in find(searched):
                if accepts is None or accepts(text, *place):
                    found.append(place)
    return found
