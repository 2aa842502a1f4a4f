"""Scores of a kind: a matrix whose column sums give the figures, whole or resampled."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.task import Kind
from train.kinds import scoring_of
from train.kinds.classification import Classification, accuracy, codes_of, count, macro_f1

LABELS = ("a", "b", "c", "never seen")
SCORING = Classification(LABELS)
pairs = st.lists(st.tuples(st.sampled_from(LABELS[:3]), st.sampled_from(LABELS[:3])), min_size=1, max_size=40)


@given(pairs)
def test_figures_of_the_matrix_are_those_of_the_rows(rows: list[tuple[str, str]]) -> None:
    truth, answers = (pl.Series(part, dtype=pl.String) for part in zip(*rows, strict=True))
    counts = count(SCORING.codes(truth), SCORING.codes(answers), len(LABELS))
    figures = SCORING.figures(SCORING.matrix(truth, answers))
    assert figures == {
        "accuracy": pytest.approx(accuracy(counts)),
        "macro_f1": pytest.approx(macro_f1(counts)),
    }
    assert SCORING.right(truth, answers).mean() == pytest.approx(figures[SCORING.share_right])


@given(pairs, st.data())
def test_a_resample_is_a_weighted_sum_of_rows(rows: list[tuple[str, str]], data: st.DataObject) -> None:
    times = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)).filter(any))
    truth, answers = (pl.Series(part, dtype=pl.String) for part in zip(*rows, strict=True))
    drawn = [row for row, often in zip(rows, times, strict=True) for _ in range(often)]
    whole = [pl.Series(part, dtype=pl.String) for part in zip(*drawn, strict=True)]
    totals = SCORING.matrix(truth, answers).T @ np.array(times, dtype=float)
    for name, metric in SCORING.metrics.items():
        assert float(metric.of(totals)) == pytest.approx(SCORING.figures(SCORING.matrix(*whole))[name])


def test_breakdown_and_confusion_name_every_label_and_row() -> None:
    truth, answers = pl.Series(["a", "a", "b"]), pl.Series(["a", "b", "b"])
    table = SCORING.breakdown(truth, answers)["per_class"]
    assert table["label"].to_list() == list(LABELS) and table["support"].to_list() == [2, 1, 0, 0]
    assert SCORING.confusion(truth, answers)["confusion"].rows() == [("a", "a"), ("a", "b"), ("b", "b")]


def test_an_output_that_is_not_a_label_is_named_by_its_row_and_not_shown() -> None:
    rows = pl.DataFrame({"example_id": ["r1", "r2"], "output": ["a", "jo@example.com"]})
    with pytest.raises(AssayError, match=r"1 rows? .*not a label.*r2") as caught:
        codes_of(rows, LABELS)
    assert "jo@" not in str(caught.value)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.CLASSIFICATION])
def test_a_kind_that_cannot_be_judged_says_so_once_for_all(kind: Kind) -> None:
    with pytest.raises(AssayError, match=f"`{kind}` cannot be trained or judged yet"):
        scoring_of(kind)
