"""Names of persons by their key: `"last_name": "quill"`, `name=Tessa+Quill`. No tagger is needed for those.

A bare key `name` names products and files as well, so it counts only in a query with two capitalised words.
"""

from __future__ import annotations

import regex  # type: ignore[import-untyped]

from curate.pii.detect.overlap import Hit

_HINT = regex.compile(r"name|[\"']last[\"']|D\.O\.B", regex.IGNORECASE)
_OF = "first|last|middle|full|given|family|maiden|sur|fore|customer|contact|employee|patient"
_VALUE = r"([\"'])(?P<name>[^\W\d_][\w .'’-]{0,60})\1"
_FIELD = regex.compile(rf"[\"'](?:(?:{_OF})[ _-]?name)[\"']\s{{0,3}}[:=]\s{{0,3}}{_VALUE}", regex.IGNORECASE)
_HALVES = regex.compile(rf"[\"'](?:first|last)[\"']\s{{0,3}}:\s{{0,3}}{_VALUE}", regex.IGNORECASE)
_QUERY = regex.compile(
    r"(?<![^?&\s])(?:\w{1,20}_)?name=(?P<name>[A-Z][\w'’-]{1,30}(?:(?:\+|%20)[A-Z][\w'’-]{1,30}){1,3})"
)
# What a schema or an empty form says in a name's place.
_NO_NAME = regex.compile(
    r"string|text|str|null|none|name|first|last|unknown|required|test|n/?a|\w*name", regex.IGNORECASE
)
# Labels that a tagger takes for names.
_LABELS = frozenset({"dob", "ssn", "nino", "iban"})
_SCORE = 0.9


def with_keyed(text: str, names: list[Hit]) -> list[Hit]:
    """`names` found in `text`, with those that a key says are names and without labels."""
    if _HINT.search(text) is None:
        return names
    found = [*_FIELD.finditer(text), *_QUERY.finditer(text)]
    halves = list(_HALVES.finditer(text))
    found += halves if len(halves) > 1 else []
    spans = sorted({one.span("name") for one in found if not _NO_NAME.fullmatch(one["name"])})
    keyed = [Hit(start, end, "PERSON", _SCORE, "KeyedName", False) for start, end in spans]
    kept = [
        hit
        for hit in names
        if text[hit.start : hit.end].replace(".", "").casefold() not in _LABELS
        and all(hit.end <= start or end <= hit.start for start, end in spans)
    ]
    return sorted([*kept, *keyed])
