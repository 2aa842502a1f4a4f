"""A leaf of a JSON target that stands in the input becomes what now stands there.

So an extracted value that could be read off the input before can be read off it afterwards, by construction:
with the same placeholder, whether it is the whole of a lost value or a part ("Quill" of "Tessa Quill"). A
leaf that stands elsewhere in the input too, where nothing was lost, stays as it is: `{"status": "mark"}`
beside "Mark ... the mark was fair".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from curate.pii.redact.forms import PLAIN_WORDS
from curate.pii.redact.leaves import Leaf
from curate.pii.redact.spans import Rewritten, Span, Value
from curate.pii.values import is_code

# A longer leaf is an answer in prose, not a value.
_LONGEST = 2_000
# A number of fewer digits is a count, and counts come from elsewhere too.
_NUMBER_DIGITS = 4
# The end of a card or telephone number that a target keeps ("last4"); a bare number must have more.
_PART, _PART_OF_NUMBER = 4, 6
# Their parts are places and common words.
_NO_PARTS = frozenset({"UK_POSTCODE", "CA_POSTAL_CODE", "DE_PLZ"})


def follow(
    leaf: Leaf,
    new: Rewritten,
    text: str,
    own: bool,
    render: Callable[[Span, str], str],
) -> tuple[str, Sequence[Span]] | None:
    """What `leaf` becomes by its place in the input `text`, and the spans behind it; None if it does not
    stand there or nothing was lost where it does.

    Parameters
    ----------
    new
        The input, rewritten.
    own
        Whether something was found in the leaf itself: then a place that lost something speaks first.
    """
    lost = lost_places(leaf, new, text, own)
    if not lost:
        return None if lost is None else (leaf.text, ())
    start, end, spans = lost[0]
    span = spans[0]
    within = span.start <= start and end <= span.end and span.value.action == "pseudonymise"
    if within and span.value.entity == "PERSON":
        return render(span, leaf.text), spans  # the same part of the stand-in's name
    first, last = new.moved(start, end)
    return new.text[first:last], spans


def lost_places(
    leaf: Leaf, given: Rewritten, text: str, own: bool
) -> list[tuple[int, int, list[Span]]] | None:
    """Where `leaf` stands in the input `text` under spans of `given`, and these; None if it does not, an
    empty list if it stays because it stands elsewhere too.

    Parameters
    ----------
    own
        Whether something was found in the leaf itself: then a place that lost something speaks first.
    """
    if not given.spans or not is_value(leaf):
        return None
    lost, kept = [], False
    word = leaf.text.lower() in PLAIN_WORDS
    for start, end in standing(leaf.text, text):
        spans = given.touches(start, end)
        if spans and word and text[start:end] != leaf.text and spans[0].value.entity != "PERSON":
            continue  # "rose" is not the Rose of Rose Street
        if spans:
            lost.append((start, end, spans))
        else:
            kept = True
    if not lost:
        return None
    is_name = lost[0][2][0].value.entity == "PERSON" and leaf.text != leaf.text.lower()
    return [] if kept and not own and not is_name else lost


def is_value(leaf: Leaf) -> bool:
    """Whether a leaf is long enough to tell where it comes from, and no answer in prose."""
    if leaf.kind == "number":
        return sum(map(str.isdigit, leaf.text)) >= _NUMBER_DIGITS
    return sum(map(str.isalnum, leaf.text)) > 1 and len(leaf.text) <= _LONGEST


def standing(value: str, text: str) -> list[tuple[int, int]]:
    """Where `value` (not empty) stands in `text` at token borders: as written, else in another case or
    spacing.
    """
    places = written(value, text)
    if places:
        return places
    words = value.split()
    if not words or words[0].casefold() not in text.casefold():
        return []
    before = r"(?<![^\W_])" if value[0].isalnum() else ""
    behind = r"(?![^\W_])" if value[-1].isalnum() else ""
    body = r"\s+".join(map(re.escape, words))
    return [match.span() for match in re.finditer(before + body + behind, text, re.IGNORECASE)]


def written(value: str, text: str) -> list[tuple[int, int]]:
    """Where `value` stands in `text` as written, at token borders; a regex would be compiled for each."""
    first, last = value[0].isalnum(), value[-1].isalnum()
    places, at = [], 0
    while (start := text.find(value, at)) >= 0:
        end = start + len(value)
        if (first and text[start - 1 : start].isalnum()) or (last and text[end : end + 1].isalnum()):
            at = start + 1
        else:
            places.append((start, end))
            at = end
    return places


def part_of(leaf: Leaf, values: Sequence[Value]) -> Value | None:
    """The lost number whose beginning or end a leaf is (`{"last4": "9169"}`); else None."""
    kept = "".join(filter(str.isalnum, leaf.text)).casefold()
    if len(kept) < (_PART_OF_NUMBER if leaf.kind == "number" else _PART) or not any(map(str.isdigit, kept)):
        return None
    for value in values:
        if is_code(value.entity) and value.entity not in _NO_PARTS:
            whole = "".join(filter(str.isalnum, value.spelling)).casefold()
            if len(whole) > len(kept) and (whole.startswith(kept) or whole.endswith(kept)):
                return value
    return None
