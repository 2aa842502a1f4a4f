"""The algebra of spans against oracles that look at one character at a time."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from curate.pii.redact.spans import Span, Value, cut_at, merge, outside, rewrite

TEXT = "Ann (o'Neil), 07 - 911; b!  "
VALUES = [Value("PERSON", f"v{number}", f"v{number}", "replace", f"v{number}") for number in range(3)]
PLACES = st.tuples(st.integers(0, len(TEXT)), st.integers(1, 8)).map(
    lambda pair: (pair[0], min(pair[0] + pair[1], len(TEXT)))
)
SPANS = st.lists(
    st.builds(
        lambda place, value, found: Span(*place, value, found=found),
        PLACES.filter(lambda place: place[0] < place[1]),
        st.sampled_from(VALUES),
        st.booleans(),
    ),
    max_size=5,
)


def covered(spans: list[Span]) -> set[int]:
    return {place for span in spans for place in range(span.start, span.end)}


@settings(max_examples=200, deadline=None)
@given(SPANS)
def test_merging_covers_the_same_places_once_and_keeps_every_value(spans: list[Span]) -> None:
    made = merge(spans)
    assert covered(made) == covered(spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(made))
    for span in made:
        inside = [one for one in spans if span.start <= one.start and one.end <= span.end]
        assert {span.value, *span.also} == {one.value for one in inside}
        assert span.value not in span.also
        assert span.found == any(one.found for one in inside)
        named = [one for one in inside if one.found == span.found]
        longest = max(one.end - one.start for one in named)
        assert any(one.value == span.value for one in named if one.end - one.start == longest)
    assert merge(made) == made
    assert merge(spans[::-1]) == made


def test_an_untouched_span_is_given_as_it_is() -> None:
    one, two = Span(0, 3, VALUES[0], found=True), Span(4, 6, VALUES[1], found=False)
    assert merge([two, one])[0] is one
    assert next(outside([one], [(3, 9)])) is one
    assert next(cut_at([one], [0, 3], TEXT)) is one


@settings(max_examples=200, deadline=None)
@given(SPANS, st.lists(PLACES, max_size=3))
def test_what_lies_in_no_range_is_left(spans: list[Span], ranges: list[tuple[int, int]]) -> None:
    barred = {place for first, last in ranges for place in range(first, last)}
    for span in spans:
        pieces = list(outside([span], ranges))
        assert covered(pieces) == covered([span]) - barred
        assert all((piece.value, piece.found) == (span.value, span.found) for piece in pieces)
        assert all(piece.start < piece.end for piece in pieces)


@settings(max_examples=200, deadline=None)
@given(SPANS, st.lists(st.integers(0, len(TEXT)), max_size=4, unique=True).map(sorted))
def test_a_span_is_cut_at_borders_and_loses_marks_and_white_space_alone(
    spans: list[Span], borders: list[int]
) -> None:
    for span in spans:
        pieces = list(cut_at([span], borders, TEXT))
        if not any(span.start < border < span.end for border in borders):
            assert pieces == [span]
            continue
        lost = covered([span]) - covered(pieces)
        assert not any(TEXT[place].isalnum() for place in lost)
        for piece in pieces:
            assert not any(piece.start < border < piece.end for border in borders)
            words = TEXT[piece.start : piece.end]
            assert words == words.strip() and any(map(str.isalnum, words))


@settings(max_examples=300, deadline=None)
@given(SPANS, PLACES, st.integers(0, 4))
def test_a_place_in_the_old_text_is_found_in_the_new_one(
    spans: list[Span], place: tuple[int, int], length: int
) -> None:
    spans, stands = merge(spans), "#" * length
    made = rewrite(TEXT, spans, lambda *_: stands)
    start, end = place
    expected, at = "", start
    for span in spans:
        if span.end <= start or span.start >= end:
            continue
        expected += TEXT[at : max(span.start, at)] + stands
        at = span.end
    expected += TEXT[at:end]
    if start == end:  # an empty place may lie within a span: only that it is a place of the text
        return
    first, last = made.moved(start, end)
    assert made.text[first:last] == expected
    assert made.touches(start, end) == [span for span in spans if span.start < end and start < span.end]
