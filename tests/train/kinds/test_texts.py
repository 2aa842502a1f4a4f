"""Rewriting and summary scores: sacrebleu and rouge-score are the oracles, rules of the card are checked."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("sacrebleu")
from curate.task import Style
from train.kinds.chrf import chrf, chrf_columns
from train.kinds.rewriting import Rewriting
from train.kinds.summary import Summary, rouge_l

words = st.lists(st.sampled_from(["the", "parcel", "is", "late", "Größe", "30", "!"]), max_size=8).map(
    " ".join
)
pairs = st.lists(st.tuples(words, words), min_size=1, max_size=6)


@settings(deadline=None)
@given(pairs)
def test_chrf_of_sums_is_the_corpus_score(rows: list[tuple[str, str]]) -> None:
    from sacrebleu.metrics.chrf import CHRF

    truth, answers = ([row[side] for row in rows] for side in (0, 1))
    wanted = CHRF().corpus_score(answers, [truth]).score / 100
    assert float(chrf(chrf_columns(truth, answers).sum(axis=0))) == pytest.approx(wanted, abs=1e-9)


def test_chrf_takes_resamples_at_once() -> None:
    columns = chrf_columns(["a parcel", "two", ""], ["the parcel", "too", "x"])
    stacked = np.stack([columns.sum(axis=0), columns[0], np.zeros(18)])
    assert chrf(stacked).tolist() == [float(chrf(one)) for one in stacked]


@settings(deadline=None)
@given(words, words)
def test_rouge_l_is_that_of_rouge_score(truth: str, answer: str) -> None:
    scorer = pytest.importorskip("rouge_score.rouge_scorer")
    truth, answer = truth.replace("Größe", "size"), answer.replace("Größe", "size")
    wanted = scorer.RougeScorer(["rougeL"]).score(truth, answer)["rougeL"].fmeasure
    assert rouge_l(truth, answer) == pytest.approx(wanted)


def frame(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"input": pl.String, "output": pl.String, "language": pl.String}, orient="row"
    )


STYLE = Style(never=("cheap",), always=("kind regards",), protected=("CloudDesk",), length=(0.5, 2.0))


@pytest.mark.parametrize(
    ("answer", "broken"),
    [
        ("We fixed CloudDesk 2 for you. Kind regards", []),
        ("We fixed CloudDesk 2, cheap. Kind regards", ["never: cheap"]),
        ("Cheaply fixed CloudDesk 2 it is. Kind regards", []),
        ("We fixed CloudDesk 2 for you today", ["always: kind regards"]),
        ("We fixed Clouddesk 2 for you. Kind regards", ["protected: CloudDesk"]),
        ("We fixed CloudDesk for you. Kind regards", ["numbers"]),
        ("2 CloudDesk, kind regards " + "and so on " * 20, ["length"]),
    ],
)
def test_rules_of_the_card_are_checked(answer: str, broken: list[str]) -> None:
    rows = frame(("clouddesk 2 broke and we have fixed it", "We fixed CloudDesk 2. Kind regards", "en"))
    scoring = Rewriting(STYLE)
    table = scoring.breakdown(rows, pl.Series([answer]))["rules_broken"]
    assert table.filter(pl.col("answers") > 0)["rule"].to_list() == broken
    assert scoring.right(rows, pl.Series([answer])).tolist() == [not broken]


def test_copies_and_other_languages_are_told() -> None:
    said = "The delivery was late and nobody told us about it."
    german = "Die Lieferung kam zu spät und niemand hat uns etwas gesagt."
    rows = frame((said, "We are sorry for the late delivery.", "en"), (said, said, "en"), (said, "x", "en"))
    figures = Rewriting().figures(Rewriting().matrix(rows, pl.Series([said, said, german])))
    assert figures["changed"] == pytest.approx(2 / 3)  # a copy is right where the truth is one
    assert figures["language_kept"] == pytest.approx(2 / 3)
    table = Rewriting().breakdown(rows, pl.Series([said, said, german]))["per_language"]
    assert table["rows"].to_list() == [3]


SECTIONS = ("Problem", "Next step")


@pytest.mark.parametrize(
    ("answer", "complete"),
    [
        ("Problem: late\nNext step: call", True),
        ("## Problem\nlate\n## Next step\ncall", True),
        ("Next step: call\nProblem: late", False),
        ("Problem: late", False),
        ("Problem: a\nProblem: b\nNext step: c", False),
        ("", False),
    ],
)
def test_sections_stand_once_and_in_order(answer: str, complete: bool) -> None:
    assert Summary(SECTIONS).complete(answer) is complete


@pytest.mark.parametrize(
    ("answer", "strange"),
    [
        ("Problem: order 4711 is late\nNext step: ask Miller", []),
        ("Problem: order 4712 is late\nNext step: ask Miller", ["4712"]),
        ("Problem: late\nNext step: ask Smith today", ["Smith"]),
        ("Problem: late\nNext step: call <PERSON_2>", ["<PERSON_2>"]),
        ("Problem: late, call <PERSON_1>\nNext step: Wait", []),
    ],
)
def test_what_the_case_does_not_say_is_found(answer: str, strange: list[str]) -> None:
    text = "Mr Miller (<PERSON_1>) says that order 4711 has not come; wait."
    assert Summary(SECTIONS).unsupported(text, answer, "en") == strange


def test_german_nouns_are_no_names() -> None:
    assert Summary(()).unsupported("die lieferung fehlt", "es fehlt die Sendung", "de") == []


@settings(deadline=None, max_examples=25)
@given(pairs, st.data())
def test_figures_are_those_of_sums(rows: list[tuple[str, str]], data: st.DataObject) -> None:
    times = data.draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)).filter(any))
    table = frame(*[(truth, truth, "en") for truth, _ in rows])
    answers = pl.Series([answer for _, answer in rows], dtype=pl.String)
    drawn = [row for row, often in enumerate(times) for _ in range(often)]
    for scoring in (Rewriting(STYLE), Summary(("the",))):
        totals = scoring.matrix(table, answers).T @ np.array(times, dtype=float)
        whole = scoring.figures(scoring.matrix(table[drawn], answers[drawn]))
        assert {name: float(metric.of(totals)) for name, metric in scoring.metrics.items()} == pytest.approx(
            whole
        )
        assert scoring.right(table, answers).mean() == pytest.approx(
            scoring.figures(scoring.matrix(table, answers))[scoring.share_right]
        )
