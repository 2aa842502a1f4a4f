"""What each recognizer finds, and the look-alikes it leaves."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

Found = Callable[[str], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("mail jo.smith@example.co.uk.", "EMAIL_ADDRESS", "jo.smith@example.co.uk"),
        ("mail jo@corp.local now", "EMAIL_ADDRESS", "jo@corp.local"),
        ("ring 07911 123456", "PHONE_NUMBER", "07911 123456"),
        ("it's 07700900123", "PHONE_NUMBER", "07700900123"),
        ("+44 (0)20 7946 0018 today", "PHONE_NUMBER", "+44 (0)20 7946 0018"),
        ("on 01632 960123", "PHONE_NUMBER", "01632 960123"),
        ("(212) 555-0123 is me", "PHONE_NUMBER", "(212) 555-0123"),
        ("my number is 7911123456", "PHONE_NUMBER", "7911123456"),
        ("they are not answering at 9747 6578", "PHONE_NUMBER", "9747 6578"),
        ("06-10446904 - office", "PHONE_NUMBER", "06-10446904"),
        ("4111 1111 1111 1111", "CREDIT_CARD", "4111 1111 1111 1111"),
        ("card 2223003122003222", "CREDIT_CARD", "2223003122003222"),
        ("GB29 NWBK 6016 1331 9268 19", "IBAN_CODE", "GB29 NWBK 6016 1331 9268 19"),
        ("gb29nwbk60161331926819", "IBAN_CODE", "gb29nwbk60161331926819"),
        ("from 203.0.113.7 today", "IP_ADDRESS", "203.0.113.7"),
        ("from 2001:db8::8a2e:370:7334", "IP_ADDRESS", "2001:db8::8a2e:370:7334"),
        ("mac 00:1A:2B:3C:4D:5E", "MAC_ADDRESS", "00:1A:2B:3C:4D:5E"),
        ("to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "CRYPTO", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
        ("session id 123e4567-e89b-12d3-a456-426614174000", "UUID", "123e4567-e89b-12d3-a456-426614174000"),
        ("device_id=123e4567-e89b-12d3-a456-426614174000", "UUID", "123e4567-e89b-12d3-a456-426614174000"),
        ("943 476 5919", "UK_NHS", "943 476 5919"),
        ("NHS number: 9434765919", "UK_NHS", "9434765919"),
        ("NI AB 12 34 56 C", "UK_NINO", "AB 12 34 56 C"),
        ("passport 123456789", "UK_PASSPORT", "123456789"),
        ("licence MORGA657054SM9IJ", "UK_DRIVING_LICENCE", "MORGA657054SM9IJ"),
        ("MORGA 657054 SM9IJ", "UK_DRIVING_LICENCE", "MORGA 657054 SM9IJ"),
        ("near LS12 9DJ", "UK_POSTCODE", "LS12 9DJ"),
        ("to wa4 5uf please", "UK_POSTCODE", "wa4 5uf"),
        ("the driver waited in LA92AX, broken van", "UK_POSTCODE", "LA92AX"),
        ("deliver it to LA92AX instead", "UK_POSTCODE", "LA92AX"),
        ("my postcode is cb12dp", "UK_POSTCODE", "cb12dp"),
        ("AB51 ABC", "UK_VEHICLE_REGISTRATION", "AB51 ABC"),
        ("car reg ab51abc", "UK_VEHICLE_REGISTRATION", "ab51abc"),
        ("sort code 20-00-00, account 12345678", "UK_BANK_ACCOUNT", "20-00-00, account 12345678"),
        ("20-00-00 12345678", "UK_BANK_ACCOUNT", "20-00-00 12345678"),
        ("acct no. 12345678", "UK_BANK_ACCOUNT", "12345678"),
        ("dob: 12/03/1980", "DATE_OF_BIRTH", "12/03/1980"),
        ("My date of birth is 05/06/1965, and", "DATE_OF_BIRTH", "05/06/1965"),
        ("born on 3rd May 1980", "DATE_OF_BIRTH", "3rd May 1980"),
        ("12/03/1980 is my date of birth", "DATE_OF_BIRTH", "12/03/1980"),
        ("Flat 2, 14 St Mary's Close", "STREET_ADDRESS", "Flat 2, 14 St Mary's Close"),
        ("at 14 albert road in leeds", "STREET_ADDRESS", "14 albert road"),
        ("is 153a Wharf Street, Preston, LA9 6QH", "STREET_ADDRESS", "153a Wharf Street, Preston"),
        ("to 163a Northgate, please", "STREET_ADDRESS", "163a Northgate"),
        ("social security 536-22-1234", "US_SSN", "536-22-1234"),
    ],
)
def test_finds(found: Found, text: str, entity: str, value: str) -> None:
    assert (entity, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "order number 4412345678",
        "order 4111111111111111 is late",
        "where is purchase 113542617735902?",
        "cancel order 00004587345",
        "tracking number 1234567890123456",
        "invoice INV-20240312, sku AB-1234567, part 12-3456-789, parcel JD0002212345678",
        "9434765919",  # passes mod 11, but bare and without a word
        "refund.please and arrived.It was late",
        "cancel a transfer...is it possible? card...how",
        "I live in LS12 and work in SE1 too",
        "ip4 8gb ram at se1 2nd floor",
        "version 1.2.3.4 and release 10.0.19.45",
        "3 days on the road, 20 miles of lane",
        "14 Albert",
        "at 1720000000 epoch",
        "my AB1234567 code",
        "can you check 12345678 for us",
        "ordered on 12/03/2024 at 14:30",
        "ticket AB51 ABC-7",
        "do you stock SS67TN?",
        "LN72NQ does not fit the machine",
        "GB29 NWBK 6016 1331 9268 18",
    ],
)
def test_leaves(found: Found, text: str) -> None:
    assert found(text) == []


def test_of_ten_digit_order_numbers_at_most_one_in_two_hundred_is_flagged(found: Found) -> None:
    draw = random.Random(7)
    forms = [
        "order {}",
        "Order no. {} hasn't come",
        "my order number is {}, call me",
        "re {}",
        "{}",
        "I paid for {} on my card",
        "ref: {} please check",
        "about {} thanks",
    ]
    flagged = [
        text
        for _ in range(150)
        for form in forms
        if found(text := form.format(draw.randrange(10**9, 10**10)))
    ]
    assert len(flagged) <= 0.005 * 150 * len(forms)


def test_birth_date_beats_the_date_it_is(detector: Any) -> None:
    assert [hit.entity for hit in detector.find("date of birth 1980-03-12")] == ["DATE_OF_BIRTH"]


def test_a_date_without_birth_is_a_date(detector: Any) -> None:
    assert [hit.entity for hit in detector.find("delivered 12/03/2024")] == ["DATE_TIME"]


@pytest.mark.parametrize(
    ("text", "verified"),
    [
        ("NHS number 943 476 5919", True),
        ("943 476 5919", False),
        ("jo@example.com", True),
        ("jo@corp.local", False),
        ("my card 4111 1111 1111 1111", True),
        ("4111 1111 1111 1111", False),
        ("GB29 NWBK 6016 1331 9268 19", True),
        ("07911 123456", False),
    ],
)
def test_verified_means_a_check_that_chance_does_not_pass(detector: Any, text: str, verified: bool) -> None:
    assert [hit.verified for hit in detector.find(text)] == [verified]
