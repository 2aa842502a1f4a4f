"""The case of a project: its card, and the rows of gold, else those that were ingested.

A card without a metric or a target is judged all the same: that it lacks them is the first thing to say.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.files import read_stage_frame
from curate.params import read_yaml
from curate.project import Project
from curate.publish.gold import load_gold
from curate.task import Kind
from train.advise.case import Case, case_rows
from train.advise.params import AdviseParams
from train.cost_params import CostParams
from train.judge.params import EvaluateParams
from train.kinds.extraction import closed_values


def project_case(project: Project, *, ingested: bool = False) -> tuple[Case, str]:
    """The case, and where its rows are from, in words.

    Parameters
    ----------
    ingested
        Take the ingested rows though gold is published: what curation took out is judged, too.

    Raises
    ------
    AssayError
        If the card names no kind, or there are no rows.
    """
    card = read_yaml(project.root / "task.yaml")
    given = card.get("metric")
    metric: dict[str, Any] = given if isinstance(given, dict) else {}
    whole = metric.get("name") is not None and metric.get("target") is not None
    if whole and not card.get("fresh_facts"):
        _ = project.task  # the rest of the card is valid, or its error says what is not
    rows, where = _rows(project, ingested)
    schema = card.get("output_schema")
    case = Case(
        case_rows(rows),
        _kind(card),
        str(metric["name"]) if whole else None,
        float(metric["target"]) if whole else None,
        asked=True,
        fresh_facts=bool(card.get("fresh_facts")),
        closed=frozenset(closed_values(schema)) if schema else frozenset(),
        params=project.params("advise", AdviseParams),
        cost=project.params("cost", CostParams),
        worthwhile=project.params("evaluate", EvaluateParams).worthwhile,
    )
    return case, where


def _kind(card: dict[str, Any]) -> Kind:
    if card.get("kind") not in tuple(Kind):
        raise AssayError(
            "task.yaml names no kind of task", fix=f"add to task.yaml:  kind: one of {', '.join(Kind)}"
        )
    return Kind(card["kind"])


def _rows(project: Project, ingested: bool) -> tuple[pl.DataFrame, str]:
    if not ingested and (project.gold / "manifest.json").exists():
        gold = load_gold(project.gold)
        frames = [
            frame.with_columns(pl.lit(split == "test").alias("held_out"))
            for split, frame in gold.splits.items()
        ]
        return pl.concat(frames), f"gold {gold.manifest['version']}"
    path = project.stage("ingest") / "examples.parquet"
    if not path.exists():
        raise AssayError("there are no rows to judge", fix="assay ingest   (or: dvc repro)")
    rows = read_stage_frame(path, made_by="ingest")
    if not rows["held_out"].any():  # nothing is held out from outside: `split` will do it
        rows = rows.drop("held_out")
    return rows, "the ingested rows"
