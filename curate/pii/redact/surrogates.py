"""What stands in a text where a value stood: a placeholder, a mask, or a surrogate of the same form.

A surrogate is a plausible value of its kind: a person's name another name, a date of birth another date in
the same form a few years away, an address and a postcode others, an IP address one that no public host has;
an e-mail address becomes one at example.com (RFC 2606), and a phone number keeps its country code or leading
0. In all else digits become digits and letters letters of the same case. It is keyed by entity and identity
(see `identity.py`), so the same value gets the same surrogate wherever and however it stands; that makes it
*linkable*, which is why the scope goes into the report. Check digits (cards, NHS numbers, IBANs) are not kept
valid: a surrogate should not pass for an issued number. It may be by chance somebody's number all the same;
it carries nothing about whose it replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from string import ascii_lowercase

from curate.keys import Key
from curate.pii.redact.dates import readings, write_like
from curate.pii.redact.stand_in_places import address, postcode
from curate.pii.redact.stand_ins import stand_in
from curate.placeholders import placeholder
from curate.text import mask

_HEX = "abcdef"
_HEX_ENTITIES = frozenset({"MAC_ADDRESS", "IP_ADDRESS", "UUID"})
# Kept: `+44`, `0044`, `(0)` and the leading 0 tell a country, not a person.
_PHONE_PREFIX = re.compile(
    r"[\s(]*(?:(?:\+|00)\s?(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}))?[\s)]*(?:\(?0\)?)?"
)


def tag(key: Key, entity: str, normalised: str, scope: str = "") -> str:
    """A value's short keyed name, the same wherever `scope` is. At 24 bits two of 4,000 values share one in
    two cases: no harm.
    """
    return key.digest("placeholder", entity, normalised, scope, length=3)


# What `masked` leaves of a value: its first letter, dots, and the marks between them; for polars' regex and
# Python's.
MASKED = r"(?:\b[^\W\d_][^\w\s•]{0,2} ?)?•[^\w\s]*"


def masked(value: str) -> str:
    """The value's shape in dots; wholly dots where the shape is all there is to it."""
    shape = mask(value)
    return shape if shape != value else "•" * len(value)


def surrogate(entity: str, value: str, normalised: str, key: Key, scope: str = "") -> str:
    """A value of the same kind and form as `value`, by key, entity and `normalised` (the identity that all
    its spellings share; and row id, in record scope); never `value` itself.
    """
    for attempt in range(100):
        stream = _stream(key, entity, normalised, scope, str(attempt))
        made = _form(entity, value, stream, normalised)
        if made.casefold() != value.casefold():
            return made
    return placeholder(entity, tag(key, entity, normalised))


def _stream(key: Key, *parts: str) -> Iterator[int]:
    block = 0
    while True:
        yield from bytes.fromhex(key.digest("surrogate", *parts, str(block), length=64))
        block += 1


def _other_day(when: date, stream: Iterator[int]) -> date:
    """A day within three years of `when`: close enough that an age still fits its text."""
    return date(when.year - 3 + next(stream) % 7, next(stream) % 12 + 1, next(stream) % 28 + 1)


def _form(entity: str, value: str, stream: Iterator[int], identity: str = "") -> str:
    if entity == "EMAIL_ADDRESS":
        return "".join(ascii_lowercase[next(stream) % 26] for _ in range(8)) + "@example.com"
    if entity == "URL":
        return "https://example.com/" + "".join(ascii_lowercase[next(stream) % 26] for _ in range(8))
    if entity == "PERSON":
        return stand_in(value, stream, identity)
    if entity == "STREET_ADDRESS":
        return address(value, stream)
    if entity == "UK_POSTCODE":
        return postcode(value, stream)
    if entity in ("DATE_OF_BIRTH", "DATE_TIME") and (read := readings(value)):
        return write_like(value, _other_day(read[0], stream)) or value
    if entity == "IP_ADDRESS" and value.count(".") == 3 and ":" not in value:
        # A private network (RFC 1918): 16 million addresses, and nobody's on the internet.
        return ".".join(["10", *(str(next(stream)) for _ in range(2)), str(next(stream) % 254 + 1)])
    found = _PHONE_PREFIX.match(value) if entity == "PHONE_NUMBER" else None
    prefix = found.group() if found else ""
    letters = _HEX if entity in _HEX_ENTITIES else ascii_lowercase
    # From the right, so that two spellings of one phone number share their digits.
    made = []
    for character in reversed(value[len(prefix) :]):
        if character.isdigit():
            made.append(str(next(stream) % 10))
        elif character.isalpha():
            letter = letters[next(stream) % len(letters)]
            made.append(letter.upper() if character.isupper() else letter)
        else:
            made.append(character)
    return prefix + "".join(reversed(made))
