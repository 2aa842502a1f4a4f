"""A value of the input in parts, where the row's target asks for parts of it.

`{"first": "Tessa", "last": "Quill"}` beside "I am Tessa Quill": with one placeholder for all three a model
would learn to copy it three times. So in such a row the input itself has the parts, "I am <PERSON_1_FIRST>
<PERSON_1_LAST>", and the target is read off it as before. The same holds of the user and the domain of an
e-mail address, of day, month and year of a date, of the beginning and the end of a number or an address, and
of a name whose words the target has in another order ("Quill, Tessa"). A row whose target asks for no part
has one placeholder a value. Only placeholders have parts: a mask and a surrogate have them by themselves.

A field that is called `first_name` or `surname` says which part its value is, so a lone name has one too:
beside `{"last_name": "Quill"}` "Quill here" becomes `<PERSON_1_LAST> here`. A name that two fields call both
is one question, and has no part.

Cost: one look for each leaf of a row whose input lost something.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from curate.pii.redact import dates
from curate.pii.redact.follow import lost_places, part_of
from curate.pii.redact.forms import holds_name
from curate.pii.redact.identity import Identity, folded_words
from curate.pii.redact.leaves import Leaf
from curate.pii.redact.name_fields import FIRST, LAST, Question, resolved
from curate.pii.redact.offsets import Located
from curate.pii.redact.spans import Rewritten, Span, Value

# Words of a person, folded, and the part that fields call them.
Said = Mapping[tuple[str, ...], str]

_OTHER = {FIRST: LAST, LAST: FIRST}
_DATES = frozenset({"DATE_OF_BIRTH", "DATE_TIME"})
_WORD = re.compile(r"[^\W\d_]+")
_DATE_PARTS = {"d": "DAY", "m": "MONTH", "mon": "MONTH", "y": "YEAR"}
# What fields of a target call the parts of a date; their values are too short to be looked for elsewhere.
_DATE_FIELD = re.compile(r"(?:^|_|\b|(?<=[a-z]))(day|month|year)(?:$|_of_birth|OfBirth)", re.IGNORECASE)


@dataclass
class Asked:
    """What a row's targets ask for: where the input's values are cut, and the leaves made of their parts."""

    borders: set[int] = field(default_factory=set)
    identities: set[Identity] = field(default_factory=set)
    leaves: dict[Leaf, list[Span]] = field(default_factory=dict)  # places in the leaf
    mentions: dict[Identity, tuple[int, int]] = field(default_factory=dict)  # the longest in the input
    said: dict[Identity, Said] = field(default_factory=dict)


def asked(
    text: str,
    spans: Sequence[Span],
    targets: Sequence[Leaf],
    own: Set[Leaf],
    questions: Mapping[Leaf, Question],
    located: Sequence[Located],
) -> Asked:
    """The parts of the values of `spans` (of the input `text`) that `targets` ask for.

    Parameters
    ----------
    targets
        The strings and numbers of the outputs that may change.
    own
        Those of them in which something was found.
    questions
        Of leaves that ask for a part of a name, and of the last numbers of character spans that do.
    located
        The character spans of the targets.
    """
    made = Asked()
    whole = [
        span
        for span in spans
        if span.value.action == "replace"
        and all(value.identity == span.value.identity for value in span.also)
    ]
    if not whole:
        return made
    dated = [span for span in whole if span.value.entity in _DATES]
    as_it_is = Rewritten(text, tuple(spans), ())
    lost = {leaf: lost_places(leaf, as_it_is, text, leaf in own) for leaf in targets}
    if questions:
        _hear(made, text, whole, lost, questions, located)
    for leaf, places in lost.items():
        if places:
            for start, end, touched in places:
                if len(touched) == 1 and touched[0] in whole:
                    _cut(made, text, touched[0], start, end)
        elif not (_in_another_order(made, leaf, whole, text) or _of_a_date(made, leaf, dated, text)):
            _end_of_a_number(made, leaf, whole, text)
    for span in sorted(whole, key=lambda span: (span.end - span.start, -span.start)):
        if span.value.identity in made.identities:
            made.mentions[span.value.identity] = span.start, span.end
    return made


def _hear(
    made: Asked,
    text: str,
    spans: Sequence[Span],
    lost: Mapping[Leaf, Sequence[tuple[int, int, list[Span]]] | None],
    questions: Mapping[Leaf, Question],
    located: Sequence[Located],
) -> None:
    """Note which words of a person fields ask for as first or last name; a title stays in the text then."""
    persons = [span for span in spans if span.value.entity == "PERSON"]
    heard: dict[Identity, dict[str, set[tuple[str, ...]]]] = defaultdict(lambda: defaultdict(set))
    titled: dict[Identity, set[int]] = defaultdict(set)
    asks = [(question, places) for leaf, question in questions.items() if (places := lost.get(leaf))]
    for span in located:
        question = questions.get(span.value or span.last)
        touched = [one for one in persons if one.start < span.end and span.start < one.end]
        if question is not None and touched:
            asks.append((question, [(span.start, span.end, touched)]))
    for question, places in asks:
        for start, end, touched in places:
            first = touched[0]
            if len(touched) == 1 and first in persons and first.start <= start and end <= first.end:
                heard[first.value.identity][question.part].add(folded_words(text[start:end]))
                titled[first.value.identity].add(start)
    for identity, parts in heard.items():
        if words := resolved(parts):
            made.said[identity] = words
            made.identities.add(identity)
            made.borders |= titled[identity]


def _cut(made: Asked, text: str, span: Span, start: int, end: int) -> None:
    """Note that [start, end) of the input, within `span`, is asked for; nothing if it is all there is."""
    rest = text[span.start : start], text[end : span.end]
    if span.start <= start and end <= span.end and any(_says(span.value, piece) for piece in rest):
        made.borders |= {start, end}
        made.identities.add(span.value.identity)
        if span.value.entity in _DATES:
            _ask_date(made, span, text)
        if span.value.entity == "EMAIL_ADDRESS":
            at = text.find("@", span.start, span.end)
            made.borders |= {at, at + 1}


def _says(value: Value, piece: str) -> bool:
    return holds_name(value.entity, piece)


def _in_another_order(made: Asked, leaf: Leaf, spans: Sequence[Span], text: str) -> bool:
    """A leaf of a person's words in another order: "Quill, Tessa" of "Tessa Quill"."""
    words = list(_WORD.finditer(leaf.text)) if leaf.kind == "string" else []
    if not 2 <= len(words) <= 5:
        return False
    bag = sorted(_folded(match.group()) for match in words)
    for span in spans:
        name = list(_WORD.finditer(text, span.start, span.end))
        if span.value.entity != "PERSON" or sorted(_folded(match.group()) for match in name) != bag:
            continue
        made.borders |= {at for match in name for at in match.span()}
        made.identities.add(span.value.identity)
        full, said = span.value.identity[1], made.said.get(span.value.identity, {})
        made.leaves[leaf] = [
            Span(*match.span(), span.value, found=False, part=_of_a_name(match.group(), full, said))
            for match in words
        ]
        return True
    return False


