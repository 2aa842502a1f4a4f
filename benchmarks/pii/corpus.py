"""The corpus: rows of text with the places of personal data in them, and hard negatives; a function of half
and seed alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from benchmarks.pii import values as v
from benchmarks.pii.negatives import NEGATIVE, WEIGHTS
from benchmarks.pii.phrases import CLOSINGS, OPENINGS, POSITIVE, Kind


@dataclass(frozen=True)
class Span:
    """A value that should be found: characters, end exclusive."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True)
class Row:
    """One text; without spans a negative. `value` is what was put into `phrase`."""

    text: str
    kind: str
    phrase: str
    value: str
    spans: tuple[Span, ...] = ()
    benign: frozenset[str] = frozenset()
    run: bool = False


def corpus(half: v.Half, per_kind: int = 150, negatives: int = 12_000, seed: int = 0) -> list[Row]:
    """Rows of one half: `per_kind` positives of each kind and `negatives` hard negatives, texts distinct.

    Parameters
    ----------
    half
        `tuning` to work on recognizers, `test` to report. They share no template and no value.
    """
    random = Random(f"{seed} {half}")  # a string seeds by its SHA-512: no hash seed in it
    rows = [
        row
        for kind in POSITIVE
        for row in _distinct(
            per_kind,
            partial(_positive, random, half, kind),
        )
    ]
    chosen = random.choices(NEGATIVE, WEIGHTS, k=4 * negatives)

    def negative() -> Row:
        kind = chosen.pop()
        row = _row(
            random,
            half,
            kind.name,
            random.choice(kind.phrases(half)),
            v.of_half(kind.make, random, half),
            None,
        )
        return Row(row.text, row.kind, row.phrase, row.value, benign=kind.benign, run=kind.run)

    return rows + _distinct(negatives, negative)


def _distinct(count: int, make: Callable[[], Row]) -> list[Row]:
    rows: dict[str, Row] = {}
    while len(rows) < count:
        row = make()
        rows.setdefault(row.text, row)
    return list(rows.values())


def _positive(random: Random, half: v.Half, kind: Kind) -> Row:
    phrase = random.choice(kind.phrases(half))
    return _row(random, half, kind.name, phrase, kind.make(random, half), kind.entity)


def _row(random: Random, half: v.Half, kind: str, phrase: str, value: str, entity: str | None) -> Row:
    before = f"{random.choice(v.pool(OPENINGS, half))} " if random.random() < 0.3 else ""
    after = (
        f"{random.choice([' ', '. ', chr(10)])}{random.choice(v.pool(CLOSINGS, half))}"
        if random.random() < 0.3
        else ""
    )
    head = before + phrase.partition("{}")[0]
    span = (Span(len(head), len(head) + len(value), entity),) if entity else ()
    return Row(before + phrase.format(value) + after, kind, phrase, value, span)
