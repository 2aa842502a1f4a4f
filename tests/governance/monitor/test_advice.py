"""What to do follows from what was seen, by the rules of the page."""

from __future__ import annotations

import pytest

from governance.monitor.advice import advise, fewest_rows, power_words, rows_to_measure
from governance.monitor.moved import Topic
from train.drift import look as drift_look
from train.drift.estimate import Estimate
from train.drift.shuffle import Sides, p_value
from train.stats.intervals import Interval

STILL = drift_look.Tested("length", "ordered", 0.1, 0.5, 1.0, False)
MOVED = drift_look.Tested("single_words", "words", 9.0, 1e-5, 1e-4, True)
WRONG = drift_look.Tested("right", "mean", 0.4, 1e-5, 1e-4, True)
SOLAR = Topic("solar, panel", 0.2, 0.0, tuple(range(40)))
LOW = Estimate(Interval(0.5, 0.45, 0.55), 0.4, 0.9, 100)


def test_nothing_moved_means_waiting_and_says_what_could_have_been_shown() -> None:
    found = advise([STILL], [], None, False, False, None, power_words(100, 400, 0.001, 10))
    assert found.code == "wait" and "stand in 6 of these 100 independent rows" in found.why[0]


@pytest.mark.parametrize(
    ("tested", "topics", "estimated", "measured", "worse", "target", "code"),
    [
        ([MOVED], [SOLAR], None, False, False, None, "label_topics"),
        ([MOVED], [], None, False, False, None, "label_to_measure"),
        ([MOVED], [], None, True, False, None, "wait"),
        ([STILL], [], LOW, False, False, 0.8, "label_to_measure"),
        ([STILL], [], LOW, False, False, 0.5, "wait"),
        ([MOVED, WRONG], [SOLAR], LOW, True, True, 0.8, "retrain"),
        ([WRONG], [], None, True, False, None, "wait"),  # more answers are right than before
    ],
)
def test_each_rule(tested, topics, estimated, measured, worse, target, code) -> None:  # type: ignore[no-untyped-def]
    assert advise(tested, topics, estimated, measured, worse, target, "").code == code


def test_thirty_rows_of_a_topic_are_enough() -> None:
    assert advise([MOVED], [SOLAR], None, False, False, None, "").label == 30


def test_rows_to_measure_are_those_of_an_interval_of_five_points() -> None:
    assert rows_to_measure(0.5) == 385 and rows_to_measure(0.8) == 246


def test_fewer_shared_rows_than_said_have_no_small_enough_p_value() -> None:
    import numpy as np

    from train.drift import statistics

    fewest = fewest_rows(20, 40, 0.05, 1)
    live = np.arange(60) >= 40
    for shared in (fewest - 1, fewest + 1):
        values = (np.arange(60) >= 60 - shared).astype(float)
        p, _ = p_value(Sides(live, np.arange(60)), statistics.mean(values, np.ones(60)), 4_000)
        assert (p <= 0.05) == (shared > fewest)
