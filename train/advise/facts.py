"""Does the answer stand in the input? The share of rows whose output states a fact that the input does not
hold.

Of a JSON output each value is looked for in the input (`train.kinds.values`). Not asked for: what the schema
spells out, truth values, fields of few values (a priority: that is a label), and numbers that are reckoned (a
hundred times or a hundredth of one in the input). A row states facts if half of its other values are nowhere
in its input.

Of a text: numbers, and names in the middle of a sentence, that the input does not hold and that fewer than a
fifth of all outputs share (what they share, such as a telephone number under each reply, is manner and not
knowledge), one in fifteen words or more; or at least half of its words of substance are neither in the input
nor said in other rows. A time counts as held in whatever way it is written, and names are not looked for in
languages that write nouns with a capital. Where outputs are in another language than inputs only numbers are
looked at. Placeholders (`<PERSON_1>`, `{{order}}`) are not facts.

What it does not see: a fact that is spelt with words of the input, a name at the head of a sentence that is
made of common words. Labels are judged by `lookup`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl

from curate.pii.detect.languages.identify import identify
from curate.strict_json import NotJson, parse_json
from curate.task import Kind
from curate.validate.unsupported import unsupported
from train.advise.case import Case, Evidence, Signal, words_of
from train.kinds.values import comparable, leaves, stands_in

# Share of the outputs from which a number or a name is manner: half a dozen desks signing is still manner.
MANNER = 0.2
# A word that so many rows say, and so large a share beside them, is part of how the task speaks.
SPOKEN, SPOKEN_SHARE = 3, 0.005
# Values of a field, and rows for each, up to which it is a choice among few.
FEW, ROWS_A_VALUE = 12, 4
# Words of an answer for each number or name that makes it one of facts: a long reply that says "My Orders"
# once is none.
WORDS_A_FACT = 15
# Words shorter than this say nothing by themselves.
SUBSTANCE = 3
# Letters that two words share at their head to be forms of one.
STEM = 4
_NOT_ASKED = {
    Kind.CLASSIFICATION: "labels are judged by what can be learned of them",
    Kind.PREFERENCE: "of two answers one is chosen: that teaches a manner, whatever both state",
}
# Rows whose languages are looked at.
_LANGUAGES = 60
# Words of an output, in the mean, by which its language can be told.
_WORDS_TO_TELL = 5
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}|<[A-Z_]+(?:_\d+)?>")


def facts(case: Case) -> Signal:
    """The share of rows that state facts from elsewhere."""
    case = case.part
    if case.kind in _NOT_ASKED:
        return Signal("facts", _NOT_ASKED[case.kind], {"share": None})
    found = _of_json(case) if case.kind is Kind.EXTRACTION else _of_texts(case)
    share = len(found) / max(case.height, 1)
    said = f"{share:.0%} of the outputs state something that their input does not hold"
    evidence = [Evidence(case.ids[at], f"not in the input: {what}") for at, what in found.items()]
    return Signal("facts", said, {"share": round(share, 4), "rows": len(found)}, evidence)


@dataclass(frozen=True)
class _Value:
    row: int
    path: str
    value: Any
    absent: bool


def _of_json(case: Case) -> dict[int, str]:
    """Rows that state facts, and in which fields."""
    values = [one for row in range(case.height) for one in _values(case, row)]
    by_path: dict[str, list[_Value]] = {}
    for one in values:
        by_path.setdefault(one.path, []).append(one)
    free = {path for path, ones in by_path.items() if not _few(ones)}
    found = {}
    for row, ones in _by_row(values).items():
        asked = [one for one in ones if one.path in free]
        absent = [one for one in asked if one.absent]
        if absent and 2 * len(absent) >= len(asked):
            found[row] = ", ".join(sorted({one.path for one in absent}))
    return found


def _by_row(values: Iterable[_Value]) -> dict[int, list[_Value]]:
    rows: dict[int, list[_Value]] = {}
    for one in values:
        rows.setdefault(one.row, []).append(one)
    return rows


def _few(ones: list[_Value]) -> bool:
    distinct = len({comparable(one.value) for one in ones})
    return distinct <= FEW and len(ones) >= ROWS_A_VALUE * distinct


def _values(case: Case, row: int) -> list[_Value]:
    try:
        document = parse_json(case.outputs[row])
    except NotJson:
        return []
    text = case.inputs[row]
    numbers = _numbers(text)
    return [
        _Value(row, path, value, not stands_in(value, text) and not _reckoned(value, numbers))
        for path, value in leaves(document)
        if comparable(value) not in case.closed
    ]


def _numbers(text: str) -> set[Decimal]:
    return {
        number
        for word in text.replace(",", "").split()
        if (number := _number(word.strip("£$€.;:()"))) is not None
    }


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _reckoned(value: Any, numbers: set[Decimal]) -> bool:
    number = _number(str(value))
    return number is not None and bool({number * 100, number / 100} & numbers)


def _of_texts(case: Case) -> dict[int, str]:
    """Rows that state facts, and how many."""
    stated = _stated(case)
    shared = Counter(one for row in stated for one in set(row))
    known = [set(words) for words in case.words]
    spoken = [set(words_of(_PLACEHOLDER.sub(" ", answer))) for answer in case.outputs]
    new = Counter(word for words, held in zip(spoken, known, strict=True) for word in words - held)
    abroad = _other_language(case)
    found = {}
    for row, statements in enumerate(stated):
        rare = [one for one in statements if shared[one] < MANNER * case.height or shared[one] < SPOKEN]
        if abroad:
            rare = [one for one in rare if any(map(str.isdigit, one))]
        strange = 0.0 if abroad else _strange(spoken[row], known[row], new, case.height)
        if rare and WORDS_A_FACT * len(rare) >= len(words_of(case.outputs[row])):
            found[row] = f"{len(rare)} numbers or names" if len(rare) > 1 else "a number or a name"
        elif strange >= 0.5:
            found[row] = f"{strange:.0%} of its words"
    return found


def _stated(case: Case) -> list[list[str]]:
    """Numbers and names of each output that its input does not hold."""
    languages = case.rows["language"].to_list()
    unknown = [at for at, language in enumerate(languages) if language is None]
    told = identify(pl.Series([case.outputs[at] for at in unknown], dtype=pl.String)).to_list()
    for at, language in zip(unknown, told, strict=True):
        languages[at] = language
    return [
        [
            one
            for one in unsupported(text, _PLACEHOLDER.sub(" ", answer), language)
            if not _said_otherwise(one, text)
        ]
        for text, answer, language in zip(case.inputs, case.outputs, languages, strict=True)
    ]


def _said_otherwise(statement: str, text: str) -> bool:
    """Whether the parts of a number stand in a text, noughts aside, hours of the afternoon in either way."""
    parts = {int(part) for part in re.findall(r"\d+", statement)} - {0}
    if not parts:
        return not any(map(str.isalpha, statement))
    known = {int(part) for part in re.findall(r"\d+", text)}
    return ":" in statement and parts <= known | {hour + 12 for hour in known if hour < 12}


def _strange(spoken: set[str], known: set[str], new: Mapping[str, int], rows: int) -> float:
    """Share of an answer's words of substance that neither its input nor other answers have."""
    usual = SPOKEN + SPOKEN_SHARE * rows
    asked = [word for word in spoken if len(word) >= SUBSTANCE and (word in known or new[word] < usual)]
    if not asked:
        return 0.0
    heads = {word[:STEM] for word in known if len(word) >= STEM}
    return sum(word not in known and word[:STEM] not in heads for word in asked) / len(asked)


def _other_language(case: Case) -> bool:
    """Whether outputs are in another language than their inputs, by most rows that can be told."""
    step = max(1, case.height // _LANGUAGES)
    if sum(len(words_of(text)) for text in case.outputs[::step]) < _WORDS_TO_TELL * len(case.outputs[::step]):
        return False  # a word or two are of any language
    before, after = (
        identify(pl.Series(texts[::step], dtype=pl.String)).to_list() for texts in (case.inputs, case.outputs)
    )
    told = [one != other for one, other in zip(before, after, strict=True) if one and other]
    return len(told) >= 5 and sum(told) > len(told) / 2
