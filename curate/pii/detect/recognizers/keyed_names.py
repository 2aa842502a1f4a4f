"""Names of persons by their key: `"last_name": "quill"`, `name=Tessa+Quill`, `<surname>Quill</surname>`. No
tagger is needed for those.

A bare key `name` names products, towns and files as well. It counts where the keys beside it or the key of
its object are a person's (`email`, `author`) and none is a thing's (`version`, `city`); where neither says
anything, the lists of names decide. Cost: one look for "name", and some hundred characters around each such
key.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import regex  # type: ignore[import-untyped]

from curate.pii.detect.names.features import Lexicon
from curate.pii.detect.names.tokens import fold
from curate.pii.detect.overlap import Hit

_SIGN = r"name|[\"']last[\"']|D\.O\.B"
_HINT = regex.compile(_SIGN, regex.IGNORECASE)
_OF = "first|last|middle|full|given|family|maiden|sur|fore|customer|contact|employee|patient|account[ _-]?holder"
_WORDS = r"[^\W\d_][\w .'’-]{0,60}"
_VALUE = rf"(\\?[\"'])(?P<name>{_WORDS})\1"
_FIELD = regex.compile(
    rf"[\"'](?:(?:{_OF})[ _-]?name)\\?[\"']\s{{0,3}}[:=]\s{{0,3}}{_VALUE}", regex.IGNORECASE
)
_HALVES = regex.compile(rf"[\"'](?:first|last)\\?[\"']\s{{0,3}}:\s{{0,3}}{_VALUE}", regex.IGNORECASE)
_BARE = regex.compile(rf"[\"'](?i:name|fullname|display_?name)\\?[\"']\s{{0,3}}[:=]\s{{0,3}}{_VALUE}")
_QUERY = regex.compile(
    r"(?<![^?&\s])(?:\w{1,20}_)?name=(?P<name>[A-Z][\w'’-]{1,30}(?:(?:\+|%20)[A-Z][\w'’-]{1,30}){1,3})"
)
_ELEMENT = regex.compile(
    rf"<(?:\w{{1,20}}:)?(?:(?:{_OF})[_-]?name)\b[^<>]{{0,80}}>\s{{0,3}}(?P<name>{_WORDS})\s{{0,3}}</",
    regex.IGNORECASE,
)
# A line of its own; the value is nothing but one to four words.
_LINE = regex.compile(
    rf"^[ \t>*-]{{0,6}}(?:(?:{_OF})[ _-]?name)[ \t]{{0,3}}[:=][ \t]{{0,3}}"
    r"(?P<name>[^\W\d_][\w'’-]{0,30}(?: [^\W\d_][\w'’.-]{0,30}){0,3})[ \t\r]*$",
    regex.IGNORECASE | regex.MULTILINE,
)
# What a schema or an empty form says in a name's place.
_NO_NAME = regex.compile(
    r"string|text|str|varchar.*|null|none|nil|name|first|last|unknown|anonymous|required|optional|missing|empty|invalid"
    r"|test|n/?a|tbc|tbd|\w*name|(?:your|enter|my|the) .*|.* (?:required|here|missing)",
    regex.IGNORECASE,
)
# Labels that a tagger takes for names.
_LABELS = frozenset({"dob", "ssn", "nino", "iban"})
_SCORE, _BARE_SCORE = 0.9, 0.6

# Keys beside a name that only a person's object has, and keys of a person beside it or of its object.
_RECORD = (
    "e_?mail|phone|mobile|tel|age|dob|birth\\w*|date_?of_?birth|gender|sex|job|job_?title|dept|department|salary|surname"
    "|user_?name|login|nationality|occupation|married|marital_?status|nhs\\w*|ssn|next_?of_?kin|spouse"
)
_PERSONS = (
    "role|position|author|user|users|customers?|patients?|owners?|contacts?|employees?|person|persons|people|manager|assignee"
    "|sender|recipients?|members?|client|clients|reporter|passengers?|guests?|driver|applicants?|candidates?|students?"
    "|teachers?|tenants?|attendees|participants|staff|creator|committer|maintainers?|reviewers?|authors|signatory"
    "|beneficiary|payee|cardholder|agent|doctor|parent|children|friends?"
)
_THINGS = (
    "version|size|sizes|sku|price|cost|path|file|filename|colou?r|category|currency|unit|quantity|qty|license|dependencies"
    "|devdependencies|main|scripts|lat|lng|lon|latitude|longitude|population|capital|model|brand|icon|src|href|extension|mime"
    "|format|width|height|command|image|port|schema|table|columns?|dtype|product|products|city|cities|country|countries|company"
    "|organi[sz]ation|package|repo|repository|project|place|location|venue|items?|team|app|application|station|event|course"
    "|school|dataset|plan|region|county|town|street|hotel|restaurant|shop|store|server|host|service|container|cluster|bucket"
    "|font|theme|plugin|parameters|properties|arguments|returns|required|function|symbol|genre|artist|isbn|film|movie|species"
)
_KEY = regex.compile(
    rf"[\"'](?:(?P<record>{_RECORD})|(?P<person>{_PERSONS})|(?P<thing>{_THINGS}))\\?[\"']\s{{0,3}}:",
    regex.IGNORECASE,
)
_FIRM = regex.compile(
    r"(?i)\b(?:ltd|limited|plc|inc|llc|gmbh|corp|group|company|team|department|services?|support|hotel|bank|school|college"
    r"|university|hospital|council|agency|association|centre|center|admin|sales|office|desk|accounts?)\b"
)
# Characters on each side of a name in which the keys beside it are looked for.
_BESIDE = 200
_PARENT = regex.compile(r"[\"'](\w{1,40})\\?[\"']\s{0,3}:\s{0,3}\[?\s{0,3}$")
_PERSON, _THING = regex.compile(_PERSONS, regex.IGNORECASE), regex.compile(_THINGS, regex.IGNORECASE)
_FIRST, _SURNAME, _PLACE = 3, 12, 48  # bits of `Lexicon.ranks`


def with_keyed(text: str, names: list[Hit], lexicon: Lexicon | None = None) -> list[Hit]:
    """`names` found in `text`, with those that a key says are names and without labels.

    Parameters
    ----------
    lexicon
        Lists of names, for a bare key `name`; without it such a key says nothing.
    """
    if _HINT.search(text) is None:
        return names
    found = [match for form in (_FIELD, _QUERY, _ELEMENT, _LINE) for match in form.finditer(text)]
    halves = list(_HALVES.finditer(text))
    found += halves if len(halves) > 1 else []
    spans = dict.fromkeys((one.span("name") for one in found if not _NO_NAME.fullmatch(one["name"])), _SCORE)
    if lexicon is not None:
        for one in _BARE.finditer(text):
            score = 0.0 if _NO_NAME.fullmatch(one["name"]) else _bare(text, one, lexicon)
            if score:
                spans.setdefault(one.span("name"), score)
    keyed = [
        Hit(start, end, "PERSON", score, "KeyedName", False) for (start, end), score in sorted(spans.items())
    ]
    kept = [
        hit
        for hit in names
        if text[hit.start : hit.end].replace(".", "").casefold() not in _LABELS
        and all(hit.end <= start or end <= hit.start for start, end in spans)
    ]
    return sorted([*kept, *keyed])


def hinted(texts: Sequence[str]) -> list[bool]:
    """Which texts `with_keyed` can change: one look at all of them takes a tenth of the time."""
    return pl.Series(texts, dtype=pl.String).str.contains(f"(?i){_SIGN}").to_list()


def _bare(text: str, found: regex.Match[str], lexicon: Lexicon) -> float:
    """What the value of a bare key `name` scores as a person's."""
    start, end = found.span()
    opens = text.rfind("{", max(start - _BESIDE, 0), start)
    closes = text.find("}", end, end + _BESIDE)
    parent = _PARENT.search(text, max(opens - 60, 0), opens) if opens >= 0 else None
    # The objects of a list share the key of the list, which only the first stands beside.
    if parent and _THING.fullmatch(parent.group(1)):
        return 0.0
    beside = [
        match
        for first, last in (
            (opens if opens >= 0 else max(start - _BESIDE, 0), start),
            (end, closes if closes >= 0 else end + _BESIDE),
        )
        for match in _KEY.finditer(text, first, last)
    ]
    if _FIRM.search(found["name"]):
        return 0.0
    if any(match["record"] for match in beside):
        return _SCORE
    if any(match["thing"] for match in beside):
        return 0.0
    if beside or (parent and _PERSON.fullmatch(parent.group(1))):
        return _SCORE
    return _BARE_SCORE if _listed(found["name"], lexicon) else 0.0


def _listed(name: str, lexicon: Lexicon) -> bool:
    """Whether the words of a value are those of a name: capitals, and on the lists of names rather than of
    places.
    """
    words = regex.findall(r"[^\W\d_]+", name)
    ranks = [lexicon.ranks.get(fold(word), 0) for word in words]
    if not words or not all(word[0].isupper() for word in words) or len(words) > 4:
        return False
    if len(words) > 1:
        place = (ranks[0] & _PLACE) >> 4
        return ranks[0] & _FIRST > place and bool(ranks[-1] & (_SURNAME | _FIRST))
    rank = ranks[0]
    return max(rank & _FIRST, (rank & _SURNAME) >> 2) > (rank & _PLACE) >> 4
