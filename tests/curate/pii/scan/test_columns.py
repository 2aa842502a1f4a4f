"""Columns and keys are labels; whole numbers, dates of birth and nested values are scanned too."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from curate.errors import AssayError
from curate.pii.detect.params import ScanParams
from curate.plain.scan import ScanResult, scan

_PATTERNS = ScanParams(ner=None)


def _found(result: ScanResult) -> list[tuple[Any, ...]]:
    """Each finding's row, field, entity and value."""
    return [
        (int(row), field.removeprefix("_"), entity, value)
        for row, field, entity, value in result.hits.select("row", "field", "entity", "value").iter_rows()
    ]


@pytest.mark.parametrize(
    ("column", "values", "entity"),
    [
        ("ssn", ["536221234", None], "US_SSN"),
        ("phone", [7911123456, 1632960112], "PHONE_NUMBER"),
        ("mobileNo", ["7911123456"], "PHONE_NUMBER"),
        ("msisdn", ["447911123456"], "PHONE_NUMBER"),
        ("nhs_number", ["9434765919", "9990417784"], "UK_NHS"),
        ("NHS Number", [9434765919], "UK_NHS"),
        ("password", ["autumnwren", "Wren!41"], "PASSWORD"),
        ("login_password", ["correct-horse"], "PASSWORD"),
        ("dob", ["03/11/1961", "03111961"], "DATE_OF_BIRTH"),
        ("date_of_birth", [date(1961, 11, 3)], "DATE_OF_BIRTH"),
        ("accountNumber", [12345678], "UK_BANK_ACCOUNT"),
        ("sort_code", ["200000"], "UK_BANK_ACCOUNT"),
        ("postcode", ["cb12dp", "cb1 2dp"], "UK_POSTCODE"),
        ("passport-no", ["123456780"], "UK_PASSPORT"),
        ("api_key", ["q7Wz93LmXw0Tb5VnR2yHcJ8d"], "API_KEY"),
        ("session_id", ["7c9e6679-7425-40de-944b-e07fc1f90ae7"], "UUID"),
        ("card_number", [5241138062719402], "CREDIT_CARD"),
    ],
)
def test_a_columns_name_says_what_its_bare_values_are(column: str, values: list[Any], entity: str) -> None:
    result = scan(pl.DataFrame({column: values}), params=_PATTERNS)
    expected = [(row, column, entity, str(value)) for row, value in enumerate(values) if value is not None]
    assert sorted(one for one in _found(result) if one[2] == entity) == expected
    assert all(
        (start, end) == (0, len(str(values[row])))
        for row, start, end in result.findings.filter(pl.col("entity") == entity)
        .select("row", "start", "end")
        .iter_rows()
    )


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("order_number", [4412345678, 9434765919]),
        ("trackingId", ["07911123456"]),
        ("id", [1, 20, 4412345678]),
        ("created_at", [1699999200]),
        ("created", [date(2024, 1, 2)]),
        ("amount", [536221234]),
        ("password", ["********", "null", ""]),
        ("uuid", ["7c9e6679-7425-40de-944b-e07fc1f90ae7"]),
    ],
)
def test_numbers_of_things_are_left(column: str, values: list[Any]) -> None:
    frame = pl.DataFrame({column: values, "text": "no"})
    assert _found(scan(frame, params=_PATTERNS)) == []


def test_a_long_text_speaks_for_itself_whatever_its_column() -> None:
    note = "The order 7911123456 went to the wrong house, and nobody has told the customer so far, they say."
    assert _found(scan(pl.DataFrame({"phone_notes": [note]}), params=_PATTERNS)) == []


_USERS = [
    {"name": "x", "phone": "7911123456", "tags": ["a", "jo@example.org"]},
    {"name": "y", "phone": None, "tags": []},
]


