"""What `assay advise` says of a task."""

from __future__ import annotations

import polars as pl

from benchmarks.advise_tasks.task import Task
from curate.task import Kind
from train.advise.advise import Advice, advise
from train.advise.case import Case, case_rows
from train.advise.params import AdviseParams
from train.cost_params import CostParams
from train.kinds.extraction import closed_values


def case_of(task: Task) -> Case:
    """The task as its card, rows and prices say."""
    ids = pl.Series("example_id", [f"r{at:05d}" for at in range(task.rows.height)])
    declared = dict(task.declared)
    cost = CostParams(**declared.pop("cost", {}))
    schema = task.card.get("output_schema")
    return Case(
        case_rows(task.rows.with_columns(ids)),
        Kind(task.kind),
        task.metric,
        task.target,
        asked=True,
        closed=frozenset(closed_values(schema)) if schema else frozenset(),
        params=AdviseParams(**declared),
        cost=cost,
    )


def judged(task: Task) -> Advice:
    """The advice on a task."""
    return advise(case_of(task))
