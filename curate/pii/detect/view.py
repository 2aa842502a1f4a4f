"""The text as detectors read it: odd spaces, dashes and signs made plain, machines' labels made words.

People paste `4532\\u00a01477`, soft hyphens and full-width digits; machines write `STRIPE_API_KEY=` and
`"dateOfBirth":`. No recognizer should have to know every one of these, so all read one view of the text, and
their findings are brought back to places in the text as it came. What the view changes:

- signs that look like a space, a dash, an ASCII letter or digit become that sign; invisible signs go;
- two or three spaces, and a line break within a grouped number, become one space; " - " between
  digits becomes a dash;
- `%40`, `&nbsp;` and, in JSON, backslash escapes become the sign that they stand for;
- an identifier that holds a label's word becomes words (`nhsNumber` -> `nhs Number`), unless it is a value.

A text that holds none of these is its own view: a regex in polars (`CHANGED`) says so for a whole column.
Cost otherwise: one pass. The name tagger reads the text as it came: it was taught on such text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import regex  # type: ignore[import-untyped]

from curate.pii.detect.context.identifiers import WORDS, spaces
from curate.pii.detect.overlap import Hit

# Spaces of every width (Unicode's Zs), and the two signs that end a line or a paragraph.
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LINES = "\u0085\u2028\u2029"
_DASHES = "\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
# Soft hyphen, zero-width signs, direction marks, byte order mark: they show nothing.
_INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
# A middle dot or a one-dot leader between digits is a full stop ("020·7946·0018").
_DOTS = "\u00b7\u2024\u2027\u30fb"
_WORDS = "|".join(sorted(WORDS))

# Of one sign for one: places stay.
_PLAIN = (
    {
        code: " "
        for first, last in (
            (0xA0, 0xA0),
            (0x1680, 0x1680),
            (0x2000, 0x200A),
            (0x202F, 0x202F),
            (0x205F, 0x205F),
        )
        for code in range(first, last + 1)
    }
    | {0x3000: " ", 0x85: "\n", 0x2028: "\n", 0x2029: "\n", 0xFE58: "-", 0xFE63: "-"}
    | {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full-width ASCII
)
_ODD = f"[{_SPACES}{_LINES}{_DASHES}{_INVISIBLE}{_DOTS}\uff01-\uff5e]"

_ESCAPE_IN_JSON = r"^\s*[\[{\"][^\\]*\\"
# The edge of a word as ASCII has it: Rust's `\b` knows all of Unicode, and takes three times as long for it.
_EDGE = "(?:$|[^0-9A-Za-z_])"
# What any text holds that the view changes, in Rust's syntax: cheap to say no.
CHANGED = (
    rf"{_ODD}|[A-Z]{{3}}[a-z]{{3}}|\d {{2,3}}[0-9A-Za-z]|[A-Za-z:] {{2,3}}\d|\d - \d"
    rf"|[0-9A-Z]{{2}} ?(?:\r\n?|\n) ?[0-9A-Z]{{1,7}}{_EDGE}"
    rf"|%(?:40|2[BbEe])|\d%2[Ff]\d|&(?:nbsp|commat|#(?:64|160|x40|xa0));|{_ESCAPE_IN_JSON}"
    rf"|[A-Za-z]_+[A-Za-z]|[a-z][A-Z]|(?i:(?:^|[^0-9a-z_])(?:{_WORDS})(?:-[a-z]|\d)|[a-z]-(?:{_WORDS}){_EDGE})"
)
_CHANGED = regex.compile(CHANGED)
# What a text holds that shows a candidate (`ANY_CANDIDATE`) in its view alone: another sign for "@" or a
# digit, or a space beside the label of a key or password. All else that the view changes has a digit.
HIDDEN = (
    rf"{_ODD}|&commat;|{_ESCAPE_IN_JSON}"
    r"|(?i:key|token|secret|bearer|authorization|pass|pwd|p/?w|curl|-----begin)"
)

_ESCAPED = {
    "%40": "@",
    "%2b": "+",
    "%2e": ".",
    "%2f": "/",
    "&nbsp;": " ",
    "&#160;": " ",
    "&#xa0;": " ",
} | dict.fromkeys(("&commat;", "&#64;", "&#x40;"), "@")
_IN_JSON = {"n": "\n", "t": "\t", "r": "\r", "b": " ", "f": " "}
_GROUP = "[0-9A-Z]"
_CHANGES = (
    # A plain word is not a label, and nothing else begins in one: skipped whole, so that what follows is not
    # tried at each of its letters.
    r"[A-Za-z][a-z]*+(?![A-Za-z0-9_-])(*SKIP)(*FAIL)"
    # A zero-width space may part a label from its number: then it is a space.
    rf"|(?P<apart>(?<=[a-z]{{3}})[{_INVISIBLE}]+(?=[+(]?\d[\d ()-]{{5}}))"
    rf"|(?P<none>[{_INVISIBLE}]+)"
    rf"|(?P<dash>(?<=[0-9A-Za-z])[{_DASHES}](?=[0-9A-Za-z])|(?<=\d\d) [-{_DASHES}] (?=\d\d))"
    rf"|(?P<dot>(?<=\d)[{_DOTS}](?=\d))"
    r"|(?P<space>(?<=\d) {2,3}(?=[0-9A-Za-z])|(?<=[A-Za-z:]) {2,3}(?=\d))"
    rf"|(?P<line>(?<={_GROUP}{_GROUP}) ?(?:\r\n?|\n) ?(?={_GROUP}))"
    r"|(?P<escape>(?i:%(?:40|2b|2e)|(?<=\d)%2f(?=\d)|&(?:nbsp|commat|\#(?:64|160|x40|xa0));))"
    rf"|(?P<label>(?<![\w@/%+\\])[A-Za-z](?>[A-Za-z0-9]*)(?>(?:[_-]+[A-Za-z0-9]+)*+)(?![\w@%/]|-\w|\.\w))"
)
_CHANGE = regex.compile(_CHANGES)
_CHANGE_IN_JSON = regex.compile(r"(?P<json>\\(?:u[0-9a-fA-F]{4}|.))|" + _CHANGES, regex.DOTALL)


class View(NamedTuple):
    """A view of a text, and where its parts come from."""

    text: str
    # For each part of the view: its start there, its start and end in the text as it came; a part of as many
    # characters in both is a copy, another was changed as a whole.
    starts: list[int]
    origins: list[tuple[int, int]]

    def back(self, hits: Iterable[Hit]) -> list[Hit]:
        """The findings in the view, with their places in the text; none of what only the view holds."""
        there = (hit._replace(start=self._start(hit.start), end=self._end(hit.end)) for hit in hits)
        return [hit for hit in there if hit.start < hit.end]

    def _start(self, at: int) -> int:
        part = bisect_right(self.starts, at) - 1
        start, end = self.origins[part]
        return min(start + at - self.starts[part], end)

    def _end(self, at: int) -> int:
        part = bisect_right(self.starts, at - 1) - 1
        start, end = self.origins[part]
        following = self.starts[part + 1] if part + 1 < len(self.starts) else len(self.text)
        return start + at - self.starts[part] if following - self.starts[part] == end - start else end


def view(text: str) -> View | None:
    """The view of `text`; None if it is the text itself."""
    return None if _CHANGED.search(text) is None else changed(text)


def changed(text: str) -> View | None:
    """`view` of a text in which `CHANGED` has been found already."""
    plain = text.translate(_PLAIN)
    json = plain.lstrip()[:1] in tuple('{["')
    shown: list[str] = []
    starts: list[int] = []
    origins: list[tuple[int, int]] = []
    done = at = 0
    for start, end, new in _edits(plain, _CHANGE_IN_JSON if json else _CHANGE):
        for part, first, last in ((plain[done:start], done, start), (new, start, end)):
            if part:
                shown.append(part)
                starts.append(at)
                origins.append((first, last))
                at += len(part)
        done = end
    if not starts:
        return None if plain == text else View(plain, [0], [(0, len(text))])
    if done < len(plain):
        shown.append(plain[done:])
        starts.append(at)
        origins.append((done, len(plain)))
    return View("".join(shown), starts, origins)


def labelled(text: str, label: str) -> View:
    """The view of a bare value with the label that its column or key gives it: `"phone": "7911123456"`."""
    before, after = f'"{label}": "', '"'
    seen = view(text) or View(text, [0], [(0, len(text))])
    starts = [0, *(len(before) + start for start in seen.starts), len(before) + len(seen.text)]
    return View(before + seen.text + after, starts, [(0, 0), *seen.origins, (len(text), len(text))])


# What a line ends with, or the next begins with, where a number may go on: groups of digits or capitals.
_ENDING = regex.compile(
    rf"(?r)(?P<before>[\w:.#)]\s?)?(?P<groups>(?:\b{_GROUP}{{1,7}}[ -])*\b{_GROUP}{{2,7}})$"
)
_BEGINNING = regex.compile(rf"(?:{_GROUP}{{1,7}}[ -])*{_GROUP}{{1,7}}\b")
_IBAN_START = regex.compile(r"\b[A-Z]{2}\d{2}\b")
# Line breaks whose surroundings are remembered, so that a text of a megabyte takes no hundred more.
_REMEMBERED = 10_000
# Characters in which the longest grouped number (an IBAN of 34) ends.
_NUMBER_REACH = 48
# Amounts, times and dates stand one below the other on receipts and in tables: what a line ends with (read up
# to the break) or begins with when it is one of them is whole.
_DATE = r"(?:(?:0?[1-9]|[12]\d|3[01])[-/](?:0?[1-9]|1[0-2])[-/](?:\d{4}|\d\d)|\d{4}[-/]\d\d[-/]\d\d)"
_WHOLE_BEFORE = regex.compile(
    rf"(?r)(?:\d[.,:]\d{{1,2}}|[.:]\d\d|(?<![\d-]){_DATE}|\b[A-Z]{{3,}} [A-Z]{{2}})$"
)
_WHOLE_BEHIND = regex.compile(rf"\d{{1,3}}(?:[.,]\d{{3}})*[.,:]\d{{1,2}}(?!\d)|{_DATE}(?![\d-])")
# A house number above a town's, in five digits or six.
_HOUSE, _TOWN = regex.compile(r"(?:.*[A-Z][ -])?\d\d?"), 6


def _goes_on(text: str, start: int, end: int, joined: int) -> bool:
    """Whether the line break in `text[start:end]` stands within a grouped number. `joined`: where the line
    began, if the break before it did too.

    Both lines hold groups; what is broken is not alone on its line, and not two whole numbers one below the
    other.
    """
    left = _ENDING.search(text, max(start - _NUMBER_REACH, 0), start)
    right = _BEGINNING.match(text, end, end + _NUMBER_REACH)
    if left is None or right is None:
        return False
    first, rest = left["groups"], right.group()
    group = rest.replace("-", " ").partition(" ")[0]
    before, after = (sum(mark.isdigit() for mark in part) for part in (first, rest))
    iban = _IBAN_START.search(first) is not None
    if not (before or after) or (group.isalpha() and not (iban or group in "ABCD")):
        return False
    if not iban and (
        _WHOLE_BEFORE.search(text, max(start - _NUMBER_REACH, 0), start)
        or _WHOLE_BEHIND.match(text, end, end + _NUMBER_REACH)
        or (_HOUSE.fullmatch(first) and after == len(group) <= _TOWN and joined != left.start("groups"))
    ):
        return False
    alone = left["before"] is None and first.isalnum() and joined != left.start()
    if alone and " " not in rest and "-" not in rest:
        return False
    card = 13 <= before + after <= 19 and first[0] in "23456" and before <= 12
    return iban or card or before < 9 or after < 5


def _edits(text: str, changes: regex.Pattern[str]) -> Iterator[tuple[int, int, str]]:
    """What the view puts in place of `text[start:end]`, in order."""
    joined = -1
    judged: dict[tuple[str, str, int], bool] = {}  # a hostile text breaks a line the same way everywhere
    for found in changes.finditer(text):
        kind, (start, end) = found.lastgroup, found.span()
        if kind == "label":
            yield from ((first, last, " ") for first, last in spaces(text, start, end))
        elif kind == "line":
            place = (
                text[max(start - _NUMBER_REACH - 1, 0) : start],
                text[end : end + _NUMBER_REACH],
                max(joined - start, -_NUMBER_REACH - 1),
            )
            if len(judged) > _REMEMBERED:
                judged.clear()
            if place not in judged:
                judged[place] = _goes_on(text, start, end, joined)
            if judged[place]:
                joined = end
                yield start, end, " "
        elif kind == "escape":
            yield start, end, _ESCAPED[found.group().lower()]
        elif kind == "json":
            sign = found.group()[1:]
            code = int(sign[1:], 16) if len(sign) == 5 else 0
            # Half of an emoji, of which JSON makes two: no string of ours can hold a half.
            whole = "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)
            yield start, end, whole if len(sign) == 5 else _IN_JSON.get(sign, sign)
        else:
            yield start, end, {"none": "", "dash": "-", "dot": "."}.get(kind, " ")
