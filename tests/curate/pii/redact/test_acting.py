"""Redaction acts on private persons and leaves code, tools, dishes, places, eponyms and the famous.

`hostile.txt`: 347 texts of many hands (programs, instructions, recipes, reviews, receipts, HR, support).
Before names were looked at a second time every finding was acted on: recall 1.000, precision 0.312, 124 texts
spoilt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import polars as pl
import pytest

from curate.examples import EXAMPLES, FINDINGS, conform
from curate.pii.detect.detector import Detector
from curate.pii.detect.names.recognizer import bundled
from curate.pii.detect.overlap import Hit
from curate.pii.detect.params import ScanParams
from curate.pii.redact.params import RedactParams
from curate.pii.redact.policy import decide, with_asked_texts

Truth = list[tuple[int, int]]


def hostile(name: str = "hostile.txt") -> Iterator[tuple[str, str, Truth]]:
    """(hand, text, places of private persons' names)."""
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("#"):
            continue
        hand, _, marked = line.partition("|")
        text, places, at = "", [], 0
        marked = marked.replace("\\n", "\n")
        for match in re.finditer(r"\[\[(.*?)\]\]", marked):
            text += marked[at : match.start()]
            places.append((len(text), len(text) + len(match[1])))
            text, at = text + match[1], match.end()
        yield hand, text + marked[at:], places


@lru_cache(maxsize=1)
def found() -> list[list[Hit]]:
    """What is reported in each hostile text."""
    return Detector(ScanParams()).people([text for _, text, _ in hostile()])


def acted(hits: list[Hit]) -> list[Hit]:
    """Those that the default policy acts on."""
    return [hit for hit in hits if hit.score >= RedactParams().acts_from(hit.entity)]


def _over(hit: Hit, places: Truth) -> bool:
    return any(hit.start < end and start < hit.end for start, end in places)


def test_private_persons_are_acted_on_and_hardly_anything_else_is() -> None:
    right = wrong = taken = total = spoilt = 0
    for (_, _, places), hits in zip(hostile(), found(), strict=True):
        chosen = acted(hits)
        false = [hit for hit in chosen if not _over(hit, places)]
        right += len(chosen) - len(false)
        wrong += len(false)
        spoilt += bool(false)
        total += len(places)
        taken += sum(any(_over(hit, [place]) for hit in chosen) for place in places)
    assert taken / total >= 0.97
    assert right / (right + wrong) >= 0.93
    assert spoilt <= 6


def test_words_that_are_names_are_acted_on_where_their_sentence_says_so() -> None:
    """Before: recall 0.61, precision 0.61 over both halves."""
    rows = list(hostile("situations.txt"))
    hits = Detector(ScanParams()).people([text for _, text, _ in rows])
    right = wrong = taken = total = 0
    for (_, _, places), each in zip(rows, hits, strict=True):
        chosen = acted(each)
        right += sum(_over(hit, places) for hit in chosen)
        wrong += sum(not _over(hit, places) for hit in chosen)
        total += len(places)
        taken += sum(any(_over(hit, [place]) for hit in chosen) for place in places)
    assert total == 79
    assert taken / total >= 0.86
    assert right / (right + wrong) >= 0.81


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("Khan & Sons were late", []),
        ("Imran Khan was late", ["Imran Khan"]),
        ("Grant access to the drive", []),
        ("Grant is off sick until Monday", ["Grant"]),
        ("April invoice missing", []),
        ("April rang about her invoice", ["April"]),
        ("Bill for March is wrong", []),
        ("can you tell bill his parcel is here", ["bill"]),
        ("Project Jasper goes live", []),
        ("Jasper Lindqvist goes on leave", ["Jasper Lindqvist"]),
        ("sue and i are moving", ["sue"]),
        ("please sue and win", []),
        ("change my surname from grey to okafor", ["grey", "okafor"]),
        ("Lunch was at Harry Ramsden's on the pier", []),
        ("Marsh & McLennan quoted lower", []),
        ("Davis, Reynolds and Williamson is our auditor", []),
        ("Zo\u0065\u0301 Mu\u0308ller rang", ["Zo\u0065\u0301 Mu\u0308ller"]),
        ("hey siri what time is it", []),
    ],
)
def test_what_stands_around_a_name_says_whose_it_is(text: str, chosen: list[str]) -> None:
    hits = acted(bundled().find([text], frozenset({"PERSON"}))[0])
    assert [text[hit.start : hit.end] for hit in hits] == chosen


