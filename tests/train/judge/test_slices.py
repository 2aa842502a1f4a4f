"""Parts of the held-out rows: judged where there are enough of them, with intervals that hold."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("scipy")
from curate.task import Kind
from train.judge.slices import SLICES, parts, slices
from train.kinds.classification import Classification
from train.kinds.preference import Preference
from train.stats.intervals import Bootstrap, cluster_codes, exact_share

LABELS = ("a", "b", "c")


def frame(count: int, **columns: Any) -> pl.DataFrame:
    ids = [f"r{place:04d}" for place in range(count)]
    return pl.DataFrame({"example_id": ids, "input": ["x"] * count, "output": ["a"] * count}).with_columns(
        pl.Series(name, values) for name, values in {"group": [None] * count, **columns}.items()
    )


def judged(test: pl.DataFrame, answers: list[str], least: int = 10) -> tuple[pl.DataFrame, dict[str, Any]]:
    scoring = Classification(LABELS)
    series = pl.Series(answers)
    matrix = scoring.matrix(test, series)
    bootstrap = Bootstrap(cluster_codes(test["group"].cast(pl.String)), 200, 0)
    one: Any = SimpleNamespace(
        answers=SimpleNamespace(name="one"),
        matrix=matrix,
        right=scoring.right(test, series),
        intervals={
            name: bootstrap.interval(bootstrap.per_cluster(matrix), metric.of)
            for name, metric in scoring.metrics.items()
        },
    )
    return slices([one], test, scoring, "macro_f1", Kind.CLASSIFICATION, bootstrap, least)


def test_a_language_that_fails_is_named_beside_the_mean() -> None:
    test = frame(100, language=["en"] * 60 + ["de"] * 40, output=["a", "b"] * 50)
    right = test["output"].to_list()
    answers = right[:60] + ["c"] * 35 + right[95:]
    table, said = judged(test, answers)
    assert table.schema == SLICES and said["metric"] == "accuracy" and said["too_small"] == 0
    worst = said["worst"]["one"]
    assert (worst["by"], worst["slice"], worst["rows"], worst["worse"]) == ("language", "de", 40, True)
    assert worst["value"] == 5 / 40 and worst["mean"] == 0.65 and worst["high"] < 0.65
    english = table.filter(pl.col("slice") == "en").row(0, named=True)
    assert english["value"] == 1.0 and english["low"] < 1.0 and not english["worse"]


def test_small_parts_are_counted_and_not_judged_and_all_rows_are_not_a_part() -> None:
    test = frame(40, language=["en"] * 36 + ["de"] * 4, source=["mail"] * 40)
    found, small = parts(test, Kind.CLASSIFICATION, 10)
    assert [(part.by, part.name) for part in found] == [("language", "en")] and small == 1


def test_a_group_is_named_by_its_first_row_and_never_by_itself() -> None:
    test = frame(30, group=["Margaret Whitlock"] * 15 + ["other"] * 15)
    found, _ = parts(test, Kind.REWRITING, 10)
    assert [part.name for part in found] == ["group of r0000", "group of r0015"]


def test_parts_that_differ_by_chance_alone_are_rarely_called_worse() -> None:
    """Bonferroni over twelve parts: one run in twenty has a false alarm at most; uncorrected it is half."""
    alarms = 0
    for seed in range(60):
        draw = np.random.default_rng(seed)
        test = frame(600, source=[f"s{place % 12}" for place in range(600)])
        answers = ["a" if right else "b" for right in draw.random(600) < 0.7]
        table, _ = judged(test, answers)
        alarms += bool(table["worse"].any())
    assert alarms <= 4


def test_rows_of_one_group_widen_the_interval_of_a_part() -> None:
    groups = [f"g{place // 10}" for place in range(200)]
    draw = np.random.default_rng(0)
    right = np.repeat(draw.random(20) < 0.5, 10)
    answers = ["a" if one else "b" for one in right]
    language = ["en"] * 100 + ["de"] * 100
    widths = []
    for group in (groups, [None] * 200):
        table, _ = judged(frame(200, language=language, group=group), answers, least=50)
        line = table.filter((pl.col("by") == "language") & (pl.col("slice") == "de")).row(0, named=True)
        widths.append(line["high"] - line["low"])
    assert widths[0] > 1.5 * widths[1]


def test_a_part_of_a_preference_is_judged_by_margins() -> None:
    test = frame(40, language=["en"] * 20 + ["fr"] * 20).with_columns(pl.lit("zz").alias("rejected"))
    margins = pl.Series([1.0] * 20 + [-1.0] * 20)
    scoring = Preference()
    matrix = scoring.matrix(test, margins)
    bootstrap = Bootstrap(np.arange(40), 200, 0)
    one: Any = SimpleNamespace(
        answers=SimpleNamespace(name="one"),
        matrix=matrix,
        right=scoring.right(test, margins),
        intervals={"reward_accuracy": SimpleNamespace(point=0.5)},
    )
    _, said = slices([one], test, scoring, "reward_accuracy", Kind.PREFERENCE, bootstrap, 10)
    assert said["worst"]["one"]["slice"] == "fr" and said["worst"]["one"]["worse"]


@pytest.mark.parametrize(("hits", "trials"), [(0, 12), (12, 12), (3, 30), (17, 40)])
def test_exact_share_is_scipys(hits: int, trials: int) -> None:
    from scipy.stats import binomtest

    wanted = binomtest(hits, trials).proportion_ci(0.95, "exact")
    got = exact_share(hits, trials, 0.95)
    assert got.low == pytest.approx(wanted.low) and got.high == pytest.approx(wanted.high)
