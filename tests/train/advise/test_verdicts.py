"""The verdicts of the benchmark's tasks, each by the rule that was meant for its fault."""

from __future__ import annotations

import pytest

from benchmarks.advise_tasks.held_out import held_out
from benchmarks.advise_tasks.judge import case_of, judged
from benchmarks.advise_tasks.task import Task
from benchmarks.advise_tasks.tuning import tuning
from train.advise.advise import advise
from train.advise.verdict import RULES, VERDICTS

BY = {
    "contradictory labels": {"ceiling"},
    "wrong labels, no row repeated": {"ceiling", "seen"},
    "saturated by a keyword": {"saturated"},
    "saturated by the commonest label": {"saturated"},
    "no metric, no target": {"no-metric"},
    "answers change with the date": {"changes-with-date"},
    "held-out rows seen in training": {"seen"},
    "several tasks": {"several-tasks"},
    "test set too small for the target": {"unresolved"},
    "volume that never pays": {"never-pays"},
    "outputs unrelated to inputs": {"unrelated"},
    "": {"behaviour", "facts", "lookup"},
}


@pytest.mark.parametrize("task", [*tuning(), *held_out()], ids=lambda task: task.name)
def test_the_verdict_is_the_one_written_down(task: Task) -> None:
    advice = judged(task)
    assert (advice.verdict, advice.rule.name in BY[task.fault]) == (task.verdict, True), advice.signals
    if advice.rule.name in ("changes-with-date", "facts", "ceiling", "seen", "several-tasks", "lookup"):
        assert advice.evidence, "a verdict on rows shows rows"


def test_half_of_the_tasks_are_of_facts_and_every_verdict_is_among_the_right_ones() -> None:
    tasks = [*tuning(), *held_out()]
    facts = sum(task.about == "facts" for task in tasks)
    assert len(tasks) >= 24 and facts >= len(tasks) / 3
    assert {task.verdict for task in tasks} == set(VERDICTS)
    assert all(50 <= task.rows.height <= 160 for task in tasks)


def test_advice_does_not_hang_on_the_order_of_rows() -> None:
    from dataclasses import replace

    for task in tuning()[:4]:
        case = case_of(task)
        turned = replace(case, rows=case.rows.reverse().sort("example_id"))
        assert advise(case) == advise(turned)


def test_rules_are_listed_in_the_table_of_their_file() -> None:
    import train.advise.verdict as module

    assert module.__doc__ is not None
    told = [line for line in module.__doc__.splitlines() if line.startswith("| ") and "verdict" not in line]
    assert [line.split("|")[1].strip() for line in told] == [rule.verdict for rule in RULES]
