"""The lexicon of special categories: its parts become regexes, and a faulty file is refused by name."""

from __future__ import annotations

import polars as pl
import pytest

from curate.errors import AssayError
from curate.pii.risk.lexicon import CATEGORIES, LANGUAGES, Rule, read_rules, rules_of

SMALL = r"""
[parts]
who = ["i", '<kin>s?']
kin = ["son", "aunt"]
once = "(?:just|once)"

[health.ill]
stems = ["ill", "<kin>"]
words = ["ill", "sick"]
says = ['\b<who> <once> <words>\b', '<kin> is <words>']
"""


def test_parts_stand_for_one_of_their_words_and_ways_of_saying_it_are_alternatives() -> None:
    assert read_rules(SMALL, "small.toml") == (
        Rule(
            "health",
            "ill",
            ("ill", "son", "aunt"),
            r"\b(?:i|(?:son|aunt)s?) (?:just|once) (?:ill|sick)\b|(?:son|aunt) is (?:ill|sick)",
        ),
    )


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ('stems = ["ill", "<kin>"]', "stems = []", "health.ill.*needs stems"),
        ('stems = ["ill", "<kin>"]', 'stems = [""]', "health.ill.*needs stems"),
        ('stems = ["ill", "<kin>"]', 'stems = ["Ill"]', "health.ill.*needs stems"),
        ('stems = ["ill", "<kin>"]', 'stems = ["<once>"]', "health.ill.*`<once>`"),
        ('stems = ["ill", "<kin>"]', "", "rules.health.ill.stems"),
        ("stems =", "stem =", "rules.health.ill.stem"),
        ("[health.ill]", "[wealth.ill]", "wealth"),
        ('words = ["ill", "sick"]', "words = []", "`<words>`.*not defined or empty"),
        ('"aunt"]', '"<other>"]', "`<other>`.*not defined"),
        ('"aunt"]', '"<who>"]', "uses itself"),
    ],
)
def test_a_faulty_lexicon_is_refused_by_name(right: str, wrong: str, named: str) -> None:
    assert right in SMALL
    with pytest.raises(AssayError, match=named) as refused:
        read_rules(SMALL.replace(right, wrong), "small.toml")
    assert "small.toml" in str(refused.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_has_rules_and_every_regex_is_one_that_polars_reads(language: str) -> None:
    rules = rules_of(language)
    assert list(dict.fromkeys(rule.category for rule in rules)) == list(CATEGORIES)
    for rule in rules:
        # An empty alternative would match every text.
        assert not pl.Series([""]).str.contains(rule.pattern)[0], rule
