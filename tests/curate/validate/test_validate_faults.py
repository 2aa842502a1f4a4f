"""Faults of instruction data: measured on the labelled sample, and checked against oracles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.quality_accuracy import FAULTS, GOES, counts, examples_of, flagged, labelled
from curate.task import Kind
from curate.validate.faults import arithmetic, dates, units
from curate.validate.rule import broken_rules
from curate.validate.rules import RULES
from curate.validate.stage import validate

AT_LEAST = 0.95
NEW = (
    "cut_short", "prompt_in_answer", "code_missing", "json_broken", "wrong_arithmetic", "repeated_ngrams",
    "refusal", "boilerplate", "encoding_damage", "keyboard_mash", "impossible_date", "unit_slip",
)  # fmt: skip


def test_precision_and_recall_of_each_fault_over_all_goes() -> None:
    total = {fault: [0, 0, 0] for fault in FAULTS}
    for go in GOES:
        rows = labelled(go)
        for fault, found in counts(rows, flagged(rows)).items():
            total[fault] = [a + b for a, b in zip(total[fault], found, strict=True)]
    for fault, (right, wrong, missed) in total.items():
        assert right / (right + wrong) >= AT_LEAST, (fault, right, wrong, missed)
        assert right / (right + missed) >= AT_LEAST, (fault, right, wrong, missed)


def test_the_sample_has_as_many_hard_negatives_as_positives() -> None:
    rows = [row for go in GOES for row in labelled(go)]
    assert len(rows) >= 800 and {len(labelled("dev")), len(labelled("held"))} == {338, 317}
    for fault in FAULTS:
        positives = sum(fault in row.get("r", "").split() for row in rows)
        assert sum(row.get("n") == fault for row in rows) >= 0.9 * positives > 8, fault


@pytest.mark.parametrize("code", NEW)
def test_a_new_rule_only_warns(code: str, examples: Any, card: Any) -> None:
    assert RULES[code].level == "warn"


def test_labels_are_not_looked_at_as_answers() -> None:
    rows = [row for go in GOES for row in labelled(go)]
    frame = examples_of([{**row, "i": "my parcel is late"} for row in rows])
    found = broken_rules(frame, Kind.CLASSIFICATION, [RULES[code] for code in NEW])
    assert found.is_empty()


@pytest.mark.parametrize(
    "code",
    [
        "output_copies_input",
        "merged_instructions",
        "wrong_arithmetic",
        "impossible_date",
        "unit_slip",
        "keyboard_mash",
    ],
)
def test_a_gate_lets_every_row_through_that_breaks_its_rule(code: str) -> None:
    frame = examples_of([row for go in GOES for row in labelled(go)])
    for kind in (Kind.REWRITING, Kind.EXTRACTION):
        with_gate, without = (
            broken_rules(frame, kind, [rule]) for rule in (RULES[code], replace(RULES[code], gates=()))
        )
        assert with_gate.equals(without)


def joined(parts: tuple[tuple[str, Fraction], str, tuple[str, Fraction]]) -> tuple[str, Fraction]:
    (left, a), sign, (right, b) = parts
    if sign == "/" and not b:
        sign = "+"
    value = {"+": a + b, "-": a - b, "×": a * b}[sign] if sign != "/" else a / b
    return f"({left} {sign} {right})", value


sums = st.recursive(
    st.integers(0, 999).map(lambda number: (str(number), Fraction(number))),
    lambda part: st.tuples(part, st.sampled_from("+-×/"), part).map(joined),
    max_leaves=6,
)


@given(sums)
def test_a_sum_comes_to_what_fractions_say(written: tuple[str, Fraction]) -> None:
    text, value = written
    assert value in arithmetic.values(text)


@given(st.integers(2, 99), st.integers(2, 99), st.integers(1, 50))
def test_a_right_product_passes_and_a_wrong_one_does_not(a: int, b: int, off: int) -> None:
    assert not arithmetic.wrong("", f"So {a} × {b} = {a * b}.")
    assert arithmetic.wrong("", f"So {a} × {b} = {a * b + off}.")
    assert not arithmetic.wrong(f"What is {a} times {b}?", str(a * b))
    assert arithmetic.wrong(f"What is {a} times {b}?", f"{a * b + off}.")


@pytest.mark.parametrize(
    "text", ["9^9^9^9 = 1", "(" * 5000 + "1 + 1" + ")" * 5000 + " = 3", "1/0 = 5", "2 ** 65 = 1"]
)
def test_sums_that_cannot_be_worked_out_are_left_alone(text: str) -> None:
    assert not arithmetic.wrong("", text)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_of_the_calendar_is_possible(day: date) -> None:
    month = day.strftime("%B")
    for text in (
        day.isoformat(),
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.month}/{day.day}/{day.year}",
    ):
        assert not dates.impossible("", f"It is due on {text}."), text


@given(st.integers(1900, 2099), st.sampled_from([4, 6, 9, 11]))
def test_a_thirty_first_of_a_short_month_is_not(year: int, month: int) -> None:
    name = date(2000, month, 1).strftime("%B")
    for text in (f"{year}-{month:02}-31", f"31 {name} {year}", f"{name} 31st", f"31.{month}.{year}"):
        assert dates.impossible("", f"It is due on {text}."), text


@given(
    st.floats(1, 900),
    st.sampled_from(
        [("km", "miles", 1.609344), ("kg", "lb", 0.45359237), ("m", "ft", 0.3048), ("cm", "inches", 2.54)]
    ),
)
def test_a_right_conversion_passes_and_one_off_by_three_does_not(
    amount: float, pair: tuple[str, str, float]
) -> None:
    unit, other, size = pair
    first, second = f"{amount:.1f}", f"{amount / size:.1f}"
    assert not units.slips("", f"It is {first} {unit} ({second} {other}).")
    assert units.slips("", f"It is {first} {unit} ({amount / size * 3:.1f} {other}).")


def test_warnings_of_the_new_rules_drop_nothing_and_count(examples: Any, card: Any) -> None:
    rows = examples(["What is 9 * 8?", "When is it due?"], ["That makes 9 * 8 = 63.", "On 31 June 2024."])
    result = validate(rows, card("rewriting"))
    assert result.dropped.is_empty()
    assert result.report["warnings"] == {"impossible_date": 1, "wrong_arithmetic": 1}


def test_of_4514_real_support_answers_a_score_is_warned_of(shared_data: Any) -> None:
    table = pl.read_csv(shared_data / "bitext/customer_support.csv", infer_schema=False)
    frame = table.select(
        pl.int_range(pl.len()).cast(pl.String).alias("example_id"),
        pl.col("instruction").alias("input"),
        pl.col("response").alias("output"),
    )
    found = broken_rules(frame, Kind.REWRITING, [RULES[code] for code in NEW])
    assert set(found["rule"]) <= {"boilerplate", "refusal"}
    assert found.height <= 20
