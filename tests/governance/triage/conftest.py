"""A small scan: examples, findings with true offsets, and a reviewer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from curate.examples import EXAMPLES, FINDINGS, conform
from curate.keys import Key
from curate.pii.values import with_ids
from governance.triage.reviewer import Reviewer

KEY = Key(b"k" * 32, "demo")
# Row, field, entity, value as it stands in the text, score.
FOUND = [
    ("r1", "input", "PHONE_NUMBER", "07911 123456", 0.95),
    ("r1", "input", "EMAIL_ADDRESS", "zq.canary@example.com", 1.0),
    ("r2", "input", "PHONE_NUMBER", "+44 7911 123456", 0.75),
    ("r3", "input", "UK_POSTCODE", "CB1 2DP", 0.45),
    ("r4", "input", "UK_POSTCODE", "SW4 9AA", 0.5),
    ("r5", "input", "UK_POSTCODE", "CB12DP", 0.45),
    ("r6", "input", "DATE_TIME", "2026-01-02", 0.6),
    ("r7", "output", "UK_POSTCODE", "EH2 2AA", 0.85),
]
TEXTS = {
    "r1": ("ring 07911 123456 or write zq.canary@example.com, my order is 4412345678", "x"),
    "r2": ("call +44 7911 123456 now", "x"),
    "r3": ("to CB1 2DP please", "x"),
    "r4": ("part SW4 9AA is short", "x"),
    "r5": ("near cb12dp or CB12DP", "x"),
    "r6": ("since 2026-01-02", "x"),
    "r7": ("nothing here", "it goes to EH2 2AA"),
}


@pytest.fixture
def examples() -> pl.DataFrame:
    rows = [
        {"example_id": row, "input": given, "output": wanted, "source": "desk", "held_out": False}
        for row, (given, wanted) in TEXTS.items()
    ]
    return conform(pl.DataFrame(rows), EXAMPLES)


@pytest.fixture
def findings() -> pl.DataFrame:
    places = []
    for row, field, entity, value, score in FOUND:
        start = TEXTS[row][field == "output"].index(value)
        places.append((row, field, entity, value, start, start + len(value), score, "test", score == 1))
    names = ["example_id", "field", "entity", "value", "start", "end", "score", "detector", "verified"]
    return conform(with_ids(pl.DataFrame(places, schema=names, orient="row"), KEY), FINDINGS)


@pytest.fixture
def reviewer() -> Reviewer:
    return Reviewer("Ada", "why not", date(2026, 3, 1), None, KEY.key_id)


@pytest.fixture
def value_id(findings: pl.DataFrame) -> Callable[[str, str], str]:
    def of(row: str, entity: str) -> str:
        return str(findings.filter(example_id=row, entity=entity)["value_id"][0])

    return of
