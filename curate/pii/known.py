"""What a person is known by, in the one form in which it is compared wherever it stands.

Both sides are folded first: compatibility forms, case and accents go, so that `MÜLLER`, `Müller` and
`mu\u0308ller` are one word. Of a folded text four things can name a person:

- an **e-mail address**, as a whole (`a.jo@x.org` is not `jo@x.org`);
- a **telephone number**, by the last nine digits of its national part, however they are parted;
- a **name**, as its words in order or the last ones first, with at most one other word between two of them;
  `ö` and `oe` are the same letter;
- a **code** (an id, a policy number, a user name) as its letters and digits, parted beside digits or not,
  between the borders of words.

Deliberately not known: initials, nicknames, misspellings and descriptions. `docs/governance.md` says how
often that matters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from typing import Literal

import polars as pl

from curate.keys import Key
from curate.pii.values import normalise, value_id

Form = Literal["email", "phone", "name", "code"]

# A shorter value would be found in half of all rows.
SHORTEST = 4
# Digits by which a telephone number is known: the national part of most countries has nine or more, and the
# digits before them (a trunk 0, a country code) come and go.
NATIONAL = 9
# Fewer digits are a year, a price or an order's number.
FEWEST_DIGITS = 7

_LOCAL = r"\p{L}\p{N}_.+%'\-"
# Candidates in a folded text: addresses, of which one's domain may be the next one's first part
# ("jo@jo@x.org").
EMAIL = rf"[{_LOCAL}]+(?:@[{_LOCAL}]+)*" + r"@[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)*"
_DOMAIN = re.compile(r"(?:[^\W_]|-)+(?:\.(?:[^\W_]|-)+)*")
# Candidates among the words of a folded text (`spaced`): a word; digits side by side; words that a code may
# be written as, of which no two without a digit stand side by side.
WORD = r"[^ ]+"
DIGITS = r"\p{N}(?: ?\p{N}){6,}"
CODE = r"(?:[^ \p{N}]+ )?(?:[^ ]*\p{N}[^ ]* (?:[^ \p{N}]+ )?)+"
# Letters that no decomposition brings to their base.
LETTERS = {
    **{"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"},
    "ς": "σ",
}
_PHONE = re.compile(r"\+?[\d\s().\-/]{7,25}")
# Letters and digits of any script, as `\p{L}` and `\p{N}` have it.
_FOLDED_WORD = re.compile(r"[^\W_]+")
_SPELT_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
# `Mueller` may be `Müller`; in a shorter word (`Joe`, `Sue`) the two letters are what they are.
_SHORTEST_SPELT_OUT = 5


def fold(text: str) -> str:
    """A text as it is compared: NFKD, lower case, without accents."""
    if text.isascii():
        return text.lower()
    lower = unicodedata.normalize("NFKD", text).lower()
    return "".join(
        LETTERS.get(letter, letter) for letter in lower if not unicodedata.category(letter).startswith("M")
    )


def folded(texts: pl.Series) -> pl.Series:
    """`fold` of each text."""
    lower = texts.str.to_lowercase()
    strange = (texts.str.len_bytes() != texts.str.len_chars()).fill_null(False)
    if not strange.any():
        return lower
    full = (
        texts.filter(strange)
        .str.normalize("NFKD")
        .str.to_lowercase()
        .str.replace_all(r"\p{M}+", "")
        .str.replace_many(list(LETTERS), list(LETTERS.values()))
    )
    return lower.scatter(strange.arg_true(), full)


def words_of(text: str) -> list[str]:
    """Words of a folded text."""
    return _FOLDED_WORD.findall(text)


def letters_of(text: str) -> str:
    """The letters and digits of a folded text."""
    return "".join(words_of(text))


@dataclass(frozen=True)
class Known:
    """One thing that a person is known by.

    Parameters
    ----------
    form
        What it is.
    parts
        What is looked for, folded: the address; the last digits; the words of a name; the letters of a code.
    """

    form: Form
    parts: tuple[str, ...]


def known_as(value: str) -> list[Known]:
    """What a value says of a person: one thing, or a name in each way in which its letters may be written."""
    text = " ".join(fold(value).split())
    code = Known("code", (letters_of(text),))
    if "@" in text:
        return [Known("email", (text.removeprefix("mailto:").strip(_AROUND),))]
    if _PHONE.fullmatch(text) and len(digits := _last_digits(value)) >= FEWEST_DIGITS:
        return [Known("phone", (digits,)), code]  # or a number that is nobody's telephone
    words = words_of(unicodedata.normalize("NFC", value).lower())
    if len(words) > 1 and not any(map(_is_digit, text)):
        spellings = [_spellings(word) for word in words]
        return [Known("name", spelling) for spelling in product(*spellings)]
    return [code]


# Around an address in a text: emphasis, quotation marks, the full stop of a sentence.
_AROUND = "_.+%'-<>()[]"


def addresses_in(token: str) -> list[str]:
    """The addresses in a text's token (`EMAIL`)."""
    pieces = token.split("@")
    domains = [_DOMAIN.match(piece) for piece in pieces[1:]]
    return [
        f"{before}@{domain[0]}".strip(_AROUND)
        for before, domain in zip(pieces, domains, strict=False)
        if domain
    ]


