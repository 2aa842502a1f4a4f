"""What weighs more than letters: numbers, dates, negations, and outputs read off the text."""

from __future__ import annotations

import pytest

from curate.dedup.leaks import leaks
from curate.dedup.params import DedupParams
from curate.dedup.stage import dedup
from curate.task import Kind
from tests.curate.dedup.conftest import LATE, reasons, table

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