def _folded(word: str) -> str:
    return " ".join(folded_words(word))


def _of_a_date(made: Asked, leaf: Leaf, spans: Sequence[Span], text: str) -> bool:
    """A leaf that is called day, month or year and is that of a lost date."""
    if leaf.kind == "string" and (read := dates.readings(leaf.text)):
        same = [span for span in spans if dates.readings(text[span.start : span.end])[:1] == read[:1]]
        return _in_another_form(made, leaf, same, text)
    name = leaf.steps[-1] if leaf.steps else ""
    called = _DATE_FIELD.search(name) if isinstance(name, str) else None
    value = leaf.text.strip().lstrip("0")
    if called is None or not value.isdecimal():
        return False
    for span in spans:
        for when in dates.readings(text[span.start : span.end])[:1]:
            if int(value) == getattr(when, called[1].lower()):
                _ask_date(made, span, text)
                part = called[1].upper()
                made.leaves[leaf] = [Span(0, len(leaf.text), span.value, found=False, part=part)]
                return True
    return False


def _in_another_form(made: Asked, leaf: Leaf, spans: Sequence[Span], text: str) -> bool:
    """A whole date in another form: "1984-10-07" of "07/10/1984"; of "7 October" its month's number cannot be
    read off.
    """
    names = {name for name, _, _ in dates.parts(leaf.text)}
    alike = [
        span
        for span in spans
        if {name for name, _, _ in dates.parts(text[span.start : span.end])} == names
        and text[span.start : span.end] != leaf.text
    ]
    for span in alike:
        _ask_date(made, span, text)
        made.leaves[leaf] = [
            Span(start, end, span.value, found=False, part=_DATE_PARTS[name])
            for name, start, end in sorted(dates.parts(leaf.text), key=lambda part: part[1])
        ]
    return bool(alike)


