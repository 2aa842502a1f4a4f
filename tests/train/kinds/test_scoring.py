"""Scores of a kind: a matrix whose column sums give the figures, whole or resampled."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.task import METRICS, Kind, TaskCard
from train.kinds import scoring_of
from train.kinds.classification import Classification, accuracy, codes_of, count, macro_f1

LABELS = ("a", "b", "c", "never seen")
SCORING = Classification(LABELS)
pairs = st.lists(st.tuples(st.sampled_from(LABELS[:3]), st.sampled_from(LABELS[:3])), min_size=1, max_size=40)


def split(rows: list[tuple[str, str]]) -> tuple[pl.DataFrame, pl.Series]:
    """A frame of truths, and answers."""
    frame = pl.DataFrame(rows, schema={"output": pl.String, "answer": pl.String}, orient="row")
    return frame.select("output"), frame["answer"]


@given(pairs)
def test_figures_of_the_matrix_are_those_of_the_rows(rows: list[tuple[str, str]]) -> None:
    frame, answers = split(rows)
    counts = count(SCORING.codes(frame["output"]), SCORING.codes(answers), len(LABELS))
    figures = SCORING.figures(SCORING.matrix(frame, answers))
    assert figures == {
        "accuracy": pytest.approx(accuracy(counts)),
        "macro_f1": pytest.approx(macro_f1(counts)),
    }
    assert SCORING.right(frame, answers).mean() == pytest.approx(figures[SCORING.share_right])


@given(pairs, st.data())
def test_a_resample_is_a_weighted_sum_of_rows(rows: list[tuple[str, str]], data: st.DataObject) -> None:
    times = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)).filter(any))
    drawn = [row for row, often in zip(rows, times, strict=True) for _ in range(often)]
    whole = split(drawn)
    totals = SCORING.matrix(*split(rows)).T @ np.array(times, dtype=float)
    for name, metric in SCORING.metrics.items():
        assert float(metric.of(totals)) == pytest.approx(SCORING.figures(SCORING.matrix(*whole))[name])


def test_breakdown_and_confusion_name_every_label_and_row() -> None:
    frame, answers = split([("a", "a"), ("a", "b"), ("b", "b")])
    table = SCORING.breakdown(frame, answers)["per_class"]
    assert table["label"].to_list() == list(LABELS) and table["support"].to_list() == [2, 1, 0, 0]
    assert SCORING.confusion(frame, answers)["confusion"].rows() == [("a", "a"), ("a", "b"), ("b", "b")]


def test_an_output_that_is_not_a_label_is_named_by_its_row_and_not_shown() -> None:
    rows = pl.DataFrame({"example_id": ["r1", "r2"], "output": ["a", "jo@example.com"]})
    with pytest.raises(AssayError, match=r"1 rows? .*not a label.*r2") as caught:
        codes_of(rows, LABELS)
    assert "jo@" not in str(caught.value)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_judged_by_the_metrics_that_a_card_may_name(kind: Kind) -> None:
    card = TaskCard(name="t", kind=kind, behaviour="do it", metric={"name": METRICS[kind][0], "target": 0.7})
    scoring = scoring_of(card, LABELS)
    assert set(METRICS[kind]) <= set(scoring.metrics) and scoring.share_right in scoring.metrics
