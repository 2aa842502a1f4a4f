"""What a person is known by is found however it is written, by value and by digest alike."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.keys import Key
from curate.pii.known import fold, folded, known_as, mark, pattern_of, spaced, value_ids
from curate.pii.spotted import spotted
from curate.pii.values import normalise, value_id

KEY = Key(b"k" * 32, "demo")
SAID = {
    "jo.miller@example.org": [
        "write to Jo.Miller@Example.org.",
        "<mailto:JO.MILLER@EXAMPLE.ORG>",
        "mail (jo.miller@example.org)",
        "_jo.miller@example.org_",
        "'jo.miller@example.org'",
        "jo.miller@example.org...",
    ],
    "+44 7700 900123": [
        "call 07700 900123",
        "call 07700-900-123 or",
        "(07700) 900 123",
        "tel +447700900123",
        "0044 7700 900 123 today",
        "\uff10\uff17\uff17\uff10\uff10 900123",
        "call07700900123now",
    ],
    "Jo Miller": [
        "Jo Miller here",
        "from JO  MILLER,",
        "Miller, Jo",
        "jo a. miller",
        "Jo\u00a0Miller",
        "Jo\nMiller",
        "jo_miller",
        "Jo (Miller)",
        "is jo.miller@example.com",
        "J\u00f3 Miller's",
    ],
    "J\u00fcrgen M\u00fcller": ["JUERGEN MUELLER", "Ju\u0308rgen Muller", "M\u00dcLLER, J\u00fcrgen"],
    "Juergen Mueller": ["J\u00fcrgen M\u00fcller", "jurgen mueller"],
    "Giulia De Luca": ["De Luca, Giulia", "luca, giulia de", "Giulia M. De Luca"],
    "C-10425": ["customer C-10425", "c10425", "C 10425:", "c_10.425"],
    "invoice77b": ["INVOICE77-B"],
    "7invoice77": ["7 invoice77", "7invoice 77"],
    "QQ 12 34 56 C": ["my NI number is QQ123456C", "qq 12 34 56 c"],
    "10004711": ["no 10004711", "1000 4711"],
    "jmiller": ["user jmiller.", "JMiller"],
}
SAID_NOT: dict[str, list[str | None]] = {
    "jo.miller@example.org": [
        "a.jo.miller@example.org",
        "jo.miller@example.org.uk",
        "jo.miller@example.org-x",
        "jo.miller@example.com",
    ],
    "+44 7700 900123": ["07700 900124", "0770 0 90012", "07700x900123"],
    "Jo Miller": [
        "Jo and his Miller",
        "Joanna Miller",
        "Jo Millers",
        "mojo miller's",
        "Joe Miller",
        "",
        None,
    ],
    "C-10425": ["C-10426", "c104251", "ac-10425"],
    "QQ 12 34 56 C": ["QQ 12 34 56 D"],
    "jmiller": ["jmillers", "j miller"],
    "invoice77b": ["invoice 77b"],
    "7invoice77": ["7 invoice 77"],
}


def searched(value: str, texts: list[str | None]) -> list[bool]:
    """The oracle: a search for the value itself."""
    text = folded(pl.Series("t", texts, dtype=pl.String))
    found = [
        (text if known.form == "email" else spaced(text))
        .str.contains(pattern_of(known))
        .fill_null(False)
        .to_list()
        for known in known_as(value)
    ]
    return [any(flags[at] for flags in found) for at in range(len(texts))]


def by_digest(value: str, texts: list[str | None]) -> list[bool]:
    """The same with nothing but digests of the value."""
    digests = {mark(known, KEY) for known in known_as(value)}
    return spotted(pl.Series("t", texts, dtype=pl.String), digests, KEY).is_not_null().to_list()


@pytest.mark.parametrize("value", SAID)
@pytest.mark.parametrize("way", [searched, by_digest])
def test_a_value_is_found_however_it_is_written_and_nothing_else_is(value: str, way: object) -> None:
    look = searched if way is searched else by_digest
    texts: list[str | None] = list(SAID[value])
    assert [text for text, found in zip(texts, look(value, texts), strict=True) if not found] == []
    others: list[str | None] = [*SAID_NOT.get(value, ["nothing"])]
    assert [text for text, found in zip(others, look(value, others), strict=True) if found] == []


WORDS = ("Jo", "Miller", "jo", "MILLER", "M\u00fcller", "Mueller", "a", "and", "\u00df")
NUMBERS = ("07700", "900123", "+44", "7700", "C", "10425", "C-10425", "12", "34")
MAIL = ("jo@x.org", "Jo@X.org", "b.jo@x.org", "jo@x.org.uk", "@", "x.org")
BETWEEN = (" ", " ", " ", "-", "\n", ".", ",", "_", "'", "(", "\u00a0", "\u2019")
PIECES = st.sampled_from(WORDS + NUMBERS + MAIL + BETWEEN)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=9).map("".join), min_size=1, max_size=5))
def test_digests_find_exactly_what_the_values_themselves_find(texts: list[str]) -> None:
    for value in (
        "Jo Miller",
        "M\u00fcller Jo",
        "jo@x.org",
        "07700 900123",
        "C-10425",
        "1234567",
        "jo miller a",
    ):
        assert by_digest(value, list(texts)) == searched(value, list(texts)), value


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=30))
def test_a_text_and_a_column_are_folded_alike(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert folded(pl.Series("t", [text]))[0] == fold(text)


def test_ids_of_values_are_those_of_findings() -> None:
    assert value_ids("Jo.Miller@example.org", KEY) == [
        value_id(KEY, "EMAIL_ADDRESS", normalise("EMAIL_ADDRESS", "jo.miller@example.org"))
    ]
    assert value_id(KEY, "UK_NINO", "qq123456c") in value_ids("QQ 12 34 56 C", KEY)


def test_a_digest_says_nothing_of_the_value() -> None:
    for value in SAID:
        for known in known_as(value):
            said = mark(known, KEY)
            assert not any(part in said for part in known.parts if len(part) > 3)
            assert said != mark(known, Key(b"x" * 32, "demo"))
