"""An answer that is a place, a word or a famous name is not personal by itself; a person's full name is."""

from __future__ import annotations

import polars as pl
import pytest

from curate.examples import EXAMPLES, conform
from curate.pii.detect.detector import Detector
from curate.pii.detect.params import ScanParams
from curate.pii.redact.params import RedactParams
from curate.pii.redact.stage import redact
from curate.pii.scan.stage import scan
from curate.stage import StageResult
from curate.task import Kind
from tests.curate.pii.redact.test_redact import KEY

PLAIN = """
What is the capital of France?|Paris
Where is the Uffizi?|Florence
Which state is Orlando in?|Florida.
Where do they make port?|Porto
What colour are emeralds?|Jade
What's the past tense of draw?|Drew
What do you call a church song?|Carol
Who developed the vaccine?|Jonas Salk
Who wrote Emma?|Jane Austen
Name a city in Germany and one in Italy|Hanover, Florence
Two cities, please|Paris and Adelaide
Which airport is in Sussex?|Gatwick
What is a male goose called?|Gander
Which month comes after March?|April
""".strip().splitlines()
PRIVATE = """
Who signed it?|Tessa Quill
Who is the tenant?|Omar Haddadi.
Who called yesterday?|Mrs Priya Raman
Who is my line manager?|Siobhan Kearney
Whose desk is that?|Priya
Who approved the leave?|Dr Hettie Blackwood
""".strip().splitlines()


def _redacted(*lines: str) -> StageResult:
    pairs = [line.split("|") for line in lines]
    rows = conform(
        pl.DataFrame(
            [
                {"example_id": f"r{at}", "input": given, "output": answer, "held_out": False}
                for at, (given, answer) in enumerate(pairs)
            ]
        ),
        EXAMPLES,
    )
    params = ScanParams()
    found, _ = scan(rows, params, KEY, Kind.REWRITING, Detector(params))
    return redact(rows, found, RedactParams(), KEY, Kind.REWRITING)


def test_a_place_or_a_word_as_an_answer_stays_and_its_row_too() -> None:
    result = _redacted(*PLAIN)
    assert result.dropped.height == 0
    assert sorted(result.kept["output"]) == sorted(line.split("|")[1] for line in PLAIN)


def test_a_person_as_an_answer_empties_its_row() -> None:
    result = _redacted(*PRIVATE)
    assert result.kept.height == 0
    assert set(result.dropped["reason"]) == {"emptied_by_redaction"}


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("My name is Florence. What is my name?|Florence", "<PERSON_1>"),
        ("Which city has the Uffizi? I am not in Rome.|Florence", "Florence"),
    ],
)
def test_a_name_that_the_row_has_elsewhere_is_judged_there(line: str, answer: str) -> None:
    assert _redacted(line).kept["output"].to_list() == [answer]


def test_what_is_left_is_reported_still() -> None:
    result = _redacted("Where is the Uffizi?|Florence")
    assert result.report["not_acted_on"] == {"PERSON": 1}
