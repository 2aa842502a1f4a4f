"""What a person is known by, in the forms in which it may stand in a file.

An e-mail address is sought in lower case; a telephone number by its national digits, however they are
parted; a name as its words, in either order, with or without accents, at the borders of words; anything else
is a code and sought as `curate.pii.known` has it: by its letters and digits, parted or not, never inside a
longer run of them. Beside the value its keyed digests are sought, in each of its spellings (`spellings.py`):
the id of its value, which findings, edits and verdicts carry, and the digest that stands for a personal id,
group or subject.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import polars as pl

from curate.errors import AssayError
from curate.ids import private_id
from curate.keys import Key
from curate.pii.detect.catalogue import ENTITIES
from curate.pii.known import LETTERS, Known, fold, known_as, letters_of, pattern_of
from curate.pii.values import normalise, value_id
from curate.text import mask
from governance.subjects.spellings import ACCENTS, spellings

Form = Literal["email", "phone", "name", "code"]
View = Literal["text", "letters", "words"]

_VIEWS: dict[Form, View] = {"email": "text", "name": "text", "phone": "letters", "code": "words"}
_DIGEST = re.compile(r"(?:p1-)?[0-9a-f]{24}")

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
    own
        Cells of an id, subject or group that are it: each spelling, and the keyed digests of each.
    digests
        Keyed ids of the value, in each spelling, for every entity that it could be.
    pattern
        Regular expression, for the view of a text that `view` says.
    known
        What an index is asked for.
    """

    shown: str
    form: Form
    exact: frozenset[str]
    own: frozenset[str]
    digests: frozenset[str]
    pattern: str
    known: tuple[Known, ...] = ()

    @property
    def view(self) -> View:
        """Which view of a text the pattern is for: the text, its letters and digits alone, or its words."""
        return _VIEWS[self.form]

    @property
    def keyed(self) -> frozenset[str]:
        """Digests that stand for the value, of which none can be told from another value's by chance."""
        return (self.own & self._long) | self.digests

    @property
    def _long(self) -> frozenset[str]:
        return frozenset(one for one in self.own if _DIGEST.fullmatch(one))


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
    form: Form
    if "@" in text:
        form, pattern = "email", rf"\b{re.escape(text)}\b"
    elif _PHONE.fullmatch(text) and not is_date(text):
        number = normalise("PHONE_NUMBER", value)
        national = re.sub(r"\D", "", number.split("x")[0])
        form, pattern = "phone", national[-9:] if number.startswith("+") else re.sub(r"\D", "", text)
    elif _NAME.fullmatch(text):
        form, pattern = "name", _name_pattern(text)
    else:
        form, pattern = "code", pattern_of(Known("code", (letters_of(fold(value)),)))
    exact, own, digests = {value}, set(spellings(value, form)), set[str]()
    known = [one for one in known_as(value) if form != "code" or one.form == "code"]
    if key is not None:
        exact.add(private_id([value], key)[0])
        digests = {
            value_id(key, entity, normalised)
            for entity in _entities(form, value)
            for normalised in {normalise(entity, one) for one in own}
        }
        said = sorted(own)
        own |= {*private_id(said, key), *key.digests("subject", said), *key.digests("group", said)}
        known.append(Known("code", (letters_of(private_id([value], key)[0]),)))
    return Wanted(
        mask(value), form, frozenset(exact), frozenset(own), frozenset(digests), pattern, tuple(known)
    )


# Years first, or days and months first, with one sign between them.
_DATE = re.compile(r"(\d{4}([-/. ])\d{1,2}\2\d{1,2}|\d{1,2}([-/. ])\d{1,2}\3\d{4})(?:[t ][\d:.]+z?)?")
_ORDERS = ("%Y %m %d", "%d %m %Y", "%m %d %Y")


def is_date(text: str) -> bool:
    """Whether a text is a day, and so nobody's telephone number: `2027-12-01`, `1.12.2027`."""
    match = _DATE.fullmatch(text.strip().lower())
    if match is None:
        return False
    day = re.sub(r"\D", " ", match[1])
    for order in _ORDERS:
        try:
            return 1900 <= datetime.strptime(day, order).year < 2100
        except ValueError:
            continue
    return False


def _entities(form: Form, value: str) -> Sequence[str]:
    """Entities that a value of this form could have been found as."""
    if form == "email":
        return ("EMAIL_ADDRESS",)
    if form == "phone":
        return ("PHONE_NUMBER",)
    if form == "name":
        return ("PERSON",)
    one_word = not any(map(str.isdigit, value))  # a first name alone
    return tuple(name for name in ENTITIES if name != "EMAIL_ADDRESS" and (name != "PERSON" or one_word))


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


_LIKE = {letter: f"[{letters}]" for letters in ACCENTS for letter in letters}
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
        elif one.form == "code":
            loose += ["[^0-9A-Za-z]*".join(known.parts[0]) for known in one.known[:1]]
        elif one.view == "text":
            loose.append(one.pattern)
        else:
            loose.append("[^0-9A-Za-z]*".join(one.pattern))
    ids = sorted({value for one in sought for value in one.exact | one.keyed})
    strange = texts.str.len_bytes() != texts.str.len_chars()
    return (texts.is_in(ids) | strange | texts.str.contains(f"(?i){'|'.join(loose)}")).fill_null(False)


def hits(texts: pl.Expr, sought: Sequence[Wanted]) -> pl.Expr:
    """Whether a text cell holds any of what is sought, bool; null texts hold nothing."""
    lower = texts.str.normalize("NFKC").str.to_lowercase()
    plain = texts.str.normalize("NFKD").str.to_lowercase().str.replace_all(r"\p{M}+", "")
    views = {
        "text": lower.str.replace_all(r"\s+", " "),
        "letters": lower.str.replace_all(r"[^\p{L}\p{N}]+", ""),
        "words": pl.concat_str(
            pl.lit(" "),
            plain.str.replace_many(list(LETTERS), list(LETTERS.values())).str.replace_all(
                r"[^\p{L}\p{N}]+", " "
            ),
            pl.lit(" "),
        ).str.replace_all(r" +", " "),
    }
    asked = [texts.is_in(sorted({value for one in sought for value in one.exact | one.keyed}))]
    for name, view in views.items():
        if patterns := [one.pattern for one in sought if one.view == name]:
            asked.append(view.str.contains("|".join(f"(?:{pattern})" for pattern in patterns)))
    return pl.any_horizontal(*asked).fill_null(False)


def line_hits(lines: pl.Expr, sought: Sequence[Wanted]) -> pl.Expr:
    """The same of lines of a file, in which a keyed digest may stand anywhere, and signs may be escaped."""
    ids = sorted({value for one in sought for value in one.keyed})
    escaped = lines.str.contains("\\", literal=True)
    # Row by row, but of few lines: no expression reads the number of a sign.
    read = pl.when(escaped).then(lines.map_elements(unescaped, return_dtype=pl.String))
    found = hits(lines, sought) | hits(read, sought)
    return found | lines.str.contains_any(ids).fill_null(False) if ids else found


_ESCAPE = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|[nrtbf])")


def unescaped(line: str) -> str:
    """A line with the signs that JSON escapes: a code beside `\\n` does not begin with an n."""
    return _ESCAPE.sub(lambda found: _sign(found[1]), line)


def _sign(number: str | None) -> str:
    sign = chr(int(number, 16)) if number else " "
    return " " if "\ud800" <= sign <= "\udfff" else sign
