"""Places of a value in a text, told without a regex: its words or characters one after another, with marks
between them.

A value is looked for in one row or two, so compiling four regexes for it (0.3 ms each) cost more than all the
searching: half of the time of 2,000 rows (presidio_generated). What stands here gives the places that
`re.finditer` gives for the same form. Where upper and lower case do not answer one to one (`ſ`, the Kelvin
sign, dotted and dotless i), or the value has letters from U+0180 on, the regex is compiled after all.

Cost: one `str.find` for each form and text; more only where the first word stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

Place = tuple[int, int]
Finder = Callable[["Searched"], Iterator[Place]]

# IGNORECASE takes these for k, s and i, or lower case changes the length of the text.
_FOLDS_ALONE = re.compile("[\u212a\u017f\u0130\u0131]")
_LAST_LATIN = "\u017f"
# Of `\s` in a regex; `test_runs.py` compares.
SPACES = "".join(map(chr, [*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)])) + (
    "\u2028\u2029\u202f\u205f\u3000"
)


class Searched:
    """A text that values are looked for in, with the forms of it that searches share."""

    __slots__ = ("__dict__", "folded", "lowered", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = text.casefold()
        # None: its letters do not answer one to one.
        self.lowered: str | None = self.folded
        if not text.isascii():
            self.lowered = None if _FOLDS_ALONE.search(text) else text.lower()

    @cached_property
    def compact(self) -> str:
        """The lower-case text without the marks that may stand within a code."""
        return (self.lowered or "").translate(_WITHOUT_MARKS)


class Gap(NamedTuple):
    """What may stand between two pieces: which characters, how many."""

    marks: frozenset[str]
    least: int
    most: int


ANY_SPACE = Gap(frozenset(SPACES), 1, 1 << 30)
IN_NAMES = Gap(frozenset(SPACES + ".,"), 1, 3)
IN_ADDRESSES = Gap(frozenset(SPACES + ".,"), 1, 1 << 30)
IN_CODES = Gap(frozenset(SPACES + "-.()/"), 0, 3)
IN_LOGINS = Gap(frozenset("._-"), 0, 1)
_WITHOUT_MARKS = dict.fromkeys(map(ord, IN_CODES.marks))


def at_tokens(text: str, start: int, end: int) -> bool:
    """No letter or digit on either side: `(?<![^\\W_])...(?![^\\W_])`."""
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


def at_words(text: str, start: int, end: int) -> bool:
    """No letter, digit or underscore on either side: `(?<!\\w)...(?!\\w)`."""
    before, behind = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() or behind.isalnum() or before == "_" or behind == "_")


def at_addresses(text: str, start: int, end: int) -> bool:
    """An e-mail address that is not the end or beginning of a longer one."""
    before, behind = text[start - 1 : start], text[end : end + 1]
    if before.isalnum() or (before and before in "_.%+-") or behind.isalnum() or (behind and behind in "_-"):
        return False
    after = text[end + 1 : end + 2]
    return not (behind == "." and (after.isalnum() or after == "_"))


def anywhere(text: str, start: int, end: int) -> bool:
    """No border asked for."""
    return True


def compiled(make: Callable[[], re.Pattern[str]], may: Callable[[Searched], bool] | None = None) -> Finder:
    """A finder by the regex that `make` compiles, once it is needed; `may` says cheaply that it is not."""

    def find(searched: Searched) -> Iterator[Place]:
        if may is None or may(searched):
            for match in make().finditer(searched.text):
                if match.end() > match.start():
                    yield match.span()

    return find


def run(
    *orders: tuple[str, ...],
    gap: Gap,
    free: Callable[[str, int, int], bool],
    regex: Callable[[], re.Pattern[str]],
    cased: bool = False,
) -> Finder:
    """A finder of the pieces of `orders`, in one of these orders, with a gap between any two.

    Parameters
    ----------
    orders
        Pieces, none of which begins with a mark of `gap`.
    free
        Whether a place has the borders that it must have.
    regex
        Makes the regex of the same form, for texts and values that are beyond `lower()`.
    cased
        Whether the case counts.
    """
    slow = compiled(regex)
    if not cased:
        if not all(_is_plain(piece) for order in orders for piece in order):
            return slow
        orders = tuple(tuple(piece.lower() for piece in order) for order in orders)
    codes = tuple(map("".join, orders)) if gap is IN_CODES else ()

    def find(searched: Searched) -> Iterator[Place]:
        text = searched.text if cased else searched.lowered
        if text is None:
            yield from slow(searched)
            return
        if codes and not any(code in searched.compact for code in codes):
            return
        at = 0
        if len(orders) == 1 and len(orders[0]) == 1:  # a word by itself: most of what is sought
            word = orders[0][0]
            while (start := text.find(word, at)) >= 0:
                at = start + 1
                if free(text, start, start + len(word)):
                    at = start + len(word)
                    yield start, at
            return
        while starts := [start for order in orders if (start := text.find(order[0], at)) >= 0]:
            start = min(starts)
            for order in orders:
                end = _end(text, start, order, gap)
                if end and free(text, start, end):
                    yield start, end
                    at = end
                    break
            else:
                at = start + 1

    return find


def _is_plain(piece: str) -> bool:
    return piece.isascii() or (max(piece) < _LAST_LATIN and not any(mark in piece for mark in "µİı"))


def _end(text: str, start: int, pieces: tuple[str, ...], gap: Gap) -> int:
    """Where `pieces` end that begin at `start`; 0 if they do not stand there."""
    marks, least, most = gap
    if not text.startswith(pieces[0], start):
        return 0
    end = start + len(pieces[0])
    for piece in pieces[1:]:
        at = end
        while at - end < most and text[at : at + 1] in marks:
            at += 1
        if at - end < least or not text.startswith(piece, at):
            return 0
        end = at + len(piece)
    return end


def joined(first: str, last: str, regex: Callable[[], re.Pattern[str]]) -> Finder:
    """A finder of what logins make of two names: both, or the one with the other's initial, in either order,
    at once or with one of `._-` between them, up to four digits behind.

    Parameters
    ----------
    regex
        As in `run`.
    """
    slow = compiled(regex)
    if not _is_plain(first) or not _is_plain(last):
        return slow
    a, b = first.lower(), last.lower()
    orders = ((a, b), (b, a), (a[0], b), (b, a[0]), (a, b[0]))

    def find(searched: Searched) -> Iterator[Place]:
        text = searched.lowered
        if text is None:
            yield from slow(searched)
            return
        ends = -1
        for start in _login_starts(text, a, b):
            if start < ends or text[start - 1 : start].isalnum():
                continue
            for order in orders:
                body = _end(text, start, order, IN_LOGINS)
                end = body and _with_digits(text, body)
                if end:
                    yield start, end
                    ends = end
                    break

    return find


def _login_starts(text: str, first: str, last: str) -> list[int]:
    """Where a login may begin: at either name, or at an initial before the last."""
    starts = set(_all_places(text, first))
    for at in _all_places(text, last):
        starts.add(at)
        lead = at - 1 - (text[at - 1 : at] in IN_LOGINS.marks)
        if text[lead : lead + 1] == first[0]:
            starts.add(lead)
    return sorted(starts)


def _all_places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _with_digits(text: str, end: int) -> int:
    """Where a login with its digits ends whose names end at `end`; 0 if a letter or digit goes on."""
    digits = end + (text[end : end + 1] in IN_LOGINS.marks)
    after = digits
    while after - digits < 4 and text[after : after + 1].isdecimal():
        after += 1
    if after > digits and not text[after : after + 1].isalnum():
        return after
    return 0 if text[end : end + 1].isalnum() else end
