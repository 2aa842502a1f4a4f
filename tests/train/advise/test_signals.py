"""Each question on rows made for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from curate.task import Kind
from train.advise.case import Case, case_rows
from train.advise.facts import facts
from train.advise.growth import growth
from train.advise.learn import learned
from train.advise.lookup import has_twin, misplaced
from train.advise.narrow import effective, form_of
from train.advise.noise import noise_range
from train.advise.params import AdviseParams
from train.advise.pays import pays
from train.advise.repeats import repeats
from train.advise.resolve import resolve
from train.advise.seen import test_rows as held_out_rows
from train.cost_params import CostParams, Price


def case(
    pairs: list[tuple[str, str]],
    kind: Kind = Kind.CLASSIFICATION,
    more: dict[str, Any] | None = None,
    **given: Any,
) -> Case:
    rows = pl.DataFrame(
        {
            "example_id": [f"r{at:04d}" for at in range(len(pairs))],
            "input": [one for one, _ in pairs],
            "output": [other for _, other in pairs],
            **(more or {}),
        }
    )
    return Case(case_rows(rows), kind, **given)


@pytest.mark.parametrize(
    ("text", "answer", "states"),
    [
        ("When was the mill built?", "It was built in 1847 by Jonas Reed.", True),
        ("mill finished 1847 by jonas reed", "The mill was finished in 1847 by Jonas Reed.", False),
        ("call ends 3:45 pm", "The call ends at 15:45.", False),
        ("order late", "We are sorry. {{Order Number}} is late, <PERSON_1>.", False),
        ("Who wrote Emma?", "Jane Austen", True),
    ],
)
def test_a_text_states_facts_where_its_input_lacks_them(text: str, answer: str, states: bool) -> None:
    filler = [
        (f"the parcel {word} is late again", f"We are sorry. The parcel {word} is late again.")
        for word in "abcdefgh"
    ]
    signal = facts(case([(text, answer), *filler], Kind.REWRITING))
    assert ("r0000" in {one.example_id for one in signal.evidence}) is states


def test_a_number_under_every_reply_is_manner_and_not_a_fact() -> None:
    pairs = [
        (f"the {word} is late", f"Your {word} is late. Call 0117 496 0155, ask for Greta.")
        for word in "abcdefghijkl"
    ]
    assert facts(case(pairs, Kind.REWRITING)).figures["share"] == 0


def test_fields_of_few_values_and_reckoned_ones_are_not_facts() -> None:
    pairs = [
        (f"invoice A-{at} of £{at}.50", f'{{"no": "A-{at}", "pence": {at * 100 + 50}, "priority": {at % 2}}}')
        for at in range(11, 31)
    ]
    assert facts(case(pairs, Kind.EXTRACTION)).figures["share"] == 0
    known = [(text, f'{{"no": "A-{at}", "vat": "GB{at * 7919}"}}') for at, (text, _) in enumerate(pairs)]
    assert facts(case(known, Kind.EXTRACTION)).figures["share"] == 1


def test_answers_that_differ_between_days_change_with_the_date_and_on_one_day_contradict() -> None:
    asked = [(f"is the {word} in stock?", state) for word in "abcdef" for state in ("yes", "no")]
    apart = ["2026-01-05", "2026-06-07"] * 6
    assert repeats(case(asked, more={"collected_at": apart})).change_with_date
    together = repeats(case(asked, more={"collected_at": ["2026-01-05"] * 12}))
    assert not together.change_with_date and len(together.to_change) == 6
    undated = repeats(case(asked))
    assert not undated.change_with_date and undated.changed == 6
    days = ["2026-01-05", "2026-01-05", "2026-06-07", "2026-06-07"] * 3
    noisy = [(f"is the {word} in stock?", ("yes", "no")[at % 2]) for word in "abc" for at in range(4)]
    assert not repeats(case(noisy, more={"collected_at": days})).change_with_date, (
        "they differ on one day too"
    )


def test_written_answers_of_one_question_contradict_by_their_numbers_alone() -> None:
    same = [
        ("opening hours?", "We open at 9 and close at 17."),
        ("Opening hours", "At 9 we open; at 17 we close."),
    ]
    other = [
        ("opening hours?", "We open at 9 and close at 17."),
        ("Opening hours", "We open at 8 and close at 17."),
    ]
    assert repeats(case(same, Kind.REWRITING)).changed == 0
    assert repeats(case(other, Kind.REWRITING)).changed == 1


def test_twins_differ_in_a_word_or_two() -> None:
    words = [
        text.split()
        for text in ("bin day for elm road", "bin day for ash road", "my dog ate the chair", "hello")
    ]
    assert has_twin(words).tolist() == [True, True, False, False]


def test_outputs_that_stand_beside_the_wrong_inputs_are_seen() -> None:
    things = [
        f"{first} {second}"
        for first in ("red", "blue", "old", "new", "wet")
        for second in ("boat", "lamp", "door", "coat")
    ]
    right = [(f"please mend the {thing}", f"We mend your {thing}.") for thing in things]
    wrong = [(text, right[(at + 7) % len(right)][1]) for at, (text, _) in enumerate(right)]
    assert not misplaced(case(right, Kind.REWRITING)).figures["misplaced"]
    assert misplaced(case(wrong, Kind.REWRITING)).figures["misplaced"]


def test_simple_ways_learn_what_a_word_tells_and_nothing_from_chance() -> None:
    draw = np.random.default_rng(3)
    words = [f"w{number}" for number in draw.integers(0, 400, size=(120, 6)).ravel()]
    texts = [" ".join(words[at * 6 : at * 6 + 6]) for at in range(120)]
    told = case([(f"{('where', 'refund')[at % 2]} {text}", "ab"[at % 2]) for at, text in enumerate(texts)])
    assert learned(told).share("words") == 1
    chance = case([(text, "ab"[int(draw.integers(2))]) for text in texts])
    assert abs(learned(chance).share("regression") - 0.5) < 0.2


def test_no_noise_is_found_in_right_labels_and_much_in_wrong_ones() -> None:
    draw = np.random.default_rng(5)
    codes, sure = draw.integers(0, 3, size=300), np.where(draw.random(300) < 0.7, 0.98, 0.5)
    told = np.where(draw.random(300) < sure, codes, (codes + 1) % 3)
    proba = np.tile((1 - sure)[:, None] / 2, (1, 3))
    proba[np.arange(300), told] = sure
    assert noise_range(proba, codes)[1] == 0 and noise_range(proba, codes)[2] <= 0.05
    wrong = np.where(draw.random(300) < 0.3, (codes + 1) % 3, codes)
    _, low, high = noise_range(proba, wrong)
    assert low <= np.mean(wrong != codes) <= high and low > 0


@pytest.mark.parametrize(
    ("rows", "target", "resolves"), [(8, 0.95, False), (58, 0.95, False), (59, 0.95, True), (9, 0.7, True)]
)
def test_a_perfect_score_must_be_able_to_show_the_target(rows: int, target: float, resolves: bool) -> None:
    pairs = [(f"message {'abcdefghij'[at % 10] * (at % 7 + 3)} {at * 7919}", "x") for at in range(rows + 40)]
    made = case(pairs, target=target, more={"held_out": [at < rows for at in range(len(pairs))]})
    assert held_out_rows(made) == (rows, True)
    assert resolve(made, 0.2).figures["resolves"] is resolves


def test_volume_pays_from_break_even_on() -> None:
    cost = CostParams(labelling=900, prices={"prompt": Price(tokens_in=10)})
    given: dict[str, Any] = {"cost": cost, "more": None}
    pairs = [("t" * 400, "label")] * 3
    seldom = case(
        pairs, params=AdviseParams(training=100, requests_per_month=100, prompt_tokens=1000), **given
    )
    figures = pays(seldom).figures
    assert (figures["break_even"], figures["pays"]) == (100_000, False)
    often = case(
        pairs, params=AdviseParams(training=100, requests_per_month=10_000, prompt_tokens=1000), **given
    )
    assert pays(often).figures["pays"] is True
    assert pays(case(pairs)).figures["pays"] is None, "nothing declared, nothing concluded"


def test_forms_and_their_effective_number() -> None:
    texts = ['{"a": 1}', "def f():\n    return 1", "1. a\n2. b", " £12.50 ", "a sentence."]
    assert [form_of(text) for text in texts] == ["JSON", "code", "a list", "a number", "text"]
    assert effective([5, 5, 5, 5]) == pytest.approx(4) and effective([7]) == 1


def test_more_rows_help_where_the_curve_still_rises() -> None:
    draw = np.random.default_rng(8)
    words = [
        [f"{label}{number}" for number in draw.integers(0, 150, size=3)] for label in "ab" for _ in range(60)
    ]
    labels = ["a"] * 60 + ["b"] * 60
    figures = growth(case([(" ".join(one), label) for one, label in zip(words, labels, strict=True)])).figures
    assert 0 <= figures["gain_low"] <= figures["gain_of_rows"] <= figures["gain_high"] + 1e-9
    assert figures["gain_of_rows"] > 0
