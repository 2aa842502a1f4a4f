"""The corpus is a function of half and seed, its halves share nothing, and its check digits are right by
another implementation's word.
"""

from __future__ import annotations

from random import Random

import phonenumbers
import pytest

from benchmarks.pii import values as v
from benchmarks.pii.corpus import Row, corpus
from benchmarks.pii.negatives import NEGATIVE, WEIGHTS
from benchmarks.pii.phrases import POSITIVE

# The entities that the audit promises to find.
PROMISED = {
    "EMAIL_ADDRESS",
    "PHONE_NUMBER",
    "CREDIT_CARD",
    "IBAN_CODE",
    "IP_ADDRESS",
    "MAC_ADDRESS",
    "PERSONAL_URL",
    "CRYPTO",
    "UK_NHS",
    "UK_NINO",
    "UK_UTR",
    "UK_BANK_ACCOUNT",
    "UK_VAT",
    "UK_CHI",
    "UK_DRIVING_LICENCE",
    "UK_PASSPORT",
    "UK_VEHICLE_REGISTRATION",
    "UK_POSTCODE",
    "STREET_ADDRESS",
    "DATE_OF_BIRTH",
    "API_KEY",
    "PASSWORD",
}


@pytest.fixture(scope="module")
def halves() -> dict[str, list[Row]]:
    return {half: corpus(half) for half in ("tuning", "test")}


def _plain(value: str) -> str:
    return "".join(character for character in value.casefold() if character.isalnum())


@pytest.mark.parametrize("half", ["tuning", "test"])
def test_each_half_has_the_promised_size_and_entities(halves: dict[str, list[Row]], half: str) -> None:
    rows = halves[half]
    assert sum(bool(row.spans) for row in rows) >= 2_000
    assert sum(not row.spans for row in rows) >= 10_000
    assert {span.entity for row in rows for span in row.spans} == PROMISED


def test_the_halves_share_no_template_and_no_text(halves: dict[str, list[Row]]) -> None:
    for kind in (*POSITIVE, *NEGATIVE):
        tuning, test = kind.phrases("tuning"), kind.phrases("test")
        assert tuning
        assert test
        assert not {line.casefold() for line in tuning} & {line.casefold() for line in test}, kind.name
        assert all(line.count("{}") == 1 for line in (*tuning, *test)), kind.name
    assert not {row.text for row in halves["tuning"]} & {row.text for row in halves["test"]}


def test_the_halves_share_no_value(halves: dict[str, list[Row]]) -> None:
    """In any spelling: letters and digits alone."""
    assert not {_plain(row.value) for row in halves["tuning"]} & {_plain(row.value) for row in halves["test"]}


def test_the_same_seed_gives_the_same_rows_and_another_other_ones() -> None:
    assert corpus("test", 5, 50, seed=3) == corpus("test", 5, 50, seed=3)
    assert corpus("test", 5, 50, seed=3) != corpus("test", 5, 50, seed=4)


def test_every_span_is_the_value_it_names(halves: dict[str, list[Row]]) -> None:
    for row in halves["test"]:
        assert [row.text[span.start : span.end] for span in row.spans] == [row.value] * bool(row.spans)


def test_every_kind_of_negative_has_a_weight() -> None:
    assert len(WEIGHTS) == len(NEGATIVE)


def test_check_digits_are_those_of_published_examples() -> None:
    assert v.luhn("7992739871") == "79927398713"  # Wikipedia, "Luhn algorithm"
    assert v._mod11("943476591") == "9434765919"  # NHS Data Dictionary's example
    # BIP 173's test vector for a version 0 program
    assert (
        v._segwit(0, bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6"))
        == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    )


def test_phone_numbers_are_valid() -> None:
    random = Random(1)
    for _ in range(50):
        number = v.phone(random, "test")
        assert any(
            phonenumbers.is_valid_number(found.number)
            for region in ("GB", "US")
            for found in phonenumbers.PhoneNumberMatcher(
                number, region, leniency=phonenumbers.Leniency.POSSIBLE
            )
        ), number
