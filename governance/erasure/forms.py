"""Every form in which a value may stand in a file of this project, as bytes, and a fast search for all of
them.

A form is the text in a Unicode normal form or as the tool's own pages show it, escaped as JSON, HTML, CSV,
YAML, Markdown or an address would, in UTF-8, UTF-16, UTF-32 or Latin-1, or as Base64 at each of its three
alignments. Searched with `ahocorasick_rs`: with the ten forms of one value it reads 2,400 MB/s a core, with
500 forms 350; `re` reads 79 and 2, `bytes.find` one form after another 180 and 3 (x86-64, 2026-11).
What it cannot find: a value that a line break of YAML or of a table parts, and one that was typed otherwise.
"""

from __future__ import annotations

import base64
import html
import json
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote, quote_plus

import yaml

from curate.errors import AssayError
from curate.text import for_csv, for_html, for_markdown, for_rich, mask, neutral, plain, visible

# Signs below which a value stands in files by chance: two letters are in every compressed file.
SHORTEST = 4
# Base64 loses up to two signs at each side of a form; what is left must be this long.
_SHORTEST_BASE64 = 8


def forms(value: str) -> dict[bytes, str]:
    """Each form of a value as bytes, with the name of its encoding; no form stands twice."""
    found: dict[bytes, str] = {}
    for spelling, text in _spellings(value):
        for escape, escaped in _escapes(text):
            for charset, encoded in _charsets(escaped):
                name = ", ".join(part for part in (charset, escape, spelling) if part) or "plain"
                found.setdefault(encoded, name)
            for encoded in _base64(escaped):
                found.setdefault(encoded, "base64" + (f", {escape}" if escape else ""))
    return {encoded: name for encoded, name in found.items() if len(encoded) >= SHORTEST}


def _spellings(value: str) -> Iterator[tuple[str, str]]:
    yield "", value
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        yield form, unicodedata.normalize(form, value)
    yield "lower case", value.lower()
    yield "other line ends", value.replace("\r\n", "\n").replace("\r", "\n")
    yield "other line ends", value.replace("\r\n", "\n").replace("\n", "\r\n")
    yield "white space folded", " ".join(value.split())
    enough = 64 * len(value) + 64  # what `plain` may make of a value is never longer
    yield "as shown", plain(value, enough)
    yield "as shown", neutral(value)


def _escapes(text: str) -> Iterator[tuple[str, str]]:
    yield "", text
    for ascii_only in (False, True):
        once = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        twice = json.dumps(once, ensure_ascii=ascii_only)[1:-1]
        for name, escaped in (("JSON", once), ("JSON in JSON", twice)):
            yield name, escaped
            yield name, escaped.replace("/", "\\/")
            yield name, _in_html(escaped)
            yield name, _upper_hex(escaped)
            yield "JSON in HTML", html.escape(escaped)
    for quotes in (True, False):
        escaped = html.escape(text, quote=quotes)
        yield "HTML", escaped
        yield "HTML", escaped.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
        yield "HTML", escaped.encode("ascii", "xmlcharrefreplace").decode()
    enough = 64 * len(text) + 64
    yield "HTML", for_html(text, enough)
    yield "Markdown", for_markdown(text, enough)
    yield "terminal", for_rich(text, enough)
    yield "terminal", visible(text, enough)
    yield "CSV", text.replace('"', '""')
    yield "CSV", for_csv(text)
    yield "CSV", for_csv(text).replace('"', '""')
    yield "YAML or SQL", text.replace("'", "''")
    for unicode in (True, False):
        style = yaml.safe_dump(text, default_style='"', allow_unicode=unicode, width=float("inf"))
        yield "YAML", style.strip().removeprefix('"').removesuffix('"')
    if "\n" in text:
        for indent in (2, 4, 6, 8):
            yield "YAML", text.replace("\n", "\n" + " " * indent)
            yield "YAML", text.replace("'", "''").replace("\n", "\n\n" + " " * indent)
    yield "Python", repr(text)[1:-1]
    yield "Python", ascii(text)[1:-1]
    safe = text.encode("utf-8", "surrogatepass")
    yield "percent", quote(safe)
    yield "percent", quote(safe, safe="")
    yield "percent", quote_plus(safe)