def test_code_is_not_even_reported() -> None:
    for (hand, text, _), hits in zip(hostile(), found(), strict=True):
        words = {text[hit.start : hit.end] for hit in hits}
        if hand == "code":
            assert not words & {"len", "elif", "self", "val", "bob", "max", "city"}
        assert not words & {"Docker", "Jenkins", "Monte Carlo", "JALAN", "Rayleigh", "Granny Smith"}


@pytest.mark.parametrize(
    ("text", "name", "acts"),
    [
        ("Albert Einstein was born in Ulm.", "Albert Einstein", False),
        ("Hi, my name is Harry Potter and yes, I get that a lot.", "Harry Potter", True),
        ("Compare Marta Oyelaran's novels with those of Ishiguro", "Marta Oyelaran", False),
        ("Marta Oyelaran asked for a refund", "Marta Oyelaran", True),
        ("# Author: Marta Oyelaran\ndef size(x):\n    return len(x)", "Marta Oyelaran", True),
    ],
)
def test_the_text_says_whose_name_it_is(text: str, name: str, acts: bool) -> None:
    hits = bundled().find([text], frozenset({"PERSON"}))[0]
    mine = [hit for hit in hits if text[hit.start : hit.end].startswith(name)]
    assert bool(acted(mine)) == acts
    assert mine or not acts


def test_a_weak_name_waits_for_a_person_and_a_verdict_real_acts() -> None:
    findings = pl.DataFrame(
        {
            "finding_id": ["f1", "f2", "f3"], "value_id": ["v1", "v2", "v3"], "example_id": ["r"] * 3,
            "entity": ["PERSON"] * 3, "field": ["input"] * 3, "score": [0.5, 0.5, 0.9],
        }
    )  # fmt: skip
    verdicts = pl.DataFrame(
        {
            "value_id": ["v2"], "finding_id": [None], "verdict": ["real"], "reviewer": ["Sam"],
            "date": ["2026-01-01"],
        },
        schema_overrides={"finding_id": pl.String},
    )  # fmt: skip
    rows = pl.DataFrame({"example_id": ["r"], "source": ["s"]})
    told = decide(findings, rows, RedactParams(), verdicts)
    assert told["action"].to_list() == ["keep", "replace", "replace"]
    assert told["below_act"].to_list() == [True, False, False]
    stricter = decide(findings, rows, RedactParams(act_threshold={"PERSON": 0.4}), verdicts)
    assert stricter["action"].to_list() == ["replace"] * 3
    ruled = RedactParams.model_validate({"policy": [{"entity": "PERSON", "action": "mask"}]})
    assert decide(findings, rows, ruled, verdicts)["action"].to_list() == ["mask"] * 3


def test_a_name_of_several_words_is_judged_by_the_best_score_that_it_has_anywhere() -> None:
    """A sentence that many rows share loses its name in all of them, whatever the rest of each row says."""
    texts = ["ask Margaret Whitlock", "a bike? ask Margaret Whitlock", "Will you?", "ask Will"]
    examples = pl.DataFrame({"example_id": list("abcd"), "source": ["s"] * 4, "input": texts})
    places = [
        ("a", 4, 21, 0.95, "v1"),
        ("b", 12, 29, 0.5, "v1"),
        ("c", 0, 4, 0.5, "v2"),
        ("d", 4, 8, 0.9, "v2"),
    ]
    findings = conform(
        pl.DataFrame(
            [
                {"example_id": row, "field": "input", "entity": "PERSON", "start": start, "end": end}
                | {"score": score, "value_id": value, "finding_id": f"f{row}", "detector": "t"}
                for row, start, end, score, value in places
            ]
        ),
        FINDINGS,
    )
    decided = decide(findings, examples, RedactParams())
    whole = conform(examples.with_columns(held_out=pl.lit(False)), EXAMPLES)
    few = with_asked_texts(findings, whole.select("example_id", "source"), whole.lazy())
    assert few["input"].drop_nulls().to_list() == [texts[1], texts[2]]  # no others are read
    assert decide(findings, few, RedactParams()).equals(decide(findings, whole, RedactParams()))
    assert dict(zip(decided["example_id"], decided["action"], strict=True)) == {
        "a": "replace",
        "b": "replace",
        "c": "keep",
        "d": "replace",
    }


def test_a_full_name_in_two_cases_is_acted_on_in_both() -> None:
    text = "john smith rang. Later JOHN SMITH wrote again."
    hits = acted(bundled().find([text], frozenset({"PERSON"}))[0])
    assert [text[hit.start : hit.end] for hit in hits] == ["john smith", "JOHN SMITH"]
