"""Where a row's personal values stand: the findings, and every repeat of a found value anywhere else in the
row.

A value is looked for in its normalised form, so that `4111 1111 1111 1111` in the input also goes as
`4111111111111111` from a JSON output. Overlapping places become one, so that offsets stay true and nothing is
left between them. JSON stays JSON: inside a string only its content is touched, never half an escape; a
number that holds a value becomes a string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from curate.pii.values import is_code, normalise

# A value this long is taken out of longer words and numbers too; a shorter one only where it stands alone
# ("Al" in "Also").
STANDS_OUT = 6
_SEPARATOR = r"[\s\-.()/]{0,3}"


@dataclass(frozen=True)
class Value:
    """One found value of a row: what it is called, how it is compared, and what is done with it."""

    entity: str
    normalised: str
    value_id: str
    action: str


@dataclass(frozen=True)
class Span:
    """A place in a text, the value that names it, and whether a finding (not a repeat) put it there."""

    start: int
    end: int
    value: Value
    found: bool
    also: tuple[Value, ...] = ()


# A place that stays though the value goes elsewhere in the row: start, end and the value's id.
Spared = tuple[int, int, str]


@lru_cache(maxsize=65_536)
def pattern(entity: str, value: str) -> re.Pattern[str]:
    """A regex for every spelling of `value` that normalises alike: case, separators, a UK number's 0 or
    +44.
    """
    characters = [character for character in value if character.isalnum()]
    if entity == "PHONE_NUMBER":
        form = normalise(entity, value)
        if re.fullmatch(r"\+44\d{9,10}", form):
            body = _SEPARATOR.join(form[3:])
            return re.compile(rf"(?:(?:\+\s?|00)?44{_SEPARATOR}(?:\(?0\)?)?{_SEPARATOR}|\(?0)?{body}")
    if is_code(entity) and characters:
        body = _SEPARATOR.join(re.escape(character) for character in characters)
    else:
        body = r"\s+".join(re.escape(part) for part in value.split())
    if len(characters) < STANDS_OUT:
        body = rf"(?<!\w){body}(?!\w)"
    return re.compile(body, re.IGNORECASE)


def merge(spans: Iterable[Span]) -> list[Span]:
    """Spans in order with overlapping ones joined; the joined span is named by a finding before a repeat, the
    longer, the earlier.
    """
    joined: list[list[Span]] = []
    end = -1
    for span in sorted(
        spans, key=lambda span: (span.start, -span.end, span.value.entity, span.value.normalised)
    ):
        if span.start < end:
            joined[-1].append(span)
        else:
            joined.append([span])
        end = max(end, span.end)
    merged = []
    for group in joined:
        best = min(
            group,
            key=lambda span: (
                not span.found,
                span.start - span.end,
                span.start,
                span.value.entity,
                span.value.normalised,
            ),
        )
        others = dict.fromkeys(
            value for span in group for value in (span.value, *span.also) if value != best.value
        )
        merged.append(
            replace(
                best,
                start=min(span.start for span in group),
                end=max(span.end for span in group),
                also=tuple(others),
            )
        )
    return merged


def repeats(
    text: str, values: Sequence[tuple[Value, str]], spared: Sequence[Spared] = (), offset: int = 0
) -> list[Span]:
    """Every place in `text` where one of the row's values stands, given with a spelling of each, but for
    those spared.

    `offset` is where `text` begins in the text that `spared` points into.
    """
    return [
        Span(*match.span(), value, found=False)
        for value, spelling in values
        for match in pattern(value.entity, spelling).finditer(text)
        if match.group().strip()
        and not any(
            name == value.value_id and start < match.end() + offset and match.start() + offset < end
            for start, end, name in spared
        )
    ]


def rewrite(text: str, spans: Sequence[Span], render: Callable[[Span, str], str]) -> str:
    """`text` with each span (merged, in order) replaced by `render(span, its text)`."""
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], render(span, text[span.start : span.end])]
        at = span.end
    return "".join([*parts, text[at:]])


_JSON_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)


@dataclass(frozen=True)
class JsonToken:
    """A string's content or a number in a JSON text, and the spans to be replaced in it (offsets in the whole
    text).
    """

    start: int
    end: int
    is_number: bool
    is_key: bool
    spans: tuple[Span, ...]


def json_tokens(
    text: str, found: Sequence[Span], values: Sequence[tuple[Value, str]], spared: Sequence[Spared] = ()
) -> list[JsonToken]:
    """The strings and numbers of a JSON text that hold something: findings are cut to the token they stand
    in.
    """
    escaped = [(value, json.dumps(spelling, ensure_ascii=False)[1:-1]) for value, spelling in values]
    tokens = []
    for match in _JSON_TOKEN.finditer(text):
        is_number = match.group(1) is None
        start, end = match.span() if is_number else match.span(1)
        cut = [
            replace(span, start=max(span.start, start), end=min(span.end, end))
            for span in found
            if span.start < end and start < span.end
        ]
        again = [
            replace(span, start=span.start + start, end=span.end + start)
            for span in repeats(text[start:end], escaped, spared, start)
        ]
        spans = merge([*cut, *again])
        if not spans:
            continue
        if is_number:
            best = min(spans, key=lambda span: (not span.found, span.start - span.end, span.start))
            spans = [replace(best, start=start, end=end)]
        else:
            escapes = [
                (start + escape.start(), start + escape.end()) for escape in _ESCAPE.finditer(match.group(1))
            ]
            spans = merge(_whole_escapes(span, escapes) for span in spans)
        tokens.append(JsonToken(start, end, is_number, bool(match.group(2)), tuple(spans)))
    return tokens


def _whole_escapes(span: Span, escapes: Sequence[tuple[int, int]]) -> Span:
    start = min([first for first, last in escapes if first < span.start < last], default=span.start)
    end = max([last for first, last in escapes if first < span.end < last], default=span.end)
    return replace(span, start=start, end=end)