def _in_html(escaped: str) -> str:
    """JSON as Jinja puts it into a page."""
    for sign in "<>&'":
        escaped = escaped.replace(sign, f"\\u{ord(sign):04x}")
    return escaped


def _upper_hex(escaped: str) -> str:
    parts = escaped.split("\\u")
    return "\\u".join([parts[0], *(part[:4].upper() + part[4:] for part in parts[1:])])


def _charsets(text: str) -> Iterator[tuple[str, bytes]]:
    yield "", text.encode("utf-8", "surrogatepass")
    for charset in ("utf-16-le", "utf-16-be", "utf-32-le"):
        yield charset.upper().removesuffix("-LE"), text.encode(charset, "surrogatepass")
    for charset in ("latin-1", "cp1252"):
        if not text.isascii():
            try:
                yield charset, text.encode(charset)
            except UnicodeEncodeError:
                continue


def _base64(text: str) -> Iterator[bytes]:
    """The part of a text's Base64 that does not hang on what stands before and after, at each alignment."""
    data = text.encode("utf-8", "surrogatepass")
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + data)
        first = -(-offset * 8 // 6)  # digits that hold bits of what stands before
        last = (offset + len(data)) * 8 // 6
        if last - first >= _SHORTEST_BASE64:
            yield whole[first:last]
            yield whole[first:last].replace(b"+", b"-").replace(b"/", b"_")


def _require_search() -> None:
    if find_spec("ahocorasick_rs") is None:
        raise AssayError(
            "the package ahocorasick-rs, which searches for bytes, is not installed",
            fix="pip install 'assay[pipeline]'",
        )


class Needles:
    """All forms of several values, to be found in bytes.

    Raises
    ------
    AssayError
        If a value is too short to tell anything, or there is none.
    """

    def __init__(self, values: Sequence[str]) -> None:
        short = [value for value in values if len(value.strip()) < SHORTEST]
        if short or not values:
            raise AssayError(
                f"a value of fewer than {SHORTEST} characters stands in files by chance"
                if short
                else "no value to look for",
                fix="give the whole name, number or address",
            )
        self.values = tuple(dict.fromkeys(values))
        found: dict[bytes, list[tuple[int, str]]] = {}
        for number, value in enumerate(self.values):
            for form, name in forms(value).items():
                found.setdefault(form, []).append((number, name))
        _require_search()
        self.forms = tuple(found)
        self._names = tuple(found.values())
        self.longest = max(map(len, self.forms))

    @cached_property
    def _any(self) -> Any:
        from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

        return BytesAhoCorasick(self.forms, MatchKind.LeftmostFirst, Implementation.DFA)

    @cached_property
    def _all(self) -> Any:
        from ahocorasick_rs import BytesAhoCorasick, MatchKind

        return BytesAhoCorasick(self.forms, MatchKind.Standard)

    def find(self, data: bytes) -> set[tuple[int, str]]:
        """Numbers of the values that stand in `data`, with the encodings; nothing for most data, and fast."""
        if not self._any.find_matches_as_indexes(data):
            return set()
        # Only this search says all of several forms that overlap; it is six times slower.
        matches = self._all.find_matches_as_indexes(data, overlapping=True)
        return {named for form in {match[0] for match in matches} for named in self._names[form]}

    def masked(self, text: str) -> str:
        """`text` without the values in any form, for a path that may hold one; safe to print."""
        for form, named in sorted(zip(self.forms, self._names, strict=True), key=lambda one: -len(one[0])):
            if form in text.encode("utf-8", "surrogateescape"):
                text = text.replace(form.decode("utf-8", "surrogatepass"), mask(self.values[named[0][0]]))
        return plain(text, 400)
