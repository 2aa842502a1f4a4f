"""What a person is known by, in the forms in which it may stand in a file.

An e-mail address is sought in lower case; a telephone number by its national digits, however they are parted;
a name as its words, in either order, with or without accents, at the borders of words; anything else by its
letters and digits, and by itself. Beside the value its keyed digests are sought: the id of its value, which
findings, edits and verdicts carry, and the digest that stands for a personal id, group or subject.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from curate.errors import AssayError
from curate.ingest.personal import private_id
from curate.keys import Key
from curate.pii.detect.catalogue import ENTITIES
from curate.pii.known import Known, known_as, letters_of
from curate.pii.values import normalise, value_id
from curate.text import mask

Form = Literal["email", "phone", "name", "code"]

# A shorter value would be found in half of all rows.
SHORTEST = 4
_PHONE = re.compile(r"\+?[\d\s().\-/]{7,25}")
_NAME = re.compile(r"[^\W\d_]+(?:[\s.'’\-]+[^\W\d_]+)+")


@dataclass(frozen=True)
class Wanted:
    """One thing that a person is known by.

    Parameters
    ----------
    shown
        The value, masked.
    form
        How it is sought.
    exact
        Cells that are it by themselves: the value as given, and its private id.
    digests
        Keyed ids of the value, for every entity that it could be.
    pattern
        Regular expression, for the view of a text that `view` says.
    known
        What an index is asked for.
    """

    shown: str
    form: Form
    exact: frozenset[str]
    digests: frozenset[str]
    pattern: str
    known: tuple[Known, ...] = ()

    @property
    def view(self) -> Literal["text", "letters"]:
        """Which view of a text the pattern is for: the text, or its letters and digits alone."""
        return "text" if self.form in ("email", "name") else "letters"


def wanted(values: Iterable[str], key: Key | None) -> list[Wanted]:
    """What is sought for each value.

    Raises
    ------
    AssayError
        If there is none, or one is too short to single anybody out.
    """
    given = [value.strip() for value in values if value.strip()]
    if not given:
        raise AssayError("nobody is named", fix="assay subject find jo@example.org 'Jo Miller' C-1042")
    return [_one(value, key) for value in dict.fromkeys(given)]


def _one(value: str, key: Key | None) -> Wanted:
    if len(_letters(value)) < SHORTEST:
        raise AssayError(
            f"{mask(value)} is too short to single anybody out: it would be found everywhere",
            fix="give an e-mail address, a telephone number, a full name or a longer id",
        )
    text = _plain(value)
    if "@" in text:
        form, pattern = "email", rf"\b{re.escape(text)}\b"
    elif _PHONE.fullmatch(text):
        number = normalise("PHONE_NUMBER", value)
        national = re.sub(r"\D", "", number.split("x")[0])
        form, pattern = "phone", national[-9:] if number.startswith("+") else re.sub(r"\D", "", text)
    elif _NAME.fullmatch(text):
        form, pattern = "name", _name_pattern(text)
    else:
        form, pattern = "code", re.escape(_letters(value))
    exact = {value}
    digests: set[str] = set()
    if key is not None:
        exact.add(private_id([value], key)[0])
        digests = {value_id(key, entity, normalise(entity, value)) for entity in _entities(form)}
    ids = [Known("code", (letters_of(one),)) for one in sorted((exact | digests) - {value})]
    known = (*known_as(value), *ids)
    return Wanted(mask(value), form, frozenset(exact), frozenset(digests), pattern, known)  # type: ignore[arg-type]


def _entities(form: str) -> Sequence[str]:
    """Entities that a value of this form could have been found as."""
    if form == "email":
        return ("EMAIL_ADDRESS",)
    if form == "phone":
        return ("PHONE_NUMBER",)
    if form == "name":
        return ("PERSON",)
    return tuple(name for name in ENTITIES if name not in ("EMAIL_ADDRESS", "PERSON"))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _letters(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text).lower() if one.isalnum())


def _name_pattern(text: str) -> str:
    """A name's words in order or the last ones first, with a middle word or initial between at most."""
    words = [_spelt(word) for word in re.findall(r"[^\W\d_]+", text)]
    between = r"[\s.,'’\-]+(?:[^\W\d_]+[\s.,'’\-]+)?"
    ways = [between.join(words)]
    for first in range(1, len(words)):
        ways.append(between.join(words[first:]) + r"[\s,]+" + between.join(words[:first]))
    return rf"\b(?:{'|'.join(ways)})\b"


# Letters as they are written with and without their accents.
_ACCENTS = (
    "aàáâãäå",
    "cçč",
    "eèéêëě",
    "iìíîïı",
    "nñň",
    "oòóôõöø",
    "sšş",
    "uùúûüů",
    "yýÿ",
    "zžźż",
    "lł",
    "gğ",
    "rř",
)
_LIKE = {letter: f"[{letters}]" for letters in _ACCENTS for letter in letters}
# A vowel that `e` may stand behind for its umlaut: the umlaut itself, and in longer words the two letters.
_UMLAUT = re.compile(r"([äöüø])|(?<!q)([aou])e")
_LONG = 5


def _spelt(word: str) -> str:
    """Regular expression for a word of a name in every spelling of its accents: `Müller`, `Mueller`."""
    said, at = [], 0
    for match in _UMLAUT.finditer(word):
        if match[1] or len(word) >= _LONG:
            said += [_LIKE.get(letter, re.escape(letter)) for letter in word[at : match.start()]]
            said.append(_LIKE[match[1] or match[2]] + "e?")
            at = match.end()
    said += [_LIKE.get(letter, re.escape(letter)) for letter in word[at:]]
    return "".join(said).replace("ß", "(?:ss|ß)")


def may_hold(texts: pl.Expr, sought: Sequence[Wanted]) -> pl.Expr:
    """Whether a text cell is worth asking `hits`, bool: true of all that it finds and of little else, at a
    twentieth of the cost, since only texts beyond ASCII are written in several ways.
    """
    loose: list[str] = []
    for one in sought:
        if one.form == "name":  # the longest word of each spelling
            loose += {max(known.parts, key=len) for known in one.known if known.form == "name"}
        elif one.view == "text":
            loose.append(one.pattern)
        else:
            loose.append("[^0-9A-Za-z]*".join(one.pattern))
    ids = [value for one in sought for value in one.exact | one.digests]
    strange = texts.str.len_bytes() != texts.str.len_chars()
    return (texts.is_in(ids) | strange | texts.str.contains(f"(?i){'|'.join(loose)}")).fill_null(False)


def hits(texts: pl.Expr, sought: Sequence[Wanted]) -> pl.Expr:
    """Whether a text cell holds any of what is sought, bool; null texts hold nothing."""
    lower = texts.str.normalize("NFKC").str.to_lowercase()
    views = {
        "text": lower.str.replace_all(r"\s+", " "),
        "letters": lower.str.replace_all(r"[^\p{L}\p{N}]+", ""),
    }
    asked = [texts.is_in([value for one in sought for value in one.exact | one.digests])]
    for name, view in views.items():
        if patterns := [one.pattern for one in sought if one.view == name]:
            asked.append(view.str.contains("|".join(f"(?:{pattern})" for pattern in patterns)))
    return pl.any_horizontal(*asked).fill_null(False)


def line_hits(lines: pl.Expr, sought: Sequence[Wanted]) -> pl.Expr:
    """The same of lines of a file, in which an id may stand anywhere."""
    ids = [value for one in sought for value in one.exact | one.digests]
    return hits(lines, sought) | lines.str.contains_any(ids).fill_null(False)
