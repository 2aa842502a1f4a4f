"""What detectors read in place of odd signs and machines' labels, and the places findings come back to."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.pii.detect.catalogue import ANY_CANDIDATE
from curate.pii.detect.overlap import Hit
from curate.pii.detect.view import CHANGED, HIDDEN, view

Found = Callable[[str], list[tuple[str, str]]]

_SPACES = {
    "no-break": "\u00a0",
    "narrow no-break": "\u202f",
    "thin": "\u2009",
    "figure": "\u2007",
    "ideographic": "\u3000",
    "zero-width": "\u200b",
    "word joiner": "\u2060",
    "soft hyphen": "\u00ad",
    "byte order mark": "\ufeff",
    "doubled": "  ",
    "no-break, then plain": "\u00a0 ",
    "line break": "\n",
    "line break of Windows": "\r\n",
}
_DASHES = {"en dash": "\u2013", "non-breaking hyphen": "\u2011", "minus": "\u2212", "full-width": "\uff0d"}
_VALUES = [
    ("CREDIT_CARD", "5241 1380 6271 9402", "card {} please"),
    ("IBAN_CODE", "GB29 NWBK 6016 1331 9268 19", "to IBAN {} today"),
    ("UK_NHS", "943 476 5919", "NHS number {} on file"),
    ("UK_NINO", "JW 12 34 56 C", "her NI number is {}"),
    ("US_SSN", "536 22 1234", "SSN {} given"),
    ("PHONE_NUMBER", "07911 123456", "ring {} after six"),
    ("UK_POSTCODE", "LS12 9DJ", "postcode {} it is"),
]


@pytest.mark.parametrize("space", _SPACES.values(), ids=_SPACES)
@pytest.mark.parametrize(("entity", "value", "text"), _VALUES, ids=[entity for entity, _, _ in _VALUES])
def test_a_value_is_found_whole_whatever_parts_its_groups(
    found: Found, entity: str, value: str, text: str, space: str
) -> None:
    written = value.replace(" ", space)
    assert (entity, written) in found(text.format(written))


@pytest.mark.parametrize("dash", _DASHES.values(), ids=_DASHES)
@pytest.mark.parametrize(
    ("entity", "value", "text"),
    [
        ("CREDIT_CARD", "5241-1380-6271-9402", "card {}"),
        ("UK_NHS", "943-476-5919", "patient {}"),
        ("US_SSN", "536-22-1234", "social security {}"),
        ("PHONE_NUMBER", "0161-496-0123", "tel {}"),
        ("UK_BANK_ACCOUNT", "20-00-00", "sort code {}"),
        ("DATE_OF_BIRTH", "12-10-1957", "dob {}"),
        ("MAC_ADDRESS", "00-1A-2B-3C-4D-5E", "mac {}"),
    ],
)
def test_a_value_is_found_whole_whatever_dash_it_has(
    found: Found, entity: str, value: str, text: str, dash: str
) -> None:
    written = value.replace("-", dash)
    assert (entity, written) in found(text.format(written))


@pytest.mark.parametrize(
    ("entity", "value", "text"),
    [
        ("EMAIL_ADDRESS", "ann@\u200bexample.org", "mail {} now"),
        ("EMAIL_ADDRESS", "ann\u00ad.lee@exam\u00adple.org", "mail {} now"),
        ("EMAIL_ADDRESS", "ann\uff20example\uff0eorg", "mail {} now"),
        ("EMAIL_ADDRESS", "ann%40example.org", "name=x&to={}&y=1"),
        ("EMAIL_ADDRESS", "ann&#64;example.org", "mail {} now"),
        ("PHONE_NUMBER", "\uff10\uff17\uff19\uff11\uff11 \uff11\uff12\uff13\uff14\uff15\uff16", "ring {}"),
        ("PHONE_NUMBER", "020\u00b77946\u00b70018", "tel {}"),
        ("CREDIT_CARD", "\uff15\uff12\uff14\uff11138062719402", "card {}"),
        ("PHONE_NUMBER", "07911123456", "phone\u200b{}"),
        ("PHONE_NUMBER", "07911 123456", '{{"note": "call\\n{}\\nbefore six"}}'),
        ("EMAIL_ADDRESS", "ann\\u0040example.org", '{{"to": "{}"}}'),
    ],
)
def test_signs_that_stand_for_others_are_read_as_those(
    found: Found, entity: str, value: str, text: str
) -> None:
    assert (entity, value) in found(text.format(value))


@pytest.mark.parametrize(
    ("entity", "value", "text"),
    [
        ("API_KEY", "q7Wz93LmXw0Tb5VnR2yHcJ8d", "PAYMENTS_API_KEY={}"),
        ("API_KEY", "q7Wz93LmXw0Tb5VnR2yHcJ8d", 'export CI_ACCESS_TOKEN="{}"'),
        ("API_KEY", "q7Wz93LmXw0Tb5VnR2yHcJ8d", '{{"clientSecret": "{}"}}'),
        ("PASSWORD", "Autumn!Wren41", "REDIS_PASSWORD={}"),
        ("PASSWORD", "Autumn!Wren41", "spring.datasource.adminPassword={}"),
        ("PASSWORD", "Autumn!Wren41", "user-password: {}"),
        ("UK_NHS", "9434765919", '{{"nhsNumber": "{}"}}'),
        ("UK_NHS", "9434765919", "nhs_no={}"),
        ("US_SSN", "536221234", "applicantSsn: {}"),
        ("PHONE_NUMBER", "7911123456", '{{"mobile_phone": {}}}'),
        ("PHONE_NUMBER", "7911123456", "homePhone={}&x=1"),
        ("PHONE_NUMBER", "7911123456", "<phoneNumber>{}</phoneNumber>"),
        ("PHONE_NUMBER", "7911123456", "phone2: {}"),
        ("DATE_OF_BIRTH", "03/11/1961", "date_of_birth: {}"),
        ("DATE_OF_BIRTH", "1961-11-03", '{{"birthDate": "{}"}}'),
        ("DATE_OF_BIRTH", "03/11/1961", "date-of-birth={}"),
        ("UK_BANK_ACCOUNT", "12345678", "bank_account_number: {}"),
        ("UK_PASSPORT", "123456780", "passportNo: {}"),
        ("UK_UTR", "1955839661", "tax_reference: {}"),
    ],
)
def test_a_machines_label_counts_as_its_words(found: Found, entity: str, value: str, text: str) -> None:
    assert (entity, value) in found(text.format(value))


@pytest.mark.parametrize(
    "text",
    [
        "order_number: 4412345678",
        '{"trackingNumber": 9434765919}',
        "invoice-no=07911123456",
        '{"purchase_order_id": "536221234"}',
    ],
)
def test_a_machines_label_says_what_is_no_persons_too(found: Found, text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Line 1234\n5678 items",  # four digits a line: nothing of eight
        "in 2019.  Then 4532 of them",
        "rows\n1111\n2222\n3333\n4444",
        "4532\t1477\t8820\t9169",  # a table's columns
    ],
)
def test_numbers_of_their_own_are_not_joined(found: Found, text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "RM 0.84\n24-03-18 18:02 SHO1",
        "CLOSED: 0\n09-04-2018\n20:01:23\nSERVER",
        "0.00\n3.90\n10.00\n6.10\nGST SUMMARY",
        "THANK YOU.\n248.05\n248.05\nFAX",
        "14/03/2018 20:01\n1010 008 00B0498",
        "567455\n01-11-17\n0515 SNEK KU",
        "NO 122.124 JALAN DEDAP 13\n81100 JOHOR BAHRU\nTEL",
        "SR@6%\n2\n17.93\n1.08\nFAX",
        "CHEESE TA\n171153 D/R BUTTE",
    ],
)
def test_amounts_times_dates_and_addresses_one_below_the_other_are_not_joined(
    found: Found, text: str
) -> None:
    """Receipts: a telephone number was read across their lines."""
    dates = {"DATE_TIME", "DATE_OF_BIRTH"}
    assert [hit for hit in found(text) if hit[0] not in dates] == []


def test_a_labelled_number_goes_on_in_the_next_line(found: Found) -> None:
    assert ("PHONE_NUMBER", "0161 496\n0123") in found("Tel: 0161 496\n0123, total 12.50\n3.00")
    assert ("PHONE_NUMBER", "0161\n496 0123") in found("Tel: 0161\n496 0123")


@pytest.mark.parametrize(
    "text",
    [
        "a plain sentence, with marks - and 12 numbers.",
        "e-mail me at jo@example.com (07911 123456)",
        "see https://x.example/order_id?phone_number=1",
        "password: order-token!x",
    ],
)
def test_a_text_without_such_signs_is_its_own_view(text: str) -> None:
    seen = view(text)
    assert seen is None or seen.text == text


_ALPHABET = st.sampled_from(
    [
        *'aZ09 -:="{}[\\@\n\r.&?_%',
        "\u00a0",
        "\u200b",
        "\u2013",
        "\uff11",
        "\u00ad",
        "  ",
        "phone",
        "Number",
        "%40",
        *("&nbsp;", "\\n", "\\u0040", "\r\n", "nhs", "_key", "12 34", "\u00b7"),
    ]
)


@settings(max_examples=500)
@given(text=st.lists(_ALPHABET, max_size=30).map("".join))
def test_every_place_in_a_view_has_one_in_the_text(text: str) -> None:
    """Places come back in order and within the text, and what was not changed comes back as it was."""
    seen = view(text)
    if seen is None:
        return
    hits = [Hit(at, at + 1, "X", 1.0, "x", False) for at in range(len(seen.text))]
    pairs = [(hit, one) for hit in hits for one in seen.back([hit])]
    back = [one for _, one in pairs]
    assert all(0 <= hit.start <= hit.end <= len(text) for hit in back)
    assert all(left.end <= right.start for left, right in pairwise(back))
    for hit, given_back in pairs:
        mark = seen.text[hit.start]
        if mark.isascii() and mark.isalnum() and given_back.end - given_back.start == 1:
            raw = text[given_back.start]
            assert raw == mark or ord(raw) - 0xFEE0 == ord(mark)


@settings(max_examples=300)
@given(text=st.lists(_ALPHABET, max_size=30).map("".join))
def test_the_columns_regex_loses_no_text_that_has_a_view(text: str) -> None:
    assert view(text) is None or pl.Series([text]).str.contains(CHANGED)[0]


_FRAGMENTS = [
    *(
        "key",
        "Key",
        "token",
        "SECRET",
        "bearer",
        "basic",
        "authorization",
        "pass",
        "Word",
        "code",
        "is",
        "was",
    ),
    *("curl", "user", "account", "phone", "abcdefgh", "\uff20", "\uff17", "\u200b", "\u00a0", "\u2013"),
    *(" ", "  ", "_", "-", ":", "=", ".", '"', "\\", "\n", "&commat;", "&nbsp;", "[", "://", "-u"),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(_FRAGMENTS), max_size=12).map("".join))
def test_a_text_without_a_candidate_says_so_where_its_view_has_one(text: str) -> None:
    """The scan makes no view of a text that has neither."""
    seen = view(text)
    if seen is not None and pl.Series([seen.text]).str.contains(ANY_CANDIDATE)[0]:
        assert pl.Series([text]).str.contains(f"{ANY_CANDIDATE}|{HIDDEN}")[0]
