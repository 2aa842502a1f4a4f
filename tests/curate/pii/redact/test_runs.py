"""Places found without a regex are those that the regex of the same form finds."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curate.pii.redact import dates, forms
from curate.pii.redact.forms import logins, name_words, whole
from curate.pii.redact.runs import SPACES, Searched, joined

# Values of every shape that is sought without a regex.
_VALUES = (
    ("PERSON", "Tessa Quill"),
    ("PERSON", "Ann Anna"),
    ("PERSON", "tess quill-kraft"),
    ("PERSON", "Mr İsk Sıs"),
    ("PERSON", "Émile Øst"),
    ("LOCATION", "New Kent"),
    ("LOCATION", "new kent"),
    ("ORGANIZATION", "Kiss & Sons"),
    ("STREET_ADDRESS", "12 Kiss St, Leeds"),
    ("EMAIL_ADDRESS", "tess.k@kiss.org"),
    ("CREDIT_CARD", "4111-11114"),
    ("UK_POSTCODE", "SK1 1SK"),
    ("PHONE_NUMBER", "07700 900123"),
    ("PHONE_NUMBER", "+1 415 555 0100"),
    ("API_KEY", "sk_Live1"),
    ("PASSWORD", "$$$$ks"),
    ("IBAN_CODE", "GB33BUKB20201555555555"),
    ("USERNAME", "ss-k1s"),
)
# Letters that fold to k, s and i, marks of every gap, and borders.
_GLUE = st.text("kKsSiIıİſ\u212aµςé01 \u2003\n\x1f.,-_()/+%$<@'x", max_size=4)


@st.composite
def _texts(draw: st.DrawFn, value: str) -> str:
    """A text of the pieces of `value` in other cases, with marks around and between them."""
    pieces = re.findall(r"[^\W_]+|\W|_", value)
    parts = draw(st.lists(st.one_of(_GLUE, st.sampled_from([*pieces, value])), max_size=14))
    cases: tuple[Callable[[str], str], ...] = (str, str.upper, str.lower, str.title)
    return "".join(draw(st.sampled_from(cases))(part) for part in parts)


def _by_regex(entity: str, value: str, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in whole(entity, value).finditer(text) if match.group()]


@settings(max_examples=600)
@given(st.sampled_from(_VALUES).flatmap(lambda pair: st.tuples(st.just(pair), _texts(pair[1]))))
@example((("USERNAME", "ss-k1s"), "\u212as-S\u212a1s ss-K1S"))
@example((("PHONE_NUMBER", "07700 900123"), "+44 (0)7700-900 123, 007700900123"))
@example((("CREDIT_CARD", "4111-11114"), "41 - 1111114 41 - -1111114"))
@example((("PERSON", "tess quill-kraft"), "tess quıll-kraft"))
@example((("PERSON", "tess quill-kraft"), "te\u017fs quill-kraft"))
@example((("PERSON", "tess quill-kraft"), "tess quill-\u212araft"))
@example((("LOCATION", "New Kent"), "New\u2003Kent new kent NewKent"))
def test_a_whole_value_is_found_where_its_regex_matches(drawn: tuple[tuple[str, str], str]) -> None:
    (entity, value), text = drawn
    assert list(forms._find_whole(entity, value)(Searched(text))) == _by_regex(entity, value, text)


@settings(max_examples=400)
@given(
    st.sampled_from(["Tessa Quill", "Ann Anna", "Émile Øst", "Kıs Iss"]).flatmap(
        lambda name: st.tuples(st.just(name), _texts(name))
    )
)
@example(("Tessa Quill", "Quill, Tessa. TESSA  quill tessa   .Quill"))
@example(("Ann Anna", "Anna Ann Anna"))
def test_a_name_is_found_in_both_orders_where_the_regex_matches(drawn: tuple[str, str]) -> None:
    name, text = drawn
    words = name_words(name)
    orders = (tuple(words), (*words[-1:], *words[:-1]))
    body = "|".join(r"[\s.,]{1,3}".join(map(re.escape, order)) for order in orders)
    expected = [match.span() for match in forms._tokens(f"(?:{body})").finditer(text)]
    assert list(forms._in_orders(orders)(Searched(text))) == expected


_LOGIN_NAMES = [("Ta", "Ql"), ("Tıa", "Qal"), ("Ann", "Anna"), ("aa", "aaa"), ("Al", "La")]


@settings(max_examples=1_000)
@given(st.sampled_from(_LOGIN_NAMES), st.data())
@example(("Ta", "Ql"), "taql ta.q7 T_ql! tql12345 tql.12345 ql-ta99x")
@example(("Ann", "Anna"), "annanna aanna.annan annaannanna")
def test_a_login_is_found_where_its_regex_matches(name: tuple[str, str], data: st.DataObject | str) -> None:
    first, last = name
    text = data if isinstance(data, str) else _login_text(data, first, last)
    expected = [match.span() for match in logins(first, last).finditer(text)]
    assert list(joined(first, last, lambda: logins(first, last))(Searched(text))) == expected


def _login_text(data: st.DataObject, first: str, last: str) -> str:
    around = st.text("tTqQaAlLnıſ._-1\u0663 ", max_size=3)
    pieces = st.sampled_from([first, last, first.lower(), last.upper(), first[0], last[0], ".", "_", "12"])
    return "".join(data.draw(st.lists(st.one_of(around, pieces), max_size=10)))


def test_spaces_are_those_of_a_regex() -> None:
    assert set(SPACES) == {chr(at) for at in range(sys.maxunicode + 1) if re.match(r"\s", chr(at))}


@given(st.integers(1931, 2030), st.integers(1, 12), st.integers(1, 28))
def test_a_date_written_in_another_way_is_found(year: int, month: int, day: int) -> None:
    value = f"{day:02d}/{month:02d}/{year}"
    for text in (f"born {year}-{month:02d}-{day:02d}.", f"born {day}.{month}.{year % 100:02d} here"):
        assert forms.places(Searched(text), "DATE_OF_BIRTH", value)


_MARK = r"\s?[-/.–]\s?"


def _one_date(value: str) -> re.Pattern[str]:
    """A regex for every form of one date: what `dates.places` must find."""
    read = dates.readings(value)
    body = "|".join([_in_figures(read[0]), *map(_with_name, read)])
    return re.compile(rf"(?<![\w/-])(?<!\d\.)(?:{body})(?![\w/-]|\.\d)", re.IGNORECASE)


def _in_figures(when: date) -> str:
    day, month, years = f"0?{when.day}", f"0?{when.month}", f"(?:{when.year}|{when.year % 100:02d})"
    return (
        rf"{day}{_MARK}{month}{_MARK}{years}|{day} {month} {years}|{when:%d%m%Y}"
        rf"|{when.year}{_MARK}{month}{_MARK}{day}|{when:%Y%m%d}"
    )


def _with_name(when: date) -> str:
    name = f"{when:%B}".lower()
    month = rf"(?:{name}|{name[:3]}{'|sept' if when.month == 9 else ''})\.?"
    day, years = rf"0?{when.day}(?:st|nd|rd|th)?", rf"(?:{when.year}|['’]?{when.year % 100:02d})"
    return (
        rf"{day}(?:\s+of)?[\s-]+(?:the\s+)?{month},?[\s-]+{years}|{month}\s+{day},?\s+{years}"
        rf"|{when.year}-{when.month:02d}-{when.day:02d}"
    )


_DATES = ["07/10/1984", "10/7/84", "2012-12-11", "11 September 2012", "may 5, 1999", "1/1/01", "31.12.1999"]


@pytest.mark.slow
@settings(max_examples=2_000)
@given(st.sampled_from(_DATES), st.data())
@example("07/10/1984", "12 7 10 1984, 7 October '84 and 1984-07-10; 7/10/1984/1")
@example("11 September 2012", "11th of the ſept. 12, SEPTEMBER 011, 2012, 11 Sep ’12 11092012")
@example("may 5, 1999", "5 may 99 5 MAY 1999. 1999.5.05 05 05 99")
def test_a_date_is_found_where_its_regex_matches(value: str, data: st.DataObject | str) -> None:
    text = data if isinstance(data, str) else _date_text(data, value)
    expected = [match.span() for match in _one_date(value).finditer(text)]
    assert list(dates.places(text, value)) == expected


def _date_text(data: st.DataObject, value: str) -> str:
    when = dates.readings(value)[0]
    numbers = [f"{number}" for number in (when.day, when.month, when.year, f"{when.year % 100:02d}")]
    figures = [*numbers, *(f"0{number}" for number in numbers[:2]), f"{when:%d%m%Y}", f"{when:%Y%m%d}", "7"]
    names = [f"{when:%B}", f"{when:%b}", "sept", "ſept", "SEPTEMBER", "aprİl", "aprıl", "May"]
    marks = [
        " ",
        "-",
        "/",
        ".",
        "–",
        " / ",
        ", ",
        "  ",
        "'",
        "’",
        "th",
        "st",
        " of ",
        " of the ",
        "x",
        "\u0661",
    ]
    piece = st.one_of(st.sampled_from(figures), st.sampled_from(marks), st.sampled_from(names))
    return "".join(data.draw(st.lists(piece, max_size=14)))
