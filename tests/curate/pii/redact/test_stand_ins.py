"""A surrogate of a name is a name of the same make-up."""

from __future__ import annotations

from itertools import count

import pytest

from curate.keys import Key
from curate.pii.redact.stand_ins import FIRST, LAST, stand_in
from curate.pii.redact.surrogates import surrogate


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Anjali Rao", f"{FIRST[0]} {LAST[1]}"),
        ("tom", FIRST[0].lower()),
        ("MR O'NEIL", f"MR A'{LAST[1].upper()}"),
        ("Dr. Rao-Smith", f"Dr. {FIRST[0]}-{LAST[1]}"),
        ("Mrs Hale", f"Mrs {LAST[0]}"),
        ("J. Smith", f"A. {LAST[1]}"),
        ("李明", FIRST[0]),
        ("", ""),
    ],
)
def test_each_part_keeps_its_kind_and_case(value: str, expected: str) -> None:
    assert stand_in(value, count()) == expected


def test_the_same_person_has_the_same_stand_in_under_one_key() -> None:
    key, other = Key(b"k" * 32, "demo"), Key(b"o" * 32, "demo")
    made = surrogate("PERSON", "Anjali Rao", "anjali rao", key)
    assert made == surrogate("PERSON", "Anjali Rao", "anjali rao", key)
    assert surrogate("PERSON", "ANJALI RAO", "anjali rao", key) == made.upper()
    assert "Anjali" not in made
    people = [f"person {number}" for number in range(20)]
    assert [surrogate("PERSON", one, one, key) for one in people] != [
        surrogate("PERSON", one, one, other) for one in people
    ]