def test_nested_columns_are_scanned_as_their_json() -> None:
    frame = pl.DataFrame(
        {"user": _USERS, "messages": [[{"role": "user", "content": "ring 07911 123456"}], []]}
    )
    result = scan(frame, params=_PATTERNS)
    assert _found(result) == [
        (0, "messages", "PHONE_NUMBER", "07911 123456"),
        (0, "user", "PHONE_NUMBER", "7911123456"),
        (0, "user", "EMAIL_ADDRESS", "jo@example.org"),
    ]
    text = '{"name":"x","phone":"7911123456","tags":["a","jo@example.org"]}'
    start = result.findings.filter(pl.col("entity") == "EMAIL_ADDRESS")["start"].item()
    assert text[start:].startswith("jo@example.org")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_dotted_path_reads_the_values_there(as_json: bool) -> None:
    """A struct of Parquet and the JSON text that a JSONL file's nested value becomes are read alike."""
    from curate.files import canonical_json

    users = [canonical_json(user) for user in _USERS] if as_json else _USERS
    frame = pl.DataFrame({"user": users})
    assert _found(scan(frame, ["user.phone", "user.tags"], params=_PATTERNS)) == [
        (0, "user.phone", "PHONE_NUMBER", "7911123456"),
        (0, "user.tags.1", "EMAIL_ADDRESS", "jo@example.org"),
    ]
    result = scan(frame, "user.phone", params=_PATTERNS)
    assert result.findings.select("start", "end").row(0) == (0, 10)


def test_a_path_goes_through_lists_by_number_or_every_item() -> None:
    turns = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "write to jo@example.org"}]
    frame = pl.DataFrame({"messages": [turns]})
    every = scan(frame, "messages.content", params=_PATTERNS)
    assert _found(every) == [(0, "messages.1.content", "EMAIL_ADDRESS", "jo@example.org")]
    assert _found(scan(frame, "messages.1.content", params=_PATTERNS)) == _found(every)
    assert _found(scan(frame, "messages.0.content", params=_PATTERNS)) == []


def test_a_path_that_leads_nowhere_is_an_error() -> None:
    with pytest.raises(AssayError, match=r"no row .* has a value at 'user.email'"):
        scan(pl.DataFrame({"user": _USERS}), "user.email", params=_PATTERNS)


def test_a_nested_column_says_of_its_values_what_the_same_json_says() -> None:
    people = [{"name": "Tom Hall", "phone": 7911123456}, {"name": "Wei Zhang", "phone": None}]
    nested = pl.DataFrame({"id": [1, 2], "user": people, "item": [{"name": "Oak Table", "sku": "1"}] * 2})
    written = nested.with_columns(
        pl.Series("user", ['{"name":"Tom Hall","phone":7911123456}', '{"name":"Wei Zhang","phone":null}']),
        pl.Series("item", ['{"name":"Oak Table","sku":"1"}'] * 2),
    )
    found = [_found(scan(frame, params=ScanParams(), id="id")) for frame in (nested, written)]
    assert found[0] == found[1]
    assert ("user", "PERSON", "Tom Hall") in [row[1:] for row in found[0]]
    assert not any(row[1] == "item" for row in found[0])


def test_many_bare_values_are_found_as_few_are() -> None:
    from curate.pii.detect.detector import Detector
    from curate.pii.scan.search import FEW, search

    values = [f"R{number:08d}" for number in range(0, 9_000_000, 60_000)]
    values += ["a\u200bb@example.com", "07911 123456", "7911123456", "9434765919", "0044 7911 123456", "ann"]
    rows = pl.DataFrame({"row": list(map(str, range(len(values)))), "phone": values})
    detector = Detector(_PATTERNS)
    whole = search(rows, ["phone"], detector, labels={"phone": "phone"})
    few = [
        search(part, ["phone"], detector, labels={"phone": "phone"}) for part in rows.iter_slices(FEW // 2)
    ]
    assert rows.height > FEW
    assert whole.equals(pl.concat(few).sort(["row", "field", "start", "entity"]))
    assert whole.height >= 5
