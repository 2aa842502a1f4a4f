"""An address in place of an address, a postcode in place of a postcode: of the same make-up, of words that
exist.

House numbers become other numbers, the street's and town's names others of short lists; what says what kind
of place it is ("Flat", "Road", "North") stays. Neither need exist: a stand-in says where nobody lives.
"""

# ruff: noqa: SIM905 (a row of words reads better than a list of literals)

from __future__ import annotations

import re
from collections.abc import Iterator

from curate.pii.detect.catalogue import STREET_TYPES

_STREETS = (
    "Alder Barley Beech Bramble Brook Cedar Chapel Church Clover Elder Fern Garden Hawthorn Hazel "
    "Heron Holly Juniper Larch Linden Maple Meadow Mill Oak Orchard Poplar Quarry Rowan School "
    "Station Sycamore Thistle Walnut Willow Windmill Yew"
).split()
_TOWNS = (
    "Ashford Bedford Bolton Burnley Chester Crewe Derby Dudley Exeter Gloucester Halifax Hereford "
    "Kendal Lancaster Lincoln Luton Margate Newark Norwich Oldham Preston Reading Salford Stafford "
    "Swindon Taunton Torquay Wigan Worcester Yeovil"
).split()
# Postcode areas of the UK with a common district, and letters that an inward code has.
_AREAS = "BD BN BS CF DE EX GL HU IP LE LN NE NG NR OX PE PL RG SA SO TN WF YO".split()
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_KINDS = frozenset(
    "flat apt apartment unit suite room studio floor block house building level no number north "
    "south east west upper lower great little new old the of and po box st rd ave ln dr cl ct "
    "pl gdns sq cres ".split()
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b", re.IGNORECASE)
_PIECE = re.compile(r"\d+|[^\W\d_]+(?:['’-][^\W\d_]+)*(?:\s+[^\W\d_]+(?:['’-][^\W\d_]+)*)*")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def address(value: str, stream: Iterator[int]) -> str:
    """An address of the make-up of `value`, drawn by the bytes of `stream`."""
    parts: list[str] = []
    at = 0
    for match in _POSTCODE.finditer(value):
        parts += [_pieces(value[at : match.start()], stream, bool(parts)), postcode(match.group(), stream)]
        at = match.end()
    return "".join([*parts, _pieces(value[at:], stream, bool(parts))])


def _pieces(text: str, stream: Iterator[int], begun: bool) -> str:
    made, at = [], 0
    numbered = begun
    for match in _PIECE.finditer(text):
        made.append(text[at : match.start()])
        at = match.end()
        piece = match.group()
        if piece.isdigit():
            made.append(_number(piece, stream))
            numbered = True
        else:
            made.append(_named(piece, stream, street=numbered))
            numbered = numbered and not any(word.lower() in STREET_TYPES for word in piece.split()[1:])
    return "".join([*made, text[at:]])


def _number(digits: str, stream: Iterator[int]) -> str:
    """Another number of as many digits, no 0 in front."""
    low = 10 ** (len(digits) - 1)
    drawn = int.from_bytes(bytes(next(stream) for _ in range(4)), "big")
    return str(low + drawn % (9 * low))


def _named(words: str, stream: Iterator[int], *, street: bool) -> str:
    """A run of words with each name in it replaced; words of one name become one."""
    names = _STREETS if street else _TOWNS
    made: list[str] = []
    named = False
    given = words.split()
    for at, word in enumerate(given):
        closes = 0 < at == len(given) - 1 and word.lower() in STREET_TYPES
        if closes or word.lower() in _KINDS:
            made.append(word)
            named = False
        elif not named and len(word) > 1:
            name = names[next(stream) % len(names)]
            made.append(name.upper() if word.isupper() else name.lower() if word.islower() else name)
            named = True
    return " ".join(made)


def postcode(value: str, stream: Iterator[int]) -> str:
    """A UK postcode in the spacing and case of `value`."""
    area = _AREAS[next(stream) % len(_AREAS)]
    inward = f"{next(stream) % 9 + 1}" + "".join(_INWARD[next(stream) % len(_INWARD)] for _ in range(2))
    gap = " " * any(map(str.isspace, value))
    made = f"{area}{next(stream) % 9 + 1}{gap}{inward}"
    return made.lower() if value.islower() else made
