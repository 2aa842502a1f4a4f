"""What makes the rules cheap (gates, shared columns, fewer periods) changes nothing of what they say.

The oracles are the slow ways: a rule's own expression over every row, and the loop over all periods.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from benchmarks.quality_accuracy import GOES, examples_of, labelled
from curate.task import Kind
from curate.validate.faults import code, dates, json_asked, repeats
from curate.validate.rule import Rule, broken_rules
from curate.validate.rules import RULES

QUICK = [rule for rule in RULES.values() if rule.quick]
# Rules whose expression needs no gate to be right.
WHOLE = [
    RULES[code]
    for code in (
        "invisible_characters",
        "markup_left",
        "output_copies_input",
        "merged_instructions",
        "wrong_arithmetic",
        "encoding_damage",
        "keyboard_mash",
        "impossible_date",
        "unit_slip",
    )
]
ROWS = [row for go in GOES for row in labelled(go) if row.get("k", "rewriting") == "rewriting"]

# Texts of the sample and what its faults are made of, put together at random.
PIECES = [
    "31 April", "29.02.2023", "2024-13-01", "30 février", "31st of June 2024", "Feb 30th,", "12/31/2024",
    "35 pounds", "```", "~~~", '{"a": 1', "<b>", "&amp;", "| a | b |", "\n", " ", ".", "!", ", and",
    " because", " the", " necess", "- one\n- two\n-", "1. A first item.\n2. A second item.\n3. A third",
    "No end here (", "«", "attached image", "the text below", "https://a.example/b", "[image]", "user: ",
    "42 km (62 miles)", "3 kg = 300 g", "asdfjkl", "17 × 23 = 381", "√©", "=C3=A9", "\\u00e9", "\u200b",
    "\xad", "٣١", "the same again ", "word ", "An answer of eight words or more stands here. ",
]  # fmt: skip
texts = st.lists(
    st.one_of(st.sampled_from(PIECES), st.sampled_from([row["o"] for row in ROWS]), st.text(max_size=8)),
    min_size=1,
    max_size=7,
).map("".join)
cut = st.tuples(texts, st.integers(0, 80)).map(lambda pair: pair[0][: max(1, len(pair[0]) - pair[1])])
prompts = st.one_of(st.sampled_from([row["i"] for row in ROWS]), texts)
# Many rows an example: each pass compiles some fifty regexes, a quarter of a second however few the rows.
tables = st.lists(st.tuples(prompts, cut), min_size=20, max_size=40)
few = settings(max_examples=2, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def told(rows: list[tuple[str, str]], rule: Rule) -> pl.DataFrame:
    frame = examples_of([{"i": prompt, "o": answer} for prompt, answer in rows])
    return broken_rules(frame, Kind.REWRITING, [rule])


@pytest.mark.parametrize("rule", QUICK, ids=lambda rule: rule.code)
def test_shared_columns_say_what_the_expression_says_of_the_sample(rule: Rule) -> None:
    rows = [(row["i"], row["o"]) for row in ROWS]
    rows += [(prompt, answer[: len(answer) * 2 // 3]) for prompt, answer in rows]
    rows += [(answer, prompt) for prompt, answer in rows]
    slow = told(rows, replace(rule, quick=None))
    assert slow.height >= 20
    assert told(rows, rule).equals(slow)


@few
@given(tables)
def test_shared_columns_say_what_the_expression_says(rows: list[tuple[str, str]]) -> None:
    for rule in QUICK:
        assert told(rows, rule).equals(told(rows, replace(rule, quick=None))), rule.code


@few
@given(tables)
def test_gates_let_every_row_through_that_breaks_the_rule(rows: list[tuple[str, str]]) -> None:
    for rule in WHOLE:
        assert told(rows, rule).equals(told(rows, replace(rule, gates=()))), rule.code


def _pieced(chance: random.Random) -> str:
    """A text of pieces, of answers of the sample and of any signs, cut somewhere."""
    signs = [(32, 127), (128, 160), (160, 0x500), (0x2000, 0x2100), (0x10000, 0x10FFFF)]
    made = []
    for _ in range(chance.randrange(1, 8)):
        kind = chance.random()
        some = "".join(chr(chance.randrange(*chance.choice(signs))) for _ in range(chance.randrange(8)))
        made.append(chance.choice(PIECES) if kind < 0.4 else chance.choice(ROWS)["o"] if kind < 0.8 else some)
    text = "".join(made)
    return text[: max(1, len(text) - chance.randrange(80))]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_gates_and_shared_columns_change_nothing_on_thousands_of_rows(seed: int) -> None:
    """A few examples miss what one row in thousands shows: a combining mark is part of a word to polars."""
    chance = random.Random(seed)
    rows = [(_pieced(chance), _pieced(chance)) for _ in range(4_000)]
    for rule in WHOLE:
        assert told(rows, rule).equals(told(rows, replace(rule, gates=()))), rule.code
    for rule in QUICK:
        assert told(rows, rule).equals(told(rows, replace(rule, quick=None))), rule.code


@few
@given(tables)
def test_rules_together_say_what_each_says_alone(rows: list[tuple[str, str]]) -> None:
    frame = examples_of([{"i": prompt, "o": answer} for prompt, answer in rows])
    rules = [rule for rule in RULES.values() if rule.fields(Kind.REWRITING)]
    alone = pl.concat([broken_rules(frame, Kind.REWRITING, [rule]) for rule in rules])
    together = broken_rules(frame, Kind.REWRITING, rules)
    assert together.equals(alone.sort("example_id", "rule", "evidence"))


def dates_by_pieces() -> st.SearchStrategy[str]:
    day = st.integers(1, 99).map(str) | st.integers(1, 99).map("{:02}".format)
    name = st.sampled_from(sorted(dates._NUMBER_OF))
    year = st.sampled_from(["", " 2023", ", 2024", " 1999"])
    ordinal = st.sampled_from(["", "st", "nd", "rd", "th", ".", "er"])
    spelt = st.tuples(day, ordinal, st.sampled_from([" ", " of ", " de "]), name, year).map("".join)
    english = st.tuples(name, st.sampled_from([" ", ". "]), day, ordinal, year).map("".join)
    iso = st.tuples(st.sampled_from(["2023", "1999"]), day, day).map("-".join)
    sign = st.sampled_from("./-")
    numeric = st.tuples(day, sign, day, sign, st.sampled_from(["2023", "1999"])).map("".join)
    return st.one_of(spelt, english, iso, numeric, st.text("2913 .-/apriljune", max_size=9))


@settings(max_examples=300, deadline=None)
@given(st.lists(dates_by_pieces(), min_size=1, max_size=20))
def test_the_gate_of_days_lets_every_date_through(written: list[str]) -> None:
    frame = pl.DataFrame(
        {"output": [*written, *(f"on {text}." for text in written), *map(str.upper, written)]}
    )
    dear = frame.filter(dates.may_hold_date("output"))
    assert frame.filter(dates.may_hold_day("output")).filter(dates.may_hold_date("output")).equals(dear)


def circles_by_all_periods(prompt: str, answer: str) -> int:
    """`repeats.circles` before it looked for periods first."""
    words = [word.lower() for word in repeats._WORD.findall(repeats._MARKER.sub(" ", answer))]
    if len(words) < repeats._WORDS or re.search(repeats._WANTS_IT, prompt):
        return 0
    trigrams = list(zip(words, words[1:], words[2:], strict=False))
    repeated = 1 - len(set(trigrams)) / len(trigrams)
    if repeated >= repeats._SHARE or repeated < repeats._LOWEST_SHARE:
        return int(repeated >= repeats._SHARE)
    if repeats._is_one_phrase(words):
        return 1
    for period in range(1, min(30, len(words) // repeats._TIMES) + 1):
        run = 0
        for first, then in zip(words, words[period:], strict=False):
            run = run + 1 if first == then else 0
            if run >= max(period * (repeats._TIMES - 1), repeats._PHRASE + 1):
                return 1
    return 0


phrases = st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map(" ".join)
loops = st.tuples(phrases, st.integers(3, 7)).map(lambda pair: " ".join([pair[0]] * pair[1]))
fill = st.integers(0, 10**6).map(lambda seed: " ".join(f"w{seed + at}" for at in range(seed % 40)))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(phrases, loops, fill), min_size=1, max_size=6).map(" ".join))
def test_a_phrase_is_found_at_every_period_at_which_it_stands(answer: str) -> None:
    assert repeats.circles("", answer) == circles_by_all_periods("", answer)


def test_the_first_gate_of_the_prompt_is_looked_at_alone() -> None:
    """Two conditions of which the second is dear stay two gates: joined by `&` each would see every row."""
    for rule, first in (("code_missing", code.speaks_of_code), ("json_broken", json_asked.speaks_of_json)):
        assert RULES[rule].gates[0] is first and len(RULES[rule].gates) >= 2


def test_rules_that_begin_alike_share_their_first_gate() -> None:
    shared = [
        (one.code, other.code)
        for one, other in pairwise(
            sorted(RULES.values(), key=lambda rule: [str(gate) for gate in rule.gates])
        )
        if one.gates and one.gates[:1] == other.gates[:1]
    ]
    assert {"truncated", "impossible_date"} & {code for pair in shared for code in pair}
