"""When two values are the same, and ids that outlive edits."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.keys import Key
from curate.pii.values import normalise, with_ids


@pytest.mark.parametrize(
    ("entity", "left", "right"),
    [
        ("PHONE_NUMBER", "07911 123456", "+44 (0)7911-123456"),
        ("PHONE_NUMBER", "07911123456", "0044 7911 123456"),
        ("EMAIL_ADDRESS", "Jo@Example.com", "jo@example.com"),
        ("UK_POSTCODE", "cb12dp", "CB1 2DP"),
        ("CREDIT_CARD", "4111 1111 1111 1111", "4111-1111-1111-1111"),
        ("STREET_ADDRESS", "14  Albert Road", "14 albert road"),
    ],
)
def test_spellings_of_one_value_normalise_alike(entity: str, left: str, right: str) -> None:
    assert normalise(entity, left) == normalise(entity, right)


@pytest.mark.parametrize(
    ("entity", "left", "right"),
    [
        ("PHONE_NUMBER", "07911 123456", "07911 123457"),
        ("EMAIL_ADDRESS", "jo.a@x.com", "joa@x.com"),
        ("IP_ADDRESS", "1.11.1.1", "11.1.1.1"),
    ],
)
def test_different_values_stay_different(entity: str, left: str, right: str) -> None:
    assert normalise(entity, left) != normalise(entity, right)


@given(value=st.text(min_size=1, max_size=12))
def test_normalising_never_empties_a_value_and_is_stable(value: str) -> None:
    for entity in ("UK_NHS", "PHONE_NUMBER"):
        once = normalise(entity, value)
        assert once
        assert normalise(entity, once) == once or entity == "PHONE_NUMBER"


def _found(*rows: tuple[str, str, str, int, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["example_id", "field", "entity", "start", "value"], orient="row")


def test_ids_carry_no_offset_but_tell_repeats_apart(key: Key) -> None:
    first = with_ids(
        _found(("r", "input", "UK_NINO", 3, "AB123456C"), ("r", "input", "UK_NINO", 30, "ab 12 34 56 c")), key
    )
    moved = with_ids(
        _found(("r", "input", "UK_NINO", 103, "AB123456C"), ("r", "input", "UK_NINO", 130, "AB123456C")), key
    )
    assert first["finding_id"].to_list() == moved["finding_id"].to_list()
    assert first["finding_id"].n_unique() == 2
    assert first["value_id"].n_unique() == 1


def test_ids_depend_on_the_key_and_hold_no_value(key: Key) -> None:
    rows = _found(("r", "input", "UK_NINO", 3, "AB123456C"))
    here, there = with_ids(rows, key), with_ids(rows, Key(b"z" * 32, "demo"))
    assert here["value_id"][0] != there["value_id"][0]
    assert "ab123456c" not in here["value_id"][0] + here["finding_id"][0]