def _last_digits(value: str) -> str:
    """The last digits of a number without country code and trunk prefix."""
    number = normalise("PHONE_NUMBER", value).split("x")[0]
    if not number.startswith("+"):
        return re.sub(r"\D", "", number)[-NATIONAL:]
    import phonenumbers

    return str(phonenumbers.parse(number).national_number)[-NATIONAL:]


def _spellings(word: str) -> list[str]:
    """A word of a name as it is folded, with its umlauts spelt out, and with those spelt out taken back."""
    plain = fold(word)
    out = fold("".join(_SPELT_OUT.get(letter, letter) for letter in word))
    back = re.sub(r"(?<!q)([aou])e", r"\1", plain) if len(plain) >= _SHORTEST_SPELT_OUT else plain
    return list(dict.fromkeys([plain, out, back]))


def digit_runs(region: str) -> Iterator[str]:
    """Digits by which somebody could be known, of a region (`DIGITS`): each seven, eight and nine of them."""
    digits = region.replace(" ", "")
    for length in range(FEWEST_DIGITS, NATIONAL + 1):
        yield from (digits[at : at + length] for at in range(len(digits) - length + 1))


def code_runs(region: str) -> Iterator[str]:
    """Letters and digits of each run of words in a region (`CODE`) that may be written as one code."""
    words = region.split()
    for start in range(len(words)):
        run = ""
        for word in words[start : start + MOST_PARTS]:
            if run and not (_is_digit(run[-1]) or _is_digit(word[0])):
                break
            if len(word) > MOST_LETTERS and not any(map(_is_digit, word)):
                break
            run += word
            if len(run) > LONGEST:
                break
            yield run


def _is_digit(letter: str) -> bool:
    return unicodedata.category(letter).startswith("N")


# An IBAN in groups of four has nine parts and 34 characters, and is the longest that people write.
MOST_PARTS = 9
LONGEST = 34
# Letters that stand alone as a part of a code (`GB29 NWBK 6016`); longer ones are words.
MOST_LETTERS = 4


def spaced(text: pl.Series) -> pl.Series:
    """Folded texts as their words alone, with a space before, between and after them."""
    words = text.str.replace_all(r"[^\p{L}\p{N}]+", " ")
    return (" " + words + " ").str.replace_all("  ", " ", literal=True)


def pattern_of(known: Known) -> str:
    """Regular expression for what somebody is known by: over a folded text for an address, over its words
    (`spaced`) for anything else.
    """
    if known.form == "name":
        between = " (?:[^ ]+ )?"
        words = [re.escape(word) for word in known.parts]
        turned = [f"{between.join(words[at:])} {between.join(words[:at])}" for at in range(1, len(words))]
        return f" (?:{'|'.join([between.join(words), *turned])}) "
    [what] = known.parts
    if known.form == "code":
        return f" {_parted(what)} "
    if known.form == "phone":
        return " ?".join(map(re.escape, what))
    before, after = rf"(?:^|[^{_LOCAL}])", r"(?:$|[^\p{L}\p{N}\-.]|[\-.]+(?:$|[^\p{L}\p{N}\-.]))"
    return rf"{before}[_.+%'\-]*{re.escape(what)}{after}"


def _parted(code: str) -> str:
    """A code as it may be parted: between digits, and beside one if what is parted there is a few letters or
    holds a digit too.
    """
    runs = ["".join(run) for _, run in groupby(code, _is_digit)]
    said = []
    for at, run in enumerate(runs):
        first, last = at == 0, at == len(runs) - 1
        if _is_digit(run[0]):
            said.append(" ?".join(map(re.escape, run)))
        elif len(run) <= MOST_LETTERS:
            said.append(" ?" * (not first) + re.escape(run) + " ?" * (not last))
        elif first or last:
            said.append(re.escape(run))
        else:
            said.append(f"(?: ?{re.escape(run)}|{re.escape(run)} ?)")
    return "".join(said)


def mark(known: Known, key: Key) -> str:
    """Keyed digest of what somebody is known by: of a name one for each word, so that words can be told apart
    from the text that they stand in.
    """
    purpose = "known-word" if known.form == "name" else f"known-{known.form}"
    return f"{known.form}:{'+'.join(key.digests(purpose, known.parts))}"


def value_ids(value: str, key: Key) -> list[str]:
    """Ids that findings of a value carry, for every entity that it could have been found as."""
    forms = {known.form for known in known_as(value)}
    if "email" in forms:
        entities: Sequence[str] = ("EMAIL_ADDRESS",)
    elif "name" in forms:
        entities = ("PERSON",)
    else:
        from curate.pii.detect.catalogue import ENTITIES

        entities = [name for name in ENTITIES if name not in ("EMAIL_ADDRESS", "PERSON")]
    return sorted({value_id(key, entity, normalise(entity, value)) for entity in entities})
