"""Places in a text that go, and what becomes of every other place when they do.

Overlapping places become one, so that offsets stay true and nothing is left between them. `Rewritten`
remembers what was put where, so that a character span of the old text can be told in the new one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from curate.pii.detect.names.months import in_a_date
from curate.pii.redact import forms
from curate.pii.redact.identity import Identity
from curate.pii.redact.runs import Searched


class Value(NamedTuple):
    """A found value of a row: what it is called, how it was written, which value it is, what is done."""

    entity: str
    normalised: str
    value_id: str
    action: str
    spelling: str = ""
    identity: Identity = ("", "")


class Span(NamedTuple):
    """A place in a text, the value that names it, and whether a finding (not a repeat) put it there."""

    start: int
    end: int
    value: Value
    found: bool
    also: tuple[Value, ...] = ()
    part: str = ""  # which part of the value it is, where the row has it in parts


# A place that stays though the value goes elsewhere in the row: start, end and the value's id.
Spared = tuple[int, int, str]


def _first(span: Span) -> tuple[bool, int, int, str, str]:
    """Orders overlapping spans by which names the place: a finding, the longer, the earlier."""
    return (not span.found, span.start - span.end, span.start, span.value.entity, span.value.normalised)


def merge(spans: Iterable[Span]) -> list[Span]:
    """Spans in order with overlapping ones joined; the joined span is named by a finding before a repeat, the
    longer, the earlier.
    """
    ordered = sorted(
        spans, key=lambda span: (span.start, -span.end, span.value.entity, span.value.normalised)
    )
    if len(ordered) < 2:
        return ordered
    if all(before.end <= span.start for before, span in pairwise(ordered)):
        return ordered
    joined: list[list[Span]] = []
    end = -1
    for span in ordered:
        if span.start < end:
            joined[-1].append(span)
        else:
            joined.append([span])
        end = max(end, span.end)
    merged = []
    for group in joined:
        if len(group) == 1:
            merged += group
            continue
        best = min(group, key=_first)
        others = dict.fromkeys(
            value
            for span in group
            for value in (span.value, *span.also)
            if value.value_id != best.value.value_id
        )
        merged.append(
            best._replace(
                start=min(span.start for span in group),
                end=max(span.end for span in group),
                also=tuple(others),
            )
        )
    return merged


def repeats(
    text: str, values: Sequence[Value], spared: Sequence[Spared] = (), offset: int = 0
) -> Iterator[Span]:
    """Every place in `text` where one of the row's values stands, whole or in part, but for those spared: see
    `forms`.

    `offset` is where `text` begins in the text that `spared` points into.
    """
    searched = Searched(text)
    for value in values:
        for start, end in forms.places(searched, value.entity, value.spelling):
            stays = spared and any(
                name == value.value_id and first < end + offset and start + offset < last
                for first, last, name in spared
            )
            # A person may be called May, and "1 May 2024" is a date all the same.
            if not stays and not (value.entity in forms.NAMED and in_a_date(text, start, end)):
                yield Span(start, end, value, found=False)


def outside(spans: Iterable[Span], ranges: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """The parts of `spans` that lie in none of `ranges`; a span that touches none is given as it is."""
    for span in spans:
        pieces = [(span.start, span.end)]
        for first, last in ranges:
            if first < span.end and span.start < last:
                pieces = [
                    piece
                    for start, end in pieces
                    for piece in ((start, min(end, first)), (max(start, last), end))
                    if piece[0] < piece[1]
                ]
        for start, end in pieces:
            yield span if (start, end) == (span.start, span.end) else span._replace(start=start, end=end)


def cut_at(spans: Iterable[Span], borders: Sequence[int], text: str) -> Iterator[Span]:
    """`spans`, each cut where a border falls within it; pieces without a letter or digit stay in the text,
    and so does a title.
    """
    for span in spans:
        within = borders[bisect_right(borders, span.start) : bisect_left(borders, span.end)]
        if not within:
            yield span
            continue
        edges = [span.start, *within, span.end]
        for start, end in pairwise(edges):
            piece = text[start:end]
            lead, tail = len(piece) - len(piece.lstrip()), len(piece) - len(piece.rstrip())
            if forms.holds_name(span.value.entity, piece):
                yield span._replace(start=start + lead, end=end - tail)


@dataclass(frozen=True)
class Rewritten:
    """A text with its spans replaced: the new text, the old places and the new ones."""

    text: str
    spans: tuple[Span, ...]
    places: tuple[tuple[int, int], ...]

    @cached_property
    def _starts(self) -> list[int]:
        return [span.start for span in self.spans]

    def touches(self, start: int, end: int) -> list[Span]:
        """The spans that overlap [start, end) of the old text."""
        at = bisect_right(self._starts, start) - 1
        found = []
        for span in self.spans[max(at, 0) :]:
            if span.start >= end:
                break
            if span.end > start:
                found.append(span)
        return found

    def moved(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end) of the old text stands in the new one: a border within a replaced place moves to
        that place's border.
        """
        return self._at(start, closing=False), self._at(end, closing=True)

    def _at(self, position: int, *, closing: bool) -> int:
        at = bisect_right(self._starts, position) - 1
        if at >= 0 and closing and self.spans[at].start == position:
            at -= 1  # an end at a span's start stands before it
        if at < 0:
            return position
        span, (first, last) = self.spans[at], self.places[at]
        if position < span.end and not (position == span.start and closing):
            return last if closing else first
        return position - span.end + last


def rewrite(text: str, spans: Sequence[Span], render: Callable[[Span, str], str]) -> Rewritten:
    """`text` with each span (merged, in order) replaced by `render(span, its text)`."""
    parts: list[str] = []
    places = []
    at = length = 0
    for span in spans:
        made = render(span, text[span.start : span.end])
        length += span.start - at
        places.append((length, length + len(made)))
        length += len(made)
        parts += [text[at : span.start], made]
        at = span.end
    return Rewritten("".join([*parts, text[at:]]), tuple(spans), tuple(places))
