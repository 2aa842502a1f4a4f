"""UK numbers that are bare digits: label and check digit both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

Found = Callable[[str], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("my UTR is 1955839661", "UK_UTR", "1955839661"),
        ("unique taxpayer reference no. 19558 39661", "UK_UTR", "19558 39661"),
        ("VAT reg number 980 7806 84", "UK_VAT", "980 7806 84"),
        ("registered as GB980780684", "UK_VAT", "GB980780684"),
        ("CHI number 290664 1235", "UK_CHI", "290664 1235"),
        (
            "1600 Pennsylvania Ave NW, Washington, DC 20500",
            "STREET_ADDRESS",
            "1600 Pennsylvania Ave NW, Washington, DC 20500",
        ),
        (
            "350 5th Ave, Apt 4B, New York, NY 10118-0110 please",
            "STREET_ADDRESS",
            "350 5th Ave, Apt 4B, New York, NY 10118-0110",
        ),
    ],
)
def test_finds(found: Found, text: str, entity: str, value: str) -> None:
    assert (entity, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "UTR 1955839662",
        "it is 1955839661",
        "VAT 980780685",
        "at 980780684 VAT was charged. 980780684",
        "CHI 3113661235",
        "2906641235",
    ],
)
def test_a_wrong_check_digit_or_no_label_is_no_finding(found: Found, text: str) -> None:
    assert not [entity for entity, _ in found(text) if entity.startswith("UK_")]


@given(body=st.integers(0, 10**9 - 1))
def test_exactly_one_first_digit_completes_a_utr(body: int) -> None:
    from curate.pii.detect.recognizers.uk import UtrRecognizer

    utr = UtrRecognizer()
    right = [first for first in range(10) if utr.validate_result(f"{first}{body:09d}")]
    assert len(right) == 1


@given(body=st.integers(0, 10**7 - 1))
def test_two_pairs_of_check_digits_complete_a_vat_number(body: int) -> None:
    """One for each rule, less those above 96, which never occur."""
    from curate.pii.detect.recognizers.uk import UkVatRecognizer

    vat = UkVatRecognizer()
    assert 2 <= len([check for check in range(97) if vat.validate_result(f"{body:07d}{check:02d}")]) <= 2


def test_labelled_numbers_that_pass_are_verified(detector: Any) -> None:
    assert [hit.verified for hit in detector.find("UTR 1955839661")] == [True]
