"""How a delimited file is written: its line ends, the sign between its fields, and the line that says so.

Three habits of spreadsheets are understood without being told: the line `sep=;` that Excel writes, the
carriage returns of a classic Mac, and another delimiter than the suffix promises. The delimiter is read off
the header and the records behind it (`likely_delimiter`); a declared one is taken as it is. Everything else
is RFC 4180: quote signs are `"`, doubled inside a field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from curate.errors import AssayError
from curate.text import plain

# What people put between fields, the commonest first; the suffix's own goes before all.
DELIMITERS = (",", ";", "\t", "|")
# Records looked at to choose a delimiter: enough to outvote a stray sign in prose, and at no cost.
LOOKED_AT = 50
_HEAD = 1 << 18

NAMES = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " ", r"\t": "\t"}
_SEPARATOR_LINE = re.compile(rb'"?sep=([^\r\n])"?(?:\r\n|\n|\r)', re.IGNORECASE)
_LINE_END = re.compile(rb'(?:[^"\r\n]|"[^"]*+")*+(\r\n|\n|\r)')


@dataclass(frozen=True)
class Dialect:
    """How one file is to be read.

    Parameters
    ----------
    data
        Its bytes, each record ended by a line feed.
    start
        Where the header begins.
    delimiter
        One ASCII character.
    notes
        What was assumed, as sentences that may be shown.
    """

    data: bytes
    start: int
    delimiter: str
    notes: tuple[str, ...]


def delimiter_sign(name: str) -> str:
    """The sign that `--delimiter` names: itself, or one of the names `tab`, `comma`, `semicolon`, `pipe`.

    Raises
    ------
    AssayError
        If it is not one ASCII character that can stand between fields.
    """
    sign = NAMES.get(name.lower(), name)
    if len(sign) != 1 or not sign.isascii() or sign in '"\r\n\x00' or sign.isalnum():
        raise AssayError(
            f"{plain(name, 20)!r} cannot be a delimiter: name one ASCII sign, not a letter, digit or quote",
            fix="--delimiter ';'   (or: tab, comma, semicolon, pipe)",
        )
    return sign


def dialect(data: bytes, default: str, declared: str | None = None) -> Dialect:
    """The dialect of UTF-8 `data`.

    Parameters
    ----------
    default
        The delimiter that the suffix promises.
    declared
        The one that a person named; then nothing is guessed.
    """
    notes = []
    data, ends = _line_feeds(data)
    if ends:
        notes.append("its lines end in carriage returns, as on a classic Mac")
    start, said = 0, None
    if line := _SEPARATOR_LINE.match(data):
        start, said = line.end(), line[1].decode("latin-1")
    sign = declared or said or likely_delimiter(data[start : start + _HEAD], default)
    if sign != default and declared is None:
        where = "its first line says" if said else "its header is divided by"
        notes.append(f"{where} {shown_delimiter(sign)}, so that is the delimiter")
    return Dialect(data, start, sign, tuple(notes))


def shown_delimiter(sign: str) -> str:
    """A delimiter as a person reads it."""
    return {"\t": "tab", " ": "space"}.get(sign, f"'{sign}'")


def likely_delimiter(head: bytes, default: str) -> str:
    """The delimiter of the file that begins with `head`.

    The one whose field count in the header recurs in the largest share of the next records; `default` where
    it divides the header and no other does better, and where nothing divides it.
    """
    shares = {}
    for sign in (default, *(other for other in DELIMITERS if other != default)):
        width, *widths = _field_counts(head, sign) or [0]
        if width > 1:
            shares[sign] = sum(each == width for each in widths) / max(1, len(widths))
    return max(shares, key=lambda sign: shares[sign], default=default)  # the first of equals


def _field_counts(head: bytes, sign: str) -> list[int]:
    """Fields of the header and of the records after it, at most `LOOKED_AT`, by `sign` outside quotes."""
    d = re.escape(sign).encode()
    field = rb'(?:"[^"]*+(?:""[^"]*+)*+"|(?!")[^' + d + rb"\r\n]*+)"
    record = re.compile(rb"(" + field + rb"(?:" + d + field + rb")*+)(\r?\n|\r?\Z)")
    quoted = re.compile(rb'"[^"]*+"')
    counts: list[int] = []
    at = len(head) - len(head.lstrip(b"\r\n"))
    while at < len(head) and len(counts) <= LOOKED_AT:
        match = record.match(head, at)
        if match is None:  # quoting that this sign cannot explain: a record of its own, that agrees with none
            counts.append(0)
            at = head.find(b"\n", at) + 1 or len(head)
            continue
        if match[1]:
            counts.append(quoted.sub(b"", match[1]).count(sign.encode()) + 1)
        at = max(match.end(), at + 1)
    return counts


def _line_feeds(data: bytes) -> tuple[bytes, bool]:
    """`data` with a line feed after each record, and whether they were carriage returns before.

    The first line end outside quotes decides; line feeds inside quoted fields stay text.
    """
    first = _LINE_END.match(data[:_HEAD].lstrip(b"\r\n"))
    if first is None or first[1] != b"\r":
        return data, False
    buffer = np.frombuffer(data, dtype=np.uint8)
    returns = np.flatnonzero(buffer == ord("\r"))
    quotes = np.flatnonzero(buffer == ord('"'))
    outside = returns[np.searchsorted(quotes, returns) % 2 == 0]
    changed = buffer.copy()
    changed[outside] = ord("\n")
    return changed.tobytes(), True
