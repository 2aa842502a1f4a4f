"""From scores of tokens to spans of text: runs of one kind, without the marks at their ends, a name carried
to where it stands again.
"""

from __future__ import annotations

import re
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.pii.detect.names.tokens import TOKEN

# A shorter name is too often something else where nothing around it says "name".
_CARRIED_LETTERS = 3
# In a longer text a name is no longer one person's, and looking for all of its names takes time that grows
# with the square.
_CARRIED_TEXT = 20_000


class Span(NamedTuple):
    """A run of tokens of one kind: offsets in characters; `margin` over the next kind, mean of its tokens, in
    1/8,192.
    """

    start: int
    end: int
    kind: int
    margin: int


class Run(NamedTuple):
    """A run of tokens: positions in the batch, end exclusive."""

    first: int
    last: int
    kind: int


def runs(kinds: NDArray[np.int64]) -> list[Run]:
    """Runs of a kind that is not 0 ("none"), in order; `kinds` has shape (positions,)."""
    edges = np.flatnonzero(kinds[1:] != kinds[:-1]) + 1
    bounds = np.concatenate([[0], edges, [len(kinds)]])
    named = np.flatnonzero(kinds[bounds[:-1]])
    return [
        Run(*one)
        for one in zip(
            bounds[named].tolist(), bounds[named + 1].tolist(), kinds[bounds[named]].tolist(), strict=True
        )
    ]


def places(text: str, tokens: list[str]) -> list[int]:
    """Where each token of `text` ends, and at 0 the text's start; a token begins at or after the end of the
    one before it.
    """
    if sum(map(len, tokens)) == len(text):
        return list(accumulate(map(len, tokens), initial=0))
    return [0, *(match.end() for match in TOKEN.finditer(text))]


def handles_apart(tokens: list[str], first: int, last: int) -> list[tuple[int, int]]:
    """Tokens `first` to `last` of a row, cut before each "@": every handle is somebody else's."""
    cuts = [first, *(at for at in range(first + 1, last) if tokens[at][-1:] == "@"), last]
    return list(pairwise(cuts))


def span_of(
    tokens: list[str],
    ends: list[int],
    first: int,
    last: int,
    kind: int,
    margins: list[int],
    numbered: bool = False,
) -> Span | None:
    """The span of tokens `first` to `last` of a row, cut to begin with a letter and end with a letter or
    digit; None if nothing is left.

    Parameters
    ----------
    ends
        What `places` says of the row.
    margins
        Of each token of the run, before it is cut.
    numbered
        It may begin with a digit, as an address does, and is nothing without a word: most of a hash or a UUID
        is none.
    """
    begin, end = first, last
    leads = str.isalnum if numbered else str.isalpha
    while begin < end and not leads(tokens[begin].lstrip(" ")[:1]):
        begin += 1
    while end > begin and not tokens[end - 1][-1:].isalnum():
        end -= 1
    if begin == end or (
        numbered and not any(len(token) > 2 and token[-3:].isalpha() for token in tokens[begin:end])
    ):
        return None
    margin = sum(margins[begin - first : end - first]) // (end - begin)
    return Span(ends[begin + 1] - len(tokens[begin].lstrip(" ")), ends[end], kind, margin)


def whole_addresses(text: str, spans: list[Span], address: int, place: int) -> list[Span]:
    """`spans`, each address with the number and flat right before it and the places right behind it; one
    without a number goes.

    "Flat 2, 12 Mill Lane, Leeds" is one address; "Mill Lane" is a place.
    """
    joined: list[Span] = []
    for span in spans:
        before = joined[-1] if joined else None
        if (
            before
            and before.kind == address
            and span.kind in (address, place)
            and _BETWEEN.fullmatch(text, before.end, span.start)
        ):
            joined[-1] = before._replace(end=span.end)
        elif span.kind == address:
            least = before.end if before else 0
            lead = _LEAD.search(text, max(least, span.start - 40), span.start)
            joined.append(span._replace(start=lead.start()) if lead else span)
        else:
            joined.append(span)
    return [
        span
        for span in joined
        if span.kind != address or any(mark.isdigit() for mark in text[span.start : span.end])
    ]


_BETWEEN = re.compile(r"[,.]?[ \t]*\n?[ \t]*")
# A flat, a number, or both, up to where the span begins.
_LEAD = re.compile(
    r"(?i)\b(?:(?:flat|apt\.?|apartment|unit|suite|room|studio)[ \t]+(?:\d{1,4}[a-z]?,?[ "
    r"\t]+)?(?:\d{1,5}[a-z]?,?[ \t]+)?|\d{1,5}[a-z]?,?[ \t]+)(?:[NSEW]{1,2}\.?[ \t]+)?$"
)


def abbreviated(value: str) -> bool:
    """Two to four capitals: in a text with small letters an abbreviation ("the EAN is"), and initials alone
    name nobody.
    """
    return 2 <= len(value) <= 4 and value.isalpha() and value.isupper()


def carried(text: str, spans: list[Span], kind: int) -> list[Span]:
    """`spans`, and the other places where a name of `kind` stands again, whole or a capitalised part of it,
    as it was written.
    """
    best: dict[str, int] = {}
    for span in spans if len(text) <= _CARRIED_TEXT else ():
        if span.kind == kind:
            value = text[span.start : span.end]
            for part in (
                (value, *(word for word in value.split() if word.istitle() and word.isalpha()))
                if " " in value
                else (value,)
            ):
                if len(part) >= _CARRIED_LETTERS and text.count(part) > 1:
                    best[part] = max(best.get(part, span.margin), span.margin)
    if not best:
        return spans
    taken = [(span.start, span.end) for span in spans]
    again = []
    for value, margin in sorted(best.items(), key=lambda pair: (-len(pair[0]), pair[0])):
        for match in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text):
            if all(match.end() <= start or end <= match.start() for start, end in taken):
                taken.append(match.span())
                again.append(Span(*match.span(), kind, margin))
    return sorted([*spans, *again])
