"""Which rules of a rewriting card an answer breaks: words, terms, numbers and times of day."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.style import broken, numbers, style_checks
from curate.task import Style

STYLE = Style(never=("!", "cheap", "pas cher"), protected=("noraFlow", "Tidewell Plus"), length=(0.1, 9.0))


def names(said: str, answer: str) -> list[str]:
    return broken(style_checks(STYLE), [(said, answer)])[0]


@pytest.mark.parametrize(
    ("said", "answer", "rules"),
    [
        ("a Noraflow", "a noraFlow", []),
        ("a Noraflow", "a Noraflow", ["protected: noraFlow"]),
        ("a valve", "a valve, cheap!", ["never: !", "never: cheap"]),
        ("a valve", "a cheaper valve", []),
        ("tidewell plus, 2 of them", "Tidewell Plus", ["numbers"]),
        ("une offre", "une offre Pas cher", ["never: pas cher"]),
    ],
)
def test_each_rule_is_named_when_it_is_broken(said: str, answer: str, rules: list[str]) -> None:
    assert names(said, answer) == rules


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("at 2 pm", "at 14:00"),
        ("at 2:30 p.m.", "at 14:30"),
        ("at 12 am, not 12 pm", "at 00:00, not 12:00"),
        ("7 to 9 am", "07:00 to 09:00"),
        ("11-1 pm", "11:00 to 13:00"),
        ("ab 7.30 Uhr", "ab 07:30 Uhr"),
        ("um 8 Uhr 15", "um 08:15 Uhr"),
        ("dès 8h30, fermé à 18 h", "dès 08:30, fermé à 18:00"),
        ("call <PHONE_NUMBER_1> at 5 pm", "call us at 17:00"),
    ],
)
def test_a_time_of_day_is_one_number_however_it_is_written(text: str, same: str) -> None:
    assert numbers(text) == numbers(same)


@pytest.mark.parametrize(
    ("text", "other"),
    [("at 2 pm", "at 2 am"), ("14:30", "14:03"), ("€12 a pair", "€21 a pair"), ("4 of 5 on 3 May", "4 of 5")],
)
def test_another_time_or_number_is_another(text: str, other: str) -> None:
    assert numbers(text) != numbers(other)


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_of_the_day_reads_alike_in_three_languages(hour: int, minute: int) -> None:
    half = "am" if hour < 12 else "pm"
    written = {
        tuple(numbers(text))
        for text in (
            f"at {hour:02}:{minute:02} sharp",
            f"at {(hour - 1) % 12 + 1}:{minute:02} {half}",
            f"um {hour}.{minute:02} Uhr",
            f"à {hour}h{minute:02}",
        )
    }
    assert len(written) == 1


@pytest.mark.parametrize("text", ["2 hours", "50 km/h", "16:9 and 3.5 kg", "v1.2.3", "12,50 €", "2:30:15"])
def test_what_is_not_a_time_of_day_is_left_as_it_stands(text: str) -> None:
    import re

    assert numbers(text) == sorted(re.findall(r"\d+(?:[.,:]\d+)*", text))