def _ask_date(made: Asked, span: Span, text: str) -> None:
    for _, start, end in dates.parts(text[span.start : span.end]):
        made.borders |= {span.start + start, span.start + end}
    made.identities.add(span.value.identity)


def _end_of_a_number(made: Asked, leaf: Leaf, spans: Sequence[Span], text: str) -> bool:
    """A leaf that is the beginning or the end of a number: `{"last4": "9169"}`."""
    value = part_of(leaf, [span.value for span in spans])
    if value is None:
        return False
    kept = sum(map(str.isalnum, leaf.text))
    for span in spans:
        if span.value.identity != value.identity:
            continue
        places = [at for at in range(span.start, span.end) if text[at].isalnum()]
        begins = _bare(text[span.start : span.end]).startswith(_bare(leaf.text))
        if len(places) <= kept:
            continue
        made.borders.add(places[kept - 1] + 1 if begins else places[-kept])
        made.identities.add(value.identity)
        part = "START" if begins else "END"
        made.leaves[leaf] = [Span(0, len(leaf.text), value, found=False, part=part)]
        return True
    return False


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def named(
    spans: Sequence[Span],
    text: str,
    identities: Set[Identity],
    whole: Sequence[Span],
    said: Mapping[Identity, Said],
) -> list[Span]:
    """`spans` of `text` (pieces of `whole`) with the names of their parts, for values that stand in parts.

    Parameters
    ----------
    identities
        The values that the row has in parts.
    said
        What fields call the words of a person.
    """
    if not identities:
        return list(spans)
    starts = [span.start for span in whole]
    made = []
    for span in spans:
        at = bisect_right(starts, span.start) - 1  # a piece behind a title begins later than its value
        inside = whole[at] if at >= 0 else None
        if span.value.identity in identities and span.value.action == "replace" and inside is not None:
            if not (inside.start <= span.start and span.end <= inside.end):
                inside = span
            part = part_name(span, text, inside, said.get(span.value.identity, {}))
            if part is None:
                continue
            span = span._replace(part=part)
        made.append(span)
    return made


def part_name(span: Span, text: str, inside: Span, said: Said) -> str | None:
    """What a piece of the value at `inside` is called; "" where it is all of it, None where it says nothing
    of it ("7th of" October).
    """
    piece, entity = text[span.start : span.end], span.value.entity
    if entity == "PERSON":
        return _of_a_name(piece, span.value.identity[1], said)
    if (span.start, span.end) == (inside.start, inside.end):
        return ""
    if entity in _DATES:
        for part, start, end in dates.parts(text[inside.start : inside.end]):
            if (span.start, span.end) == (inside.start + start, inside.start + end):
                return _DATE_PARTS[part]
        return None
    if entity == "EMAIL_ADDRESS":
        at = text.find("@", inside.start, inside.end)
        if span.start == inside.start and span.end == at:
            return "USER"
        if span.start == at + 1 and span.end == inside.end:
            return "DOMAIN"
    before, behind = text[inside.start : span.start], text[span.end : inside.end]
    if not any(map(str.isalnum, before)):
        return "START"
    return "MIDDLE" if any(map(str.isalnum, behind)) else "END"


def _of_a_name(piece: str, full: str, said: Said) -> str:
    """FIRST, MIDDLE or LAST: as a field calls these words, else by their place in the full name; nothing if
    the piece has first and last word.
    """
    words, name = folded_words(piece), full.split()
    for group, part in said.items():
        if words and set(words) <= set(group):
            return part
    if len(name) < 2 or not words:
        return ""
    holds_last = name[-1] in words
    first = name[0] in words or any(len(word) == 1 and name[0].startswith(word) for word in words)
    if first and holds_last:
        return ""
    part = FIRST if first else LAST if holds_last else "MIDDLE"
    taken = set(said.values())  # "Kim Min-ji" where a field calls Kim the surname
    return _OTHER[part] if part in taken and len(taken) == 1 and part in _OTHER else part
