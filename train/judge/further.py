"""What is told beside the verdict: the worst part, personal data in answers, what a constraint is worth, and
which simpler way is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from curate.pii.detect.params import ScanParams
from curate.pii.redact.params import RedactParams
from curate.project import Project
from train.judge.comparison import Judgement
from train.judge.constrained import asked_both, on_and_off
from train.judge.enough import contradicting, which_is_enough
from train.judge.params import EvaluateParams
from train.judge.personal import EXPECTED, Policy, mask_values, new_values, rates
from train.judge.slices import slices
from train.kinds import Scoring

if TYPE_CHECKING:
    from train.systems.base import System


def look_further(
    judgement: Judgement,
    gold: pl.DataFrame,
    test: pl.DataFrame,
    doubted: pl.DataFrame,
    scoring: Scoring,
    project: Project,
    params: EvaluateParams,
    load: Callable[[str], System],
) -> Judgement:
    """The judgement with all this in its document and tables.

    Parameters
    ----------
    gold
        Every row of the gold version.
    doubted
        Labels that look wrong (`train.labels`), with `flagged`; empty where none were sought.
    load
        Loads a system by name.
    """
    task, document, tables = project.task, dict(judgement.document), dict(judgement.tables)
    metric = task.metric.name
    document["metric"] = {"name": metric, "target": task.metric.target}
    assert judgement.bootstrap is not None
    bootstrap = judgement.bootstrap
    tables["slices"], document["slices"] = slices(
        judgement.scored, test, scoring, metric, task.kind, bootstrap, params.slice_rows
    )
    policy = Policy(project.params("scan", ScanParams), project.params("redact", RedactParams), project.root)
    written = _written(judgement, test)
    found = new_values(test, written, policy)
    document["personal_data"] = rates(found, written, test["example_id"], bootstrap)
    tables["predictions"] = mask_values(tables["predictions"], found, policy)
    doubtful = float(doubted["flagged"].sum()) / gold.height if gold.height else 0.0
    enough = which_is_enough(
        document,
        params.worthwhile,
        1 - params.confidence,
        doubtful,
        contradicting(gold, task.kind, scoring),
    )
    document["enough"] = enough
    verdict = document["verdict"]
    document["verdict"] = {**verdict, "reasons": [*verdict["reasons"], enough["sentence"]]}
    if (name := document["fine_tuned"]) and asked_both(system := load(name)):
        free = next(one.answers.answers["test"] for one in judgement.scored if one.answers.name == name)
        document["constrained"] = on_and_off(
            system,  # type: ignore[arg-type]
            test,
            free,
            scoring,
            metric,
            bootstrap,
            params.permutations,
        )
    return Judgement(document, tables, judgement.verdict, judgement.scored, judgement.bootstrap)


def _written(judgement: Judgement, test: pl.DataFrame) -> dict[str, pl.Series]:
    """What every system wrote that might have written anything, and what was expected of it."""
    texts = {
        one.answers.name: (one.answers.written or one.answers.answers)["test"]
        for one in judgement.scored
        if not one.answers.proba and one.answers.answers["test"].dtype == pl.String
    }
    return {**texts, EXPECTED: test["output"]} if texts else {}
