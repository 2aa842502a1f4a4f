"""What weighs more than letters: numbers, dates, negations, and outputs read off the text."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedup import weight
from curate.dedup.cut import cut_outputs
from curate.dedup.leaks import leaks
from curate.dedup.params import DedupParams
from curate.dedup.stage import dedup
from curate.task import Kind
from tests.curate.dedup.conftest import LATE, reasons, table


def plainly_weighed(texts: pl.Series) -> list[str]:
    """`weighed` by one expression over every text."""
    text = pl.col("text")
    rest = text.str.replace(r"^no\b[^\p{L}\p{N}]+", "").str.replace(r"[^\p{L}\p{N}]+no[^\p{L}\p{N}]*$", "")
    denies = rest.str.contains(weight._NEGATION) | rest.str.contains(r"\b(?:incorrect|wrong)\b")
    negations = pl.when(denies).then(rest).otherwise(text).str.count_matches(weight._NEGATION)
    numbers = text.str.replace_all(r"(\d)([ap]m)\b", "${1} ${2}").str.extract_all(weight._WEIGHTY)
    both = pl.concat_str(numbers.list.join(" "), negations.cast(pl.String), separator="\x1f")
    return texts.to_frame("text").select(both).to_series().to_list()


_WORDS = (
    *(
        "no",
        "not",
        "never",
        "that is wrong",
        "seven",
        "17th",
        "6:45pm",
        "9am",
        "may",
        "ab-12",
        "3.50",
        "two-17",
    ),
    *("table", "it", "nothing", "nein", "kein", "²", "\u0663", "é", "seven2", "no1", "casino"),
)


@given(
    texts=st.lists(
        st.lists(st.sampled_from(_WORDS), max_size=6).map(" ".join)
        | st.lists(st.sampled_from(_WORDS), max_size=4).map(", ".join).map("{}!".format),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=200, deadline=None)
def test_what_weighs_is_told_text_by_text_as_by_one_expression_over_all(texts: list[str]) -> None:
    series = pl.Series("text", texts, dtype=pl.String)
    assert weight.weighed(series).to_list() == plainly_weighed(series)
    negations = [one.rpartition("\x1f")[2] for one in plainly_weighed(series)]
    assert weight.weighed(series, negations_only=True).to_list() == negations


RECEIPT = (
    "TAN WOON YANN BOOK STORE, 81100 JOHOR BAHRU, invoice date {}, total {} ringgit, thank you, come again"
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "a table for two on the 17th of september please",
            "a table for two on the 27th of september please",
        ),
        (
            "a table for two people at seven o'clock this friday",
            "a table for six people at seven o'clock this friday",
        ),
        (
            "a table for two people at half past six on monday",
            "a table for two people at half past six on friday",
        ),
        (RECEIPT.format("12/01/2019", "31.00"), RECEIPT.format("15/01/2019", "32.00")),
        (
            "we do want the window seat in the corner again",
            "we do not want the window seat in the corner again",
        ),
        (
            "you can collect the parcel at the depot in town",
            "you can't collect the parcel at the depot in town",
        ),
        (
            "wir möchten den Tisch am Fenster in der Ecke haben",
            "wir möchten den Tisch am Fenster nicht in der Ecke haben",
        ),
    ],
)
def test_a_number_a_date_or_a_negation_weighs_more_than_letters(one: str, other: str) -> None:
    rows = table([{"input": one}, {"input": other}])
    letters = DedupParams(threshold=0.7, weigh="never", on_conflict="review")
    for kind in (Kind.EXTRACTION, Kind.REWRITING, Kind.SUMMARY, Kind.PREFERENCE):
        result = dedup(rows, kind, DedupParams(threshold=0.7))
        assert reasons(result) == {} and result.report["weighed"]["pairs_spared"] == 1
        assert len(reasons(dedup(rows, kind, letters))) == 1
    assert len(reasons(dedup(rows, Kind.CLASSIFICATION, DedupParams(threshold=0.7)))) == 1
    assert reasons(dedup(rows, Kind.CLASSIFICATION, DedupParams(threshold=0.7, weigh="always"))) == {}
    # Nor is the one a leak of the other.
    assert leaks(rows[:1], rows[1:], Kind.EXTRACTION, DedupParams(threshold=0.7)).height == 0
    assert leaks(rows[:1], rows[1:], Kind.CLASSIFICATION, DedupParams(threshold=0.7)).height == 1


def test_where_the_output_is_read_off_the_text_another_output_is_another_example() -> None:
    rows = table(
        [
            {"input": "we are under the name of millington tonight", "output": '{"name":"millington"}'},
            {"input": "we are under the name of wellington tonight", "output": '{"name":"wellington"}'},
            {"input": "we are under the name of Wellington tonight!", "output": '{"name":"Wellington"}'},
        ]
    )
    assert reasons(dedup(rows, Kind.EXTRACTION, DedupParams(threshold=0.6))) == {
        "r1": ("near_duplicate", "r2")
    }
    assert len(reasons(dedup(rows, Kind.EXTRACTION, DedupParams(threshold=0.6, weigh="never")))) == 2


def test_answers_that_differ_in_case_and_white_space_only_are_one_answer() -> None:
    outputs = ('{"address":"NO.12, JALAN SS4C/5"}', '{"address":"no.12,JALAN SS4C/5"}', '{"address":"NO.13"}')
    rows = table([{"input": LATE, "output": output} for output in outputs[:2]])
    assert reasons(dedup(rows, Kind.EXTRACTION)) == {"r1": ("exact_duplicate", "r0")}
    rows = table([{"input": LATE, "output": output} for output in outputs])
    assert set(reasons(dedup(rows, Kind.EXTRACTION))) == {"r0", "r1", "r2"}


def test_labels_of_a_text_and_its_denial_do_not_conflict() -> None:
    rows = table(
        [
            {"input": "my card is working in the shop round the corner", "output": "praise"},
            {"input": "my card is not working in the shop round the corner", "output": "card_not_working"},
            {"input": "my card isn't working in the shop round the corner", "output": "card_not_working"},
        ]
    )
    params = DedupParams(threshold=0.7)
    assert reasons(dedup(rows, Kind.CLASSIFICATION, params)) == {"r2": ("near_duplicate", "r1")}
    never = DedupParams(threshold=0.7, weigh="never")
    assert {reason for reason, _ in reasons(dedup(rows, Kind.CLASSIFICATION, never)).values()} == {
        "label_conflict"
    }


def booking(text: str, value: str) -> dict[str, str]:
    start = text.index(value)
    span = {"startIndex": start, "endIndex": start + len(value)}
    return {"input": text, "output": json.dumps([{"slot": "date", "valueSpan": span}])}


def test_outputs_with_offsets_are_compared_by_what_they_cut() -> None:
    filler = [booking(f"{word} is the day I have in mind: 4 May", "4 May") for word in "abcdefgh"]
    rows = table(
        [
            booking("My booking is on Tue, 28 Aug 2018", "Tue, 28 Aug 2018"),
            booking("The booking is on Tue, 28 Aug 2018.", "Tue, 28 Aug 2018"),
            booking("Your booking is on Tue, 28 Aug 2018.", "28 Aug 2018"),
            *filler,
        ]
    )
    gone = reasons(dedup(rows, Kind.EXTRACTION, DedupParams(threshold=0.7)))
    assert gone["r0"] == ("near_duplicate", "r1")
    assert "r2" not in gone, "it cuts another value"
    shifted = rows.reverse()
    assert reasons(dedup(shifted, Kind.EXTRACTION, DedupParams(threshold=0.7))) == gone


def test_outputs_in_which_some_integers_only_look_like_offsets_are_compared_as_written() -> None:
    outputs = pl.Series(["x", '{"start": 3, "end": 9}', '{"size": 4}', None, '{"start": 900, "end": 901}'])
    assert cut_outputs(pl.Series(["a"] * 5), outputs).to_list() == outputs.to_list()


def test_words_that_tell_labels_apart_make_no_conflict() -> None:
    known = [
        {"input": f"{verb} my account in {place} today", "output": label}
        for verb, label in (("use", "switch"), ("close", "delete"))
        for place in ("Oslo", "Lima", "Rome", "Cairo", "Quito")
    ]
    pair = [
        {"input": "use the platinum account", "output": "switch"},
        {"input": "close the platinum account", "output": "delete"},
    ]
    params = DedupParams(threshold=0.6)
    apart = reasons(dedup(table([*pair, *known]), Kind.CLASSIFICATION, params))
    assert {"r0", "r1"}.isdisjoint(apart)
    wrong = [*pair, {"input": "close the platinum account!", "output": "switch"}]
    found = reasons(dedup(table([*wrong, *known]), Kind.CLASSIFICATION, params))
    assert {row: reason for row, (reason, _) in found.items() if row in ("r0", "r1", "r2")} == {
        "r1": "label_conflict",
        "r2": "label_conflict",
    }
    # Without rows that show it, nobody knows that the verb decides.
    alone = reasons(dedup(table(pair), Kind.CLASSIFICATION, params))
    assert {reason for reason, _ in alone.values()} == {"label_conflict"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("that is not the right table", "no, that is not the right table", True),
        ("that is incorrect i think", "no, that is incorrect i think", True),
        ("i do not think so at all", "i do not think so at all, no", True),
        ("thank you and good bye now", "no thank you and good bye now", False),
        ("that is right i do think", "no, that is right i do think", False),
        ("a table at 6:45pm for us please", "a table at 6:45 pm for us please", True),
        ("a table at 6.45 pm for us please", "a table at 06:45 p.m. for us please", True),
        ("a table at 4.30 for us please", "a table at 4:30 for us please", True),
        ("a table at 7:00 pm for us please", "a table at 7 pm for us please", True),
        ("a table at 4.30 for us please", "a table at 4.45 for us please", False),
        ("a table at 4.30 am for us please", "a table at 4:30 pm for us please", False),
        ("it costs us 4.30 in total, really", "it costs us 4:30 in total, really", False),
    ],
)
def test_a_no_beside_a_denial_denies_nothing_more(one: str, other: str, same: bool) -> None:
    result = dedup(table([{"input": one}, {"input": other}]), Kind.SUMMARY, DedupParams(threshold=0.6))
    assert bool(reasons(result)) == same
