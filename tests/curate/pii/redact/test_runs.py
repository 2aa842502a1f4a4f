"""Places found without a regex are those that the regex of the same form finds."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from curate.pii.redact import forms
from curate.pii.redact.forms import logins, name_words, whole
from curate.pii.redact.runs import SPACES, Searched, compiled, glued

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


@settings(max_examples=400)
@given(st.text("tTqQaAlLıſ._-1 ", max_size=12), st.sampled_from([("Ta", "Ql"), ("Tıa", "Qal")]), st.data())
@example("ta.q", ("Ta", "Ql"), None)
@example("T_ql!", ("Ta", "Ql"), None)
def test_a_login_is_never_ruled_out_where_its_regex_matches(
    around: str, name: tuple[str, str], data: st.DataObject | None
) -> None:
    first, last = name
    pieces = (
        [around]
        if data is None
        else data.draw(
            st.lists(
                st.sampled_from([around, first, last, first.lower(), last.lower(), ".", "t", "q"]), max_size=6
            )
        )
    )
    text = "".join(pieces)
    pattern = logins(first, last)
    quick = compiled(lambda: pattern, glued(first, last))
    assert list(quick(Searched(text))) == [match.span() for match in pattern.finditer(text)]


def test_spaces_are_those_of_a_regex() -> None:
    assert set(SPACES) == {chr(at) for at in range(sys.maxunicode + 1) if re.match(r"\s", chr(at))}


@given(st.integers(1931, 2030), st.integers(1, 12), st.integers(1, 28))
def test_a_date_written_in_another_way_is_found(year: int, month: int, day: int) -> None:
    value = f"{day:02d}/{month:02d}/{year}"
    for text in (f"born {year}-{month:02d}-{day:02d}.", f"born {day}.{month}.{year % 100:02d} here"):
        assert forms.places(Searched(text), "DATE_OF_BIRTH", value)
